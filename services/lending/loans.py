"""Loan accounts between tables and values. Whoever reads a loan to change it holds its row until the transaction ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.ledger import AccountReference
from kernel.numbers import NumberKind, check_account, loan_account
from services.lending.accruals import accrual_columns, accrual_of, plain
from services.lending.domain.errors import LOAN_HELD, LOAN_UNKNOWN
from services.lending.domain.interest import LoanAccrual
from services.lending.domain.loans import LineKind, Loan, LoanLine, LoanStatus
from services.lending.tables import BORROWER, INTEREST_ITEM, LOAN, LOAN_LINE, LOAN_NOTE

KEPT = ("account", "note_number", "customer_number", "name", "deposit_account", "outlet", "currency", "business_code", "due_on")
"""What is set when a loan account is opened."""


@dataclass(frozen=True, slots=True)
class LoanRecord:
    """A loan account: its loan, and where and under which numbers it is kept. `held_by` is a correction under way."""

    account: str
    note_number: str
    customer_number: str
    name: str
    deposit_account: str
    outlet: str
    currency: str
    business_code: str
    due_on: date
    loan: Loan
    lines: int = 0
    held_by: UUID | None = None
    held_reverses: UUID | None = None

    @property
    def reference(self) -> AccountReference:
        """The account as a fact names it."""
        return AccountReference(number=self.account, outlet=self.outlet, business_code=self.business_code, name=self.name)

    def require_free(self) -> None:
        """Raise `loan.held` while a correction is under way."""
        if self.held_by is not None:
            raise LOAN_HELD(field="account")


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a loan's principal: which posting made it, what it did (credit positive), when, where and by whom."""

    posting_id: UUID
    kind: LineKind
    amount_minor: int
    business_date: date
    value_date: date
    outlet: str
    teller: str
    interest_minor: int = 0
    reverses: UUID | None = None


def record_of(row: RowMapping) -> LoanRecord:
    """The loan in a row of `loan`."""
    loan = Loan(LoanStatus(row["status"]), accrual_of(row, row["currency"]), row["special_repayment"])
    return LoanRecord(**{name: row[name] for name in (*KEPT, "lines", "held_by", "held_reverses")}, loan=loan)


async def find_loan(connection: AsyncConnection, account: str, *, lock: bool) -> LoanRecord:
    """A loan, held until the transaction ends with `lock`. Raises `loan.unknown`, `account.*` for a number that is none."""
    found = select(LOAN).where(LOAN.c.account == account)
    row = None
    if check_account(account) is NumberKind.LOAN:
        row = (await connection.execute(found.with_for_update() if lock else found)).mappings().first()
    if row is None:
        raise LOAN_UNKNOWN(field="account", account=account)
    return record_of(row)


async def next_loan_account(connection: AsyncConnection, customer_number: str) -> str:
    """The customer's next loan account. Raises `number.sequence_out_of_range` after a thousand."""
    row = insert_or(BORROWER).values(customer_number=customer_number, last_sequence=0)
    raised = row.on_conflict_do_update(index_elements=[BORROWER.c.customer_number], set_={"last_sequence": BORROWER.c.last_sequence + 1})
    sequence = (await connection.execute(raised.returning(BORROWER.c.last_sequence))).scalar_one()
    return loan_account(customer_number, sequence)


async def add_loan(connection: AsyncConnection, record: LoanRecord, change: Change) -> None:
    """Open a loan account with its first line, and mark its note as released."""
    account = {name: getattr(record, name) for name in KEPT}
    opened = {"principal_minor": record.loan.outstanding_minor, "released_on": change.business_date, "lines": 1}
    await connection.execute(LOAN.insert().values(**account, **opened, **_state(record.loan, change.business_date)))
    await _add_line(connection, replace(record, lines=1), change, before=None)
    note = LOAN_NOTE.update().where(LOAN_NOTE.c.note_number == record.note_number)
    await connection.execute(note.values(loan_account=record.account))


async def change_loan(connection: AsyncConnection, record: LoanRecord, loan: Loan, change: Change) -> None:
    """Write what a change made of a loan that is held, with its line; a hold ends with it."""
    changed = replace(record, loan=loan, lines=record.lines + 1)
    held = {"held_by": None, "held_reverses": None}
    row = LOAN.update().where(LOAN.c.account == record.account)
    await connection.execute(row.values(**_state(loan, change.business_date), lines=changed.lines, **held))
    await _add_line(connection, changed, change, before=record.loan.accrual)


async def hold_loan(connection: AsyncConnection, account: str, posting_id: UUID | None, reverses: UUID | None) -> None:
    """Note a correction under way, or with None that there is none."""
    await connection.execute(LOAN.update().where(LOAN.c.account == account).values(held_by=posting_id, held_reverses=reverses))


async def _add_line(connection: AsyncConnection, record: LoanRecord, change: Change, before: LoanAccrual | None) -> None:
    await connection.execute(
        LOAN_LINE.insert().values(
            account=record.account,
            line=record.lines,
            posting_id=change.posting_id,
            kind=change.kind.value,
            amount_minor=change.amount_minor,
            interest_minor=change.interest_minor,
            balance_after_minor=record.loan.outstanding_minor,
            business_date=change.business_date,
            value_date=change.value_date,
            outlet=change.outlet,
            teller=change.teller,
            reverses=change.reverses,
            before=None if before is None else plain(accrual_columns(before)),
        )
    )


async def history_of(connection: AsyncConnection, record: LoanRecord) -> tuple[list[UUID], list[LoanLine]]:
    """The posting ids and the lines of a loan, oldest first."""
    rows = (await connection.execute(select(LOAN_LINE).where(LOAN_LINE.c.account == record.account).order_by(LOAN_LINE.c.line))).all()
    taken_back = {row.reverses for row in rows}
    lines = [
        LoanLine(
            kind=LineKind(row.kind),
            amount_minor=row.amount_minor,
            before=None if row.before is None else accrual_of(row.before, record.currency),
            taken_back=row.posting_id in taken_back,
        )
        for row in rows
    ]
    return [row.posting_id for row in rows], lines


async def arrears_of(connection: AsyncConnection, account: str) -> int:
    """Interest a loan owes, on and off the balance sheet, in minor units."""
    owed = select(func.coalesce(func.sum(INTEREST_ITEM.c.interest_minor), 0))
    found = await connection.execute(owed.where(INTEREST_ITEM.c.account == account, INTEREST_ITEM.c.settled_on.is_(None)))
    return int(found.scalar_one())


def _state(loan: Loan, today: date) -> dict[str, Any]:
    closed_on = None if loan.status is LoanStatus.OPEN else today
    return {"status": loan.status.value, "closed_on": closed_on, **accrual_columns(loan.accrual)}
