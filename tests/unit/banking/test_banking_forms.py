"""Forms: what is left blank was not given, what is not known is refused, and each field tells pages how to show it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banking.execution import read_form
from banking.fields import AccountNumber, AmountText, Day, Form, SettledForm, ShortText, VoucherNumber, labelled
from banking.transaction import Outcome, form_of, transaction
from banking.work import Work
from kernel.errors import DomainError
from kernel.text import Text


class Slip(Form):
    """A little of everything."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    voucher_number: VoucherNumber | None = labelled("凭证号", "Voucher", None)
    note: ShortText | None = labelled("备注", "Note", None)
    day: Day | None = labelled("日期", "Day", None, widget="date")
    kind: str = labelled("类别", "Kind", "a", widget="choice", choices=(("a", Text("甲", "A")), ("b", Text("乙", "B"))))


GOOD = {"account": "000000000000000", "amount": "1.00"}


async def run(work: Work, form: Slip) -> Outcome:
    """Does nothing."""
    return Outcome({})


DECLARED = transaction(code="test.slip", name=Text("单", "Slip"), menu=(Text("菜单", "Menu"),), source="IB 1")(run)


def refusal(**given: Any) -> tuple[str, str | None]:
    """The code and the field a slip is refused with."""
    with pytest.raises(DomainError) as refused:
        read_form(DECLARED, {**GOOD, **given})
    return refused.value.code, refused.value.field


def test_a_field_left_blank_was_not_given() -> None:
    form = read_form(DECLARED, {**GOOD, "voucher_number": "", "note": "   ", "day": None, "kind": ""})
    assert isinstance(form, Slip)
    assert (form.voucher_number, form.note, form.day, form.kind) == (None, None, None, "a")
    assert refusal(account="") == ("request.invalid", "account"), "a blank one that is needed is missing"


def test_what_is_written_is_read() -> None:
    form = read_form(DECLARED, {**GOOD, "voucher_number": "00000012", "note": " 存 ", "day": "2005-09-01"})
    assert isinstance(form, Slip)
    assert (form.voucher_number, form.note, form.day) == ("00000012", "存", date(2005, 9, 1))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amonut": "1"}, "amonut"),
        ({"amount": 1.0}, "amount"),
        ({"amount": "1" * 25}, "amount"),
        ({"account": "1"}, "account"),
        ({"account": "00000000000000O"}, "account"),
        ({"account": "٠" * 15}, "account"),
        ({"account": "000000000000000\n"}, "account"),
        ({"voucher_number": 12}, "voucher_number"),
        ({"note": "a\x00b"}, "note"),
        ({"note": "名" * 61}, "note"),
        ({"day": "1.9.2005"}, "day"),
        ({"day": "2005-09-31"}, "day"),
    ],
)
def test_what_has_the_wrong_form_is_refused_by_its_field(given: dict[str, Any], field: str) -> None:
    assert refusal(**given) == ("request.invalid", field)


def test_a_settled_form_settles_in_cash_unless_told_otherwise() -> None:
    assert SettledForm.model_validate({}).settlement == "cash"
    assert SettledForm.model_validate({"settlement": ""}).settlement == "cash"


def test_the_catalogue_says_how_to_show_each_field() -> None:
    entry = DECLARED.catalogue_entry()
    shapes = entry["schema"]["properties"]
    assert entry["code"] == "test.slip" and entry["menu"] == [{"zh": "菜单", "en": "Menu"}]
    assert shapes["account"]["x-widget"] == "account" and shapes["amount"]["x-label"] == {"zh": "金额", "en": "Amount"}
    assert shapes["kind"]["x-choices"] == [{"value": "a", "zh": "甲", "en": "A"}, {"value": "b", "zh": "乙", "en": "B"}]
    assert entry["schema"]["required"] == ["account", "amount"] and entry["schema"]["additionalProperties"] is False


def test_the_form_is_the_annotation_of_the_second_parameter() -> None:
    assert form_of(run) is Slip

    async def without(work: Work, form: int) -> Outcome:
        return Outcome({})

    with pytest.raises(TypeError):
        form_of(without)
