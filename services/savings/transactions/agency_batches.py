"""代理批量: batches and their lines entered, put right, and set going (IB 1645-1679, 317)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, update

from banking.menus import AGENCY
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from services.savings.accounts import lock, read, save
from services.savings.agency.contracts import (
    batch_of,
    change_batch,
    change_item,
    counted_up,
    item_of,
    items_of,
    own_contract,
    settle_state,
    sums,
)
from services.savings.agency.deciding import foreseen
from services.savings.agency.tables import BATCH, ITEM
from services.savings.domain.accounts import check_current, hold
from services.savings.domain.agency import (
    ALL_ITEMS,
    CHANGEABLE,
    MOST_ITEMS,
    OPEN_ITEMS,
    AgencyKind,
    BatchState,
    ItemState,
    check_control,
    check_left,
    require_item_state,
    require_state,
)
from services.savings.domain.agency_errors import BATCH_FROM_FILE, BATCH_FULL, BATCH_HAS_POSTINGS
from services.savings.domain.errors import NOTHING_CHANGED
from services.savings.domain.products import Owner
from services.savings.parameters.load import parameters
from services.savings.transactions.agency_forms import (
    DELETE,
    BatchEntry,
    BatchMaintenance,
    ItemEntry,
    ItemMaintenance,
    OfBatch,
)

MENU = (AGENCY,)


@transaction(code="savings.agency.enter_batch", name=Text("录入批量", "Enter batch"), menu=MENU, source="IB 1645")
async def enter_batch(work: Work, form: BatchEntry) -> Outcome:
    """Announce a batch of a contract of the own outlet with its control figures; the batch's number in the contract.

    Raises `agency.contract_*`, `agency.other_outlet`, `amount.*`.
    """
    contract = await own_contract(work, form.contract, "update")
    total_minor = parse_amount(form.control_total, contract.currency, "control_total")
    row: dict[str, Any] = {
        "contract": contract.contract,
        "batch": await counted_up(work.connection, contract.contract, "batches"),
        "outlet": contract.outlet,
        "state": BatchState.ENTERED.value,
        "control_count": form.control_count,
        "control_total_minor": total_minor,
        "source": form.source,
        "source_batch": form.source_batch,
        "source_file": form.source_file,
        "remarks": form.remarks or "",
        "entered_on": work.business_date,
        "entered_by": work.principal.teller,
    }
    await work.connection.execute(insert(BATCH).values(row))
    return Outcome(_shown(row, contract.currency))


@transaction(code="savings.agency.maintain_batch", name=Text("批量维护", "Maintain batch"), menu=MENU, source="IB 1651")
async def maintain_batch(work: Work, form: BatchMaintenance) -> Outcome:
    """Change the control figures of a batch that is not being posted, or delete one of which nothing was.

    Raises `agency.*`, `amount.*`.
    """
    contract = await own_contract(work, form.contract, "share")
    batch = await batch_of(work.connection, contract.contract, form.batch)
    require_state(BatchState(batch.state), *CHANGEABLE)
    values: dict[str, Any] = {}
    if form.action == DELETE:
        if (await sums(work.connection, batch, ItemState.POSTED, ItemState.COLLECTED))[0]:
            raise BATCH_HAS_POSTINGS(field="batch")
        values["state"] = BatchState.DELETED.value
    else:
        if form.control_total is not None:
            values["control_total_minor"] = parse_amount(form.control_total, contract.currency, "control_total")
        values |= {name: value for name in ("control_count", "remarks") if (value := getattr(form, name)) is not None}
        values = {name: value for name, value in values.items() if value != getattr(batch, name)}
        if not values:
            raise NOTHING_CHANGED(field="batch")
    await change_batch(work.connection, batch, **values)
    return Outcome(_shown({**batch._mapping, **values}, contract.currency))


def _shown(row: Any, currency: str) -> dict[str, Any]:
    return {
        "contract": row["contract"],
        "batch": row["batch"],
        "control_count": row["control_count"],
        "control_total": format_amount(row["control_total_minor"], currency),
        "source": row["source"],
        "state": row["state"],
    }


@transaction(code="savings.agency.add_item", name=Text("增加批量明细", "Add a line to a batch"), menu=MENU, source="IB 1659")
async def add_item(work: Work, form: ItemEntry) -> Outcome:
    """Add a line by hand; its number in the batch. Raises `agency.*`, `account.*`, `amount.*`."""
    contract = await own_contract(work, form.contract, "share")
    batch = await batch_of(work.connection, contract.contract, form.batch)
    require_state(BatchState(batch.state), *CHANGEABLE)
    if batch.source != "manual":
        raise BATCH_FROM_FILE(field="batch")
    if (await sums(work.connection, batch, *ALL_ITEMS))[0] >= MOST_ITEMS:
        raise BATCH_FULL(field="batch", most=MOST_ITEMS)
    await _check_account(work, form.account)
    row: dict[str, Any] = {
        "contract": contract.contract,
        "batch": batch.batch,
        "item": batch.items + 1,
        "account": form.account,
        "name": form.name,
        "object_id": form.object_id,
        "amount_minor": parse_amount(form.amount, contract.currency),
        "remarks": form.remarks or "",
        "state": ItemState.WAITING.value,
    }
    await work.connection.execute(insert(ITEM).values(row))
    await change_batch(work.connection, batch, items=batch.items + 1)
    return Outcome(_item_shown(row, contract.currency))


@transaction(code="savings.agency.maintain_item", name=Text("批量明细维护", "Maintain a line of a batch"), menu=MENU, source="IB 1663")
async def maintain_item(work: Work, form: ItemMaintenance) -> Outcome:
    """Put a line right that was not posted, so that the next run does it, or delete it. Raises `agency.*`, `account.*`, `amount.*`."""
    contract = await own_contract(work, form.contract, "share")
    batch = await batch_of(work.connection, contract.contract, form.batch)
    require_state(BatchState(batch.state), *CHANGEABLE)
    item = await item_of(work.connection, batch, form.item)
    require_item_state(ItemState(item.state), *OPEN_ITEMS)
    if form.action == DELETE:
        values: dict[str, Any] = {"state": ItemState.DELETED.value}
    else:
        values = await _different(work, form, item, contract.currency)
        values["state"] = ItemState.WAITING.value
    values |= {"reason": None, "run": None}
    await change_item(work.connection, item, **values)
    await settle_state(work.connection, batch)
    return Outcome(_item_shown({**item._mapping, **values}, contract.currency))


async def _different(work: Work, form: ItemMaintenance, item: Any, currency: str) -> dict[str, Any]:
    asked = {name: value for name in ("account", "name", "object_id", "remarks") if (value := getattr(form, name)) is not None}
    if form.amount is not None:
        asked["amount_minor"] = parse_amount(form.amount, currency)
    values = {name: value for name, value in asked.items() if value != getattr(item, name)}
    if not values:
        raise NOTHING_CHANGED(field="item")
    if "account" in values:
        await _check_account(work, values["account"])
    return values


async def _check_account(work: Work, number: str) -> None:
    """A person's demand account; what else may stand in the way is seen when the batch is posted. Raises `account.*`."""
    check_current(await read(work.connection, number), Owner.PERSONAL)


def _item_shown(row: Any, currency: str) -> dict[str, Any]:
    return {
        "contract": row["contract"],
        "batch": row["batch"],
        "item": row["item"],
        "account": row["account"],
        "name": row["name"],
        "object_id": row["object_id"],
        "amount": format_amount(row["amount_minor"], currency),
        "state": row["state"],
    }


@transaction(code="savings.agency.run_batch", name=Text("代发/代扣批量入账", "Post a batch"), menu=MENU, source="IB 317, 1645")
async def run_batch(work: Work, form: OfBatch) -> Outcome:
    """Set a batch going, once it is whole: what was not posted yet is posted line by line, in portions, after this transaction. The
    money of wages is held on the organisation's account, what is collected is announced there. A preview says what would fail.

    Raises `agency.*`, `account.insufficient` and what else stops the organisation's account.
    """
    contract = await own_contract(work, form.contract, "share")
    batch = await batch_of(work.connection, contract.contract, form.batch)
    require_state(BatchState(batch.state), *CHANGEABLE)
    count, total_minor = await sums(work.connection, batch, *ALL_ITEMS)
    check_control(count, total_minor, batch.control_count, batch.control_total_minor, contract.currency)
    left, left_minor = await sums(work.connection, batch, *OPEN_ITEMS)
    check_left(left)
    kind = AgencyKind(contract.kind)
    account = (await lock(work.connection, account=contract.account))["account"]
    await save(work.connection, hold(account, -kind.sign * left_minor, work.business_date, parameters()))
    again = update(ITEM).where(*items_of(batch, ItemState.FAILED)).values(state=ItemState.WAITING.value, reason=None, run=None)
    await work.connection.execute(again)
    await change_batch(
        work.connection,
        batch,
        state=BatchState.RUNNING.value,
        run=batch.run + 1,
        run_on=work.business_date,
        run_by=work.principal.teller,
        run_second=work.second.teller if work.second else None,
        run_count=left,
        decided_count=0,
        failed_count=0,
        open_minor=left_minor,
        reached=0,
    )
    result: dict[str, Any] = {
        "contract": contract.contract,
        "batch": batch.batch,
        "run": batch.run + 1,
        "kind": contract.kind,
        "account": account.number,
        "count": left,
        "amount": format_amount(left_minor, contract.currency),
    }
    if work.dry_run:
        result["failing"] = [
            {"reason": failure.text.as_dict(), "count": lines, "amount": format_amount(minor, contract.currency)}
            for failure, lines, minor in await foreseen(work.connection, contract, batch)
        ]
    return Outcome(result, transfer_minor={contract.currency: left_minor})
