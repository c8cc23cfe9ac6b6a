"""Questions about controlled vouchers: where numbers are, what vaults and boxes hold, what was issued (IB 1745-1760, 3733-3776).

A teller sees the own outlet and those below it; the city branch sees all.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import Row, func, or_, select, tuple_

from banking.fields import CashBoxNumber, CustomerNumber, OutletCode, VoucherNumber, labelled
from banking.lists import ListForm, check_dates, cursor, given, page, place
from banking.query import Read, query
from banking.visibility import sight_for, sight_of
from contracts.report import Column
from kernel.text import Text
from kernel.vouchers import CHEQUE_CHOICES, KINDS, VOUCHER_CHOICES
from services.counter.domain.vouchers import State, kind_of_code, number_text
from services.counter.tables import FRAME, VOUCHER, VOUCHER_MOVEMENT
from services.counter.voucher_sheets import ORDER, voucher_sheets

OTHER_CHOICES = tuple((kind.code, kind.name) for kind in KINDS.values() if not kind.is_cheque)
STATES = (
    (State.STOCK.value, Text("库存", "In stock")),
    (State.ISSUED.value, Text("已下发", "Issued")),
    (State.HELD.value, Text("占用", "Held")),
    (State.USED.value, Text("已使用", "Used")),
    (State.SOLD.value, Text("已出售", "Sold")),
    (State.VOID.value, Text("已作废", "Void")),
)
FOUND = (
    Column(key="kind", label=Text("凭证类别", "Kind")),
    Column(key="name", label=Text("凭证名称", "Name")),
    Column(key="number", label=Text("凭证号", "Number")),
    Column(key="state", label=Text("状态", "State")),
    Column(key="outlet", label=Text("网点", "Outlet")),
    Column(key="cash_box", label=Text("钱箱号", "Cash box")),
    Column(key="to_outlet", label=Text("领用部门", "Issued to")),
    Column(key="account", label=Text("账号", "Account")),
    Column(key="date", label=Text("日期", "Date"), kind="date"),
)
ISSUED = (
    Column(key="date", label=Text("日期", "Date"), kind="date"),
    Column(key="action", label=Text("处理", "Action")),
    Column(key="kind", label=Text("凭证类别", "Kind")),
    Column(key="name", label=Text("凭证名称", "Name")),
    Column(key="first", label=Text("开始号码", "First number")),
    Column(key="last", label=Text("结束号码", "Last number")),
    Column(key="sheets", label=Text("张数", "Sheets"), kind="integer"),
    Column(key="from_outlet", label=Text("下发部门", "Issued by")),
    Column(key="to_outlet", label=Text("领用部门", "Issued to")),
    Column(key="on_the_way", label=Text("未领张数", "Not received"), kind="integer"),
    Column(key="teller", label=Text("柜员", "Teller")),
    Column(key="transaction_number", label=Text("交易流水", "Transaction")),
)
HELD = (
    Column(key="outlet", label=Text("网点", "Outlet")),
    Column(key="cash_box", label=Text("钱箱号", "Cash box")),
    Column(key="kind", label=Text("凭证类别", "Kind")),
    Column(key="name", label=Text("凭证名称", "Name")),
    Column(key="opening", label=Text("上日余额", "Opening"), kind="integer"),
    Column(key="out", label=Text("出库", "Out"), kind="integer"),
    Column(key="in", label=Text("入库", "In"), kind="integer"),
    Column(key="received", label=Text("收入", "Received"), kind="integer"),
    Column(key="paid", label=Text("付出", "Paid out"), kind="integer"),
    Column(key="balance", label=Text("余额", "Balance"), kind="integer"),
    Column(key="first", label=Text("最小号码", "Lowest number")),
    Column(key="last", label=Text("最大号码", "Highest number")),
)
KindCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{4,8}$")]
StateCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{4,6}$")]


class SearchForm(ListForm):
    """Any of these together."""

    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    kind: KindCode | None = labelled("凭证类别", "Kind of voucher", None, widget="choice", choices=OTHER_CHOICES)
    first: VoucherNumber | None = labelled("起始凭证号", "From number", None)
    date_from: date | None = labelled("起始日期", "From", None, widget="date")
    date_to: date | None = labelled("终止日期", "To", None, widget="date")
    state: StateCode | None = labelled("凭证状态", "State", None, widget="choice", choices=STATES)


class IssuesForm(ListForm):
    """A kind of voucher, and the unit that issued or was to receive."""

    kind: KindCode | None = labelled("凭证类别", "Kind of voucher", None, widget="choice", choices=VOUCHER_CHOICES)
    outlet: OutletCode | None = labelled("查询部门", "Outlet", None)


class StockForm(ListForm):
    """An outlet (the own one if left out), a box, a kind."""

    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    cash_box: CashBoxNumber | None = labelled("钱箱号", "Cash box", None)
    kind: KindCode | None = labelled("凭证类别", "Kind of voucher", None, widget="choice", choices=VOUCHER_CHOICES)


class ChequeStockForm(ListForm):
    """An outlet (the own one if left out), a kind of cheque."""

    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    kind: KindCode | None = labelled("支票种类", "Kind of cheque", None, widget="choice", choices=CHEQUE_CHOICES)


def _own(read: Read, outlet: str | None) -> str:
    """The outlet asked about, the own one if none is. Raises `outlet.outside`."""
    return sight_for(read.principal, outlet or read.principal.outlet).beginning


@query(name="voucher.search", title=Text("凭证综合查询", "Vouchers"), source="IB 1745, 3733", columns=FOUND)
async def search(read: Read, form: SearchForm) -> dict[str, Any]:
    """Vouchers other than cheques, number by number: where each is, since when, and for which account it was used."""
    check_dates(form.date_from, form.date_to)
    table = VOUCHER
    kinds = [code for code, kind in KINDS.items() if not kind.is_cheque] if form.kind is None else [kind_of_code(form.kind).code]
    found = select(table).where(
        sight_of(read.principal).condition(table.c.outlet), table.c.kind.in_([code for code in kinds if not KINDS[code].is_cheque])
    )
    if form.customer_number is not None:
        found = found.where(table.c.account.between(f"{form.customer_number}00000", f"{form.customer_number}99999"))
    conditions = (
        (form.first, lambda value: table.c.number >= int(value)),
        (form.date_from, lambda value: table.c.moved_on >= value),
        (form.date_to, lambda value: table.c.moved_on <= value),
        (form.state, lambda value: table.c.state == value),
        (place(form.after, str, int), lambda value: tuple_(table.c.kind, table.c.number) > tuple_(*value)),
    )
    found = found.where(*given(conditions))
    rows = (await read.connection.execute(found.order_by(table.c.kind, table.c.number).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.kind, row.number), _voucher)


def _voucher(row: Row[Any]) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "name": KINDS[row.kind].name.as_dict(),
        "number": number_text(row.number),
        "state": row.state,
        "outlet": row.outlet,
        "cash_box": row.cash_box if row.state == State.STOCK else None,
        "to_outlet": row.issued_to,
        "account": row.account,
        "date": row.moved_on.isoformat(),
    }


@query(name="voucher.issues", title=Text("凭证下发查询", "Vouchers issued"), source="IB 3766", columns=ISSUED)
async def issues(read: Read, form: IssuesForm) -> dict[str, Any]:
    """What was issued and taken back, the newest first, with the sheets still on their way."""
    table, seen = VOUCHER_MOVEMENT, sight_of(read.principal)
    on_the_way = (
        select(func.count())
        .select_from(VOUCHER)
        .where(
            VOUCHER.c.state == State.ISSUED.value,
            VOUCHER.c.issued_to == table.c.to_outlet,
            VOUCHER.c.kind == table.c.kind,
            VOUCHER.c.number.between(table.c.first_number, table.c.last_number),
            VOUCHER.c.posting_id == table.c.posting_id,
        )
        .scalar_subquery()
    )
    number = func.coalesce(table.c.transaction_number, FRAME.register.c.transaction_number).label("number")
    found = (
        select(table, on_the_way.label("on_the_way"), number)
        .join(FRAME.register, FRAME.register.c.posting_id == table.c.posting_id, isouter=True)
        .where(table.c.action.in_(("issue", "undo_issue")), or_(seen.condition(table.c.from_outlet), seen.condition(table.c.to_outlet)))
    )
    conditions = (
        (form.kind, lambda value: table.c.kind == kind_of_code(value).code),
        (form.outlet, lambda value: or_(table.c.from_outlet == value, table.c.to_outlet == value)),
        (place(form.after, int), lambda value: table.c.id < value[0]),
    )
    found = found.where(*given(conditions))
    rows = (await read.connection.execute(found.order_by(table.c.id.desc()).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.id), _issue)


def _issue(row: Row[Any]) -> dict[str, Any]:
    return {
        "date": row.business_date.isoformat(),
        "action": row.action,
        "kind": row.kind,
        "name": KINDS[row.kind].name.as_dict(),
        "first": number_text(row.first_number),
        "last": number_text(row.last_number),
        "sheets": row.sheets,
        "from_outlet": row.from_outlet,
        "to_outlet": row.to_outlet,
        "on_the_way": row.on_the_way,
        "teller": row.teller,
        "transaction_number": row.number,
    }


@query(name="voucher.stock", title=Text("凭证库存查询", "Vouchers in vaults and boxes"), source="IB 1610, 3648", columns=HELD)
async def stock(read: Read, form: StockForm) -> dict[str, Any]:
    """Per box and kind: opening of the date, out and in, received and paid, balance, lowest and highest number.

    Raises `outlet.outside`, `voucher.kind_unknown`.
    """
    outlet = _own(read, form.outlet)
    kinds = [] if form.kind is None else [kind_of_code(form.kind).code]
    rows = await voucher_sheets(read.connection, read.business_date, outlet=outlet, cash_box=form.cash_box, kinds=kinds)
    return _paged(rows, form)


@query(name="voucher.cheque_stock", title=Text("支票库存查询", "Cheques in stock"), source="IB 1751, 3760", columns=HELD)
async def cheque_stock(read: Read, form: ChequeStockForm) -> dict[str, Any]:
    """The same of the cheques of an outlet."""
    outlet = _own(read, form.outlet)
    cheques = [code for code, _ in CHEQUE_CHOICES]
    kinds = cheques if form.kind is None else [code for code in cheques if code == kind_of_code(form.kind).code]
    rows = await voucher_sheets(read.connection, read.business_date, outlet=outlet, kinds=kinds) if kinds else []
    return _paged(rows, form)


def _paged(rows: list[dict[str, Any]], form: ListForm) -> dict[str, Any]:
    """A page of the boxes' sheets; there are as many as boxes times kinds, so they are made whole."""

    def key(row: dict[str, Any]) -> tuple[str, int]:
        return row["cash_box"], ORDER[row["kind"]]

    after = place(form.after, str, int)
    behind = [row for row in rows if after is None or key(row) > after]
    return page(behind, form.limit, lambda row: cursor(*key(row)), lambda row: row)


VOUCHER_QUERIES = (search, issues, stock, cheque_stock)
