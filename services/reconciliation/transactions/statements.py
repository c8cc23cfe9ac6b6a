"""The bank's side of statements: made on demand, and looked into where a company does not agree (ER 20, 44)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy import Row, func, select

from banking.fields import AccountNumber, Form, LongText, TellerNumber, labelled
from banking.menus import CORPORATE, RECONCILIATION
from banking.transaction import Outcome, transaction
from banking.visibility import check_account_seen, sight_of
from banking.work import Work
from contracts.counter import CounterClient
from contracts.statements import StatementNumber
from kernel.text import Text
from services.reconciliation.domain import statement_errors as errors
from services.reconciliation.domain.statement_periods import Frequency, check_period, due_on, first_day
from services.reconciliation.domain.statement_states import Side, StatementAct, StatementState, check_close
from services.reconciliation.portal.acts import log_bank_act
from services.reconciliation.statements.making import Made, draw, write
from services.reconciliation.statements.runs import begin_run, wanted_of
from services.reconciliation.statements.store import bank_acting, found, move, note_down, state_after
from services.reconciliation.statements.tables import ARRANGEMENT, STATEMENT
from services.reconciliation.statements.telling import tell_answered
from services.reconciliation.transactions.arrangements import KINDS

ASSIGN, NOTE, FOLLOW_UP, ANSWER, CLOSE = "assign", "note", "follow_up", "answer", "close"
ACTIONS = (
    (ASSIGN, Text("分派", "Assign")),
    (NOTE, Text("核查记录", "Note findings")),
    (FOLLOW_UP, Text("跟进", "Follow up")),
    (ANSWER, Text("反馈客户", "Answer the company")),
    (CLOSE, Text("结案", "Close")),
)


class GenerateForm(Form):
    """The closing date, and one account with the first date of its statement; without an account every account in sight whose statements
    are made on demand."""

    date_to: date = labelled("截止日期", "Closing date", widget="date")
    account: AccountNumber | None = labelled("账号", "Account", None, widget="account")
    kind: Literal["balance", "detail"] | None = labelled("账单类型", "Kind of statement", None, widget="choice", choices=KINDS)
    date_from: date | None = labelled("起始日期", "From", None, widget="date")


@transaction(
    code="recon.statement.generate",
    name=Text("账单生成", "Make statements"),
    menu=(CORPORATE, RECONCILIATION),
    source="ER 20, 50",
    operators="K",
)
async def generate(work: Work, form: GenerateForm) -> Outcome:
    """Make the statements of an account at once, or begin to make those of all accounts with statements on demand.

    What is there already is not made again. Raises `statement.period`, `statement.no_arrangement`, `statement.exempt`,
    `statement.no_books`, `statement.exists`, `account.outside`.
    """
    first = form.date_from or first_day(Frequency.ON_DEMAND, form.date_to)
    check_period(first, form.date_to, work.business_date)
    if form.account is None:
        if form.kind is not None or form.date_from is not None:
            raise errors.ACCOUNT_MISSING(field="account")
        sight = sight_of(work.principal)
        teller = work.principal.teller
        accounts = await begin_run(
            work.connection, work.posting_id, "on_demand", form.date_to, work.business_date, sight=sight, teller=teller
        )
        await log_bank_act(work, work.code, form.date_to.isoformat(), {"accounts": accounts})
        return Outcome(result={"date_to": form.date_to.isoformat(), "accounts": accounts})
    arranged = await _arranged(work, form.account, form.kind)
    made = await _make(work, form.account, arranged, first, form.date_to)
    numbers = sorted(made.numbers.values())
    for number in numbers:
        await log_bank_act(work, work.code, number, {"account": form.account}, customer_number=arranged[0].customer_number)
    return Outcome(
        result={"account": form.account, "date_from": first.isoformat(), "date_to": form.date_to.isoformat(), "numbers": numbers}
    )


async def _arranged(work: Work, account: str, kind: str | None) -> Sequence[Row[Any]]:
    asked = select(ARRANGEMENT).where(ARRANGEMENT.c.account == account).order_by(ARRANGEMENT.c.kind)
    rows = (await work.connection.execute(asked if kind is None else asked.where(ARRANGEMENT.c.kind == kind))).all()
    if not rows:
        raise errors.NO_ARRANGEMENT(field="account", account=account)
    check_account_seen(work.principal, rows[0].outlet)
    wanted = [row for row in rows if not row.exempt]
    if not wanted:
        raise errors.KIND_EXEMPT(field="account", account=account)
    return wanted


async def _make(work: Work, account: str, arranged: Sequence[Row[Any]], first: date, closing: date) -> Made:
    drawn = await draw(work.resources, [wanted_of(row, first) for row in arranged], closing)
    if not drawn:
        raise errors.NO_BOOKS(field="account", account=account)
    made = await write(work.connection, work.resources, drawn, closing, work.business_date)
    if not made.numbers:
        raise errors.EXISTS(field="date_to", number=", ".join(sorted(made.earlier.values())))
    return made


class InvestigateForm(Form):
    """A statement, what is done about it, and what there is to say: findings, the answer the company gets, why it is closed."""

    number: StatementNumber = labelled("账单编号", "Statement")
    action: Literal["assign", "note", "follow_up", "answer", "close"] = labelled("操作", "Action", widget="choice", choices=ACTIONS)
    assignee: TellerNumber | None = labelled("核查人", "Assigned to", None, when={"action": [ASSIGN]})
    text: LongText | None = labelled("说明", "Text", None, when={"action": [NOTE, FOLLOW_UP, ANSWER, CLOSE]})


@transaction(
    code="recon.statement.investigate",
    name=Text("账单核查与反馈", "Investigate and answer"),
    menu=(CORPORATE, RECONCILIATION),
    source="ER 44",
    operators="K",
)
async def investigate(work: Work, form: InvestigateForm) -> Outcome:
    """Assign a statement, note what was found or followed up, answer the company, or close.

    An answer begins the next round: the company replies again within as many days as are arranged. Raises `statement.unknown`,
    `statement.state`, `statement.not_overdue`, `statement.reason_missing`, `statement.assignee_missing`, `.assignee_unknown`,
    `account.outside`.
    """
    statement = await found(work.connection, form.number, lock=True)
    check_account_seen(work.principal, statement.outlet, "number")
    if form.action == ASSIGN:
        await _check_assignee(work, form.assignee)
    if form.action != ASSIGN and form.text is None:
        raise errors.REASON_MISSING(field="text")
    if form.action == ANSWER:
        state = await _answer(work, statement, form.text)
    elif form.action == CLOSE:
        state = await _close(work, statement, form.text)
    else:
        state = await _note(work, statement, form)
    details = {"action": form.action, "assignee": form.assignee}
    await log_bank_act(work, work.code, form.number, details, customer_number=statement.customer_number)
    return Outcome(result={"number": form.number, "action": form.action, "statement_state": state.text.as_dict()})


async def _check_assignee(work: Work, assignee: str | None) -> None:
    if assignee is None:
        raise errors.ASSIGNEE_MISSING(field="assignee")
    if not await CounterClient(work.resources.transport).has_teller(assignee):
        raise errors.ASSIGNEE_UNKNOWN(field="assignee", teller=assignee)


async def _answer(work: Work, statement: Row[Any], text: str | None) -> StatementState:
    state = state_after(statement, StatementAct.ANSWER, Side.BANK)
    due = due_on(work.business_date, statement.days_until_due)
    await move(
        work.connection,
        statement,
        bank_acting(work),
        StatementAct.ANSWER,
        state,
        note=text,
        round=statement.round + 1,
        due_on=due,
        reminded=0,
        assigned_to=func.coalesce(STATEMENT.c.assigned_to, work.principal.teller),
    )
    await tell_answered(work.connection, statement, due.isoformat(), work.resources.clock.now())
    return state


async def _close(work: Work, statement: Row[Any], text: str | None) -> StatementState:
    state = state_after(statement, StatementAct.CLOSE, Side.BANK)
    check_close(StatementState(statement.state), statement.due_on, work.business_date)
    await move(work.connection, statement, bank_acting(work), StatementAct.CLOSE, state, note=text)
    return state


async def _note(work: Work, statement: Row[Any], form: InvestigateForm) -> StatementState:
    state = StatementState(statement.state)
    if state is StatementState.CLOSED:
        raise errors.STATE(field="number", state_zh=state.text.zh, state_en=state.text.en, act_zh="核查", act_en="be looked into")
    changes = {"assigned_to": form.assignee} if form.action == ASSIGN else {}
    await note_down(work.connection, statement, bank_acting(work), form.action, form.assignee or form.text, **changes)
    return state
