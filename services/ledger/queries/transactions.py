"""交易信息查询: the transactions of a date, and their entries (IB 1763-1774, 2503-2506, 3776-3800)."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, select, tuple_, union_all

from banking.fields import AmountText, CustomerNumber, TellerNumber, TransactionNumber, labelled
from banking.lists import NumberBeginning, cursor, page, place
from banking.query import Read, query
from banking.visibility import sight_for
from contracts.report import Column
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from services.ledger.domain.rulebook import Rulebook
from services.ledger.queries import forms
from services.ledger.queries.forms import CASH_OR_TRANSFER, DayListForm, SubjectCode, beginning_with, of_subject, rulebook_for, shown_leg
from services.ledger.queries.one_transaction import one_transaction
from services.ledger.queries.selections import legs_with_sets
from services.ledger.tables import CORRECTION, LEG, OFF_SHEET_LEG, POSTING_SET, REVERSAL

STATES = (
    ("normal", Text("正常", "Normal")),
    ("reversed", Text("已冲账", "Reversed")),
    ("supplemented", Text("已补账", "Reversed and supplemented")),
)
NUMBER_DIGITS = 11


class TransactionSearch(DayListForm):
    """Any of these together (IB 1767, 3784-3789)."""

    state: Literal["normal", "reversed", "supplemented"] | None = labelled("交易种类", "Kind", None, widget="choice", choices=STATES)
    customer_number: CustomerNumber | None = labelled("交易客户", "Customer number", None, widget="customer")
    account: NumberBeginning | None = labelled("交易账号", "Account number, or its beginning", None, widget="account")
    teller: TellerNumber | None = labelled("交易用户", "Teller", None)
    amount: AmountText | None = labelled("交易金额", "Amount", None, widget="amount")
    number_from: TransactionNumber | None = labelled("起始流水号", "From transaction number", None)
    number_to: TransactionNumber | None = labelled("终止流水号", "To transaction number", None)


class EntriesForm(DayListForm):
    """Any of these together (IB 1772, 3795-3799)."""

    transaction_number: TransactionNumber | None = labelled("交易流水号", "Transaction number", None)
    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    account: NumberBeginning | None = labelled("账号", "Account number, or its beginning", None, widget="account")
    subject: SubjectCode | None = labelled("科目号", "Subject", None)
    settlement: Literal["cash", "transfer"] | None = labelled("交易码", "Cash or transfer", None, widget="choice", choices=CASH_OR_TRANSFER)
    amount: AmountText | None = labelled("交易金额", "Amount", None, widget="amount")
    teller: TellerNumber | None = labelled("经办用户", "Teller", None)

    def names_one_transaction(self) -> bool:
        """Whether nothing but one transaction is asked for: then it is shown whole."""
        asked = self.model_dump(exclude={"date", "transaction_number", "limit"}, exclude_none=True)
        return self.transaction_number is not None and not asked


SEARCH_COLUMNS = (
    forms.NUMBER,
    forms.DATE,
    forms.CODE,
    Column(key="outlet", label=Text("交易部门", "Counter outlet")),
    forms.TELLER,
    Column(key="second", label=Text("复核授权", "Second person")),
    forms.CURRENCY,
    forms.AMOUNT,
    Column(key="state", label=Text("交易种类", "Kind")),
    forms.VOUCHER_NUMBER,
    forms.SUMMARY,
)
ENTRY_COLUMNS = (
    forms.NUMBER, forms.DATE, forms.CODE, forms.TELLER, forms.OUTLET, forms.SUBJECT, forms.ACCOUNT, forms.CURRENCY, forms.SIDE,
    forms.AMOUNT, forms.RED, forms.BALANCE, forms.VOUCHER_NUMBER, forms.SUMMARY,
)  # fmt: skip


@query(name="transaction.search", title=Text("交易综合查询", "Transactions"), source="IB 1765, 3778", columns=SEARCH_COLUMNS)
async def search(read: Read, form: TransactionSearch) -> dict[str, Any]:
    """The transactions of a date in the order of their numbers. Raises `outlet.outside`, `query.cursor`, `amount.*`."""
    day = form.date or read.business_date
    sets = POSTING_SET
    found = (
        select(sets, sets.c.fact["summary"].as_string().label("summary"), sets.c.fact["voucher_number"].as_string().label("voucher_number"))
        .add_columns(_amount_of_set(), _state_of_set())
        .where(sets.c.business_date == day, sight_for(read.principal, form.outlet).condition(sets.c.transaction_number, NUMBER_DIGITS))
        .order_by(sets.c.transaction_number)
        .limit(form.limit + 1)
    )
    if form.number_from is not None:
        found = found.where(sets.c.transaction_number >= form.number_from)
    if form.number_to is not None:
        found = found.where(sets.c.transaction_number <= form.number_to)
    if (after := place(form.after, str)) is not None:
        found = found.where(sets.c.transaction_number > after[0])
    if form.teller is not None:
        found = found.where(sets.c.teller == form.teller)
    if form.state is not None:
        found = found.where(_in_state(form.state))
    if form.amount is not None:
        found = found.where(_touching(LEG.c.amount_minor == parse_amount(form.amount, "CNY"), LEG.c.business_date == day))
    for number in (form.customer_number, form.account):
        if number is not None:
            found = found.where(_touching_accounts(number, day))
    rows = (await read.connection.execute(found)).all()
    shown = partial(_shown_set, await rulebook_for(read))
    return {"date": day.isoformat(), **page(rows, form.limit, lambda row: cursor(row.transaction_number), shown)}


@query(name="transaction.entries", title=Text("交易账务查询", "Entries of transactions"), source="IB 1770, 3791", columns=ENTRY_COLUMNS)
async def entries(read: Read, form: EntriesForm) -> dict[str, Any]:
    """One transaction whole when only its number is given: its entries, who made it, and the rule that says why they are so. With other
    conditions the entries of the date that fit, in the order of number and line.

    Raises `ledger.transaction.unknown`, `outlet.outside`, `query.cursor`, `amount.*`.
    """
    day = form.date or read.business_date
    if form.transaction_number is not None and form.names_one_transaction():
        return await one_transaction(read, form.transaction_number, day)
    sets = POSTING_SET.c
    found = (
        legs_with_sets()
        .where(sets.business_date == day, sight_for(read.principal, form.outlet).condition(sets.transaction_number, NUMBER_DIGITS))
        .order_by(sets.transaction_number, LEG.c.line)
        .limit(form.limit + 1)
    )
    for condition in _entry_conditions(form, day):
        found = found.where(condition)
    rows = (await read.connection.execute(_after(found, form.after, LEG.c.line))).all()
    shown = partial(shown_leg, await rulebook_for(read))
    return {"date": day.isoformat(), **page(rows, form.limit, lambda row: cursor(row.transaction_number, row.line), shown)}


def _entry_conditions(form: EntriesForm, day: Any) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if form.transaction_number is not None:
        conditions.append(POSTING_SET.c.transaction_number == form.transaction_number)
    for number in (form.customer_number, form.account):
        if number is not None:
            conditions += [beginning_with(LEG.c.account, number), LEG.c.business_date == day]
    if form.subject is not None:
        conditions.append(of_subject(LEG.c.subject, form.subject))
    if form.settlement is not None:
        conditions.append(LEG.c.cash.is_(form.settlement == "cash"))
    if form.amount is not None:
        conditions += [LEG.c.amount_minor == parse_amount(form.amount, "CNY"), LEG.c.business_date == day]
    if form.teller is not None:
        conditions.append(POSTING_SET.c.teller == form.teller)
    return conditions


def _after(found: Select[Any], after: str | None, line: ColumnElement[int]) -> Select[Any]:
    """The entries behind the one a page ended with."""
    position = place(after, str, int)
    if position is None:
        return found
    number = POSTING_SET.c.transaction_number
    return found.where(number >= position[0], tuple_(number, line) > tuple_(*position))


def _touching(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The sets that have a leg like this."""
    return POSTING_SET.c.posting_id.in_(select(LEG.c.posting_id).where(*conditions))


def _touching_accounts(beginning: str, day: Any) -> ColumnElement[bool]:
    """The sets of a date that touch accounts whose numbers begin like this, on or off the balance sheet."""
    touched = (
        select(table.c.posting_id).where(beginning_with(table.c.account, beginning), table.c.business_date == day)
        for table in (LEG, OFF_SHEET_LEG)
    )
    return POSTING_SET.c.posting_id.in_(union_all(*touched))


def _supplemented() -> ColumnElement[bool]:
    joined = and_(CORRECTION.c.corrects == REVERSAL.c.reversed_by, CORRECTION.c.kind == "supplement")
    return exists().select_from(REVERSAL.join(CORRECTION, joined)).where(REVERSAL.c.posting_id == POSTING_SET.c.posting_id)


def _reversed() -> ColumnElement[bool]:
    return exists().where(REVERSAL.c.posting_id == POSTING_SET.c.posting_id)


def _in_state(state: str) -> ColumnElement[bool]:
    match state:
        case "supplemented":
            return _supplemented()
        case "reversed":
            return and_(_reversed(), ~_supplemented())
        case _:
            return and_(~_reversed(), POSTING_SET.c.red.is_(False))


def _state_of_set() -> ColumnElement[str]:
    reached = ((POSTING_SET.c.red, "reversal"), (_supplemented(), "supplemented"), (_reversed(), "reversed"))
    return case(*reached, else_="normal").label("state")


def _amount_of_set() -> ColumnElement[int]:
    """What the people at the counter did, bridging legs left out; what was received or paid for a set that is off the balance sheet."""
    signed = case((LEG.c.red, -LEG.c.amount_minor), else_=LEG.c.amount_minor)
    debits = select(func.sum(signed)).where(LEG.c.posting_id == POSTING_SET.c.posting_id, LEG.c.is_debit, LEG.c.automatic.is_(False))
    off = OFF_SHEET_LEG.c
    moved = select(func.sum(case((off.red, -off.amount_minor), else_=off.amount_minor))).where(off.posting_id == POSTING_SET.c.posting_id)
    return func.coalesce(debits.scalar_subquery(), moved.scalar_subquery(), 0).label("amount_minor")


def _shown_set(rulebook: Rulebook, row: Row[Any]) -> dict[str, Any]:
    return {
        "transaction_number": row.transaction_number,
        "business_date": row.business_date.isoformat(),
        "code": row.transaction_code,
        "code_name": rulebook.rule(row.rule, row.business_date, row.rule_version).title.as_dict(),
        "outlet": row.outlet,
        "teller": row.teller,
        "second": row.second,
        "currency": row.currency,
        "amount": format_amount(int(row.amount_minor), row.currency),
        "state": row.state,
        "red": row.red,
        "voucher_number": row.voucher_number,
        "summary": row.summary or "",
    }
