"""Ranges of voucher numbers, who issues to whom, and where a number can be (IB 329-343, 697-756, 3446-3492)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kernel.numbers import CITY_BRANCH, branch_of, check_voucher_number, is_business_department, superior_of
from kernel.text import Text
from kernel.vouchers import ACCOUNTING_DEPARTMENT, KINDS, NUMBER_DIGITS, SHEET_MINOR, VoucherKind
from services.counter.domain.voucher_errors import KIND_UNKNOWN, RANGE_BACKWARDS, RANGE_TOO_LONG, SHEETS_DIFFER, WHOLE_BOOKS

BETWEEN_BOXES = {"take_out": "out", "put_in": "in"}
"""Columns of a sheet by what was done; anything else is received or paid."""
MOST_SHEETS = 1_000_000
"""How many numbers one transaction moves at most."""


class State(StrEnum):
    """Where a number is: in a vault or box, on the way, promised to an undecided posting, or gone."""

    STOCK = "stock"
    ISSUED = "issued"
    HELD = "held"
    USED = "used"
    SOLD = "sold"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The numbers `first` to `last` of a kind, both included."""

    kind: VoucherKind
    first: int
    last: int

    @property
    def sheets(self) -> int:
        return self.last - self.first + 1

    @property
    def value_minor(self) -> int:
        """What the sheets are carried at off-sheet."""
        return self.sheets * SHEET_MINOR

    @property
    def texts(self) -> tuple[str, str]:
        return number_text(self.first), number_text(self.last)


def number_text(number: int) -> str:
    """A number as it is printed on the voucher."""
    return f"{number:0{NUMBER_DIGITS}d}"


def kind_of_code(code: str, field: str = "kind") -> VoucherKind:
    """The kind of a code. Raises `voucher.kind_unknown`."""
    kind = KINDS.get(code)
    if kind is None:
        raise KIND_UNKNOWN(field=field, kind=code)
    return kind


def number_range(
    kind: str, first: str, last: str | None = None, *, sheets: int | None = None, first_field: str = "first", last_field: str = "last"
) -> NumberRange:
    """The range between two numbers as typed; without `last`, the one number.

    Raises `voucher.kind_unknown`, `voucher.number.malformed`, `voucher.range`, `voucher.range_too_long`, `voucher.sheets_differ`.
    """
    found = kind_of_code(kind)
    last = first if last is None else last
    numbers = NumberRange(found, int(check_voucher_number(first, first_field)), int(check_voucher_number(last, last_field)))
    if numbers.sheets < 1:
        raise RANGE_BACKWARDS(field=last_field, first=first, last=last)
    if numbers.sheets > MOST_SHEETS:
        raise RANGE_TOO_LONG(field=last_field, most=MOST_SHEETS)
    if sheets is not None and sheets != numbers.sheets:
        raise SHEETS_DIFFER(field="sheets", first=first, last=last, sheets=numbers.sheets, given=sheets)
    return numbers


def whole_books(numbers: NumberRange, first_field: str = "first") -> NumberRange:
    """The range itself if it is of whole books; kinds that come sheet by sheet always are. Raises `voucher.whole_books`."""
    book = numbers.kind.book_sheets
    if numbers.first % book != 1 % book or numbers.last % book:
        raise WHOLE_BOOKS(field=first_field, sheets=book)
    return numbers


def issuer_of(outlet: str) -> str | None:
    """Who issues vouchers to an outlet: its sub-branch's business department; to those and the city's departments the accounting
    department, which buys them and so has nobody above."""
    if outlet == ACCOUNTING_DEPARTMENT:
        return None
    if is_business_department(outlet) or branch_of(outlet) == CITY_BRANCH:
        return ACCOUNTING_DEPARTMENT
    return superior_of(outlet)


def issues_to(outlet: str) -> bool:
    """Whether an outlet issues vouchers to others."""
    return outlet == ACCOUNTING_DEPARTMENT or is_business_department(outlet)


def where(state: State, outlet: str, cash_box: str | None, issued_to: str | None) -> Text:
    """Where a number is, for a person."""
    match state:
        case State.STOCK:
            return Text(f"在网点 {outlet} 的钱箱 {cash_box}", f"it is in box {cash_box} of outlet {outlet}")
        case State.ISSUED:
            return Text(f"已由 {outlet} 下发 {issued_to},尚未领入", f"{outlet} issued it to {issued_to}, which has not received it")
        case State.HELD:
            return Text("正被一笔未了结的交易占用", "a transaction that is not decided holds it")
        case State.USED:
            return Text("已使用", "it has been used")
        case State.SOLD:
            return Text("已出售", "it has been sold")
        case State.VOID:
            return Text("已作废", "it is void")


UNREGISTERED = Text("未登记", "nobody has registered it")


@dataclass(frozen=True, slots=True)
class VoucherMovement:
    """Sheets that came into a box (above zero) or left it, by what was done."""

    action: str
    sheets: int


@dataclass(frozen=True, slots=True)
class VoucherSheet:
    """上日余额, 出库, 入库, 收入, 付出, 余额 in sheets. Out and in are between vault and boxes, seen from either side."""

    opening_sheets: int
    out_sheets: int
    in_sheets: int
    received_sheets: int
    paid_sheets: int
    balance_sheets: int


def voucher_sheet(balance_sheets: int, movements: Iterable[VoucherMovement]) -> VoucherSheet:
    """The sheet of a box that holds so many after these movements; what is neither out nor in was received or paid."""
    sums: dict[str, int] = dict.fromkeys(("out", "in", "received", "paid"), 0)
    opening_sheets = balance_sheets
    for movement in movements:
        opening_sheets -= movement.sheets
        column = BETWEEN_BOXES.get(movement.action, "received" if movement.sheets > 0 else "paid")
        sums[column] += abs(movement.sheets)
    return VoucherSheet(opening_sheets, sums["out"], sums["in"], sums["received"], sums["paid"], balance_sheets)
