"""Internal accounts 内部账户 of an outlet: which there are everywhere, which it may open and close, who may post to which by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kernel.money import format_amount
from kernel.numbers import branch_of
from services.ledger.domain import refusals
from services.ledger.domain.model import CASH_IN_HAND, FIRST_SUFFIX, BusinessCode, CodeKind

KEPT_BY_PIECES = frozenset({("702", FIRST_SUFFIX), ("262", "00002"), ("263", FIRST_SUFFIX), ("245", FIRST_SUFFIX)})
"""Accounts that are the sum of pieces the bank follows one by one and move with these, never by hand: vouchers by number (IB 3179), items
of the exchange (IB 2320) and of national inter-bank business (IB 2423) in suspense, special remittances that nobody has cashed yet
(IB 712)."""
SYSTEM_CODES = frozenset({"408", "416", "417", "418", "471", "472", "476", "477", "478", "479"})
"""What only the system posts: the exchange is settled to nothing session by session, claims between outlets sum to zero over the bank,
reserves mirror each other, placements are the sum of their contracts (IB 3249). 419 and 420 face other banks."""
OWN_FIRST, OWN_LAST = 101, 99_999
"""Suffixes an outlet may choose for accounts of its own; those before are agreed on by the whole bank (IB 680, 3230)."""
FUND_ACCOUNTS = "475"
"""支行资金户 (subject 40705): opened at the city's business department for a sub-branch, whose number begins the suffix (IB 3228-3234)."""
FUND_OUTLET = "0100"
FUND_SEQUENCES = 1000


def is_standard(code: BusinessCode, suffix: str) -> bool:
    """Whether the whole bank has this account in every outlet, so that nobody needs to open it (IB 680)."""
    return suffix == FIRST_SUFFIX or suffix in code.suffixes


def needs_opening(code: BusinessCode, suffix: str) -> bool:
    """Whether an account exists only after an outlet has opened it."""
    return code.outlet_may_open and not is_standard(code, suffix)


def suffixes_to_choose(code: BusinessCode, outlet: str, counterparty: str | None) -> range:
    """The suffixes an outlet may give a new account of a code.

    Raises `ledger.account.not_to_open` (IB 2527-2529), `ledger.account.counterparty_required`, `.counterparty_not_wanted`,
    `ledger.account.city_only`.
    """
    if not code.outlet_may_open:
        raise refusals.NOT_TO_OPEN(field="business_code", business_code=code.code, name_zh=code.name.zh, name_en=code.name.en)
    if code.code != FUND_ACCOUNTS:
        if counterparty is not None:
            raise refusals.COUNTERPARTY_NOT_WANTED(field="counterparty", business_code=code.code)
        return range(OWN_FIRST, OWN_LAST + 1)
    if outlet != FUND_OUTLET:
        raise refusals.CITY_ONLY(field="business_code", business_code=code.code, outlet=FUND_OUTLET)
    if counterparty is None:
        raise refusals.COUNTERPARTY_REQUIRED(field="counterparty", business_code=code.code)
    first = int(branch_of(counterparty)) * FUND_SEQUENCES
    return range(first + 1, first + FUND_SEQUENCES)


def check_suffix(suffix: str, allowed: range) -> None:
    """Raises `ledger.account.suffix_outside`."""
    if int(suffix) not in allowed:
        raise refusals.SUFFIX_OUTSIDE(field="suffix", first=f"{allowed[0]:05d}", last=f"{allowed[-1]:05d}")


def next_suffix(taken: Iterable[str], allowed: range) -> str:
    """The first suffix nobody has taken. Raises `ledger.account.suffixes_used_up`."""
    used = set(taken)
    for number in allowed:
        if (suffix := f"{number:05d}") not in used:
            return suffix
    raise refusals.SUFFIXES_USED_UP(field="suffix")


def check_closing(currency: str, balance_minor: int, under_way: bool, closed_on: date | None) -> None:
    """Whether an account can be closed 关闭 (IB 2530, 3243). Raises `ledger.account.closed`, `.not_zero`, `.under_way`."""
    if closed_on is not None:
        raise refusals.ACCOUNT_CLOSED_ALREADY(field="account", date=closed_on)
    if balance_minor != 0:
        raise refusals.NOT_ZERO(field="account", balance=format_amount(balance_minor, currency))
    if under_way:
        raise refusals.UNDER_WAY(field="account")


def check_writing_off(closed_on: date | None, written_off_on: date | None, today: date) -> None:
    """Whether an account can be written off 销账: on a date after its closing (IB 2530-2531, 3244).

    Raises `ledger.account.not_closed`, `ledger.account.closed_today`, `ledger.account.written_off`.
    """
    if written_off_on is not None:
        raise refusals.WRITTEN_OFF(field="account", date=written_off_on)
    if closed_on is None:
        raise refusals.NOT_CLOSED(field="state")
    if closed_on >= today:
        raise refusals.CLOSED_TODAY(field="state")


def check_by_hand(code: BusinessCode, suffix: str, cash_box: str | None, account: str, field: str) -> None:
    """Whether a teller may post to an internal account leg by leg: never what the system keeps, of the cash boxes his own only.

    Raises `ledger.business_code.not_by_hand`, `ledger.entry.other_box`.
    """
    if code.code in SYSTEM_CODES or code.kind is CodeKind.CUSTOMER or (code.code, suffix) in KEPT_BY_PIECES:
        raise refusals.CODE_FORBIDDEN(field=field, business_code=code.code)
    if code.code == CASH_IN_HAND and suffix != cash_box:
        raise refusals.OTHER_BOX(field=field, account=account)
