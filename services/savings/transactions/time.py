"""整存整取: open, one part early, close, close before a holiday, agree on renewal (IB 980-1060, 421)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from banking.fields import AccountNumber, Form, TermCode, VoucherNumber, labelled
from banking.menus import PERSONAL
from banking.menus import TIME as TIME_MENU
from banking.transaction import Outcome, transaction
from banking.vouchers import use_vouchers
from banking.work import Work
from kernel.errors import ErrorType, Kind
from kernel.money import parse_amount
from kernel.rates import Dated
from kernel.text import Text
from kernel.vouchers import SLIP
from services.savings.accounts import lock, replace_voucher
from services.savings.domain.accounts import Account, Closing, check_own_outlet, debit
from services.savings.domain.errors import DOCUMENT_REQUIRED
from services.savings.domain.interest import statement_of
from services.savings.domain.interest_rules import BEFORE_HOLIDAY
from services.savings.domain.life.agreement import Agreement, History, deposit_of
from services.savings.domain.life.deposit import Movement, Question
from services.savings.domain.life.refusals import PARTIAL_ONCE
from services.savings.domain.life.segments import by_days
from services.savings.domain.products import TIME
from services.savings.parameters.load import parameters
from services.savings.term_deposits import agreement_of, history_of, save_agreement
from services.savings.transactions.forms import AccountClosing, AccountWithdrawal
from services.savings.transactions.life import (
    check_product,
    close_life,
    locked_life,
    open_life,
    pay_closing,
    pay_out,
    reckoned,
)
from services.savings.transactions.opening import SlipOpening
from services.savings.transactions.proofs import NO_DOCUMENT, check_document

MENU = (PERSONAL, TIME_MENU)
NOT_BEFORE_HOLIDAY = ErrorType(
    "time.not_before_holiday",
    Kind.CONFLICT,
    "强行销户只用于到期前 {days} 天以内且到期日逢节假日的存款",
    "only a deposit that matures within {days} days, on a holiday, is closed before its day at its own rate (IB 421)",
)
MATURED = ErrorType("time.matured", Kind.CONFLICT, "存款已到期", "the deposit has matured")


class TimeOpening(SlipOpening):
    """A lump sum for a term."""

    term: TermCode = labelled("存期", "Term")
    auto_renew: bool = labelled("自动转存", "Renew at maturity", False, widget="boolean")


class PartWithdrawal(AccountWithdrawal):
    """A part before maturity, and the slip that replaces the old one for the rest."""

    new_voucher_number: VoucherNumber | None = labelled("替换存单号", "New slip number", None)


class Renewal(Form):
    """Whether a deposit is renewed when it matures."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    auto_renew: bool = labelled("自动转存", "Renew at maturity", widget="boolean")


@transaction(
    code="savings.time.open", name=Text("整存整取开户", "Open time deposit"), menu=MENU, source="IB 1001", operators="S", cash="receives"
)
async def open_time(work: Work, form: TimeOpening) -> Outcome:
    """Open at the rate of the day; account, maturity, rate. Raises as `open_life`."""
    return await open_life(work, form, TIME, form.term, f"time.{form.term}", renews=form.auto_renew)


@transaction(
    code="savings.time.withdraw_part",
    name=Text("整存整取部分提前支取", "Withdraw part of a time deposit"),
    menu=MENU,
    source="IB 1010",
    operators="S",
    cash="pays",
)
async def withdraw_part(work: Work, form: PartWithdrawal) -> Outcome:
    """Once, before maturity, with the customer's document shown: the part at the demand rate of the day; the rest keeps its rate and dates,
    on a new slip out of the teller's box if it is kept on one.

    Raises `time.partial_once`, `time.not_early`, `document.*`, `quote.overdrawn`, and as `locked_life`.
    """
    if form.id_type in (None, NO_DOCUMENT) or form.id_number is None:
        raise DOCUMENT_REQUIRED(field="id_number")
    account, counter, agreement = await locked_life(work, form, TIME)
    await check_document(work, account, form.id_type, form.id_number)
    history = await history_of(work.connection, account.number)
    if history.was_parted:
        raise PARTIAL_ONCE(field="account")
    amount_minor = parse_amount(form.amount, account.currency)
    deposit = deposit_of(TIME, account.currency, account.balance_minor, agreement, history, work.business_date)
    taken = replace(deposit, movements=(*deposit.movements, Movement(work.business_date, -amount_minor)))
    life = reckoned(taken, "amount")
    debited = debit(account, amount_minor, work.business_date)
    if account.instrument == SLIP:
        number, _ = await use_vouchers(work, SLIP, form.new_voucher_number, field="new_voucher_number", account=account.number)
        await replace_voucher(work.connection, account.number, number)
    return await pay_out(work, debited, Closing(amount_minor, life.statements[0]), counter)


@transaction(
    code="savings.time.close", name=Text("整存整取销户", "Close time deposit"), menu=MENU, source="IB 1022", operators="S", cash="pays"
)
async def close_time(work: Work, form: AccountClosing) -> Outcome:
    """On its day at its own rate, early at the demand rate, late with demand interest on top. Raises as `close_life`."""
    return await close_life(work, form, TIME)


@transaction(
    code="savings.time.close_before_holiday",
    name=Text("强行销户", "Close a time deposit before a holiday"),
    menu=MENU,
    source="IB 421",
    operators="S",
    cash="pays",
)
async def close_before_holiday(work: Work, form: AccountClosing) -> Outcome:
    """A deposit that matures in a holiday, closed some days before it: its own rate for the actual days.

    Raises `time.not_before_holiday`, `time.matured`, and as `locked_life`.
    """
    account, counter, agreement = await locked_life(work, form, TIME)
    check_before_holiday(work, agreement)
    rate = Dated(agreement.starts_on, agreement.annual_pct or Decimal(0), "IB 421")
    deposit = deposit_of(TIME, account.currency, account.balance_minor, agreement, History(()), work.business_date)
    segment = by_days(Question(deposit, parameters()), account.balance_minor, agreement.starts_on, work.business_date, rate, BEFORE_HOLIDAY)
    return await pay_closing(work, account, counter, statement_of((segment,), account.currency))


def check_before_holiday(work: Work, agreement: Agreement) -> None:
    """Raises `time.not_before_holiday`, `time.matured`."""
    days = int(parameters().limit_on("time.days_before_holiday", work.business_date))
    assert agreement.matures_on is not None
    if agreement.matures_on <= work.business_date:
        raise MATURED(field="account")
    if agreement.matures_on - work.business_date > timedelta(days=days):
        raise NOT_BEFORE_HOLIDAY(field="account", days=days)


@transaction(code="savings.time.set_renewal", name=Text("约定转存", "Agree on renewal"), menu=MENU, source="IB 992", operators="S")
async def set_renewal(work: Work, form: Renewal) -> Outcome:
    """Agree on renewal, or end the agreement, at the account's own outlet before it matures. Raises `account.*`, `time.matured`."""
    account = (await lock(work.connection, account=form.account))["account"]
    check_own_outlet(account, work.outlet)
    agreement = await running_agreement(work, account)
    await save_agreement(work.connection, replace(agreement, renews=form.auto_renew))
    assert agreement.matures_on is not None
    return Outcome({"account": account.number, "auto_renew": form.auto_renew, "matures_on": agreement.matures_on.isoformat()})


async def running_agreement(work: Work, account: Account) -> Agreement:
    """What a time deposit agreed on, while renewal may still be agreed on. Raises `account.wrong_kind`, `time.matured`."""
    check_product(account, TIME)
    agreement = await agreement_of(work.connection, account.number)
    if agreement.matures_on is None or agreement.matures_on < work.business_date:
        raise MATURED(field="account")
    return agreement
