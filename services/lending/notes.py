"""The register of loan notes 借据: values in, rows out. Whoever reads a note to change it holds its row until the transaction ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from services.lending.domain.errors import CONTRACT_FULL, NOTE_EXISTS, NOTE_UNKNOWN
from services.lending.domain.notes import NOTES_OF_A_CONTRACT, LoanNote, note_number, sequence_of
from services.lending.tables import CONTRACT, LOAN_NOTE


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """A note with what the register keeps beside it: the outlet that entered it and the borrower's name."""

    note: LoanNote
    outlet: str
    customer_name: str


def note_of(row: RowMapping) -> LoanNote:
    """The note in a row of `loan_note`."""
    return LoanNote(
        number=row["note_number"],
        contract_number=row["contract_number"],
        customer_number=row["customer_number"],
        deposit_account=row["deposit_account"],
        kind=row["kind"],
        principal_minor=row["principal_minor"],
        currency=row["currency"],
        annual_pct=row["annual_pct"],
        starts_on=row["starts_on"],
        due_on=row["due_on"],
        entered_on=row["entered_on"],
        entered_by=row["entered_by"],
        released=row["loan_account"] is not None,
    )


async def lock_note(connection: AsyncConnection, number: str) -> NoteRecord:
    """A note, held until the transaction ends. Raises `note.unknown`."""
    found = await connection.execute(select(LOAN_NOTE).where(LOAN_NOTE.c.note_number == number).with_for_update())
    row = found.mappings().first()
    if row is None:
        raise NOTE_UNKNOWN(field="note_number", number=number)
    return NoteRecord(note_of(row), row["outlet"], row["customer_name"])


async def next_note_number(connection: AsyncConnection, contract_number: str) -> str:
    """The next number under a contract. Raises `contract.full`, `contract.number.malformed`."""
    sequence = await _raise_sequence(connection, contract_number, None)
    if sequence > NOTES_OF_A_CONTRACT:
        raise CONTRACT_FULL(field="contract_number", contract=contract_number)
    return note_number(contract_number, sequence)


async def _raise_sequence(connection: AsyncConnection, contract_number: str, given: int | None) -> int:
    table = CONTRACT
    row = insert_or(table).values(contract_number=contract_number, last_note=1 if given is None else given)
    raised = table.c.last_note + 1 if given is None else func.greatest(table.c.last_note, given)
    kept = row.on_conflict_do_update(index_elements=[table.c.contract_number], set_={"last_note": raised})
    return (await connection.execute(kept.returning(table.c.last_note))).scalar_one()


async def add_note(connection: AsyncConnection, record: NoteRecord, *, given: bool) -> None:
    """Enter a note; a number that was `given` by hand is taken from its contract too. Raises `note.exists`."""
    note = record.note
    if given:
        await _raise_sequence(connection, note.contract_number, sequence_of(note.number, note.contract_number))
    entered = {"entered_on": note.entered_on, "entered_by": note.entered_by, "outlet": record.outlet}
    row = insert_or(LOAN_NOTE).values(note_number=note.number, **_terms(record), **entered)
    if (await connection.execute(row.on_conflict_do_nothing().returning(LOAN_NOTE.c.note_number))).first() is None:
        raise NOTE_EXISTS(field="note_number", number=note.number)


async def change_note(connection: AsyncConnection, record: NoteRecord) -> None:
    """Write the changed terms of a note that is held."""
    await connection.execute(LOAN_NOTE.update().where(LOAN_NOTE.c.note_number == record.note.number).values(**_terms(record)))


def _terms(record: NoteRecord) -> dict[str, Any]:
    note = record.note
    return {
        "contract_number": note.contract_number,
        "customer_number": note.customer_number,
        "customer_name": record.customer_name,
        "deposit_account": note.deposit_account,
        "kind": note.kind,
        "principal_minor": note.principal_minor,
        "currency": note.currency,
        "annual_pct": note.annual_pct,
        "starts_on": note.starts_on,
        "due_on": note.due_on,
    }
