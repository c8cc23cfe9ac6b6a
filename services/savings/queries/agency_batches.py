"""代理批量, 批量明细, 逐笔代收查询: batches with their progress, lines with why they failed, what was collected one by one (IB 1656-1660,
1672-1676, 1699-1707)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, Table, select, tuple_

from banking.fields import OutletCode, ShortText, labelled
from banking.lists import ListForm, check_dates, cursor, given, page, place
from banking.query import Read, query
from banking.visibility import check_account_seen, sight_for
from contracts.report import Column
from kernel.money import format_amount
from kernel.text import Text
from services.savings.agency.contracts import shown_day
from services.savings.agency.tables import BATCH, COLLECTION, CONTRACT, ITEM
from services.savings.domain.agency import BatchState, Failure, ItemState
from services.savings.domain.agency_errors import CONTRACT_UNKNOWN
from services.savings.queries.agency import OF_CONTRACT, REMARKS, STATE
from services.savings.tables import FRAME
from services.savings.transactions.agency_forms import SOURCES, ContractNumber, SerialNumber

BATCH_STATES = tuple((state.value, state.text) for state in BatchState)
ITEM_STATES = tuple((state.value, state.text) for state in ItemState)
OF_BATCH = Column(key="batch", label=Text("批量号", "Batch"), kind="integer")
OF_ITEM = Column(key="item", label=Text("明细序号", "Line"), kind="integer")
OBJECT = Column(key="object_id", label=Text("对象标识", "Payer or payee's number"))
AMOUNT = Column(key="amount", label=Text("金额", "Amount"), kind="amount")
BATCHES = (
    OF_CONTRACT,
    OF_BATCH,
    STATE,
    Column(key="control_count", label=Text("总笔数", "Lines announced"), kind="integer"),
    Column(key="control_total", label=Text("总金额", "Total announced"), kind="amount"),
    Column(key="posted_count", label=Text("已入账笔数", "Lines posted"), kind="integer"),
    Column(key="posted_amount", label=Text("已入账金额", "Amount posted"), kind="amount"),
    Column(key="failed_count", label=Text("失败笔数", "Lines failed"), kind="integer"),
    Column(key="progress", label=Text("本次进度", "Progress of the run")),
    Column(key="source_name", label=Text("明细来源", "Source")),
    Column(key="source_batch", label=Text("来源批量号", "Batch of the source")),
    Column(key="source_file", label=Text("来源文件名", "File")),
    REMARKS,
    Column(key="run_on", label=Text("入账日期", "Run on"), kind="date"),
    Column(key="run_by", label=Text("入账柜员", "Run by")),
    Column(key="entered_on", label=Text("录入日期", "Entered on"), kind="date"),
    Column(key="entered_by", label=Text("录入柜员", "Entered by")),
)
ITEMS = (
    OF_ITEM,
    Column(key="account", label=Text("账号", "Account")),
    Column(key="name", label=Text("户名", "Name")),
    OBJECT,
    AMOUNT,
    STATE,
    Column(key="reason", label=Text("失败原因", "Why it failed")),
    Column(key="transaction_number", label=Text("交易流水号", "Transaction number")),
    REMARKS,
)
COLLECTIONS = (
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="transaction_number", label=Text("交易流水号", "Transaction number")),
    OF_CONTRACT,
    OF_BATCH,
    OF_ITEM,
    OBJECT,
    AMOUNT,
    Column(key="settlement", label=Text("收款方式", "Settlement")),
    Column(key="payer_account", label=Text("转出账户", "Paying account")),
    Column(key="payment_kind", label=Text("收款类别", "Kind of payment")),
    Column(key="cash_code", label=Text("现金分析码", "Cash code")),
    Column(key="fee_code", label=Text("收费分析码", "Charge code")),
    Column(key="summary", label=Text("摘要", "Summary")),
    Column(key="counter_outlet", label=Text("交易部门", "Counter outlet")),
    Column(key="teller", label=Text("柜员", "Teller")),
)


class Batches(ListForm):
    """The batches of a contract, or of all that are seen."""

    contract: ContractNumber | None = labelled("代理合同号", "Agency contract", None)
    batch: SerialNumber | None = labelled("批量号", "Batch", None)
    outlet: OutletCode | None = labelled("网点", "Outlet", None)
    state: Literal["entered", "running", "incomplete", "done", "deleted"] | None = labelled(
        "状态", "State", None, widget="choice", choices=BATCH_STATES
    )


class Items(ListForm):
    """The lines of a batch."""

    contract: ContractNumber = labelled("代理合同号", "Agency contract")
    batch: SerialNumber = labelled("批量号", "Batch")
    state: Literal["waiting", "posted", "failed", "collected", "deleted"] | None = labelled(
        "状态", "State", None, widget="choice", choices=ITEM_STATES
    )
    object_id: ShortText | None = labelled("对象标识", "Payer or payee's number", None)


class Collections(ListForm):
    """What was collected for a contract."""

    contract: ContractNumber = labelled("代理合同号", "Agency contract")
    date_from: date | None = labelled("起始日期", "From", None, widget="date")
    date_to: date | None = labelled("终止日期", "To", None, widget="date")


@query(name="agency.batches", title=Text("代理批量查询", "Agency batches"), source="IB 1656", columns=BATCHES)
async def batches(read_: Read, form: Batches) -> dict[str, Any]:
    """Batches with how far they are, by contract and number. Raises `outlet.outside`, `query.cursor`."""
    table = BATCH.c
    conditions = (
        (form.contract, lambda value: table.contract == value),
        (form.batch, lambda value: table.batch == value),
        (form.state, lambda value: table.state == value),
        (place(form.after, str, int), lambda value: tuple_(table.contract, table.batch) > tuple_(*value)),
    )
    found = select(BATCH, CONTRACT.c.currency).join(CONTRACT, CONTRACT.c.contract == table.contract)
    found = found.where(sight_for(read_.principal, form.outlet).condition(table.outlet), *given(conditions))
    rows = (await read_.connection.execute(found.order_by(table.contract, table.batch).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.contract, row.batch), _batch)


@query(name="agency.items", title=Text("代理批量明细查询", "Lines of an agency batch"), source="IB 1672", columns=ITEMS)
async def items(read_: Read, form: Items) -> dict[str, Any]:
    """The lines of a batch, with the posting they are in or why they failed.

    Raises `agency.contract_unknown`, `account.outside`, `query.cursor`.
    """
    contract = await _seen(read_, form.contract)
    table = ITEM.c
    conditions = (
        (form.state, lambda value: table.state == value),
        (form.object_id, lambda value: table.object_id == value),
        (place(form.after, int), lambda value: table.item > value[0]),
    )
    found = _numbered(ITEM).where(table.contract == form.contract, table.batch == form.batch, *given(conditions))
    rows = (await read_.connection.execute(found.order_by(table.item).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.item), lambda row: _item(row, contract.currency))


@query(name="agency.collections", title=Text("逐笔代收查询", "Payments collected"), source="IB 1699, 1707", columns=COLLECTIONS)
async def collections(read_: Read, form: Collections) -> dict[str, Any]:
    """What was collected at counters for a contract, the oldest first. Raises `agency.contract_unknown`, `account.outside`, `query.*`."""
    check_dates(form.date_from, form.date_to)
    contract = await _seen(read_, form.contract)
    table = COLLECTION.c
    conditions = (
        (form.date_from, lambda value: table.business_date >= value),
        (form.date_to, lambda value: table.business_date <= value),
        (place(form.after, date.fromisoformat, UUID), lambda value: tuple_(table.business_date, table.posting_id) > tuple_(*value)),
    )
    found = _numbered(COLLECTION).where(table.contract == form.contract, *given(conditions))
    rows = (await read_.connection.execute(found.order_by(table.business_date, table.posting_id).limit(form.limit + 1))).all()
    key = lambda row: cursor(row.business_date.isoformat(), row.posting_id)  # noqa: E731
    return page(rows, form.limit, key, lambda row: _collection(row, contract.currency))


async def _seen(read_: Read, number: str) -> Row[Any]:
    """A contract of the outlets the teller sees. Raises `agency.contract_unknown`, `account.outside`."""
    row = (await read_.connection.execute(select(CONTRACT).where(CONTRACT.c.contract == number))).first()
    if row is None:
        raise CONTRACT_UNKNOWN(field="contract", contract=number)
    check_account_seen(read_.principal, row.outlet, "contract")
    return row


def _numbered(table: Table) -> Any:
    number = FRAME.register.c.transaction_number.label("number_of_transaction")
    return select(table, number).select_from(table.outerjoin(FRAME.register, FRAME.register.c.posting_id == table.c.posting_id))


def _batch(row: Row[Any]) -> dict[str, Any]:
    return {
        "contract": row.contract,
        "batch": row.batch,
        "state": row.state,
        "state_name": BatchState(row.state).text.as_dict(),
        "control_count": row.control_count,
        "control_total": format_amount(row.control_total_minor, row.currency),
        "posted_count": row.posted_count,
        "posted_amount": format_amount(row.posted_minor, row.currency),
        "failed_count": row.failed_count,
        "progress": f"{row.decided_count}/{row.run_count}" if row.run else None,
        "source": row.source,
        "source_name": dict(SOURCES)[row.source].as_dict(),
        "source_batch": row.source_batch,
        "source_file": row.source_file,
        "remarks": row.remarks,
        "run_on": shown_day(row.run_on),
        "run_by": row.run_by,
        "entered_on": shown_day(row.entered_on),
        "entered_by": row.entered_by,
    }


def _item(row: Row[Any], currency: str) -> dict[str, Any]:
    return {
        "item": row.item,
        "account": row.account,
        "name": row.name,
        "object_id": row.object_id,
        "amount": format_amount(row.amount_minor, currency),
        "state": row.state,
        "state_name": ItemState(row.state).text.as_dict(),
        "reason": Failure(row.reason).text.as_dict() if row.reason else None,
        "transaction_number": row.number_of_transaction,
        "posting_id": str(row.posting_id) if row.posting_id else None,
        "remarks": row.remarks,
    }


def _collection(row: Row[Any], currency: str) -> dict[str, Any]:
    return {
        "business_date": shown_day(row.business_date),
        "transaction_number": row.number_of_transaction,
        "posting_id": str(row.posting_id),
        "contract": row.contract,
        "batch": row.batch,
        "item": row.item,
        "object_id": row.object_id,
        "amount": format_amount(row.amount_minor, currency),
        "settlement": row.settlement,
        "payer_account": row.payer_account,
        "payment_kind": row.payment_kind,
        "cash_code": row.cash_code,
        "fee_code": row.fee_code,
        "summary": row.summary,
        "counter_outlet": row.counter_outlet,
        "teller": row.teller,
    }
