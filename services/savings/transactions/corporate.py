"""Corporate current deposits 对公一般活期及临时存款: pre-open, cash in and out, transfer within the outlet, settle, close."""

from __future__ import annotations

from typing import Any

from banking.menus import ACCOUNT_OPENING, CORPORATE, CURRENT
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from kernel.interest import Accumulation
from kernel.money import currency_of, format_amount, parse_amount
from kernel.numbers import parse_term
from kernel.text import Text
from services.savings.accounts import (
    book,
    enter,
    line_of,
    lock,
    next_number,
    reference,
    save,
)
from services.savings.cheques import use_cheque, void_of_account
from services.savings.deposit_agreements import excess_until
from services.savings.domain import errors
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import (
    Account,
    check_cash_withdrawal,
    check_currency,
    check_current,
    check_flag,
    check_own_outlet,
    close_empty,
    credit,
    debit,
    settle,
)
from services.savings.domain.accumulated import begin_accumulation
from services.savings.domain.cheques import is_cheque
from services.savings.domain.life.agreement import agree
from services.savings.domain.life.deposit import offered_term
from services.savings.domain.products import (
    AccountFlag,
    NoTerm,
    OfferedTerms,
    Owner,
    Product,
    product_of,
)
from services.savings.domain.withdrawal_modes import (
    WithdrawalMode,
    check_outlet_of_deposit,
)
from services.savings.parameters.load import parameters
from services.savings.term_deposits import enter_agreement, enter_interest
from services.savings.transactions.corporate_forms import CashDeposit, CashWithdrawal, OneAccount, PreOpening, Transfer
from services.savings.transactions.customers import customer_for
from services.savings.transactions.settlement import check_cash_only

MENU = (CORPORATE, CURRENT)
NO_TERM = "000"


@transaction(
    code="savings.corporate.pre_open",
    name=Text("预开账户", "Pre-open corporate account"),
    menu=(CORPORATE, ACCOUNT_OPENING),
    source="IB 1829, 3889",
    operators="K",
)
async def pre_open(work: Work, form: PreOpening) -> Outcome:
    """Enter an account that its first deposit will activate; its number. Makes no entries.

    Raises `product.*`, `account.flag_forbidden`, `account.basic_exists`, `customer.*`, `currency.unknown`.
    """
    product = _kind(form)
    flag = AccountFlag(form.account_flag)
    check_flag(product, flag)
    customer = await customer_for(work, product, form.customer_number)
    account = Account(
        number=await next_number(work.connection, product, form.customer_number),
        customer_number=form.customer_number,
        outlet=work.outlet,
        currency=form.currency,
        product=product,
        name=form.name or customer.name,
        status=AccountStatus.PRE_OPENED,
        accumulation=_nothing_yet(product, form.currency, work),
        withdrawal_mode=WithdrawalMode.SEAL,
        cross_outlet=form.cross_outlet and isinstance(product.term, NoTerm),
        interest_bearing=form.interest_bearing and product.bears_interest,
        flag=flag,
    )
    await enter(work.connection, account, work.business_date)
    if isinstance(product.term, OfferedTerms):
        term = offered_term(product, parse_term(form.term) if form.term not in (None, NO_TERM) else None)
        await enter_agreement(work.connection, agree(account.number, product, term, work.business_date, None))
    return Outcome({"account": account.number})


def _kind(form: PreOpening) -> Product:
    product = product_of(form.kind, "kind")
    if product.owner is not Owner.CORPORATE:
        raise errors.PRODUCT_UNKNOWN(field="kind", product=form.kind)
    if isinstance(product.term, NoTerm) and form.term not in (None, NO_TERM):
        raise errors.TERM_FORBIDDEN(field="term", product_zh=product.name.zh, product_en=product.name.en)
    return product


def _nothing_yet(product: Product, currency: str, work: Work) -> Accumulation:
    """The state of an account without money; refuses a currency the kind is not offered in."""
    currency_of(currency)
    parameters().opening_minimum_minor(product.limits.parameter, currency, work.business_date)
    return begin_accumulation(product, currency, work.business_date, parameters())


@transaction(
    code="savings.corporate.deposit_cash",
    name=Text("现金存款", "Cash deposit"),
    menu=MENU,
    source="IB 1852, 3926",
    operators="K",
    cash="receives",
)
async def deposit_cash(work: Work, form: CashDeposit) -> Outcome:
    """Cash in, also to activate the account; the account and its balance.

    Raises `account.*`, `amount.*`, `settlement.cash_only`, `cheque.not_taken`.
    """
    check_cash_only(form)
    if is_cheque(form.voucher_type):
        raise errors.CHEQUE_NOT_TAKEN(field="voucher_type")
    account = (await lock(work.connection, account=form.account))["account"]
    check_current(account, Owner.CORPORATE)
    check_outlet_of_deposit(account.cross_outlet, account.outlet, work.outlet)
    amount_minor = parse_amount(form.amount, account.currency)
    credited = credit(account, amount_minor, work.business_date, parameters())
    voucher = _voucher(form.voucher_type, form.voucher_number)
    await book(work.connection, credited, line_of(work, amount_minor, **voucher))
    return _cash_moved(work, credited, "savings.corporate.deposit_cash", amount_minor, voucher)


@transaction(
    code="savings.corporate.withdraw_cash",
    name=Text("现金取款", "Cash withdrawal"),
    menu=MENU,
    source="IB 1855, 3934",
    operators="K",
    cash="pays",
)
async def withdraw_cash(work: Work, form: CashWithdrawal) -> Outcome:
    """Cash out, at the own outlet and of basic accounts, by a cash cheque or another order; the account and its balance.

    Raises as `deposit_cash`, `cheque.*`.
    """
    check_cash_only(form)
    account = (await lock(work.connection, account=form.account))["account"]
    check_current(account, Owner.CORPORATE)
    check_own_outlet(account, work.outlet)
    check_cash_withdrawal(account)
    amount_minor = parse_amount(form.amount, account.currency)
    debited = debit(account, amount_minor, work.business_date)
    voucher = _voucher(form.voucher_type, await use_cheque(work, account, form.voucher_type, form.voucher_number, cash=True))
    await book(work.connection, debited, line_of(work, -amount_minor, **voucher))
    return _cash_moved(work, debited, "savings.corporate.withdraw_cash", amount_minor, voucher)


@transaction(
    code="savings.corporate.transfer", name=Text("账户转账", "Transfer between accounts"), menu=MENU, source="IB 1858, 3950", operators="K"
)
async def transfer(work: Work, form: Transfer) -> Outcome:
    """Move money between two accounts of the counter's outlet, by a transfer cheque or another order; the balances by account.

    Raises `account.*`, `amount.*`, `cheque.*`.
    """
    if form.from_account == form.to_account:
        raise errors.SAME_ACCOUNT(field="to_account")
    found = await lock(work.connection, from_account=form.from_account, to_account=form.to_account)
    for field, account in found.items():
        check_current(account, Owner.CORPORATE, field)
        check_own_outlet(account, work.outlet, field)
    payer, payee = found["from_account"], found["to_account"]
    check_currency(payee, payer.currency, "to_account")
    amount_minor = parse_amount(form.amount, payer.currency)
    debited = debit(payer, amount_minor, work.business_date, "from_account")
    credited = credit(payee, amount_minor, work.business_date, parameters(), "to_account")
    voucher = _voucher(form.voucher_type, await use_cheque(work, payer, form.voucher_type, form.voucher_number, cash=False))
    await book(work.connection, debited, line_of(work, -amount_minor, **voucher))
    await book(work.connection, credited, line_of(work, amount_minor, **voucher))
    roles = {"from_account": reference(payer), "to_account": reference(payee)}
    posting = Posting("savings.corporate.transfer", payer.currency, roles, {"amount": amount_minor}, **voucher)
    balances = {each.number: format_amount(each.balance_minor, each.currency) for each in (debited, credited)}
    return Outcome({"balances": balances}, posting)


@transaction(code="savings.corporate.settle", name=Text("账户结清", "Settle account"), menu=MENU, source="IB 1868, 3980", operators="K")
async def settle_account(work: Work, form: OneAccount) -> Outcome:
    """Pay the interest onto the account, which takes no deposit from then on; interest and balance. Raises `account.*`."""
    account = await _own(work, form)
    excess = await excess_until(work.connection, [account], work.business_date)
    settled, closing = settle(account, work.business_date, parameters(), excess.get(account.number, ()))
    interest_minor = closing.statement.interest_minor
    posting = None
    if interest_minor:
        posting = Posting("savings.corporate.settle", account.currency, {"account": reference(account)}, {"interest": interest_minor})
    await book(work.connection, settled, line_of(work, interest_minor, summary="结清"))
    if posting is not None:
        await enter_interest(work, account, closing.statement)
    amounts = {"interest": interest_minor, "balance": settled.balance_minor}
    return Outcome(
        {"account": account.number, **{name: format_amount(minor, account.currency) for name, minor in amounts.items()}}, posting
    )


@transaction(code="savings.corporate.close", name=Text("账户销户", "Close account"), menu=MENU, source="IB 1877, 3991", operators="K")
async def close_account(work: Work, form: OneAccount) -> Outcome:
    """Close an account that is settled and empty, or was never activated; cheques left are voided. Makes no entries. Raises `account.*`."""
    account = await _own(work, form)
    closed = close_empty(account, work.business_date)
    await save(work.connection, closed)
    voided = await void_of_account(work, account)
    result: dict[str, Any] = {"account": closed.number, "status": closed.status.value}
    return Outcome({**result, "cheques_voided": voided} if voided else result)


async def _own(work: Work, form: OneAccount) -> Account:
    account = (await lock(work.connection, account=form.account))["account"]
    check_current(account, Owner.CORPORATE)
    check_own_outlet(account, work.outlet)
    return account


def _voucher(voucher_type: str | None, number: str | None) -> dict[str, Any]:
    return {"voucher_type": voucher_type, "voucher_number": number}


def _cash_moved(work: Work, account: Account, rule: str, amount_minor: int, voucher: dict[str, Any]) -> Outcome:
    roles = {"account": reference(account), "settlement": work.cash()}
    posting = Posting(rule, account.currency, roles, {"amount": amount_minor}, **voucher)
    return Outcome({"account": account.number, "balance": format_amount(account.balance_minor, account.currency)}, posting)
