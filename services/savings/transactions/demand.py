"""Personal demand deposits 活期储蓄: open, deposit, withdraw, close."""

from __future__ import annotations

from dataclasses import replace

from banking.menus import DEMAND as DEMAND_MENU
from banking.menus import PERSONAL
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from contracts.ledger import AccountReference
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from services.savings.accounts import (
    book,
    line_of,
    reference,
)
from services.savings.domain.accounts import (
    Account,
    check_current,
    check_pays_without_cheque,
    close_and_pay,
    credit,
    debit,
)
from services.savings.domain.products import DEMAND, Owner
from services.savings.domain.withdrawal_modes import (
    check_outlet_of_deposit,
)
from services.savings.parameters.load import parameters
from services.savings.transactions.forms import AccountClosing, AccountDeposit, AccountWithdrawal
from services.savings.transactions.life import pay_out
from services.savings.transactions.opening import Opening, open_deposit
from services.savings.transactions.proofs import (
    authorise_withdrawal,
    check_voucher,
)
from services.savings.transactions.settlement import (
    give_money,
    lock_both,
    take_money,
)

MENU = (PERSONAL, DEMAND_MENU)


@transaction(
    code="savings.demand.open", name=Text("活期开户", "Open demand account"), menu=MENU, source="IB 890", operators="S", cash="receives"
)
async def open_demand(work: Work, form: Opening) -> Outcome:
    """Open an account with its first deposit; the account, its balance, and the number of its passbook. Raises as `open_deposit`."""
    account, settlement, amount_minor = await open_deposit(work, form, DEMAND)
    opened = _moved(account, "savings.demand.open", settlement, amount_minor)
    return replace(opened, result={**opened.result, "voucher_number": account.voucher_number})


@transaction(
    code="savings.demand.deposit", name=Text("活期存款", "Demand deposit"), menu=MENU, source="IB 902", operators="S", cash="receives"
)
async def deposit(work: Work, form: AccountDeposit) -> Outcome:
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
async def withdraw(work: Work, form: AccountWithdrawal) -> Outcome:
    """Pay money out, in cash or to another account; the account and its balance.

    Raises `account.*`, `amount.*`, `voucher.mismatch`, `settlement.*`, `password.*`, `document.*`, `seal.required`, `customer.locked`.
    """
    account, counter = await lock_both(work, form.account, form)
    check_current(account, Owner.PERSONAL)
    check_pays_without_cheque(account)
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
async def close(work: Work, form: AccountClosing) -> Outcome:
    """Close: principal and interest to the day before at the rate of the day, less tax, are paid out. Raises as `withdraw`."""
    account, counter = await lock_both(work, form.account, form)
    check_current(account, Owner.PERSONAL)
    await check_voucher(work, account, form)
    await authorise_withdrawal(work, account, form, form.password)
    closed, closing = close_and_pay(account, work.business_date, parameters())
    return await pay_out(work, closed, closing, counter)


def _moved(account: Account, rule: str, settlement: AccountReference, amount_minor: int) -> Outcome:
    posting = Posting(
        rule,
        account.currency,
        {"account": reference(account), "settlement": settlement},
        {"amount": amount_minor},
        voucher_number=account.voucher_number,
    )
    return Outcome({"account": account.number, "balance": format_amount(account.balance_minor, account.currency)}, posting)
