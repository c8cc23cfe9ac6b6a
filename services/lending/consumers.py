"""What lending hears: a customer has another name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.customer import CustomerRenamed
from runtime.consumer import Handler, Received
from runtime.service import Resources
from services.lending.tables import LOAN, LOAN_NOTE


def renaming_handler(resources: Resources) -> Handler:
    """The handler of the queue `lending.customers`: one name after the other."""

    async def handle(connection: AsyncConnection, received: Sequence[Received]) -> None:
        for each in received:
            assert isinstance(each.message, CustomerRenamed)
            await rename(connection, each.message)

    return handle


async def rename(connection: AsyncConnection, renamed: CustomerRenamed) -> None:
    """Call the customer's open loans, and notes that are not paid back, by the new name; what is closed stays as it was."""
    loan, note = LOAN.c, LOAN_NOTE.c
    released = select(note.loan_account).where(note.customer_number == renamed.customer_number)  # found by the index of the notes
    mine = (loan.account.in_(released), loan.name == renamed.before, loan.status == "open")
    open_loans = select(loan.account).where(*mine).order_by(loan.account).with_for_update()
    accounts = list((await connection.execute(open_loans)).scalars())
    if accounts:
        await connection.execute(update(LOAN).where(loan.account.in_(accounts)).values(name=renamed.after))
    running = note.loan_account.is_(None) | note.loan_account.in_(accounts)
    theirs = (note.customer_number == renamed.customer_number, note.customer_name == renamed.before, running)
    await connection.execute(update(LOAN_NOTE).where(*theirs).values(customer_name=renamed.after))
