"""Money: integers of minor units, decimal strings at the border, roundings with names. No float anywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kernel.errors import ErrorType, Kind
from kernel.text import Text

UNKNOWN_CURRENCY = ErrorType("currency.unknown", Kind.INVALID, "未知的币种 {currency}", "unknown currency {currency}")
AMOUNT_MALFORMED = ErrorType("amount.malformed", Kind.INVALID, "金额格式不正确", "the amount is not a decimal number")
TOO_MANY_DECIMALS = ErrorType(
    "amount.too_many_decimals", Kind.INVALID, "{currency} 金额最多 {places} 位小数", "amounts in {currency} have at most {places} decimals"
)
AMOUNT_NOT_POSITIVE = ErrorType("amount.not_positive", Kind.INVALID, "金额必须大于零", "the amount must be greater than zero")
AMOUNT_TOO_LARGE = ErrorType("amount.too_large", Kind.INVALID, "金额超出系统上限", "the amount is beyond what the books can hold")

MAXIMUM_MINOR = 10**15
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency: ISO code, the two digits it has inside account numbers (IB 296, 887), and decimals of its minor unit."""

    iso: str
    digits: str
    exponent: int
    name: Text


CURRENCIES: dict[str, Currency] = {
    currency.iso: currency
    for currency in (
        Currency("CNY", "10", 2, Text("人民币", "Renminbi yuan")),
        Currency("HKD", "13", 2, Text("港币", "Hong Kong dollar")),
        Currency("USD", "14", 2, Text("美元", "US dollar")),
        Currency("EUR", "38", 2, Text("欧元", "Euro")),
        Currency("JPY", "27", 0, Text("日元", "Japanese yen")),
    )
}
CURRENCY_BY_DIGITS: dict[str, Currency] = {currency.digits: currency for currency in CURRENCIES.values()}


def currency_of(iso: str, field: str = "currency") -> Currency:
    """The currency of an ISO code. Raises `currency.unknown`."""
    found = CURRENCIES.get(iso)
    if found is None:
        raise UNKNOWN_CURRENCY(field=field, currency=iso)
    return found


def parse_signed(text: str, currency: str, field: str = "amount") -> int:
    """Minor units of a decimal string in major units, any sign.

    Raises `amount.malformed`, `amount.too_many_decimals`, `amount.too_large`, `currency.unknown`.
    """
    exponent = currency_of(currency).exponent
    if not _NUMBER.fullmatch(text):
        raise AMOUNT_MALFORMED(field=field)
    scaled = Decimal(text).scaleb(exponent)
    if scaled != scaled.to_integral_value():
        raise TOO_MANY_DECIMALS(field=field, currency=currency, places=exponent)
    if abs(scaled) > MAXIMUM_MINOR:
        raise AMOUNT_TOO_LARGE(field=field)
    return int(scaled)


def parse_amount(text: str, currency: str, field: str = "amount") -> int:
    """Minor units of a positive decimal string in major units. Raises as `parse_signed`, and `amount.not_positive`."""
    minor = parse_signed(text, currency, field)
    if minor <= 0:
        raise AMOUNT_NOT_POSITIVE(field=field)
    return minor


def format_amount(minor: int, currency: str = "CNY") -> str:
    """The decimal string in major units: `format_amount(123456) == "1234.56"`."""
    exponent = CURRENCIES[currency].exponent
    if exponent == 0:
        return str(minor)
    sign = "-" if minor < 0 else ""
    whole, fraction = divmod(abs(minor), 10**exponent)
    return f"{sign}{whole}.{fraction:0{exponent}d}"


def round_half_up(value: Decimal, places: int) -> Decimal:
    """四舍五入: half away from zero, to `places` decimals (IB 3034)."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
