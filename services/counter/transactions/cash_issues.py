"""Cash between departments: set aside by the superior, drawn whole by the outlet, and handed back up (IB 384-387, 807)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.fields import OutletCode, labelled
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.money import format_amount, parse_amount
from kernel.numbers import check_outlet, superior_of
from kernel.text import Text
from services.counter.domain.boxes import VAULT, account_of_box
from services.counter.domain.errors import NO_SUPERIOR, NOT_AS_ISSUED, NOT_BELOW, NOT_ISSUED, VAULT_SHORT
from services.counter.tables import CASH_ISSUE
from services.counter.transactions.boxes import MENU, CashAmount, moved


class CashForOutlet(CashAmount):
    """Cash for a department below."""

    to_outlet: OutletCode = labelled("下发部门", "To department")


def _open(*conditions: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (CASH_ISSUE.c.state == "issued", *conditions)


async def _decide(connection: AsyncConnection, state: str, decided_by: UUID, conditions: Sequence[ColumnElement[bool]]) -> bool:
    """Decide one open issue that fits, the oldest; of two that want the same one, the second gets the next or none."""
    table = CASH_ISSUE
    first = select(table.c.posting_id).where(*_open(*conditions)).order_by(table.c.posting_id).limit(1).with_for_update(skip_locked=True)
    chosen = table.update().where(table.c.posting_id.in_(first.scalar_subquery())).values(state=state, decided_by=decided_by)
    return (await connection.execute(chosen)).rowcount == 1


@transaction(
    code="counter.box.cash_issue",
    name=Text("现金下发", "Set cash aside for a department below"),
    menu=MENU,
    source="IB 385, 807",
    outlets="branch",
)
async def cash_issue(work: Work, form: CashForOutlet) -> Outcome:
    """Set cash of the vault aside for a department directly below, to be drawn whole on this date; nothing moves before that.

    Raises `counter.cash.not_below`, `counter.cash.vault_short`.
    """
    amount_minor = parse_amount(form.amount, form.currency)
    if superior_of(check_outlet(form.to_outlet)) != work.outlet:
        raise NOT_BELOW(field="to_outlet", outlet=form.to_outlet)
    await _check_vault(work, form.currency, amount_minor)
    row = {
        "posting_id": work.posting_id,
        "from_outlet": work.outlet,
        "to_outlet": form.to_outlet,
        "currency": form.currency,
        "amount_minor": amount_minor,
        "business_date": work.business_date,
        "teller": work.principal.teller,
    }
    await work.connection.execute(CASH_ISSUE.insert().values(row))
    return Outcome(result={"to_outlet": form.to_outlet, "currency": form.currency, "amount": format_amount(amount_minor, form.currency)})


async def _check_vault(work: Work, currency: str, amount_minor: int) -> None:
    """The vault has the amount beyond what is set aside already; issues of one vault are made one after the other."""
    table, vault = CASH_ISSUE, account_of_box(work.outlet, VAULT, currency)
    await work.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(vault, 0))))
    mine = (table.c.from_outlet == work.outlet, table.c.currency == currency, table.c.business_date == work.business_date)
    aside = select(func.coalesce(func.sum(table.c.amount_minor), 0)).where(*_open(*mine))
    taken_minor = int((await work.connection.execute(aside)).scalar_one())
    free_minor = (await work.ledger.balances([vault])).get(vault, 0) - taken_minor
    if free_minor < amount_minor:
        raise VAULT_SHORT(field="amount", free=format_amount(max(free_minor, 0), currency))


@transaction(
    code="counter.box.undo_cash_issue",
    name=Text("取消现金下发", "Take back cash set aside"),
    menu=MENU,
    source="IB 385, 807",
    outlets="branch",
)
async def undo_cash_issue(work: Work, form: CashForOutlet) -> Outcome:
    """Take back cash that was set aside and not drawn yet. Raises `counter.cash.not_issued`."""
    amount_minor = parse_amount(form.amount, form.currency)
    table = CASH_ISSUE
    same = [
        table.c.from_outlet == work.outlet,
        table.c.to_outlet == form.to_outlet,
        table.c.currency == form.currency,
        table.c.amount_minor == amount_minor,
        table.c.business_date == work.business_date,
    ]
    if not await _decide(work.connection, "withdrawn", work.posting_id, same):
        raise NOT_ISSUED(field="amount")
    return Outcome(result={"to_outlet": form.to_outlet, "currency": form.currency, "amount": format_amount(amount_minor, form.currency)})


@transaction(
    code="counter.box.cash_receive",
    name=Text("现金领用(支行到库钱箱)", "Draw cash from the sub-branch into the vault"),
    menu=MENU,
    source="IB 384-386",
)
async def cash_receive(work: Work, form: CashAmount) -> Outcome:
    """Cash from the superior's vault into the outlet's. What the superior has set aside on this date is drawn whole, one issue at a time.

    Raises `counter.box.no_superior`, `counter.cash.not_as_issued`, and the ledger's refusal.
    """
    superior = superior_of(work.outlet)
    if superior is None:
        raise NO_SUPERIOR()
    await _draw(work, form.currency, parse_amount(form.amount, form.currency))
    return moved("counter.cash.receive", form, {"from_outlet": superior}, branch=superior)


async def _draw(work: Work, currency: str, amount_minor: int) -> None:
    table = CASH_ISSUE
    today = [table.c.to_outlet == work.outlet, table.c.currency == currency, table.c.business_date == work.business_date]
    if await _decide(work.connection, "received", work.posting_id, [*today, table.c.amount_minor == amount_minor]):
        return
    waiting = select(table.c.amount_minor).where(*_open(*today)).order_by(table.c.posting_id)
    amounts = [format_amount(minor, currency) for minor in (await work.connection.execute(waiting)).scalars()]
    if amounts:
        raise NOT_AS_ISSUED(field="amount", amounts=", ".join(amounts), _errors=[{"amount": amount} for amount in amounts])


@transaction(
    code="counter.box.cash_return",
    name=Text("现金上缴(库钱箱到支行)", "Hand cash of the vault up to the sub-branch"),
    menu=MENU,
    source="IB 387, 807",
)
async def cash_return(work: Work, form: CashAmount) -> Outcome:
    """Cash from the outlet's vault into its superior's. Raises `counter.box.no_superior`, and the ledger's refusal."""
    superior = superior_of(work.outlet)
    if superior is None:
        raise NO_SUPERIOR()
    return moved("counter.cash.return", form, {"to_outlet": superior}, branch=superior)
