"""Opening, turnover and closing of any date: the general ledger up to the day before, and the day's totals, whether the day has
ended or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

BALANCES = text(
    """
    WITH opening AS (
        SELECT DISTINCT ON (outlet, currency, business_code) outlet, currency, business_code, subject, off_sheet, closing_minor
        FROM ledger.general_ledger
        WHERE business_date < :day AND (CAST(:outlet AS text) IS NULL OR outlet = :outlet) AND currency = :currency
        ORDER BY outlet, currency, business_code, business_date DESC
    ), turnover AS (
        SELECT outlet, currency, business_code, subject, off_sheet,
               debit_cash_minor + debit_transfer_minor AS debit_minor, credit_cash_minor + credit_transfer_minor AS credit_minor
        FROM ledger.subject_total
        WHERE business_date = :day AND (CAST(:outlet AS text) IS NULL OR outlet = :outlet) AND currency = :currency
    )
    SELECT outlet, currency, business_code, coalesce(turnover.subject, opening.subject) AS subject,
           coalesce(turnover.off_sheet, opening.off_sheet) AS off_sheet, coalesce(closing_minor, 0) AS opening_minor,
           coalesce(debit_minor, 0) AS debit_minor, coalesce(credit_minor, 0) AS credit_minor
    FROM opening FULL JOIN turnover USING (outlet, currency, business_code)
    ORDER BY outlet, business_code
    """
)


@dataclass(frozen=True, slots=True)
class CodeBalance:
    """One business code in the books of one outlet on one date, in minor units, debit positive."""

    outlet: str
    currency: str
    business_code: str
    subject: str
    off_sheet: bool
    opening_minor: int
    debit_minor: int
    credit_minor: int

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.debit_minor - self.credit_minor


@dataclass(slots=True)
class SubjectBalance:
    """One subject on one date over the outlets asked for, in minor units, debit positive."""

    subject: str
    opening_minor: int = 0
    debit_minor: int = 0
    credit_minor: int = 0

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.debit_minor - self.credit_minor

    def add(self, balance: CodeBalance) -> None:
        self.opening_minor += balance.opening_minor
        self.debit_minor += balance.debit_minor
        self.credit_minor += balance.credit_minor


async def code_balances(connection: AsyncConnection, day: date, outlet: str | None, currency: str) -> list[CodeBalance]:
    """Every business code with a balance or turnover on a date, of one outlet or of the whole bank."""
    rows = await connection.execute(BALANCES, {"day": day, "outlet": outlet, "currency": currency})
    return [CodeBalance(**{**row, **_whole(row)}) for row in rows.mappings()]


def _whole(row: object) -> dict[str, int]:
    return {name: int(row[name]) for name in ("opening_minor", "debit_minor", "credit_minor")}  # type: ignore[index]


def by_subject(balances: list[CodeBalance], *, off_sheet: bool = False) -> list[SubjectBalance]:
    """The balances added up per subject, in subject order."""
    found: dict[str, SubjectBalance] = {}
    for balance in balances:
        if balance.off_sheet is off_sheet:
            found.setdefault(balance.subject, SubjectBalance(balance.subject)).add(balance)
    return [found[subject] for subject in sorted(found)]
