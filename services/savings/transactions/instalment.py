"""零存整取 and 教育储蓄: open, pay in, close (IB 1108-1180, 1310-1400)."""

from __future__ import annotations

from banking.fields import TermCode, labelled
from banking.menus import EDUCATION as EDUCATION_MENU
from banking.menus import INSTALMENT as INSTALMENT_MENU
from banking.menus import PERSONAL
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from kernel.errors import DomainError
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from services.savings.accounts import book, line_of, reference
from services.savings.domain.accounts import Account, credit
from services.savings.domain.life.agreement import Agreement, History
from services.savings.domain.life.deposit import Movement
from services.savings.domain.life.education import LIMIT
from services.savings.domain.life.instalment import check_instalment
from services.savings.domain.life.refusals import DEPOSITS_TOO_MUCH, OPENING_TAKEN_BACK, TERM_OVER
from services.savings.domain.products import EDUCATION, INSTALMENT, Product
from services.savings.domain.withdrawal_modes import check_outlet_of_deposit
from services.savings.parameters.load import parameters
from services.savings.term_deposits import agreement_of, history_of
from services.savings.transactions.forms import AccountClosing, AccountDeposit
from services.savings.transactions.life import check_product, close_life, open_life
from services.savings.transactions.opening import Opening
from services.savings.transactions.proofs import check_voucher
from services.savings.transactions.settlement import lock_both, take_money


class TermOpening(Opening):
    """The first of the deposits, and the term."""

    term: TermCode = labelled("存期", "Term")


class EducationClosing(AccountClosing):
    """The closing, and whether the school's certificate is shown."""

    school_certificate: bool = labelled("提供证明", "School certificate shown", False, widget="boolean")


@transaction(
    code="savings.instalment.open",
    name=Text("零存整取开户", "Open instalment deposit"),
    menu=(PERSONAL, INSTALMENT_MENU),
    source="IB 1124",
    operators="S",
    cash="receives",
)
async def open_instalment(work: Work, form: TermOpening) -> Outcome:
    """The amount is what will be paid in every month. Raises as `open_life`."""
    return await open_life(work, form, INSTALMENT, form.term, f"instalment.{form.term}")


@transaction(
    code="savings.instalment.deposit",
    name=Text("零存整取存款", "Pay an instalment"),
    menu=(PERSONAL, INSTALMENT_MENU),
    source="IB 1133",
    operators="S",
    cash="receives",
)
async def pay_instalment(work: Work, form: AccountDeposit) -> Outcome:
    """The month's amount, or two of them when the month before was missed.

    Raises `instalment.amount`, `instalment.default`, `term.over`, `account.*`, `settlement.*`.
    """
    return await _pay_in(work, form, INSTALMENT)


@transaction(
    code="savings.instalment.close",
    name=Text("零存整取销户", "Close instalment deposit"),
    menu=(PERSONAL, INSTALMENT_MENU),
    source="IB 1146",
    operators="S",
    cash="pays",
)
async def close_instalment(work: Work, form: AccountClosing) -> Outcome:
    """Raises as `close_life`."""
    return await close_life(work, form, INSTALMENT)


@transaction(
    code="savings.education.open",
    name=Text("教育储蓄开户", "Open education savings"),
    menu=(PERSONAL, EDUCATION_MENU),
    source="IB 1340",
    operators="S",
    cash="receives",
)
async def open_education(work: Work, form: TermOpening) -> Outcome:
    """The first deposit of at least two. Raises `education.limit`, and as `open_life`."""
    _check_limit(work, form.currency, parse_amount(form.amount, form.currency))
    return await open_life(work, form, EDUCATION, form.term, None)


@transaction(
    code="savings.education.deposit",
    name=Text("教育储蓄存款", "Pay into education savings"),
    menu=(PERSONAL, EDUCATION_MENU),
    source="IB 1349",
    operators="S",
    cash="receives",
)
async def pay_education(work: Work, form: AccountDeposit) -> Outcome:
    """Any amount as agreed with the school year in view, up to the limit in all. Raises `education.limit`, `term.over`, `account.*`."""
    return await _pay_in(work, form, EDUCATION)


@transaction(
    code="savings.education.close",
    name=Text("教育储蓄销户", "Close education savings"),
    menu=(PERSONAL, EDUCATION_MENU),
    source="IB 1363",
    operators="S",
    cash="pays",
)
async def close_education(work: Work, form: EducationClosing) -> Outcome:
    """With the school's certificate at the better rate and untaxed. Raises `education.deposits_too_few`, and as `close_life`."""
    return await close_life(work, form, EDUCATION, form.school_certificate)


async def _pay_in(work: Work, form: AccountDeposit, product: Product) -> Outcome:
    account, counter = await lock_both(work, form.account, form)
    check_product(account, product)
    await check_voucher(work, account, form)
    check_outlet_of_deposit(account.cross_outlet, account.outlet, work.outlet)
    amount_minor = parse_amount(form.amount, account.currency)
    agreement = await agreement_of(work.connection, account.number)
    _check_fits(work, account, agreement, await history_of(work.connection, account.number), amount_minor)
    credited = credit(account, amount_minor, work.business_date, parameters())
    settlement = await take_money(work, counter, form, account.currency, amount_minor, form.password, "password")
    await book(work.connection, credited, line_of(work, amount_minor))
    roles = {"account": reference(credited), "settlement": settlement}
    posting = Posting(work.code, account.currency, roles, {"amount": amount_minor}, voucher_number=account.voucher_number)
    return Outcome({"account": account.number, "balance": format_amount(credited.balance_minor, account.currency)}, posting)


def _check_fits(work: Work, account: Account, agreement: Agreement, history: History, amount_minor: int) -> None:
    assert agreement.term is not None and agreement.matures_on is not None
    if work.business_date >= agreement.matures_on:
        raise TERM_OVER(field="account")
    if account.balance_minor == 0:
        raise OPENING_TAKEN_BACK(field="account")
    if account.product is EDUCATION:
        _check_limit(work, account.currency, account.balance_minor + amount_minor)
        return
    movement = Movement(work.business_date, amount_minor)
    try:
        check_instalment(history.movements, movement, agreement.term.months, account.currency)
    except DomainError as refusal:
        raise refusal.type(field="amount", **refusal.values) from refusal


def _check_limit(work: Work, currency: str, total_minor: int) -> None:
    limit_minor = parameters().limit_minor_on(LIMIT, work.business_date, currency)
    if total_minor > limit_minor:
        raise DEPOSITS_TOO_MUCH(field="amount", limit=format_amount(limit_minor, currency))
