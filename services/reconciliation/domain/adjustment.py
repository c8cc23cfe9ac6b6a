"""未达账务调节表: the sheet on which a company's book and the bank's statement meet (ER 29-30, decision 0023).

company book + bank received, company not - bank paid, company not = bank statement + company received, bank not - company paid, bank not
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from kernel.money import format_amount
from kernel.text import Text
from services.reconciliation.domain import statement_errors as errors
from services.reconciliation.domain.statement_states import ReplyResult

MOST_ITEMS = 500


class ItemKind(Enum):
    """The four kinds of items that one side has booked and the other has not."""

    BANK_RECEIVED = "bank_received"
    BANK_PAID = "bank_paid"
    COMPANY_RECEIVED = "company_received"
    COMPANY_PAID = "company_paid"

    @property
    def text(self) -> Text:
        return _TEXTS[self]

    @property
    def of_the_bank(self) -> bool:
        """Whether it stands in the bank's books."""
        return self in (ItemKind.BANK_RECEIVED, ItemKind.BANK_PAID)


_TEXTS = {
    ItemKind.BANK_RECEIVED: Text("银行已收,单位未收", "Received by the bank, not by the company"),
    ItemKind.BANK_PAID: Text("银行已付,单位未付", "Paid by the bank, not by the company"),
    ItemKind.COMPANY_RECEIVED: Text("单位已收,银行未收", "Received by the company, not by the bank"),
    ItemKind.COMPANY_PAID: Text("单位已付,银行未付", "Paid by the company, not by the bank"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """未达账项, in minor units; `line` is the statement's line where the bank's entry is one of a detail statement."""

    kind: ItemKind
    amount_minor: int
    on: date | None = None
    summary: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The balance of the company's own book, and the items."""

    company_balance_minor: int
    items: tuple[Item, ...] = ()

    def sum_minor(self, kind: ItemKind) -> int:
        """What the items of a kind come to."""
        return sum(item.amount_minor for item in self.items if item.kind is kind)


@dataclass(frozen=True, slots=True)
class WorkedSheet:
    """A sheet added up against the balance of the statement, in minor units."""

    sheet: Sheet
    bank_balance_minor: int
    sums_minor: Mapping[ItemKind, int] = field(default_factory=dict)

    @property
    def company_adjusted_minor(self) -> int:
        """单位调节后余额."""
        return self.sheet.company_balance_minor + self.sums_minor[ItemKind.BANK_RECEIVED] - self.sums_minor[ItemKind.BANK_PAID]

    @property
    def bank_adjusted_minor(self) -> int:
        """银行调节后余额."""
        return self.bank_balance_minor + self.sums_minor[ItemKind.COMPANY_RECEIVED] - self.sums_minor[ItemKind.COMPANY_PAID]

    @property
    def difference_minor(self) -> int:
        """What the company's side is above the bank's."""
        return self.company_adjusted_minor - self.bank_adjusted_minor

    @property
    def balances(self) -> bool:
        return self.difference_minor == 0


def work_out(sheet: Sheet, bank_balance_minor: int) -> WorkedSheet:
    """Add a sheet up."""
    return WorkedSheet(sheet, bank_balance_minor, {kind: sheet.sum_minor(kind) for kind in ItemKind})


def check_items(sheet: Sheet, closing: date, lines_minor: Mapping[int, int]) -> None:
    """Refuse items that cannot be on the sheet of a statement; `lines_minor` are its lines, by number, that the sheet names, what the bank
    received positive.

    Raises `statement.adjustment.too_long`, `.item_date`, `.line_unknown`, `.line_twice`, `.line_differs`.
    """
    if len(sheet.items) > MOST_ITEMS:
        raise errors.SHEET_TOO_LONG(field="items", most=MOST_ITEMS)
    if any(item.on is not None and item.on > closing for item in sheet.items):
        raise errors.ITEM_DATE(field="items")
    seen: set[int] = set()
    for item in sheet.items:
        if item.line is None:
            continue
        if item.line not in lines_minor:
            raise errors.LINE_UNKNOWN(field="items", line=item.line)
        if item.line in seen:
            raise errors.LINE_TWICE(field="items", line=item.line)
        seen.add(item.line)
        if (item.kind, item.amount_minor) != item_of_line(lines_minor[item.line]):
            raise errors.LINE_DIFFERS(field="items", line=item.line)


def item_of_line(received_minor: int) -> tuple[ItemKind, int]:
    """The kind and amount of the item that an entry of the bank is where the company has not booked it; what was received is positive."""
    return (ItemKind.BANK_RECEIVED if received_minor > 0 else ItemKind.BANK_PAID, abs(received_minor))


def lines_named(items: Iterable[Item]) -> list[int]:
    """The lines of the statement that items name."""
    return sorted({item.line for item in items if item.line is not None})


def check_sheet(result: ReplyResult, sheet: Sheet | None, bank_balance_minor: int, currency: str) -> None:
    """Refuse a reply whose sheet does not go with its result (ER 29-30, 47): one that agrees after adjustment has items and balances;
    distorted books come with the sheet as far as it goes.

    Raises `statement.adjustment.missing`, `.not_asked`, `.empty`, `.unbalanced`.
    """
    if not result.has_sheet:
        if sheet is not None:
            raise errors.SHEET_NOT_ASKED(field="sheet")
        return
    if sheet is None:
        raise errors.SHEET_MISSING(field="sheet")
    if result is not ReplyResult.ADJUSTED:
        return
    if not sheet.items:
        raise errors.SHEET_EMPTY(field="sheet")
    worked = work_out(sheet, bank_balance_minor)
    if not worked.balances:
        raise errors.SHEET_UNBALANCED(
            field="sheet",
            company=format_amount(worked.company_adjusted_minor, currency),
            bank=format_amount(worked.bank_adjusted_minor, currency),
            difference=format_amount(worked.difference_minor, currency),
        )
