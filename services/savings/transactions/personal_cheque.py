"""个人支票: open or pre-open, pay in, draw by cheque, settle, close (IB 1400-1466)."""

from __future__ import annotations

from typing import Literal

from banking.fields import (
    CURRENCY_CHOICES,
    AccountNumber,
    AmountText,
    CurrencyCode,
    CustomerNumber,
    Form,
    Secret,
    SettledForm,
    VoucherNumber,
    labelled,
)
from banking.menus import PERSONAL, PERSONAL_CHEQUES
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from kernel.errors import ErrorType, Kind
from kernel.money import currency_of, format_amount, parse_amount
from kernel.text import Text
from kernel.vouchers import CASH_CHEQUE, CHEQUE_CHOICES
from services.savings.accounts import book, enter, enter_with_line, line_of, lock, next_number, reference
from services.savings.cheques import use_cheque, void_of_account
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import Account, check_own_outlet, close_empty, credit, debit, settle
from services.savings.domain.accumulated import begin_accumulation
from services.savings.domain.limits import check_opening_amount
from services.savings.domain.products import PERSONAL_CHEQUE
from services.savings.domain.withdrawal_modes import WithdrawalMode, check_outlet_of_deposit
from services.savings.parameters.load import parameters
from services.savings.term_deposits import enter_interest
from services.savings.transactions.customers import customer_for
from services.savings.transactions.forms import Payment
from services.savings.transactions.life import check_product
from services.savings.transactions.proofs import NO_DOCUMENT, ProofForm, authorise_withdrawal
from services.savings.transactions.settlement import COUNTER, counter_number, give_money, lock_both, take_money

MENU = (PERSONAL, PERSONAL_CHEQUES)
DOCUMENT_NEEDED = ErrorType(
    "customer.document_needed",
    Kind.CONFLICT,
    "客户资料中没有证件号码,不能开立支票户",
    "a cheque account needs a customer whose identity document is known (IB 1413)",
)
AMOUNT_IS_NOT_BALANCE = ErrorType(
    "account.amount_is_not_balance",
    Kind.CONFLICT,
    "结算金额必须等于账户余额 {balance}",
    "the amount must be the balance of {balance} (IB 1461)",
)


class PreOpening(Form):
    """An account without money yet; it pays out against the seal."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)


class ChequeOpening(SettledForm, ProofForm):
    """The same with its first deposit."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    counter_password: Secret | None = labelled(
        "付款账户密码", "Password of the paying account", None, widget="password", when={"settlement": ["transfer"]}
    )


class ChequeDraft(SettledForm, ProofForm):
    """Money out, by a cash cheque in cash or by a transfer cheque to an account."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    voucher_type: Literal["CCKZ", "TCKZ"] = labelled("支票种类", "Kind of cheque", CASH_CHEQUE, widget="choice", choices=CHEQUE_CHOICES)
    voucher_number: VoucherNumber = labelled("支票号码", "Cheque number")


class OneAccount(Form):
    """The account meant."""

    account: AccountNumber = labelled("账号", "Account", widget="account")


@transaction(
    code="savings.personal_cheque.open",
    name=Text("个人支票开户", "Open personal cheque account"),
    menu=MENU,
    source="IB 1404",
    operators="S",
    cash="receives",
)
async def open_cheque(work: Work, form: ChequeOpening) -> Outcome:
    """Open with a first deposit; the account and its balance. Raises `product.*`, `customer.*`, `amount.*`, `settlement.*`."""
    amount_minor = parse_amount(form.amount, form.currency)
    check_opening_amount(PERSONAL_CHEQUE, form.currency, amount_minor, work.business_date, parameters())
    empty = await _new_account(work, form.customer_number, form.currency)
    counter = (await lock(work.connection, counter_account=counter_number(form))).get(COUNTER)
    settlement = await take_money(work, counter, form, form.currency, amount_minor, form.counter_password, "counter_password")
    account = credit(empty, amount_minor, work.business_date, parameters())
    await enter_with_line(work.connection, account, line_of(work, amount_minor))
    posting = Posting(work.code, account.currency, {"account": reference(account), "settlement": settlement}, {"amount": amount_minor})
    return Outcome(_balance(account), posting)


@transaction(
    code="savings.personal_cheque.pre_open",
    name=Text("个人支票预开户", "Pre-open personal cheque account"),
    menu=MENU,
    source="IB 1415",
    operators="S",
)
async def pre_open(work: Work, form: PreOpening) -> Outcome:
    """Enter an account that its first deposit will activate. Raises `product.*`, `customer.*`, `currency.unknown`."""
    currency_of(form.currency)
    parameters().opening_minimum_minor(PERSONAL_CHEQUE.limits.parameter, form.currency, work.business_date)
    account = await _new_account(work, form.customer_number, form.currency)
    await enter(work.connection, account, work.business_date)
    return Outcome({"account": account.number})


@transaction(
    code="savings.personal_cheque.deposit",
    name=Text("个人支票存款", "Pay into cheque account"),
    menu=MENU,
    source="IB 1426",
    operators="S",
    cash="receives",
)
async def deposit(work: Work, form: Payment) -> Outcome:
    """Pay in; the first deposit of a pre-opened account activates it. Raises `account.*`, `product.*`, `settlement.*`."""
    account, counter = await lock_both(work, form.account, form)
    check_product(account, PERSONAL_CHEQUE)
    check_outlet_of_deposit(account.cross_outlet, account.outlet, work.outlet)
    amount_minor = parse_amount(form.amount, account.currency)
    credited = credit(account, amount_minor, work.business_date, parameters())
    settlement = await take_money(work, counter, form, account.currency, amount_minor, form.password, "password")
    await book(work.connection, credited, line_of(work, amount_minor))
    posting = Posting(work.code, account.currency, {"account": reference(credited), "settlement": settlement}, {"amount": amount_minor})
    return Outcome(_balance(credited), posting)


@transaction(
    code="savings.personal_cheque.withdraw",
    name=Text("个人支票取款", "Draw on cheque account"),
    menu=MENU,
    source="IB 1435",
    operators="S",
    cash="pays",
)
async def withdraw(work: Work, form: ChequeDraft) -> Outcome:
    """Pay against a cheque of the account, the seal checked. Raises `account.*`, `cheque.*`, `seal.required`, `settlement.*`."""
    account, counter, amount_minor = await _drawn(work, form)
    debited = debit(account, amount_minor, work.business_date)
    posting = await _pay(work, debited, counter, amount_minor, form)
    return Outcome(_balance(debited), posting)


@transaction(
    code="savings.personal_cheque.settle",
    name=Text("个人支票结清", "Settle cheque account"),
    menu=MENU,
    source="IB 1447",
    operators="S",
)
async def settle_cheque(work: Work, form: OneAccount) -> Outcome:
    """Pay interest less tax onto the account, which takes no deposit from then on. Raises `account.*`."""
    account = (await lock(work.connection, account=form.account))["account"]
    check_product(account, PERSONAL_CHEQUE)
    check_own_outlet(account, work.outlet)
    settled, closing = settle(account, work.business_date, parameters())
    statement = closing.statement
    posting = None
    if statement.interest_minor:
        amounts_minor = {"interest": statement.interest_minor, "tax": statement.tax_minor}
        posting = Posting(work.code, account.currency, {"account": reference(account)}, amounts_minor)
        await enter_interest(work, account, statement)
    await book(work.connection, settled, line_of(work, statement.net_minor, summary="结清"))
    amounts = {"interest": statement.interest_minor, "tax": statement.tax_minor, "balance": settled.balance_minor}
    shown = {name: format_amount(minor, account.currency) for name, minor in amounts.items()}
    return Outcome({"account": account.number, **shown}, posting)


@transaction(
    code="savings.personal_cheque.close",
    name=Text("个人支票销户", "Close cheque account"),
    menu=MENU,
    source="IB 1456",
    operators="S",
    cash="pays",
)
async def close(work: Work, form: ChequeDraft) -> Outcome:
    """Pay the whole balance of a settled account against a last cheque; cheques that are left are voided.

    Raises `account.amount_is_not_balance`, and as `withdraw`.
    """
    account, counter, amount_minor = await _drawn(work, form)
    if amount_minor != account.balance_minor:
        raise AMOUNT_IS_NOT_BALANCE(field="amount", balance=format_amount(account.balance_minor, account.currency))
    emptied = debit(account, amount_minor, work.business_date)
    closed = close_empty(emptied, work.business_date)
    posting = await _pay(work, closed, counter, amount_minor, form)
    voided = await void_of_account(work, account)
    return Outcome({"account": account.number, "paid": form.amount, "cheques_voided": voided}, posting)


async def _new_account(work: Work, customer_number: str, currency: str) -> Account:
    """An account without money that nobody has stored yet."""
    customer = await customer_for(work, PERSONAL_CHEQUE, customer_number)
    if customer.id_type == NO_DOCUMENT or not customer.id_number:
        raise DOCUMENT_NEEDED(field="customer_number")
    return Account(
        number=await next_number(work.connection, PERSONAL_CHEQUE, customer_number),
        customer_number=customer_number,
        outlet=work.outlet,
        currency=currency,
        product=PERSONAL_CHEQUE,
        name=customer.name,
        status=AccountStatus.PRE_OPENED,
        accumulation=begin_accumulation(PERSONAL_CHEQUE, currency, work.business_date, parameters()),
        withdrawal_mode=WithdrawalMode.SEAL,
        cross_outlet=False,
        interest_bearing=True,
    )


async def _drawn(work: Work, form: ChequeDraft) -> tuple[Account, Account | None, int]:
    account, counter = await lock_both(work, form.account, form)
    check_product(account, PERSONAL_CHEQUE)
    check_own_outlet(account, work.outlet)
    await authorise_withdrawal(work, account, form, None)
    return account, counter, parse_amount(form.amount, account.currency)


async def _pay(work: Work, changed: Account, counter: Account | None, amount_minor: int, form: ChequeDraft) -> Posting:
    """Use the cheque, pay, store the account with its line."""
    in_cash = form.settlement == "cash"
    number = await use_cheque(work, changed, form.voucher_type, form.voucher_number, cash=in_cash)
    voucher = {"voucher_type": form.voucher_type, "voucher_number": number}
    settlement = await give_money(work, counter, changed.currency, amount_minor)
    await book(work.connection, changed, line_of(work, -amount_minor, **voucher))
    roles = {"account": reference(changed), "settlement": settlement}
    return Posting(work.code, changed.currency, roles, {"amount": amount_minor}, **voucher)


def _balance(account: Account) -> dict[str, str]:
    return {"account": account.number, "balance": format_amount(account.balance_minor, account.currency)}
