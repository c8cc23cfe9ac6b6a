"""Form fields: types that check form, and labels in both languages that the catalogue carries to the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from kernel.money import CURRENCIES
from kernel.text import Text

Choice = tuple[str, Text]
Day = date
"""The type of date fields; a field of that very name may then be called `date`."""

AccountNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{15}$")]
CustomerNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]
OutletCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
TellerNumber = Annotated[str, StringConstraints(pattern=r"^[SKA][0-9]{4}$")]
CashBoxNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
TransactionNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{11}$")]
VoucherNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
SixDigits = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
TermCode = Annotated[str, StringConstraints(pattern=r"^[123][0-9]{2}$")]
AmountText = Annotated[str, StringConstraints(min_length=1, max_length=24)]
RateText = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}(\.[0-9]{1,6})?$")]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=128)]

CURRENCY_CHOICES: tuple[Choice, ...] = tuple((currency.iso, currency.name) for currency in CURRENCIES.values())
SETTLEMENT_CHOICES: tuple[Choice, ...] = (("cash", Text("现金", "Cash")), ("transfer", Text("转账", "Transfer")))


class Form(BaseModel):
    """The base of every form: unknown fields are refused, so that a misspelt field is never silently ignored; a field left blank was
    not given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if not (value is None or isinstance(value, str) and not value.strip())}


class SettledForm(Form):
    """A form of a transaction that pays or takes money: in cash over the teller's box, or by transfer."""

    settlement: Literal["cash", "transfer"] = Field(
        "cash",
        json_schema_extra={
            "x-label": {"zh": "结算方式", "en": "Settlement"},
            "x-widget": "choice",
            "x-choices": [{"value": value, **text.as_dict()} for value, text in SETTLEMENT_CHOICES],
        },
    )
    counter_account: AccountNumber | None = Field(
        None,
        json_schema_extra={
            "x-label": {"zh": "对方账号", "en": "Counter account"},
            "x-widget": "account",
            "x-when": {"settlement": ["transfer"]},
        },
    )


def labelled(
    zh: str,
    en: str,
    default: Any = ...,
    *,
    widget: str = "text",
    choices: Sequence[Choice] = (),
    when: Mapping[str, Sequence[Any]] | None = None,
    repeat: bool = False,
    **constraints: Any,
) -> Any:
    """A pydantic field with its label in both languages, the widget a page should use, and the choices it offers.

    `when` says which values other fields must have for this one to be asked for, `{"settlement": ["transfer"]}`: pages hide the field
    otherwise and do not send it. What a use case needs it checks itself. `repeat` has pages ask twice, for passwords that are set.
    """
    extra: dict[str, Any] = {"x-label": {"zh": zh, "en": en}, "x-widget": widget}
    if choices:
        extra["x-choices"] = [{"value": value, **text.as_dict()} for value, text in choices]
    if when:
        extra["x-when"] = {field: list(values) for field, values in when.items()}
    if repeat:
        extra["x-repeat"] = True
    return Field(default, json_schema_extra=extra, **constraints)
