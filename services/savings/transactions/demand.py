"""Personal demand deposits 活期储蓄: open, deposit, withdraw, close."""

from __future__ import annotations

from typing import Literal

from banking.fields import (
    CURRENCY_CHOICES,
    AccountNumber,
    AmountText,
    CurrencyCode,
    CustomerNumber,
    Secret,
    SettledForm,
    labelled,
)
from banking.menus import DEMAND as DEMAND_MENU
from banking.menus import PERSONAL
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from contracts.ledger import AccountReference
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from services.savings.accounts import (
    book,
    enter_with_line,
    line_of,
    lock,
    next_number,
    reference,
)
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import (
    Account,
    check_current,
    close_and_pay,
    credit,
    debit,
)
from services.savings.domain.accumulated import begin_accumulation
from services.savings.domain.limits import check_opening_amount
from services.savings.domain.products import DEMAND, Owner
from services.savings.domain.withdrawal_modes import (
    WithdrawalMode,
    check_outlet_of_deposit,
)
from services.savings.parameters.load import parameters
from services.savings.transactions.customers import customer_for, held_by, opening_password
from services.savings.transactions.proofs import (
    ProofForm,
    VoucherForm,
    authorise_withdrawal,
    check_voucher,
)
from services.savings.transactions.settlement import (
    COUNTER,
    counter_number,
    give_money,
    lock_both,
    take_money,
)

MENU = (PERSONAL, DEMAND_MENU)
INSTRUMENTS = (("passbook", Text("存折", "Passbook")), ("card", Text("一卡通", "Card")), ("book", Text("一本通", "All-in-one book")))
MODES = tuple((mode.value, mode.name_text) for mode in WithdrawalMode)


class DemandOpening(SettledForm, ProofForm, VoucherForm):
    """A new account, and what pays for it."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    instrument: Literal["passbook", "card", "book"] = labelled("凭证类型", "Instrument", "passbook", widget="choice", choices=INSTRUMENTS)
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    withdrawal_mode: Literal["A", "B", "C", "D"] = labelled("印鉴类别", "Withdrawal mode", widget="choice", choices=MODES)
    password: Secret | None = labelled("密码", "Password", None, widget="password")
    cross_outlet: bool = labelled("通存通兑", "Usable at other outlets", False, widget="boolean")
    counter_password: Secret | None = labelled("付款账户密码", "Password of the paying account", None, widget="password")


class DemandDeposit(SettledForm, ProofForm, VoucherForm):
    """Money in; the proofs are those of the account that pays by transfer."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    password: Secret | None = labelled("付款账户密码", "Password of the paying account", None, widget="password")


class DemandWithdrawal(SettledForm, ProofForm, VoucherForm):
    """Money out."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    password: Secret | None = labelled("密码", "Password", None, widget="password")


class DemandClosing(SettledForm, ProofForm, VoucherForm):
    """All money out, for good."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    password: Secret | None = labelled("密码", "Password", None, widget="password")


@transaction(
    code="savings.demand.open", name=Text("活期开户", "Open demand account"), menu=MENU, source="IB 890", operators="S", cash="receives"
)
async def open_demand(work: Work, form: DemandOpening) -> Outcome:
    """Open an account with its first deposit; the account and its balance.

    Raises `amount.*`, `password.*`, `customer.*`, `product.*`, `settlement.*`, and what taking the money refuses with.
    """
    mode = WithdrawalMode(form.withdrawal_mode)
    amount_minor = parse_amount(form.amount, form.currency)
    check_opening_amount(DEMAND, form.currency, amount_minor, work.business_date, parameters())
    begun = begin_accumulation(DEMAND, form.currency, work.business_date, parameters(), amount_minor)
    customer = await customer_for(work, DEMAND, form.customer_number, form.instrument)
    held = held_by(customer, form.instrument, form.voucher_number)
    password_hash = await opening_password(work, mode, form.password, held)
    counter = (await lock(work.connection, counter_account=counter_number(form))).get(COUNTER)
    settlement = await take_money(work, counter, form, form.currency, amount_minor, form.counter_password, "counter_password")
    account = Account(
        number=await next_number(work.connection, DEMAND, form.customer_number),
        customer_number=form.customer_number,
        outlet=work.outlet,
        currency=form.currency,
        product=DEMAND,
        name=customer.name,
        status=AccountStatus.NORMAL,
        accumulation=begun,
        withdrawal_mode=mode,
        cross_outlet=form.cross_outlet,
        interest_bearing=True,
        password_hash=password_hash,
        instrument=form.instrument,
        voucher_number=None if held else form.voucher_number,
        opened_on=work.business_date,
    )
    await enter_with_line(work.connection, account, line_of(work, amount_minor))
    return _moved(account, "savings.demand.open", settlement, amount_minor)


@transaction(
    code="savings.demand.deposit", name=Text("活期存款", "Demand deposit"), menu=MENU, source="IB 902", operators="S", cash="receives"
)
async def deposit(work: Work, form: DemandDeposit) -> Outcome:
    """Pay money in, in cash or from another account; the account and its balance.

    Raises `account.*`, `amount.*`, `voucher.mismatch`, `settlement.*`, and what taking the money refuses with.
    """
    account, counter = await lock_both(work, form.account, form)
    check_current(account, Owner.PERSONAL)
    await check_voucher(work, account, form)
    check_outlet_of_deposit(account.cross_outlet, account.outlet, work.outlet)
    amount_minor = parse_amount(form.amount, account.currency)
    credited = credit(account, amount_minor, work.business_date, parameters())
    settlement = await take_money(work, counter, form, account.currency, amount_minor, form.password, "password")
    await book(work.connection, credited, line_of(work, amount_minor))
    return _moved(credited, "savings.demand.deposit", settlement, amount_minor)


@transaction(
    code="savings.demand.withdraw", name=Text("活期取款", "Demand withdrawal"), menu=MENU, source="IB 915", operators="S", cash="pays"
)
async def withdraw(work: Work, form: DemandWithdrawal) -> Outcome:
    """Pay money out, in cash or to another account; the account and its balance.

    Raises `account.*`, `amount.*`, `voucher.mismatch`, `settlement.*`, `password.*`, `document.*`, `seal.required`, `customer.locked`.
    """
    account, counter = await lock_both(work, form.account, form)
    check_current(account, Owner.PERSONAL)
    await check_voucher(work, account, form)
    amount_minor = parse_amount(form.amount, account.currency)
    await authorise_withdrawal(work, account, form, form.password)
    debited = debit(account, amount_minor, work.business_date)
    settlement = await give_money(work, counter, account.currency, amount_minor)
    await book(work.connection, debited, line_of(work, -amount_minor))
    return _moved(debited, "savings.demand.withdraw", settlement, amount_minor)


@transaction(
    code="savings.demand.close", name=Text("活期销户", "Close demand account"), menu=MENU, source="IB 925", operators="S", cash="pays"
)
async def close(work: Work, form: DemandClosing) -> Outcome:
    """Close: principal and interest to the day before at the rate of the day, less tax, are paid out. Raises as `withdraw`."""
    account, counter = await lock_both(work, form.account, form)
    check_current(account, Owner.PERSONAL)
    await check_voucher(work, account, form)
    await authorise_withdrawal(work, account, form, form.password)
    closed, closing = close_and_pay(account, work.business_date, parameters())
    amounts_minor = {
        "principal": closing.principal_minor,
        "interest": closing.statement.interest_minor,
        "tax": closing.statement.tax_minor,
        "paid": closing.paid_minor,
    }
    amounts = {name: format_amount(minor, account.currency) for name, minor in amounts_minor.items()}
    summary = f"利息 {amounts['interest']} 利息税 {amounts['tax']}"
    posting = None
    if any(amounts_minor.values()):
        settlement = await give_money(work, counter, account.currency, closing.paid_minor)
        roles = {"account": reference(account), "settlement": settlement}
        posting = Posting("savings.demand.close", account.currency, roles, amounts_minor, voucher_number=account.voucher_number)
    await book(work.connection, closed, line_of(work, -closing.principal_minor, summary=summary))
    return Outcome(amounts, posting)


def _moved(account: Account, rule: str, settlement: AccountReference, amount_minor: int) -> Outcome:
    posting = Posting(
        rule,
        account.currency,
        {"account": reference(account), "settlement": settlement},
        {"amount": amount_minor},
        voucher_number=account.voucher_number,
    )
    return Outcome({"account": account.number, "balance": format_amount(account.balance_minor, account.currency)}, posting)
