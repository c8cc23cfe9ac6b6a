"""切换场次, 同城资金清算 and how either is undone: everything of a session at once, against totals counted on paper (IB 2281-2287,
2357-2397)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, or_, select

from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from kernel.money import format_amount, parse_signed
from kernel.text import Text
from services.clearing.domain import exchange_errors as errors
from services.clearing.domain.exchange_items import CURRENCY, SETTLE, Act, State, Stream
from services.clearing.domain.exchange_sessions import (
    COLUMN_TEXTS,
    COLUMNS,
    SWITCHED,
    Session,
    SessionState,
    Stated,
    States,
    Tally,
    Totals,
    check_settle,
    check_switch,
    check_totals,
    check_undo_settle,
    check_undo_switch,
    count_of,
    net_minor,
    switched_column,
)
from services.clearing.exchange_items import move_all
from services.clearing.exchange_sessions import (
    Done,
    keep_settlement,
    keep_switch,
    lock_sessions,
    read_totals,
    session_row,
    states_of,
    totals_of,
)
from services.clearing.tables import EXCHANGE_ITEM
from services.clearing.transactions.exchange_forms import SessionForm, SettlementForm, SwitchForm, TotalsForm
from services.clearing.transactions.exchange_outward import MENU


@transaction(code="clearing.exchange.switch_session", name=Text("切换交换场次", "Switch the session"), menu=MENU, source="IB 2281")
async def switch_session(work: Work, form: SwitchForm) -> Outcome:
    """Fix what goes out with the next session: every checked item of the outlet, and what came in earlier and goes back. No entries.

    Raises `exchange.unchecked`, `exchange.totals_differ`, `exchange.session.*`.
    """
    session, states = await _alone(work, form)
    after = check_switch(session, states, work.business_date)
    items = EXCHANGE_ITEM.c
    entered = and_(items.outlet == work.outlet, items.state == State.ENTERED.value)
    unchecked = (await work.connection.execute(select(func.count()).select_from(EXCHANGE_ITEM).where(entered))).scalar_one()
    if unchecked:
        raise errors.UNCHECKED(count=unchecked)
    found = dict.fromkeys(SWITCHED, Tally())
    for row in await move_all(work, Act.SWITCH, items.out_date.is_(None), session):
        found[switched_column(Stream(row.stream))] += Tally(1, row.amount_minor)
    check_totals(_stated(form, SWITCHED), found)
    await keep_switch(work.connection, work.outlet, session, after, Done(work.business_date, work.principal.teller, found))
    return Outcome(_result(session, found, after))


@transaction(code="clearing.exchange.undo_switch", name=Text("取消切换场次", "Undo the switch"), menu=MENU, source="IB 2385")
async def undo_switch(work: Work, form: SessionForm) -> Outcome:
    """Let the items of the last session switched be changed again, as long as nothing has come in with it and nothing more has been done
    to them.

    Raises `exchange.session.state`, `.not_last`, `.has_inward`, `.in_use`.
    """
    session, states = await _alone(work, form)
    after = check_undo_switch(session, states)
    items = EXCHANGE_ITEM.c
    went = and_(items.out_date == session.exchange_date, items.out_session == session.number)
    came = and_(items.in_date == session.exchange_date, items.in_session == session.number)
    untouched = and_(went, or_(items.state == State.EXCHANGED.value, and_(_inward(), items.state == State.RETURNED.value)))
    counts = select(
        func.count().filter(came, items.state != State.CANCELLED.value).label("inward"), func.count().filter(went, ~untouched).label("used")
    )
    row = (await work.connection.execute(counts.where(items.outlet == work.outlet, or_(went, came)))).one()
    if row.inward:
        raise errors.SESSION_HAS_INWARD(field="session", session=str(session), count=row.inward)
    if row.used:
        raise errors.SESSION_IN_USE(field="session", session=str(session), count=row.used)
    await move_all(work, Act.UNDO_SWITCH, went, None)
    kept = await session_row(work.connection, work.outlet, session)
    totals = (read_totals(kept.switch_totals) if kept is not None else None) or {}
    await keep_switch(work.connection, work.outlet, session, after, None)
    return Outcome(_result(session, totals, after))


@transaction(code="clearing.exchange.settle", name=Text("同城资金清算", "Settle the session"), menu=MENU, source="IB 2357", settles=True)
async def settle(work: Work, form: SettlementForm) -> Outcome:
    """Move the net of a session from 408 to 419; it takes no more items.

    Raises `exchange.totals_differ`, `exchange.session.state`, `.early`, `.earlier_unsettled`.
    """
    session, states = await _alone(work, form)
    after = check_settle(session, states, work.business_date)
    found = await totals_of(work.connection, work.outlet, session)
    check_totals(_stated(form, COLUMNS), found)
    posting = _posting(found, red=False)
    done = Done(work.business_date, work.principal.teller, found, work.posting_id if posting else None)
    await keep_settlement(work.connection, work.outlet, session, after, done)
    return Outcome(_result(session, found, after), posting)


@transaction(
    code="clearing.exchange.undo_settle", name=Text("取消资金清算", "Undo the settlement"), menu=MENU, source="IB 2390", settles=True
)
async def undo_settle(work: Work, form: SessionForm) -> Outcome:
    """Post the settlement of the last session settled in red, on the date it was made; items come in again.

    Raises `exchange.session.state`, `.not_last`, `.settled_before`.
    """
    session, states = await _alone(work, form)
    kept = await session_row(work.connection, work.outlet, session)
    after = check_undo_settle(session, states, kept.settled_on if kept is not None else None, work.business_date)
    assert kept is not None
    totals = read_totals(kept.settle_totals) or {}
    await keep_settlement(work.connection, work.outlet, session, after, None)
    return Outcome(_result(session, totals, after), _posting(totals, red=True))


async def _alone(work: Work, form: SessionForm) -> tuple[Session, States]:
    """The session asked for and those of the outlet, with nobody else at work in them."""
    await lock_sessions(work.connection, work.outlet, exclusive=True)
    return form.asked, await states_of(work.connection, work.outlet, form.asked)


def _inward() -> Any:
    return EXCHANGE_ITEM.c.stream.in_([stream.value for stream in Stream if not stream.outward])


def _stated(form: TotalsForm, names: tuple[str, ...]) -> Stated:
    """The totals of a form; amounts may be nothing. Raises `amount.*`."""
    totals = {
        name: Tally(getattr(form, f"{name}_count"), parse_signed(getattr(form, f"{name}_amount"), CURRENCY, f"{name}_amount"))
        for name in names
    }
    net = parse_signed(form.net, CURRENCY, "net")
    return Stated(totals, form.total_count, net if form.side == "debit" else -net)


def _posting(totals: Totals, *, red: bool) -> Posting | None:
    """What a settlement posts; nothing where nothing crossed. The net is credit positive to the rule: what this bank owes."""
    if not any(tally.amount_minor for tally in totals.values()):
        return None
    amounts = {name: totals[name].amount_minor for name in COLUMNS}
    return Posting(SETTLE.name, CURRENCY, amounts_minor={**amounts, "net": -net_minor(totals)}, red=red)


def _result(session: Session, totals: Totals, state: SessionState) -> dict[str, Any]:
    net = net_minor(totals)
    return {
        "exchange_date": session.exchange_date.isoformat(),
        "session": session.number,
        "session_state": state.text.as_dict(),
        "rows": [
            {"column": COLUMN_TEXTS[name].as_dict(), "count": tally.count, "amount": format_amount(tally.amount_minor, CURRENCY)}
            for name, tally in totals.items()
        ],
        "total_count": count_of(totals),
        "debit_net": format_amount(max(net, 0), CURRENCY),
        "credit_net": format_amount(max(-net, 0), CURRENCY),
    }
