"""存本取息: open, draw interest, transfer it, close (IB 1180-1227, 842)."""

from __future__ import annotations

from dataclasses import replace

from banking.fields import TermCode, labelled
from banking.menus import INTEREST_DRAWING as DRAWING_MENU
from banking.menus import PERSONAL
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from kernel.errors import ErrorType, Kind
from kernel.money import format_amount
from kernel.numbers import parse_term
from kernel.text import Text
from services.savings.accounts import reference
from services.savings.domain.accounts import Account, close_with
from services.savings.domain.life.agreement import Agreement, History, deposit_of
from services.savings.domain.life.deposit import Question, offered_term
from services.savings.domain.life.interest_drawing import check_interval, drawing_statement, drawings_due, left_after_drawings
from services.savings.domain.products import INTEREST_DRAWING
from services.savings.parameters.load import parameters
from services.savings.term_deposits import enter_interest, save_agreement
from services.savings.transactions.forms import AccountClosing
from services.savings.transactions.life import earned_today, locked_life, open_life, pay_out
from services.savings.transactions.opening import Opening
from services.savings.transactions.settlement import give_money

MENU = (PERSONAL, DRAWING_MENU)
NOTHING_DUE = ErrorType(
    "interest_drawing.nothing_due",
    Kind.CONFLICT,
    "取息日未到,不得提前支取利息",
    "no interest is due yet: it is never drawn before its day (IB 1195)",
)
TRANSFER_ONLY = ErrorType(
    "settlement.transfer_only", Kind.INVALID, "存本转息只能转入账户", "the interest is transferred to an account, not paid in cash"
)


class DrawingOpening(Opening):
    """A lump sum for a term, and how often its interest is drawn."""

    term: TermCode = labelled("存期", "Term")
    interval_months: int = labelled("取息间隔(月)", "Months between drawings", 1, ge=1, le=60)


@transaction(
    code="savings.interest_drawing.open",
    name=Text("存本取息开户", "Open interest-drawing deposit"),
    menu=MENU,
    source="IB 1198",
    operators="S",
    cash="receives",
)
async def open_drawing(work: Work, form: DrawingOpening) -> Outcome:
    """Raises `interest_drawing.interval`, and as `open_life`."""
    check_interval(offered_term(INTEREST_DRAWING, parse_term(form.term)), form.interval_months)
    agreed = {"interval_months": form.interval_months}
    return await open_life(work, form, INTEREST_DRAWING, form.term, f"instalment.{form.term}", **agreed)


@transaction(
    code="savings.interest_drawing.draw",
    name=Text("存本取息取款", "Draw interest"),
    menu=MENU,
    source="IB 1207",
    operators="S",
    cash="pays",
)
async def draw(work: Work, form: AccountClosing) -> Outcome:
    """Pay the interest of every drawing day that has come and was not drawn yet.

    Raises `interest_drawing.nothing_due`, and as `locked_life`.
    """
    return await _draw(work, form)


@transaction(
    code="savings.interest_drawing.transfer_interest",
    name=Text("存本转息", "Transfer drawn interest"),
    menu=MENU,
    source="IB 842",
    operators="S",
)
async def transfer_interest(work: Work, form: AccountClosing) -> Outcome:
    """The same onto another account of a customer. Raises `settlement.transfer_only`, and as `draw`."""
    if form.settlement != "transfer":
        raise TRANSFER_ONLY(field="settlement")
    return await _draw(work, form)


async def _draw(work: Work, form: AccountClosing) -> Outcome:
    account, counter, agreement = await locked_life(work, form, INTEREST_DRAWING)
    question = _question(work, account, agreement)
    assert agreement.interval_months is not None
    due = drawings_due(question, agreement.interval_months, work.business_date)
    if due <= agreement.drawings:
        raise NOTHING_DUE(field="account")
    statement = drawing_statement(question, agreement.interval_months, agreement.drawings, due)
    await save_agreement(
        work.connection,
        replace(
            agreement,
            drawings=due,
            drawn_interest_minor=agreement.drawn_interest_minor + statement.interest_minor,
            drawn_tax_minor=agreement.drawn_tax_minor + statement.tax_minor,
        ),
    )
    settlement = await give_money(work, counter, account.currency, statement.net_minor)
    await enter_interest(work, account, statement)
    amounts_minor = {"interest": statement.interest_minor, "tax": statement.tax_minor, "paid": statement.net_minor}
    amounts = {name: format_amount(minor, account.currency) for name, minor in amounts_minor.items()}
    posting = Posting(work.code, account.currency, {"account": reference(account), "settlement": settlement}, amounts_minor)
    return Outcome({**amounts, "drawings": due}, posting)


@transaction(
    code="savings.interest_drawing.close",
    name=Text("存本取息销户", "Close interest-drawing deposit"),
    menu=MENU,
    source="IB 1217",
    operators="S",
    cash="pays",
)
async def close_drawing(work: Work, form: AccountClosing) -> Outcome:
    """The principal and what interest is left; closed early, what was drawn beyond the demand rate comes out of the principal.

    Raises as `close_life`.
    """
    account, counter, agreement = await locked_life(work, form, INTEREST_DRAWING)
    earned = await earned_today(work, account, agreement)
    left = left_after_drawings(_question(work, account, agreement), earned, agreement) if account.balance_minor else earned
    closed, closing = close_with(account, work.business_date, left)
    return await pay_out(work, closed, closing, counter)


def _question(work: Work, account: Account, agreement: Agreement) -> Question:
    deposit = deposit_of(INTEREST_DRAWING, account.currency, account.balance_minor, agreement, History(()), work.business_date)
    return Question(deposit, parameters())
