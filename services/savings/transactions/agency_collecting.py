"""逐笔代收: one payment taken for an organisation at any counter, with or without a line of a batch (IB 1694-1712)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert, select

from banking.menus import AGENCY
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from services.savings.accounts import book, line_of, reference
from services.savings.agency.contracts import batch_of, change_item, contract_of, items_of, settle_state
from services.savings.agency.tables import COLLECTION, ITEM
from services.savings.domain.accounts import check_currency, credit
from services.savings.domain.agency import (
    ALL_ITEMS,
    CHANGEABLE,
    OPEN_ITEMS,
    AgencyKind,
    BatchState,
    ItemState,
    require_item_state,
    require_state,
)
from services.savings.domain.agency_errors import ITEM_AMBIGUOUS, ITEM_AMOUNT, ITEM_UNKNOWN, NOT_COLLECTION
from services.savings.domain.withdrawal_modes import check_outlet_of_deposit
from services.savings.parameters.load import parameters
from services.savings.transactions.agency_forms import Collecting, ListedCollecting
from services.savings.transactions.settlement import lock_both, take_money

MENU = (AGENCY,)
SHOWN_NUMBERS = 10
"""How many line numbers a refusal lists."""


@transaction(
    code="savings.agency.collect_listed",
    name=Text("逐笔代收", "Collect a listed payment"),
    menu=MENU,
    source="IB 1694, 1699",
    cash="receives",
)
async def collect_listed(work: Work, form: ListedCollecting) -> Outcome:
    """Take what a line of a batch asks for; the line is done with that. Raises `agency.*`, and as `collect_unlisted`."""
    contract = await _collecting(work, form)
    batch = await batch_of(work.connection, contract.contract, form.batch)
    require_state(BatchState(batch.state), *CHANGEABLE)
    item = await _line_for(work, form, batch)
    if parse_amount(form.amount, contract.currency) != item.amount_minor:
        raise ITEM_AMOUNT(field="amount", amount=format_amount(item.amount_minor, contract.currency))
    outcome = await _collect(work, form, contract, batch=batch.batch, item=item.item, payment_kind=form.payment_kind)
    collected = {"state": ItemState.COLLECTED.value, "reason": None, "posting_id": work.posting_id}
    await change_item(work.connection, item, **collected)
    await settle_state(work.connection, batch)
    return outcome


@transaction(
    code="savings.agency.collect_unlisted",
    name=Text("逐笔代收(无清单)", "Collect an unlisted payment"),
    menu=MENU,
    source="IB 1702, 1707",
    cash="receives",
)
async def collect_unlisted(work: Work, form: Collecting) -> Outcome:
    """Take a payment for the organisation of a collection contract, in cash or from an account whose holder shows what it needs.

    Raises `agency.contract_*`, `agency.not_collection`, `account.*`, `amount.*`, `settlement.*`, and what taking the money refuses with.
    """
    return await _collect(work, form, await _collecting(work, form))


async def _collecting(work: Work, form: Collecting) -> Row[Any]:
    contract = await contract_of(work.connection, form.contract, "share")
    if contract.kind != AgencyKind.COLLECTION.value:
        raise NOT_COLLECTION(field="contract")
    return contract


async def _line_for(work: Work, form: ListedCollecting, batch: Row[Any]) -> Row[Any]:
    """The line that waits for the payer; several are told apart by their number.

    Raises `agency.item_unknown`, `agency.item_state`, `agency.item_ambiguous`.
    """
    of_payer = select(ITEM).where(*items_of(batch, *ALL_ITEMS), ITEM.c.object_id == form.object_id)
    if form.item is not None:
        of_payer = of_payer.where(ITEM.c.item == form.item)
    still_open = ITEM.c.state.in_([state.value for state in OPEN_ITEMS])
    first_ones = of_payer.order_by(still_open.desc(), ITEM.c.item).limit(SHOWN_NUMBERS + 1)
    rows = (await work.connection.execute(first_ones)).all()
    if not rows:
        raise ITEM_UNKNOWN(field="object_id" if form.item is None else "item")
    waiting = [row for row in rows if ItemState(row.state) in OPEN_ITEMS]
    if not waiting:
        require_item_state(ItemState(rows[0].state), ItemState.WAITING, field="object_id")
    if len(waiting) > 1:
        numbers = ", ".join(str(row.item) for row in waiting[:SHOWN_NUMBERS])
        raise ITEM_AMBIGUOUS(field="item", numbers=numbers if len(waiting) <= SHOWN_NUMBERS else f"{numbers} ...")
    return waiting[0]


async def _collect(work: Work, form: Collecting, contract: Row[Any], **line: Any) -> Outcome:
    account, payer = await lock_both(work, contract.account, form)
    check_currency(account, form.currency, "currency")
    check_outlet_of_deposit(account.cross_outlet, account.outlet, work.outlet, "contract")
    amount_minor = parse_amount(form.amount, account.currency)
    credited = credit(account, amount_minor, work.business_date, parameters(), "contract")
    settlement = await take_money(work, payer, form, account.currency, amount_minor, form.password, "password")
    summary = form.summary or f"代收 {form.object_id}"
    await book(work.connection, credited, line_of(work, amount_minor, summary=summary))
    row = {
        "posting_id": work.posting_id,
        "contract": contract.contract,
        "outlet": contract.outlet,
        "object_id": form.object_id,
        "amount_minor": amount_minor,
        "settlement": form.settlement,
        "payer_account": payer.number if payer else None,
        "cash_code": form.cash_code,
        "fee_code": form.fee_code,
        "summary": summary,
        "business_date": work.business_date,
        "counter_outlet": work.outlet,
        "teller": work.principal.teller,
        **line,
    }
    await work.connection.execute(insert(COLLECTION).values(row))
    result = {
        "contract": contract.contract,
        "organisation": contract.customer_name,
        "account": account.number,
        "object_id": form.object_id,
        "amount": format_amount(amount_minor, account.currency),
        **{name: line[name] for name in ("batch", "item") if name in line},
    }
    accounts = {"account": reference(credited), "settlement": settlement}
    return Outcome(result, Posting(work.code, account.currency, accounts, {"amount": amount_minor}, summary=summary))
