"""Corporate time and notice deposits 对公定期、通知存款: the opening money, a part early, the closing - within the outlet, by its current
accounts (IB 1838-1852, 1880-1885, 3999-4008)."""

from __future__ import annotations

from dataclasses import replace

from banking.fields import AccountNumber, AmountText, Form, VoucherNumber, labelled
from banking.menus import CORPORATE, CORPORATE_TIME_DEPOSITS
from banking.transaction import Outcome, Posting, transaction
from banking.vouchers import use_vouchers
from banking.work import Work
from contracts.ledger import AccountReference
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from services.savings.accounts import book, line_of, lock, reference, replace_voucher
from services.savings.cheques import use_cheque
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import Account, Closing, check_currency, check_current, check_own_outlet, close_with, credit, debit
from services.savings.domain.errors import SAME_ACCOUNT, STATUS_FORBIDS, WRONG_KIND
from services.savings.domain.life.agreement import Agreement, agree, deposit_of, may_part
from services.savings.domain.life.deposit import Movement
from services.savings.domain.life.refusals import PARTIAL_ONCE
from services.savings.domain.losses import CERTIFICATE
from services.savings.domain.products import CORPORATE_TIME, ByNotice, LifeInterest, Owner
from services.savings.parameters.load import parameters
from services.savings.term_deposits import agreement_of, history_of, save_agreement
from services.savings.transactions.corporate_forms import TransferOrder
from services.savings.transactions.life import earned_today, reckoned, settle_payment

MENU = (CORPORATE, CORPORATE_TIME_DEPOSITS)


class CashOpening(Form):
    """The opening money in cash."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    certificate_number: VoucherNumber | None = labelled("证实书号", "Certificate number", None)


class TransferOpening(TransferOrder):
    """The opening money out of a current account."""

    account: AccountNumber = labelled("转入账号", "Account to open", widget="account")
    certificate_number: VoucherNumber | None = labelled("证实书号", "Certificate number", None)


class PayOut(Form):
    """The deposit, and the current account that gets the money."""

    account: AccountNumber = labelled("转出账号", "Deposit", widget="account")
    to_account: AccountNumber = labelled("转入账号", "To account", widget="account")


class PartPayOut(PayOut):
    """A part of the deposit, and the certificate for the rest."""

    amount: AmountText = labelled("金额", "Amount", widget="amount")
    certificate_number: VoucherNumber | None = labelled("新证实书号", "New certificate number", None)


@transaction(
    code="savings.corporate_time.open_by_cash",
    name=Text("新开户金现金存款", "Opening money in cash"),
    menu=MENU,
    source="IB 1838",
    operators="K",
    cash="receives",
)
async def open_by_cash(work: Work, form: CashOpening) -> Outcome:
    """Activate a pre-opened deposit with cash. Raises `account.*`, `product.*`, `voucher.*`, `counter.cash_box_required`."""
    account = (await lock(work.connection, account=form.account))["account"]
    amount_minor = parse_amount(form.amount, account.currency)
    return await _activate(work, account, amount_minor, work.cash(), form.certificate_number)


@transaction(
    code="savings.corporate_time.open_by_transfer",
    name=Text("新开户金转账存款", "Opening money by transfer"),
    menu=MENU,
    source="IB 1838, 3999",
    operators="K",
)
async def open_by_transfer(work: Work, form: TransferOpening) -> Outcome:
    """Activate a pre-opened deposit out of a current account of the outlet. Raises as `open_by_cash`, and `cheque.*`."""
    found = await lock(work.connection, from_account=form.from_account, account=form.account)
    payer, account = found["from_account"], found["account"]
    check_current(payer, Owner.CORPORATE, "from_account")
    check_own_outlet(payer, work.outlet, "from_account")
    check_currency(account, payer.currency)
    amount_minor = parse_amount(form.amount, payer.currency)
    debited = debit(payer, amount_minor, work.business_date, "from_account")
    number = await use_cheque(work, payer, form.voucher_type, form.voucher_number, cash=False)
    voucher = {"voucher_type": form.voucher_type, "voucher_number": number}
    await book(work.connection, debited, line_of(work, -amount_minor, **voucher))
    return await _activate(work, account, amount_minor, reference(payer), form.certificate_number)


@transaction(
    code="savings.corporate_time.withdraw_part",
    name=Text("定期/通知部分提前支取", "Withdraw part of a deposit"),
    menu=MENU,
    source="IB 1848",
    operators="K",
)
async def withdraw_part(work: Work, form: PartPayOut) -> Outcome:
    """A part with its interest onto a current account of the outlet; of a time deposit once and before maturity.

    Raises `account.*`, `time.*`, `notice.*`, `quote.overdrawn`.
    """
    account, payee, agreement = await _both(work, form)
    history = await history_of(work.connection, account.number)
    may_withdraw = isinstance(account.product.withdrawals, ByNotice) or (may_part(account.product) and not history.was_parted)
    if not may_withdraw:
        raise PARTIAL_ONCE(field="account")
    amount_minor = parse_amount(form.amount, account.currency)
    deposit = deposit_of(account.product, account.currency, account.balance_minor, agreement, history, work.business_date)
    taken = replace(deposit, movements=(*deposit.movements, Movement(work.business_date, -amount_minor)))
    life = reckoned(taken, "amount")
    debited = debit(account, amount_minor, work.business_date)
    await _give_certificate(work, account, form.certificate_number)
    paid = Closing(amount_minor, life.statements[-2])
    return await settle_payment(work, debited, paid, await _credit(work, payee, paid.paid_minor))


@transaction(
    code="savings.corporate_time.close",
    name=Text("定期/通知销户转账", "Close a deposit by transfer"),
    menu=MENU,
    source="IB 1880",
    operators="K",
)
async def close(work: Work, form: PayOut) -> Outcome:
    """Principal and interest onto a current account of the outlet. Raises `account.*`."""
    account, payee, agreement = await _both(work, form)
    closed, closing = close_with(account, work.business_date, await earned_today(work, account, agreement))
    paid_to = await _credit(work, payee, closing.paid_minor) if closing.paid_minor else None
    return await settle_payment(work, closed, closing, paid_to)


async def _both(work: Work, form: PayOut) -> tuple[Account, Account, Agreement]:
    if form.account == form.to_account:
        raise SAME_ACCOUNT(field="to_account")
    found = await lock(work.connection, account=form.account, to_account=form.to_account)
    account, payee = found["account"], found["to_account"]
    _check_kind(account)
    check_own_outlet(account, work.outlet)
    check_current(payee, Owner.CORPORATE, "to_account")
    check_own_outlet(payee, work.outlet, "to_account")
    check_currency(payee, account.currency, "to_account")
    return account, payee, await agreement_of(work.connection, account.number)


def _check_kind(account: Account) -> None:
    if account.product not in CORPORATE_TIME:
        raise WRONG_KIND(field="account", product_zh=account.product.name.zh, product_en=account.product.name.en)


async def _activate(work: Work, account: Account, amount_minor: int, settlement: AccountReference, certificate: str | None) -> Outcome:
    """The first and only deposit: it opens the account, begins the term at the rate of the day, and gives out the certificate."""
    _check_kind(account)
    check_own_outlet(account, work.outlet)
    if account.status is not AccountStatus.PRE_OPENED:
        raise STATUS_FORBIDS(
            field="account", status_zh=account.status.text.zh, status_en=account.status.text.en, action_zh="开户", action_en="be opened"
        )
    entered = await agreement_of(work.connection, account.number)
    assert isinstance(account.product.interest, LifeInterest) and entered.term is not None
    rate = None
    if account.product.interest.rule == "time":
        rate = parameters().rate_on(f"time.{entered.term.code}", work.business_date, account.currency).value
    agreement = agree(account.number, account.product, entered.term, work.business_date, rate)
    await save_agreement(work.connection, agreement)
    opened = credit(account, amount_minor, work.business_date, parameters())
    await book(work.connection, opened, line_of(work, amount_minor))
    number = await _give_certificate(work, opened, certificate)
    roles = {"account": reference(opened), "settlement": settlement}
    posting = Posting(work.code, account.currency, roles, {"amount": amount_minor}, voucher_type=CERTIFICATE, voucher_number=number)
    result = {
        "account": account.number,
        "balance": format_amount(opened.balance_minor, account.currency),
        "matures_on": agreement.matures_on.isoformat() if agreement.matures_on else None,
        "rate": f"{rate.normalize():f}" if rate is not None else None,
        "voucher_number": number,
    }
    return Outcome(result, posting)


async def _give_certificate(work: Work, account: Account, number: str | None) -> str:
    """The certificate the customer gets, out of the teller's box. Raises as `use_vouchers`."""
    given, _ = await use_vouchers(work, CERTIFICATE, number, field="certificate_number", account=account.number)
    await replace_voucher(work.connection, account.number, given)
    return given


async def _credit(work: Work, payee: Account, paid_minor: int) -> AccountReference:
    """The current account that got the money."""
    credited = credit(payee, paid_minor, work.business_date, parameters(), "to_account")
    await book(work.connection, credited, line_of(work, paid_minor))
    return reference(payee)
