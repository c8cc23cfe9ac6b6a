"""Opening, turnover and closing of any date or span of dates: the general ledger up to the day before, and the totals of the dates,
whether the last of them has ended or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import text

from banking.query import Read
from banking.visibility import Sight
from services.ledger.domain.model import BusinessCode
from services.ledger.rulebook import rulebook_on

BALANCES = text(
    """
    WITH RECURSIVE kept AS (
        (SELECT outlet, currency, business_code FROM ledger.general_ledger
         WHERE outlet BETWEEN :first_outlet AND :last_outlet ORDER BY outlet, currency, business_code LIMIT 1)
        UNION ALL
        SELECT following.* FROM kept CROSS JOIN LATERAL (
            SELECT outlet, currency, business_code FROM ledger.general_ledger AS gl
            WHERE (gl.outlet, gl.currency, gl.business_code) > (kept.outlet, kept.currency, kept.business_code)
              AND gl.outlet <= :last_outlet
            ORDER BY outlet, currency, business_code LIMIT 1
        ) AS following
    ), opening AS (
        SELECT kept.*, closing_minor FROM kept CROSS JOIN LATERAL (
            SELECT closing_minor FROM ledger.general_ledger AS gl
            WHERE (gl.outlet, gl.currency, gl.business_code) = (kept.outlet, kept.currency, kept.business_code)
              AND gl.business_date < :first
            ORDER BY business_date DESC LIMIT 1
        ) AS latest WHERE currency = :currency
    ), turnover AS (
        SELECT outlet, currency, business_code,
               sum(debit_cash_minor)::bigint AS debit_cash_minor, sum(debit_transfer_minor)::bigint AS debit_transfer_minor,
               sum(credit_cash_minor)::bigint AS credit_cash_minor, sum(credit_transfer_minor)::bigint AS credit_transfer_minor,
               sum(debit_cash_count) AS debit_cash_count, sum(debit_transfer_count) AS debit_transfer_count,
               sum(credit_cash_count) AS credit_cash_count, sum(credit_transfer_count) AS credit_transfer_count
        FROM ledger.subject_total
        WHERE business_date BETWEEN :first AND :last AND outlet BETWEEN :first_outlet AND :last_outlet AND currency = :currency
        GROUP BY outlet, currency, business_code
    )
    SELECT outlet, currency, business_code, coalesce(closing_minor, 0) AS opening_minor,
           debit_cash_minor, debit_transfer_minor, credit_cash_minor, credit_transfer_minor,
           debit_cash_count, debit_transfer_count, credit_cash_count, credit_transfer_count
    FROM opening FULL JOIN turnover USING (outlet, currency, business_code)
    ORDER BY outlet, business_code
    """
)
"""The groups of the general ledger are found by skipping from one to the next in its key, so that its age does not matter."""

FIGURES = (
    "opening_minor", "debit_cash_minor", "debit_transfer_minor", "credit_cash_minor", "credit_transfer_minor",
    "debit_cash_count", "debit_transfer_count", "credit_cash_count", "credit_transfer_count",
)  # fmt: skip


@dataclass(slots=True)
class Figures:
    """Opening, turnover in cash and by transfer with the number of entries, in minor units, debit positive. Off the balance sheet received
    is debit and paid is credit."""

    opening_minor: int = 0
    debit_cash_minor: int = 0
    debit_transfer_minor: int = 0
    credit_cash_minor: int = 0
    credit_transfer_minor: int = 0
    debit_cash_count: int = 0
    debit_transfer_count: int = 0
    credit_cash_count: int = 0
    credit_transfer_count: int = 0

    @property
    def debit_minor(self) -> int:
        return self.debit_cash_minor + self.debit_transfer_minor

    @property
    def credit_minor(self) -> int:
        return self.credit_cash_minor + self.credit_transfer_minor

    @property
    def debit_count(self) -> int:
        return self.debit_cash_count + self.debit_transfer_count

    @property
    def credit_count(self) -> int:
        return self.credit_cash_count + self.credit_transfer_count

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.debit_minor - self.credit_minor

    @property
    def moved(self) -> bool:
        """Whether anything was posted."""
        return self.debit_count + self.credit_count > 0

    def add(self, other: Figures) -> None:
        for name in FIGURES:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class CodeBalance:
    """One business code in the books of one outlet over the dates asked for."""

    outlet: str
    currency: str
    business_code: str
    subject: str
    off_sheet: bool
    figures: Figures


@dataclass(slots=True)
class SubjectBalance:
    """One subject over the dates and outlets asked for."""

    subject: str
    off_sheet: bool
    figures: Figures = field(default_factory=Figures)


async def code_balances(read: Read, first: date, last: date, sight: Sight, currency: str) -> list[CodeBalance]:
    """Every business code with a balance before the first date or turnover from it to the last, in the books of the outlets in sight.

    A code that has moved to another subject stands under the one it belongs to on the last date, with all it brings along.
    """
    rulebook = await rulebook_on(read.resources, last)
    asked = {"first": first, "last": last, "currency": currency}
    outlets = {"first_outlet": sight.beginning.ljust(4, "0"), "last_outlet": sight.beginning.ljust(4, "9")}
    rows = await read.connection.execute(BALANCES, asked | outlets)
    return [_balance(row, rulebook.business_code(row["business_code"], last)) for row in rows.mappings()]


def _balance(row: Any, code: BusinessCode) -> CodeBalance:
    figures = Figures(**{name: int(row[name] or 0) for name in FIGURES})
    return CodeBalance(row["outlet"], row["currency"], code.code, code.subject, code.off_sheet, figures)


def by_subject(balances: list[CodeBalance], *, off_sheet: bool = False) -> list[SubjectBalance]:
    """The balances on or off the balance sheet added up per subject, in subject order."""
    found: dict[str, SubjectBalance] = {}
    for balance in balances:
        if balance.off_sheet is off_sheet:
            found.setdefault(balance.subject, SubjectBalance(balance.subject, off_sheet)).figures.add(balance.figures)
    return [found[subject] for subject in sorted(found)]
