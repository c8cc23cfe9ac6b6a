"""Outward items that come back with a later session (IB 2343-2356)."""

from __future__ import annotations

from dataclasses import replace

from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from services.clearing.domain.exchange_items import Act, Stream
from services.clearing.exchange_items import hold_item, take_step
from services.clearing.exchange_papers import shown
from services.clearing.transactions.exchange_forms import ReturnedItem
from services.clearing.transactions.exchange_outward import MENU, gone


@transaction(code="clearing.exchange.return_out_debit", name=Text("提出代付退票", "Outward debit returned"), menu=MENU, source="IB 2343")
async def return_out_debit(work: Work, form: ReturnedItem) -> Outcome:
    """An outward debit that was held because it would come back has come back with a later session, not settled yet.

    Raises `exchange.item.*`, `exchange.session.*`.
    """
    item = await hold_item(work, form.item, Stream.OUT_DEBIT)
    returned, posting = await take_step(work, replace(item, reason=form.reason or item.reason), Act.RETURN, form.asked)
    return Outcome(shown(returned), posting)


@transaction(
    code="clearing.exchange.return_out_credit",
    name=Text("提出代收退票", "Outward credit returned"),
    menu=MENU,
    source="IB 2350",
    two_phase=True,
)
async def return_out_credit(work: Work, form: ReturnedItem) -> Outcome:
    """An outward credit has come back with a later session, not settled yet: the payer has the money again, or suspense if the account is
    closed.

    Raises `exchange.item.*`, `exchange.session.*`, `account.*`.
    """
    item = replace(await hold_item(work, form.item, Stream.OUT_CREDIT), reason=form.reason)
    act = Act.SUSPEND if await gone(work, item) else Act.RETURN
    returned, posting = await take_step(work, item, act, form.asked)
    return Outcome(shown(returned), posting)
