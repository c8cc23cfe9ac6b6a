"""Openings and closings that are taken back, between the tables and the domain.

The ledger reverses the set of the opening or closing and moves its accounts in two phases, as in every reversal (decisions 0011, 0014);
this says which transaction it is, and what the movement does to the account that was opened or closed by it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.movement import MovementLine, MovementRequest
from contracts.savings import UNDO_CLOSE, UNDO_OPEN, Undoable, Undoing
from services.savings.accounts import Line, book, save
from services.savings.cheques import Deed, count_sold, unvoid_of_account
from services.savings.domain.accounts import Account
from services.savings.domain.errors import MOVED_SINCE_OPENING, MOVEMENTS_PENDING, NOT_THE_LAST
from services.savings.domain.undoing import (
    begin_undoing_closing,
    begin_undoing_opening,
    check_closing_undone,
    give_up_undoing_opening,
    undo_closing,
    undo_opening,
)
from services.savings.tables import ACCOUNT_LINE, FRAME, INTEREST_PAID


async def undoable(connection: AsyncConnection, account: Account, undoing: Undoing) -> Undoable:
    """The transaction that opened or closed an account, if that may be undone. Raises as `begin_undoing_opening`,
    `check_closing_undone`."""
    if undoing == "opening":
        begin_undoing_opening(account, await count_sold(connection, account.number))
    else:
        check_closing_undone(account)
    last = await _last_line(connection, account.number)
    register = FRAME.register.c
    registered = select(register.transaction_number, register.posts).where(register.posting_id == last.posting_id)
    made = (await connection.execute(registered)).first()
    if made is None:  # money another service sent activated it
        raise MOVED_SINCE_OPENING(field="account")
    return Undoable(
        account=account.number,
        currency=account.currency,
        posting_id=last.posting_id,
        transaction_number=made.transaction_number,
        business_date=last.business_date,
        outlet=last.counter_outlet,
        posts=made.posts,
    )


def undoes(code: str, amount_minor: int) -> bool:
    """Whether a movement of this transaction is that of the account undone, not that of the account that paid or was paid then: a closing
    gives its money back, an opening takes it."""
    return (code == UNDO_CLOSE and amount_minor >= 0) or (code == UNDO_OPEN and amount_minor <= 0)


async def begin(connection: AsyncConnection, account: Account, request: MovementRequest, line: MovementLine) -> int:
    """Hold the undoing of a locked account's opening or closing; the balance it leads to.

    Raises as the domain, and `account.not_the_last_transaction` where other business came between.
    """
    last = await _last_line(connection, account.number)
    if last.posting_id != request.reverses or last.amount_minor != -line.amount_minor:
        raise NOT_THE_LAST(field="account")
    if await _is_under_way(connection, account.number):
        raise MOVEMENTS_PENDING(field="account")
    if request.transaction_code == UNDO_OPEN:
        held = begin_undoing_opening(account, await count_sold(connection, account.number))
    else:
        held = begin_undoing_closing(account, line.amount_minor)
    await save(connection, held)
    return account.balance_minor + line.amount_minor


async def give_up(connection: AsyncConnection, account: Account, amount_minor: int) -> None:
    """The undoing of an opening will not come: the account is as it was."""
    await save(connection, give_up_undoing_opening(account, amount_minor))


async def finish(connection: AsyncConnection, account: Account, movement: Row[Any], line: Line) -> None:
    """Cancel the account or open it again; a closing takes its statement of interest and its voided cheques back with it."""
    if movement.transaction_code == UNDO_OPEN:
        undone = undo_opening(account, line.amount_minor, line.value_date, line.business_date)
        return await book(connection, undone, line)
    closing = await _last_line(connection, account.number)
    await book(connection, undo_closing(account, line.amount_minor, line.value_date), line)
    await _strike_interest_out(connection, closing.posting_id, line)
    deed = Deed(line.posting_id, line.code, line.business_date, line.counter_outlet, line.teller)
    await unvoid_of_account(connection, account.number, closing.posting_id, deed)


async def _last_line(connection: AsyncConnection, account: str) -> Row[Any]:
    found = select(ACCOUNT_LINE).where(ACCOUNT_LINE.c.account == account).order_by(ACCOUNT_LINE.c.line.desc()).limit(1)
    return (await connection.execute(found)).one()


async def _is_under_way(connection: AsyncConnection, account: str) -> bool:
    """Whether somebody undoes it already; a closing without principal leaves no other mark."""
    table = FRAME.movement.c
    pending = select(table.posting_id).where(table.account == account, table.state == "pending").limit(1)
    return (await connection.execute(pending)).first() is not None


async def _strike_interest_out(connection: AsyncConnection, closing: UUID, line: Line) -> None:
    """The statement once more, in red: every amount below zero."""
    kept = INTEREST_PAID.c
    paid = (await connection.execute(select(INTEREST_PAID).where(kept.posting_id == closing))).mappings().first()
    if paid is None:
        return
    red = {
        "posting_id": line.posting_id,
        "business_date": line.business_date,
        "code": line.code,
        "interest_minor": -paid["interest_minor"],
        "tax_minor": -paid["tax_minor"],
        "segments": [_red(segment) for segment in paid["segments"]],
    }
    await connection.execute(insert(INTEREST_PAID).values({**paid, **red}))


def _red(segment: dict[str, Any]) -> dict[str, Any]:
    taxes = [{**part, "interest": _negative(part["interest"])} for part in segment["taxes"]]
    return {**segment, "products": -segment["products"], "interest": _negative(segment["interest"]), "taxes": taxes}


def _negative(amount: str) -> str:
    return amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"
