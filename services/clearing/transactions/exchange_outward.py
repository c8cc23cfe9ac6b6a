"""提出: items that go out, from their entry to the day their money is there (IB 2263-2292, 2330-2342, 2377-2384)."""

from __future__ import annotations

from dataclasses import replace

from banking.menus import EXCHANGE, SETTLEMENT
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.money import parse_amount
from kernel.text import Text
from services.clearing import customer_money
from services.clearing.domain import exchange_errors as errors
from services.clearing.domain.exchange_items import CURRENCY, Act, State, Stream
from services.clearing.exchange_items import Item, hold_item, take_step
from services.clearing.exchange_papers import paper_of, shown
from services.clearing.transactions.exchange_forms import CheckedItem, HeldItem, OneItem, Paper

MENU = (SETTLEMENT, EXCHANGE)


@transaction(code="clearing.exchange.out_debit", name=Text("提出代付录入", "Enter outward debit"), menu=MENU, source="IB 2270")
async def out_debit(work: Work, form: Paper) -> Outcome:
    """Enter another bank's cheque or draft for an account of this outlet; its number. No entries.

    Raises `account.*`, `exchange.account.*`, `amount.*`.
    """
    item = await paper_of(work, Stream.OUT_DEBIT, form)
    await customer_money.check(work, form.account, CURRENCY, item.amount_minor)
    entered, posting = await take_step(work, item, Act.ENTER)
    return Outcome(shown(entered), posting)


@transaction(code="clearing.exchange.out_credit", name=Text("提出代收录入", "Enter outward credit"), menu=MENU, source="IB 2275")
async def out_credit(work: Work, form: Paper) -> Outcome:
    """Enter a payment to another bank's customer; the payer's account can bear it and its cheque is good. No entries.

    Raises `account.*`, `cheque.*`, `exchange.account.*`, `exchange.voucher_number_required`, `amount.*`.
    """
    item = await paper_of(work, Stream.OUT_CREDIT, form, anywhere=True)
    await customer_money.check(work, form.account, CURRENCY, -item.amount_minor, cheque=item.cheque)
    entered, posting = await take_step(work, item, Act.ENTER)
    return Outcome(shown(entered), posting)


@transaction(code="clearing.exchange.check", name=Text("提出复核", "Check outward item"), menu=MENU, source="IB 2270, 2275", two_phase=True)
async def check(work: Work, form: CheckedItem) -> Outcome:
    """Another teller than who entered it reads the item again: only then it is in the books, and a payer's money is gone.

    The other teller does it himself or approves it. Raises `exchange.own_entry`, `exchange.check_differs`, `exchange.item.*`, `account.*`,
    `cheque.*`.
    """
    item = await hold_item(work, form.item, Stream.OUT_DEBIT, Stream.OUT_CREDIT)
    checker = work.principal.teller
    if checker == item.entered_by:
        if work.second is None:
            raise errors.OWN_ENTRY(field="item", teller=checker)
        checker = work.second.teller
    if item.state is State.ENTERED and parse_amount(form.amount, CURRENCY) != item.amount_minor:
        raise errors.CHECK_DIFFERS(field="amount")
    checked, posting = await take_step(work, replace(item, checked_by=checker), Act.CHECK)
    return Outcome(shown(checked), posting)


@transaction(
    code="clearing.exchange.cancel_item", name=Text("报单冲销", "Cancel exchange item"), menu=MENU, source="IB 2377", two_phase=True
)
async def cancel_item(work: Work, form: OneItem) -> Outcome:
    """Take an item back: before its switch, or what came in while its session is not settled; a posted outward debit becomes an exchanged
    one again. What it posted is posted in red, its cheque can be used again.

    Raises `exchange.item.*`, `exchange.session.state`, and `account.*` where the customer has spent the money.
    """
    item = await hold_item(work, form.item)
    cancelled, posting = await take_step(work, item, Act.CANCEL)
    return Outcome(shown(cancelled), posting)


@transaction(code="clearing.exchange.hold_out_debit", name=Text("提出代付暂缓入账", "Hold outward debit"), menu=MENU, source="IB 2330")
async def hold_out_debit(work: Work, form: HeldItem) -> Outcome:
    """The other bank has said that an exchanged item will come back: it is not posted with its batch. Raises `exchange.item.*`."""
    item = await hold_item(work, form.item, Stream.OUT_DEBIT)
    held, posting = await take_step(work, replace(item, reason=form.reason), Act.HOLD)
    return Outcome(shown(held), posting)


@transaction(
    code="clearing.exchange.post_one_out_debit",
    name=Text("提出代付单笔入账", "Post one outward debit"),
    menu=MENU,
    source="IB 2339",
    two_phase=True,
)
async def post_one_out_debit(work: Work, form: OneItem) -> Outcome:
    """Pay one outward debit to its customer once the next session is switched, one that is held after all too. Where the account is closed
    the money goes to suspense.

    Raises `exchange.not_yet`, `exchange.item.*`, `account.*`.
    """
    item = await hold_item(work, form.item, Stream.OUT_DEBIT)
    act = Act.SUSPEND if await gone(work, item) else Act.POST
    posted, posting = await take_step(work, item, act)
    return Outcome(shown(posted), posting)


async def gone(work: Work, item: Item) -> bool:
    """Whether the item's account is closed, so that what is due to it goes to suspense (IB 2352-2355)."""
    assert item.account is not None
    return (await customer_money.find(work, item.account, "item")).status in customer_money.GONE
