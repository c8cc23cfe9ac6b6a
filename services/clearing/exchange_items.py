"""Items of the exchange between table and domain, and the one way a step is taken: guards, the customer's money, the row, its posting.

Whoever changes an item holds its row until the transaction ends, after the sessions of its outlet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, select

from banking.transaction import Posting
from banking.work import Work
from contracts.ledger import AccountReference
from contracts.movement import OrderingCheque
from kernel.errors import DomainError
from kernel.vouchers import TRANSFER_CHEQUE
from services.clearing import customer_money
from services.clearing.domain import exchange_errors as errors
from services.clearing.domain.exchange_items import CURRENCY, Act, Needs, State, Step, Stream, states_by, step_of
from services.clearing.domain.exchange_sessions import Session, check_needs
from services.clearing.exchange_sessions import lock_sessions, states_of
from services.clearing.tables import EXCHANGE_EVENT, EXCHANGE_ITEM

FIELD = "item"


@dataclass(frozen=True, slots=True)
class Booked:
    """A posting of an item that stands in the books."""

    rule: str
    posting_id: UUID
    value_date: date


@dataclass(frozen=True, slots=True)
class Item:
    """An item of an outlet. `went_out` and `came_in` are the sessions it crossed, `booked` its standing postings, the last one last.

    A new one has number 0 and no state.
    """

    item: int
    outlet: str
    stream: Stream
    state: State | None
    account: str | None
    amount_minor: int
    name: str = ""
    voucher_type: str | None = None
    voucher_number: str | None = None
    other_bank: str | None = None
    other_account: str | None = None
    other_name: str | None = None
    purpose: str | None = None
    reason: str | None = None
    went_out: Session | None = None
    came_in: Session | None = None
    paid_to: str | None = None
    booked: tuple[Booked, ...] = ()
    entered_by: str = ""
    checked_by: str | None = None

    @property
    def cheque(self) -> OrderingCheque | None:
        """The cheque of an own customer that the item is."""
        if self.voucher_type != TRANSFER_CHEQUE or self.voucher_number is None:
            return None
        return OrderingCheque(kind=self.voucher_type, number=self.voucher_number)


def item_of(row: Row[Any]) -> Item:
    """The item in a row of `exchange_item`."""
    return Item(
        item=row.item,
        outlet=row.outlet,
        stream=Stream(row.stream),
        state=State(row.state),
        account=row.account,
        amount_minor=row.amount_minor,
        name=row.name,
        voucher_type=row.voucher_type,
        voucher_number=row.voucher_number,
        other_bank=row.other_bank,
        other_account=row.other_account,
        other_name=row.other_name,
        purpose=row.purpose,
        reason=row.reason,
        went_out=_session(row.out_date, row.out_session),
        came_in=_session(row.in_date, row.in_session),
        paid_to=row.paid_to,
        booked=tuple(Booked(rule, UUID(posting), date.fromisoformat(day)) for rule, posting, day in row.postings),
        entered_by=row.entered_by,
        checked_by=row.checked_by,
    )


def _session(day: date | None, number: int | None) -> Session | None:
    return None if day is None or number is None else Session(day, number)


async def hold_item(work: Work, number: int, *streams: Stream) -> Item:
    """An item of the teller's outlet, held, its sessions with it; of one of these streams if any are named.

    Raises `exchange.item.unknown`, `.other_outlet`, `.stream`.
    """
    await lock_sessions(work.connection, work.outlet)
    row = (await work.connection.execute(select(EXCHANGE_ITEM).where(EXCHANGE_ITEM.c.item == number).with_for_update())).first()
    if row is None:
        raise errors.ITEM_UNKNOWN(field=FIELD, item=number)
    if row.outlet != work.outlet:
        raise errors.ITEM_ELSEWHERE(field=FIELD, item=number, outlet=row.outlet)
    item = item_of(row)
    if streams and item.stream not in streams:
        raise errors.ITEM_STREAM(field=FIELD, item=number, stream_zh=item.stream.text.zh, stream_en=item.stream.text.en)
    return item


def require_step(item: Item, act: Act) -> Step:
    """The step an act takes on an item. Raises `exchange.item.state`."""
    step = step_of(item.stream, item.state, act, item.booked[-1].rule if item.booked else None)
    if step is None:
        raise not_allowed(item, act)
    return step


def not_allowed(item: Item, act: Act) -> DomainError:
    """The refusal of an act that the item's state does not allow."""
    assert item.state is not None, "every stream begins in some way"
    names = {"stream_zh": item.stream.text.zh, "stream_en": item.stream.text.en, "act_zh": act.text.zh, "act_en": act.text.en}
    return errors.ITEM_STATE(field=FIELD, item=item.item, state_zh=item.state.text.zh, state_en=item.state.text.en, **names)


async def take_step(
    work: Work, item: Item, act: Act, asked: Session | None = None, *, pays: str | None = None
) -> tuple[Item, Posting | None]:
    """Do something to an item in the running transaction: the item as it is then, and what is to be posted.

    `asked` is the session that the teller names, `pays` the account that money goes to if it is not the item's own. New items get their
    number. Raises `exchange.*`, and what savings refuses the customer's account with.
    """
    step = require_step(item, act)
    sessions = [each for each in (asked, item.went_out, item.came_in) if each is not None]
    await lock_sessions(work.connection, work.outlet)
    states = await states_of(work.connection, work.outlet, *sessions)
    check_needs(step.needs, states, work.business_date, own=item.went_out, came_in=item.came_in, asked=asked)
    account = await _move(work, item, step, pays)
    changed = replace(item, state=step.after, booked=_booked(work, item, step), came_in=_came_in(item, step, asked))
    kept = await _keep(work, changed, act)
    return kept, _posting(kept, item, step, account)


async def _move(work: Work, item: Item, step: Step, pays: str | None) -> AccountReference | None:
    """The customer's side of a step. The forms of new items have the fields that savings speaks of, most others have only the item."""
    cheque = item.cheque if step.rule is not None and step.rule.cheque else None
    if not step.account and cheque is None:
        return None
    account, field = pays or item.account, FIELD if item.state is not None and pays is None else None
    assert account is not None
    amount_minor = step.account * item.amount_minor
    if step.takes_back is None:
        summary = item.stream.text.zh + (Act.RETURN.text.zh if step.act is Act.RETURN else "")
        return await customer_money.move(work, account, CURRENCY, amount_minor, cheque=cheque, field=field, summary=summary)
    last = item.booked[-1]
    return await customer_money.take_back(
        work,
        account,
        CURRENCY,
        amount_minor,
        reverses=last.posting_id,
        value_date=last.value_date,
        cheque=cheque,
        field=field,
        summary=item.stream.text.zh + Act.CANCEL.text.zh,
    )


def _booked(work: Work, item: Item, step: Step) -> tuple[Booked, ...]:
    if step.takes_back is not None:
        return item.booked[:-1]
    if step.posts is not None:
        return (*item.booked, Booked(step.posts.name, work.posting_id, work.business_date))
    return item.booked


def _came_in(item: Item, step: Step, asked: Session | None) -> Session | None:
    if step.needs in (Needs.OPEN, Needs.OPEN_AND_LATER):
        return asked
    return None if step.needs is Needs.OPEN_AGAIN and item.stream.outward else item.came_in


def _posting(item: Item, before: Item, step: Step, account: AccountReference | None) -> Posting | None:
    if step.rule is None:
        return None
    return Posting(
        rule=step.rule.name,
        currency=CURRENCY,
        accounts={"account": account} if account is not None and step.rule.account else {},
        amounts_minor={"amount": item.amount_minor},
        red=step.takes_back is not None,
        value_date=before.booked[-1].value_date if step.takes_back is not None else None,
        voucher_type=item.voucher_type,
        voucher_number=item.voucher_number,
        references={"exchange_item": str(item.item)},
    )


async def _keep(work: Work, item: Item, act: Act) -> Item:
    assert item.state is not None
    values = {
        "state": item.state.value,
        "reason": item.reason,
        "in_date": item.came_in.exchange_date if item.came_in else None,
        "in_session": item.came_in.number if item.came_in else None,
        "paid_to": item.paid_to,
        "postings": [[each.rule, str(each.posting_id), each.value_date.isoformat()] for each in item.booked],
        "checked_by": item.checked_by,
        "changed_on": work.business_date,
    }
    if item.item:
        await work.connection.execute(EXCHANGE_ITEM.update().where(EXCHANGE_ITEM.c.item == item.item).values(values))
    else:
        given = ("outlet", "account", "amount_minor", "name", "voucher_type", "voucher_number", "other_bank", "other_account", "other_name")
        values |= {name: getattr(item, name) for name in (*given, "purpose")}
        values |= {"stream": item.stream.value, "entered_by": work.principal.teller, "entered_on": work.business_date}
        entered = await work.connection.execute(EXCHANGE_ITEM.insert().values(values).returning(EXCHANGE_ITEM.c.item))
        item = replace(item, item=entered.scalar_one(), entered_by=work.principal.teller)
    await note(work, act, [(item.item, item.state)])
    return item


async def note(work: Work, act: Act, items: Sequence[tuple[int, State]]) -> None:
    """Write down what was done to items, and the state each is in now."""
    done = {
        "act": act.value,
        "posting_id": work.posting_id,
        "business_date": work.business_date,
        "teller": work.principal.teller,
        "second": work.second.teller if work.second else None,
    }
    if items:
        await work.connection.execute(EXCHANGE_EVENT.insert(), [{"item": item, "state": state.value, **done} for item, state in items])


async def move_all(work: Work, act: Act, which: ColumnElement[bool], session: Session | None) -> Sequence[Row[Any]]:
    """Put all items of the outlet that fit into a session, or with None out of theirs: their stream and amount."""
    table = EXCHANGE_ITEM.c
    leads = states_by(act)
    after = case({before.value: to.value for before, to in leads.items()}, value=table.state)
    into = {"out_date": session.exchange_date if session else None, "out_session": session.number if session else None}
    moved = EXCHANGE_ITEM.update().where(table.outlet == work.outlet, table.state.in_([state.value for state in leads]), which)
    moved = moved.values(state=after, changed_on=work.business_date, **into)
    rows = (await work.connection.execute(moved.returning(table.item, table.stream, table.state, table.amount_minor))).all()
    await note(work, act, [(row.item, State(row.state)) for row in rows])
    return rows
