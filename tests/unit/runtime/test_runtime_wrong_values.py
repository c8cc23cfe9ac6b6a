"""Complaints of models become sentences in both languages; a refusal raised inside a model keeps its own code."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from kernel.errors import ErrorType, Kind
from runtime.problems import invalid_fields
from runtime.wrong_values import sentence_of

TIRED = ErrorType("test.tired", Kind.INVALID, "今天太累 {hours}", "too tired after {hours} hours")


class Inner(BaseModel):
    digit: Annotated[str, StringConstraints(pattern="^[0-9]$")] = "1"


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field("ab", min_length=2, max_length=3)
    code: Annotated[str, StringConstraints(pattern="^[0-9]{4}$")] = "0201"
    choice: Literal["a", "b"] = "a"
    count: int = Field(1, ge=1, le=9)
    share: int = Field(1, gt=0, lt=9)
    yes: bool = True
    day: date = date(2005, 9, 1)
    number: UUID | None = None
    inner: Inner = Inner()
    items: list[Inner] = Field([Inner()], min_length=1, max_length=2)
    hours: int = 8

    @field_validator("hours")
    @classmethod
    def _not_too_long(cls, hours: int) -> int:
        if hours > 12:
            raise ValueError(hours) from None
        return hours


def refusal(**given: Any) -> Any:
    """What a form with this in it is refused with."""
    with pytest.raises(ValidationError) as caught:
        Form.model_validate(given)
    return invalid_fields(list(caught.value.errors()))


@pytest.mark.parametrize(
    ("given", "field", "zh", "en"),
    [
        ({"text": "a"}, "text", "字段 text 至少 2 个字符", "field text needs at least 2 characters"),
        ({"text": "abcd"}, "text", "字段 text 最多 3 个字符", "field text has at most 3 characters"),
        ({"text": 1}, "text", "字段 text 应为文本", "field text must be text"),
        ({"text": "\ud800"}, "text", "字段 text 应为文本", "field text must be text"),
        ({"code": "02"}, "code", "字段 code 格式不正确(应符合 ^[0-9]{4}$)", "field code has the wrong form (it should match ^[0-9]{4}$)"),
        ({"choice": "c"}, "choice", "字段 choice 应为 'a', 'b' 之一", "field choice must be one of 'a', 'b'"),
        ({"count": "x"}, "count", "字段 count 应为整数", "field count must be a whole number"),
        ({"count": 1.5}, "count", "字段 count 应为整数", "field count must be a whole number"),
        ({"count": 0}, "count", "字段 count 不得小于 1", "field count must be 1 or more"),
        ({"count": 10}, "count", "字段 count 不得大于 9", "field count must be 9 or less"),
        ({"share": 0}, "share", "字段 share 必须大于 0", "field share must be greater than 0"),
        ({"share": 9}, "share", "字段 share 必须小于 9", "field share must be less than 9"),
        ({"yes": "perhaps"}, "yes", "字段 yes 应为 true 或 false", "field yes must be true or false"),
        ({"day": "2005-02-30"}, "day", "字段 day 应为日期 YYYY-MM-DD", "field day must be a date YYYY-MM-DD"),
        ({"day": []}, "day", "字段 day 应为日期 YYYY-MM-DD", "field day must be a date YYYY-MM-DD"),
        ({"number": "x"}, "number", "字段 number 应为 UUID", "field number must be a UUID"),
        ({"inner": 1}, "inner", "字段 inner 应为 JSON 对象", "field inner must be a JSON object"),
        ({"items": {}}, "items", "字段 items 应为列表", "field items must be a list"),
        ({"items": []}, "items", "字段 items 至少 1 项", "field items needs at least 1 items"),
        ({"items": [{}, {}, {}]}, "items", "字段 items 最多 2 项", "field items has at most 2 items"),
        ({"amonut": "1"}, "amonut", "字段 amonut 不属于本请求", "field amonut is not part of this request"),
        ({"hours": 13}, "hours", "字段 hours 不正确", "field hours is not right"),
    ],
)
def test_a_complaint_in_both_languages(given: dict[str, Any], field: str, zh: str, en: str) -> None:
    refused = refusal(**given)
    assert (refused.code, refused.field) == ("request.invalid", field)
    assert (refused.text.zh, refused.text.en) == (zh, en)


def test_the_path_leads_into_lists_and_objects() -> None:
    assert refusal(items=[{"digit": "1"}, {"digit": "12"}]).field == "items.1.digit"


def test_every_wrong_field_is_listed() -> None:
    refused = refusal(text="a", count=0)
    assert [(error["field"], error["type"]) for error in refused.values["_errors"]] == [
        ("text", "string_too_short"),
        ("count", "greater_than_equal"),
    ]
    assert all(error["message"]["zh"] and error["message"]["en"] for error in refused.values["_errors"])


def test_what_was_typed_is_never_repeated() -> None:
    assert "geheim" not in repr(refusal(code="geheim", day="geheim", count="geheim").values)


def test_a_refusal_raised_inside_a_validator_keeps_its_code() -> None:
    error = {"type": "value_error", "loc": ("body", "hours"), "msg": "", "ctx": {"error": TIRED(hours=13)}}
    refused = invalid_fields([error])
    assert (refused.code, refused.field, refused.text.en) == ("test.tired", "hours", "too tired after 13 hours")


def test_a_complaint_nobody_knows_still_has_a_sentence() -> None:
    assert sentence_of({"type": "of_the_future"}).zh == "不正确"
    assert sentence_of({"type": "string_too_short"}).en == "is not right", "without its figure the sentence is not said"
