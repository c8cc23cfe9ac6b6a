"""已出售支票查询, 支票交易查询: whose a cheque is, what an account has, what a cheque paid (IB 1754-1761, 3747-3761, 3814)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from sqlalchemy import Row, and_, func, select, tuple_

from banking.fields import AccountNumber, Form, VoucherNumber, labelled
from banking.lists import ListForm, cursor, page, place
from banking.query import Read, query
from banking.visibility import check_account_seen, sight_of
from contracts.report import Column
from kernel.money import format_amount
from kernel.text import Text
from kernel.vouchers import CHEQUE_CHOICES
from services.savings.accounts import read
from services.savings.domain.cheques import ChequeAction, ChequeState
from services.savings.domain.documents import document_name
from services.savings.domain.errors import CHEQUE_NOT_SOLD
from services.savings.queries.accounts import overseen
from services.savings.tables import ACCOUNT, ACCOUNT_LINE, CHEQUE, CHEQUE_EVENT, FRAME

STATES = tuple((state.value, state.text) for state in ChequeState if state is not ChequeState.NOT_SOLD)
KIND = Column(key="kind", label=Text("凭证类别", "Kind"))
NUMBER = Column(key="number", label=Text("凭证号", "Number"))
NUMBERED = Column(key="transaction_number", label=Text("交易流水号", "Transaction number"))
DATE = Column(key="business_date", label=Text("账务日期", "Business date"), kind="date")
TELLER = Column(key="teller", label=Text("柜员", "Teller"))
ACCOUNT_COLUMN = Column(key="account", label=Text("账号", "Account"))
EVENTS = (
    DATE,
    Column(key="action", label=Text("处理", "Action")),
    NUMBERED,
    ACCOUNT_COLUMN,
    Column(key="counter_outlet", label=Text("交易部门", "Counter outlet")),
    TELLER,
    Column(key="id_type_name", label=Text("证件类别", "Document type")),
    Column(key="id_number", label=Text("证件号码", "Document number")),
)
CHEQUES = (
    KIND,
    NUMBER,
    Column(key="state", label=Text("状态", "State")),
    Column(key="sold_on", label=Text("出售日期", "Sold on"), kind="date"),
    Column(key="sold_by", label=Text("出售柜员", "Sold by")),
    Column(key="changed_on", label=Text("变动日期", "Changed on"), kind="date"),
    Column(key="changed_by", label=Text("变动柜员", "Changed by")),
)
PAYMENTS = (
    DATE,
    NUMBERED,
    KIND,
    NUMBER,
    ACCOUNT_COLUMN,
    Column(key="name", label=Text("户名", "Name")),
    Column(key="amount", label=Text("交易金额", "Amount"), kind="amount"),
    Column(key="code", label=Text("交易", "Transaction")),
    Column(key="counter_outlet", label=Text("交易部门", "Counter outlet")),
    TELLER,
)


class ChequeByNumber(Form):
    """One cheque."""

    kind: Literal["CCKZ", "TCKZ"] = labelled("凭证类别", "Kind of cheque", widget="choice", choices=CHEQUE_CHOICES)
    number: VoucherNumber = labelled("凭证号", "Cheque number")


class ChequesByAccount(ListForm):
    """The cheques of an account."""

    kind: Literal["CCKZ", "TCKZ"] = labelled("凭证类别", "Kind of cheque", widget="choice", choices=CHEQUE_CHOICES)
    account: AccountNumber = labelled("账号", "Account", widget="account")
    state: Literal["unused", "reported_lost", "used", "written_off", "void"] | None = labelled(
        "状态", "State", None, widget="choice", choices=STATES
    )


class ChequeTransactions(ListForm):
    """What a cheque paid."""

    kind: Literal["CCKZ", "TCKZ"] | None = labelled("凭证类别", "Kind of cheque", None, widget="choice", choices=CHEQUE_CHOICES)
    number: VoucherNumber = labelled("凭证号码", "Cheque number")
    date_from: date | None = labelled("开始日期", "From", None, widget="date")


@query(name="voucher.cheque_by_number", title=Text("已出售支票查询(凭证号)", "Cheque by number"), source="IB 1755, 3747", columns=EVENTS)
async def by_number(read_: Read, form: ChequeByNumber) -> dict[str, Any]:
    """Whose a sold cheque is, its state, and what was done to it, the oldest first. Raises `cheque.not_sold`, `account.outside`."""
    wanted = and_(CHEQUE.c.kind == form.kind, CHEQUE.c.number == form.number, CHEQUE.c.state != ChequeState.NOT_SOLD.value)
    row = (await read_.connection.execute(select(CHEQUE).where(wanted))).first()
    if row is None:
        raise CHEQUE_NOT_SOLD(field="number", kind=form.kind, number=form.number)
    check_account_seen(read_.principal, row.outlet, "number")
    account = await read(read_.connection, row.account)
    number = FRAME.register.c.transaction_number.label("number_of_transaction")
    joined = CHEQUE_EVENT.outerjoin(FRAME.register, FRAME.register.c.posting_id == CHEQUE_EVENT.c.posting_id)
    done = select(CHEQUE_EVENT, number).select_from(joined).where(CHEQUE_EVENT.c.kind == form.kind, CHEQUE_EVENT.c.number == form.number)
    rows = await read_.connection.execute(done.order_by(CHEQUE_EVENT.c.id))
    cheque = {
        **_cheque(row),
        "account": row.account,
        "name": account.name,
        "customer_number": account.customer_number,
        "outlet": row.outlet,
    }
    return {"cheque": cheque, "rows": [_event(each) for each in rows], "next": None}


@query(
    name="voucher.cheque_by_account", title=Text("已出售支票查询(账号)", "Cheques of an account"), source="IB 1759, 3753", columns=CHEQUES
)
async def by_account(read_: Read, form: ChequesByAccount) -> dict[str, Any]:
    """The cheques sold to an account, in the order of their numbers, and how many of them are unused.

    Raises `account.unknown`, `account.outside`, `query.cursor`.
    """
    account = await overseen(read_, form.account)
    mine = (CHEQUE.c.account == form.account, CHEQUE.c.kind == form.kind, CHEQUE.c.state != ChequeState.NOT_SOLD.value)
    found = select(CHEQUE).where(*mine)
    if form.state is not None:
        found = found.where(CHEQUE.c.state == form.state)
    if (after := place(form.after, str)) is not None:
        found = found.where(CHEQUE.c.number > after[0])
    rows = (await read_.connection.execute(found.order_by(CHEQUE.c.number).limit(form.limit + 1))).all()
    counted = select(func.count()).select_from(CHEQUE).where(*mine, CHEQUE.c.state == ChequeState.UNUSED.value)
    unused = (await read_.connection.execute(counted)).scalar_one()
    cheques = page(rows, form.limit, lambda row: cursor(row.number), _cheque)
    return {"account": account.number, "name": account.name, "unused": unused, **cheques}


@query(name="transaction.cheque", title=Text("支票交易查询", "Payments by a cheque"), source="IB 2510, 3814", columns=PAYMENTS)
async def transactions(read_: Read, form: ChequeTransactions) -> dict[str, Any]:
    """What was paid by sold cheques of a number: account and amount. Raises `query.cursor`."""
    event, line = CHEQUE_EVENT.c, ACCOUNT_LINE.c
    joined = CHEQUE_EVENT.join(ACCOUNT_LINE, and_(line.posting_id == event.posting_id, line.account == event.account))
    joined = joined.join(ACCOUNT, ACCOUNT.c.account == event.account)
    joined = joined.outerjoin(FRAME.register, FRAME.register.c.posting_id == event.posting_id)
    found = select(
        CHEQUE_EVENT,
        line.amount_minor,
        ACCOUNT.c.name,
        ACCOUNT.c.currency,
        FRAME.register.c.transaction_number.label("number_of_transaction"),
    ).select_from(joined)
    found = found.where(
        event.number == form.number, event.action == ChequeAction.USE.value, sight_of(read_.principal).condition(ACCOUNT.c.outlet)
    )
    if form.kind is not None:
        found = found.where(event.kind == form.kind)
    if form.date_from is not None:
        found = found.where(event.business_date >= form.date_from)
    if (after := place(form.after, str, int)) is not None:
        found = found.where(tuple_(event.kind, event.id) > tuple_(*after))
    rows = (await read_.connection.execute(found.order_by(event.kind, event.id).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.kind, row.id), _payment)


def _cheque(row: Row[Any]) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "number": row.number,
        "state": row.state,
        "sold_on": row.sold_on.isoformat(),
        "sold_by": row.sold_by,
        "changed_on": row.changed_on.isoformat(),
        "changed_by": row.changed_by,
    }


def _event(row: Row[Any]) -> dict[str, Any]:
    return {
        "business_date": row.business_date.isoformat(),
        "action": ChequeAction(row.action).done.as_dict(),
        "transaction_number": row.number_of_transaction,
        "posting_id": str(row.posting_id),
        "account": row.account,
        "counter_outlet": row.counter_outlet,
        "teller": row.teller,
        "id_type": row.id_type,
        "id_type_name": document_name(row.id_type),
        "id_number": row.id_number,
        "loss_kind": row.loss_kind,
    }


def _payment(row: Row[Any]) -> dict[str, Any]:
    return {
        "business_date": row.business_date.isoformat(),
        "transaction_number": row.number_of_transaction,
        "posting_id": str(row.posting_id),
        "kind": row.kind,
        "number": row.number,
        "account": row.account,
        "name": row.name,
        "amount": format_amount(abs(row.amount_minor), row.currency),
        "code": row.code,
        "counter_outlet": row.counter_outlet,
        "teller": row.teller,
    }
