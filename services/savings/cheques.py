"""Cheques once sold, between the table and the domain. Who changes some holds their rows, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, String, and_, any_, cast, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.work import Work
from services.savings.domain import errors
from services.savings.domain.accounts import Account
from services.savings.domain.cheques import (
    SHORT_DIGITS,
    ChequeAction,
    ChequeState,
    check_cheques,
    check_pays,
    is_cheque,
    state_after,
    states_for,
)
from services.savings.tables import CHEQUE, CHEQUE_EVENT, CHEQUE_VOID

FIELD = "voucher_number"


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does something to cheques: the posting, its transaction, the teller, and the document shown."""

    posting_id: UUID
    code: str
    business_date: date
    counter_outlet: str
    teller: str
    id_type: str | None = None
    id_number: str | None = None
    loss_kind: str | None = None


def deed_of(work: Work, *, id_type: str | None = None, id_number: str | None = None, loss_kind: str | None = None) -> Deed:
    """What the running transaction does."""
    return Deed(work.posting_id, work.code, work.business_date, work.outlet, work.principal.teller, id_type, id_number, loss_kind)


async def check_sold(
    connection: AsyncConnection,
    account: Account,
    kind: str,
    numbers: tuple[str, ...],
    action: ChequeAction,
    field: str = "first",
    *,
    lock: bool = False,
) -> None:
    """Whether an action may be done to cheques of the account. With `lock` it stays so until the commit.

    Raises `cheque.not_sold`, `cheque.other_account`, `cheque.state`.
    """
    asked = select(CHEQUE.c.number, CHEQUE.c.account, CHEQUE.c.state).where(CHEQUE.c.kind == kind, CHEQUE.c.number.in_(numbers))
    rows = await connection.execute(asked.order_by(CHEQUE.c.number).with_for_update() if lock else asked)
    check_cheques(numbers, {row.number: (row.account, ChequeState(row.state)) for row in rows}, kind, account.number, action, field)


async def sell(connection: AsyncConnection, account: Account, kind: str, numbers: tuple[str, ...], deed: Deed) -> None:
    """Enter cheques as sold to an account. Raises `cheque.state` where the bank sold one already."""
    sold = {
        "account": account.number,
        "outlet": account.outlet,
        "state": ChequeState.UNUSED.value,
        "sold_on": deed.business_date,
        "sold_by": deed.teller,
        "changed_on": deed.business_date,
        "changed_by": deed.teller,
    }
    entered = insert_or(CHEQUE).values([{"kind": kind, "number": number, **sold} for number in numbers])
    entered = entered.on_conflict_do_update(
        index_elements=[CHEQUE.c.kind, CHEQUE.c.number], set_=sold, where=CHEQUE.c.state == ChequeState.NOT_SOLD.value
    )
    taken = set((await connection.execute(entered.returning(CHEQUE.c.number))).scalars())
    if len(taken) != len(numbers):
        await check_sold(connection, account, kind, tuple(number for number in numbers if number not in taken), ChequeAction.SELL)
    await note(connection, kind, [(number, account.number) for number in numbers], ChequeAction.SELL, deed)


async def change(
    connection: AsyncConnection,
    account: Account,
    kind: str,
    numbers: tuple[str, ...],
    action: ChequeAction,
    deed: Deed,
    field: str = "first",
) -> None:
    """Do something to cheques of an account, all or none. Raises as `check_sold`."""
    await check_sold(connection, account, kind, numbers, action, field, lock=True)
    changed = update(CHEQUE).where(CHEQUE.c.kind == kind, CHEQUE.c.number.in_(numbers))
    await connection.execute(changed.values(state=state_after(action).value, changed_on=deed.business_date, changed_by=deed.teller))
    await note(connection, kind, [(number, account.number) for number in numbers], action, deed)


async def use_cheque(work: Work, account: Account, voucher_type: str | None, number: str | None, *, cash: bool) -> str | None:
    """Use the cheque that orders a payment from a locked account; its whole number. Other vouchers are not looked into: their number
    as given (IB 752-754, 3941-3943, 3955).

    Raises `cheque.wrong_kind`, `cheque.number_required`, `cheque.number_short`, `cheque.ambiguous`, `cheque.not_sold`,
    `cheque.other_account`, `cheque.state`, `cheque.being_voided`.
    """
    if voucher_type is None or not is_cheque(voucher_type):
        return number
    check_pays(voucher_type, cash=cash)
    if number is None:
        raise errors.CHEQUE_NUMBER_REQUIRED(field=FIELD)
    if len(number) == SHORT_DIGITS:
        if not cash:
            raise errors.CHEQUE_NUMBER_SHORT(field=FIELD)
        number = await _completed(work.connection, account, voucher_type, number)
    await change(work.connection, account, voucher_type, (number,), ChequeAction.USE, deed_of(work), FIELD)
    await check_not_being_voided(work.connection, voucher_type, number)
    return number


async def check_not_being_voided(connection: AsyncConnection, kind: str, number: str) -> None:
    """Whoever announces a batch waits for the rows of its cheques; whoever has got hold of one afterwards sees the announcement."""
    table = CHEQUE_VOID.c
    within = (table.state == "pending", table.kind == kind, table.first_number <= number, table.last_number >= number)
    if (await connection.execute(select(table.posting_id).where(*within).limit(1))).first() is not None:
        raise errors.CHEQUE_BEING_VOIDED(field=FIELD, kind=kind, number=number)


async def _completed(connection: AsyncConnection, account: Account, kind: str, digits: str) -> str:
    """The account's cheque that ends so; of several, the one that is unused if there is but one."""
    mine = and_(CHEQUE.c.account == account.number, CHEQUE.c.kind == kind, CHEQUE.c.state != ChequeState.NOT_SOLD.value)
    ending = func.right(CHEQUE.c.number, SHORT_DIGITS) == digits
    rows = list(await connection.execute(select(CHEQUE.c.number, CHEQUE.c.state).where(mine, ending).order_by(CHEQUE.c.number)))
    unused = [row.number for row in rows if row.state == ChequeState.UNUSED.value]
    candidates = unused or [row.number for row in rows]
    if len(candidates) > 1:
        raise errors.CHEQUE_AMBIGUOUS(field=FIELD, digits=digits)
    if not candidates:
        raise errors.CHEQUE_NOT_SOLD(field=FIELD, kind=kind, number=digits)
    return candidates[0]


async def void_of_account(work: Work, account: Account) -> int:
    """Void whatever cheques the customer of a closing account still has (IB 1871, 3992); how many."""
    return await _void(work.connection, CHEQUE.c.account == account.number, deed_of(work))


async def unvoid_of_account(connection: AsyncConnection, account: str, voided_by: UUID, deed: Deed) -> int:
    """Give the cheques that the closing of an account voided the state back that each was in before (IB 3387); how many."""
    event, earlier = CHEQUE_EVENT.c, CHEQUE_EVENT.alias().c
    before = (
        select(earlier.action)
        .where(earlier.kind == event.kind, earlier.number == event.number, earlier.id < event.id)
        .order_by(earlier.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    voided = select(event.kind, event.number, before.label("before")).where(
        event.posting_id == voided_by, event.account == account, event.action == ChequeAction.VOID.value
    )
    rows = list(await connection.execute(voided.order_by(event.kind, event.number)))
    for kind, action in sorted({(row.kind, row.before) for row in rows}):
        numbers = [row.number for row in rows if (row.kind, row.before) == (kind, action)]
        which = update(CHEQUE).where(CHEQUE.c.kind == kind, CHEQUE.c.number == any_(cast(numbers, ARRAY(String))))
        back = state_after(ChequeAction(action)).value
        await connection.execute(which.values(state=back, changed_on=deed.business_date, changed_by=deed.teller))
        await note(connection, kind, [(number, account) for number in numbers], ChequeAction.UNDO_VOID, deed)
    return len(rows)


async def count_sold(connection: AsyncConnection, account: str) -> int:
    """How many cheques are sold to an account, whatever became of them."""
    sold = select(func.count()).where(CHEQUE.c.account == account, CHEQUE.c.state != ChequeState.NOT_SOLD.value)
    return (await connection.execute(sold)).scalar_one()


async def void_range(connection: AsyncConnection, kind: str, first: str, last: str, deed: Deed) -> int:
    """Void the sold cheques of a range that are not used; how many were still to be voided (IB 748-750)."""
    return await _void(connection, and_(CHEQUE.c.kind == kind, CHEQUE.c.number.between(first, last)), deed)


async def hold_voidable(connection: AsyncConnection, kind: str, first: str, last: str) -> int:
    """How many cheques `void_range` would void; payments under way are waited for, later ones wait until the commit."""
    within = (CHEQUE.c.kind == kind, CHEQUE.c.number.between(first, last), CHEQUE.c.state.in_(_VOIDABLE))
    return len((await connection.execute(select(CHEQUE.c.number).where(*within).order_by(CHEQUE.c.number).with_for_update())).all())


async def used_between(connection: AsyncConnection, kind: str, first: str, last: str) -> list[str]:
    """The cheques of a range that have paid."""
    within = (CHEQUE.c.kind == kind, CHEQUE.c.number.between(first, last), CHEQUE.c.state == ChequeState.USED.value)
    return list((await connection.execute(select(CHEQUE.c.number).where(*within).order_by(CHEQUE.c.number))).scalars())


_VOIDABLE = [state.value for state in states_for(ChequeAction.VOID)]


async def _void(connection: AsyncConnection, which: object, deed: Deed) -> int:
    held = select(CHEQUE.c.kind, CHEQUE.c.number, CHEQUE.c.account).where(which, CHEQUE.c.state.in_(_VOIDABLE))  # type: ignore[arg-type]
    rows = list(await connection.execute(held.order_by(CHEQUE.c.kind, CHEQUE.c.number).with_for_update()))
    for kind in sorted({row.kind for row in rows}):
        mine = [(row.number, row.account) for row in rows if row.kind == kind]
        numbers = cast([number for number, _ in mine], ARRAY(String))  # one parameter, however many there are
        voided = update(CHEQUE).where(CHEQUE.c.kind == kind, CHEQUE.c.number == any_(numbers))
        await connection.execute(voided.values(state=ChequeState.VOID.value, changed_on=deed.business_date, changed_by=deed.teller))
        await note(connection, kind, mine, ChequeAction.VOID, deed)
    return len(rows)


async def note(connection: AsyncConnection, kind: str, cheques: Sequence[tuple[str, str]], action: ChequeAction, deed: Deed) -> None:
    """Write down what was done to each cheque, and to whose."""
    done = {
        "kind": kind,
        "action": action.value,
        "posting_id": deed.posting_id,
        "code": deed.code,
        "business_date": deed.business_date,
        "counter_outlet": deed.counter_outlet,
        "teller": deed.teller,
        "id_type": deed.id_type,
        "id_number": deed.id_number,
        "loss_kind": deed.loss_kind,
    }
    await connection.execute(insert(CHEQUE_EVENT), [{"number": number, "account": account, **done} for number, account in cheques])
