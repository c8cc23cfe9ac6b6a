"""What the term products' transactions have in common: opening with an agreement, withdrawing in part, closing (IB 980-1380)."""

from __future__ import annotations

from decimal import Decimal

from banking.transaction import Outcome, Posting
from banking.work import Work
from contracts.ledger import AccountReference
from kernel.errors import DomainError
from kernel.money import format_amount
from kernel.numbers import Term, parse_term
from services.savings.accounts import book, line_of, reference
from services.savings.domain.accounts import Account, Closing, close_with
from services.savings.domain.errors import WRONG_KIND
from services.savings.domain.interest import NOTHING, InterestStatement
from services.savings.domain.life.agreement import Agreement, agree, deposit_of
from services.savings.domain.life.answer import life_of
from services.savings.domain.life.deposit import Deposit, Life, offered_term
from services.savings.domain.products import Product, TaxedInterest
from services.savings.parameters.load import parameters
from services.savings.term_deposits import agreement_of, enter_agreement, enter_interest, history_of
from services.savings.transactions.forms import AccountClosing
from services.savings.transactions.opening import Opening, open_deposit
from services.savings.transactions.proofs import authorise_withdrawal, check_voucher
from services.savings.transactions.settlement import give_money, lock_both


async def open_life(work: Work, form: Opening, product: Product, term: str | None, rate: str | None, **agreed: object) -> Outcome:
    """Open an account of a term product; `rate` names the rate of the opening day that the term is agreed at, if it is.

    The answer has the account, its maturity and its rate. Raises as `open_deposit`, and `term.*`, `parameter.*`.
    """
    length: Term | None = offered_term(product, parse_term(term, "term")) if term else None
    account, settlement, amount_minor = await open_deposit(work, form, product)
    annual_pct: Decimal | None = parameters().rate_on(rate, work.business_date, form.currency).value if rate else None
    agreement = agree(account.number, product, length, work.business_date, annual_pct, **agreed)
    await enter_agreement(work.connection, agreement)
    result = {
        "account": account.number,
        "balance": format_amount(account.balance_minor, account.currency),
        "matures_on": agreement.matures_on.isoformat() if agreement.matures_on else None,
        "rate": f"{annual_pct.normalize():f}" if annual_pct is not None else None,
    }
    return Outcome(result, _posting(work, account, settlement, {"amount": amount_minor}))


async def locked_life(work: Work, form: AccountClosing, product: Product) -> tuple[Account, Account | None, Agreement]:
    """The account of the product that the form names, its counter account and its agreement, proved by what the customer shows.

    Raises `account.*`, `voucher.mismatch`, `settlement.*`, `password.*`, `document.*`, `seal.required`, `customer.locked`.
    """
    account, counter = await lock_both(work, form.account, form)
    check_product(account, product)
    await check_voucher(work, account, form)
    await authorise_withdrawal(work, account, form, form.password)
    return account, counter, await agreement_of(work.connection, account.number)


def check_product(account: Account, product: Product) -> None:
    """Raises `account.wrong_kind`."""
    if account.product is not product:
        raise WRONG_KIND(field="account", product_zh=account.product.name.zh, product_en=account.product.name.en)


async def earned_today(work: Work, account: Account, agreement: Agreement, certificate: bool = False) -> InterestStatement:
    """What the closing pays in interest if it is today; nothing on an account whose opening a correction took back.

    Raises the refusals of the product, `account` as their field.
    """
    if account.balance_minor == 0:
        return NOTHING
    history = await history_of(work.connection, account.number)
    deposit = deposit_of(account.product, account.currency, account.balance_minor, agreement, history, work.business_date, certificate)
    return reckoned(deposit, "account").statements[-1]


def reckoned(deposit: Deposit, field: str) -> Life:
    """What a deposit earned, with the form's field in the refusals of its product."""
    try:
        return life_of(deposit, parameters())
    except DomainError as refusal:
        raise refusal.type(**{**refusal.values, "field": field}) from refusal


async def close_life(work: Work, form: AccountClosing, product: Product, certificate: bool = False) -> Outcome:
    """销户 of a term product: principal, interest, tax, and what is paid. Raises as `locked_life`, and the product's refusals."""
    account, counter, agreement = await locked_life(work, form, product)
    return await pay_closing(work, account, counter, await earned_today(work, account, agreement, certificate))


async def pay_closing(work: Work, account: Account, counter: Account | None, statement: InterestStatement) -> Outcome:
    """Pay principal and interest out and close the account."""
    closed, closing = close_with(account, work.business_date, statement)
    return await pay_out(work, closed, closing, counter)


async def pay_out(work: Work, changed: Account, paid: Closing, counter: Account | None) -> Outcome:
    """Store the changed account, pay the principal with its interest over the counter, keep the statement."""
    settlement = await give_money(work, counter, changed.currency, paid.paid_minor) if paid.paid_minor else None
    return await settle_payment(work, changed, paid, settlement)


async def settle_payment(work: Work, changed: Account, paid: Closing, settlement: AccountReference | None) -> Outcome:
    """The same where it is known who gets the money; an empty account pays nobody."""
    taxes_minor = {"tax": paid.statement.tax_minor} if isinstance(changed.product.tax, TaxedInterest) else {}
    amounts_minor = {
        "principal": paid.principal_minor,
        "interest": paid.statement.interest_minor,
        **taxes_minor,
        "paid": paid.paid_minor,
    }
    amounts = {name: format_amount(minor, changed.currency) for name, minor in amounts_minor.items()}
    summary = f"利息 {amounts['interest']} 利息税 {amounts.get('tax', '0.00')}"
    await book(work.connection, changed, line_of(work, -paid.principal_minor, summary=summary))
    if settlement is None:
        return Outcome(amounts)
    await enter_interest(work, changed, paid.statement)
    return Outcome(amounts, _posting(work, changed, settlement, amounts_minor))


def _posting(work: Work, account: Account, settlement: AccountReference, amounts_minor: dict[str, int]) -> Posting:
    roles = {"account": reference(account), "settlement": settlement}
    return Posting(work.code, account.currency, roles, amounts_minor, voucher_number=account.voucher_number)
