"""A deposit account as a value, and what one movement makes of it. Amounts in minor units; nothing here is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from kernel.interest import Accumulation, accrue, change_balance
from kernel.money import MAXIMUM_MINOR, format_amount
from services.savings.domain import errors
from services.savings.domain.account_status import AccountStatus, Action, after
from services.savings.domain.accumulated import begin_accumulation
from services.savings.domain.availability import Funds, check_available
from services.savings.domain.deposit_agreements import Excess
from services.savings.domain.interest import InterestStatement, settle_at_closing
from services.savings.domain.limits import check_opening_amount
from services.savings.domain.parameters import SavingsParameters
from services.savings.domain.products import (
    AccountFlag,
    CloseAtOnce,
    FreeDeposits,
    FreeWithdrawals,
    Owner,
    Product,
    SettleThenClose,
)
from services.savings.domain.withdrawal_modes import WithdrawalMode


@dataclass(frozen=True, slots=True)
class Account:
    """A deposit account. `held_minor` are debits, `incoming_minor` credits of two-phase movements that are still under way."""

    number: str
    customer_number: str
    outlet: str
    currency: str
    product: Product
    name: str
    status: AccountStatus
    accumulation: Accumulation
    withdrawal_mode: WithdrawalMode
    cross_outlet: bool
    interest_bearing: bool
    flag: AccountFlag | None = None
    password_hash: str | None = None
    instrument: str | None = None
    voucher_number: str | None = None
    held_minor: int = 0
    incoming_minor: int = 0
    frozen_minor: int = 0
    frozen_whole: bool = False
    reported_lost: bool = False
    opened_on: date | None = None
    closed_on: date | None = None
    last_moved_on: date | None = None
    lines: int = 0

    @property
    def balance_minor(self) -> int:
        return self.accumulation.balance_minor

    @property
    def funds(self) -> Funds:
        return Funds(
            self.balance_minor,
            frozen_minor=self.frozen_minor,
            held_minor=self.held_minor,
            frozen_whole=self.frozen_whole,
            reported_lost=self.reported_lost,
        )


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing or settling an account comes to; minor units."""

    principal_minor: int
    statement: InterestStatement

    @property
    def paid_minor(self) -> int:
        return self.principal_minor + self.statement.net_minor


# What kind of account it is


def is_current(account: Account) -> bool:
    """Whether money may come and go freely: a demand or current account."""
    return moves_freely(account.product)


def moves_freely(product: Product) -> bool:
    """Whether money may come and go freely on accounts of a product."""
    return isinstance(product.deposits, FreeDeposits) and isinstance(product.withdrawals, FreeWithdrawals)


def check_current(account: Account, owner: Owner | None, field: str = "account") -> None:
    """A demand or current account, of persons or of organisations where `owner` says so. Raises `account.wrong_kind`."""
    if not is_current(account) or (owner is not None and account.product.owner is not owner):
        raise errors.WRONG_KIND(field=field, product_zh=account.product.name.zh, product_en=account.product.name.en)


def check_pays_without_cheque(account: Account, field: str = "account") -> None:
    """A person's cheque account pays by its cheques alone (IB 1435-1446). Raises `account.cheques_only`."""
    policy = account.product.withdrawals
    if account.product.owner is Owner.PERSONAL and isinstance(policy, FreeWithdrawals) and policy.by_cheque:
        raise errors.CHEQUES_ONLY(field=field)


def check_currency(account: Account, currency: str, field: str = "account") -> None:
    """Raises `account.currency_differs`."""
    if account.currency != currency:
        raise errors.CURRENCY_DIFFERS(field=field, currency=account.currency)


def check_own_outlet(account: Account, outlet: str, field: str = "account") -> None:
    """For transactions that never cross outlets (IB 3942, 3955, 3957). Raises `account.other_outlet`."""
    if account.outlet != outlet:
        raise errors.OTHER_OUTLET(field=field, account=account.number, outlet=account.outlet)


def check_cash_withdrawal(account: Account, field: str = "account") -> None:
    """Whether cash may be drawn on it (IB 581). Raises `account.cash_from_basic_only`."""
    policy = account.product.withdrawals
    if isinstance(policy, FreeWithdrawals) and policy.cash_from_basic_only and account.flag is not AccountFlag.BASIC:
        raise errors.CASH_FROM_BASIC_ONLY(field=field)


def check_flag(product: Product, flag: AccountFlag, field: str = "account_flag") -> None:
    """Whether an account of the kind may be marked so (IB 3909-3910). Raises `account.flag_forbidden`."""
    if flag not in product.flags:
        raise errors.FLAG_FORBIDDEN(
            field=field, product_zh=product.name.zh, product_en=product.name.en, flag_zh=flag.text.zh, flag_en=flag.text.en
        )


# Money


def credit(account: Account, amount_minor: int, value_date: date, parameters: SavingsParameters, field: str = "account") -> Account:
    """The account after money came. The first deposit activates a pre-opened account 激活 (IB 1829-1834), never before it was entered.

    Raises `account.status`, `product.below_opening_minimum`, `account.balance_too_large`.
    """
    status = check_credit(account, amount_minor, value_date, parameters, field)
    if account.status is AccountStatus.PRE_OPENED:
        opened_on = max(value_date, account.accumulation.since)
        begun = begin_accumulation(account.product, account.currency, opened_on, parameters, amount_minor)
        return replace(account, status=status, accumulation=begun, opened_on=opened_on)
    return replace(account, status=status, accumulation=_moved(account, amount_minor, value_date))


def check_credit(
    account: Account, amount_minor: int, value_date: date, parameters: SavingsParameters, field: str = "account"
) -> AccountStatus:
    """Whether money may come, and the state that leads to. Raises as `credit`."""
    status = after(account.status, Action.CREDIT, field)
    if account.status is AccountStatus.PRE_OPENED:
        check_opening_amount(account.product, account.currency, amount_minor, value_date, parameters)
    if account.balance_minor + account.incoming_minor + amount_minor > MAXIMUM_MINOR:
        raise errors.BALANCE_TOO_LARGE(field="amount")
    return status


def debit(account: Account, amount_minor: int, value_date: date, field: str = "account", amount_field: str = "amount") -> Account:
    """The account after money went. Raises `account.status`, `account.frozen`, `account.reported_lost`, `account.insufficient`."""
    check_debit(account, amount_minor, field, amount_field)
    return replace(account, accumulation=_moved(account, -amount_minor, value_date))


def check_debit(account: Account, amount_minor: int, field: str = "account", amount_field: str = "amount") -> None:
    """Whether money may go. Raises as `debit`."""
    after(account.status, Action.DEBIT, field)
    check_available(account.funds, amount_minor, account.currency, amount_field)


def _moved(account: Account, amount_minor: int, value_date: date) -> Accumulation:
    moved = change_balance(account.accumulation, amount_minor, value_date)
    return replace(moved, products=max(moved.products, 0))


# Dormancy


def wake(account: Account, day: date) -> Account:
    """睡眠户激活: a dormant account that is used again (IB 474, 2539). Raises `account.status`."""
    return replace(account, status=after(account.status, Action.WAKE), last_moved_on=day)


# Two-phase movements


def hold(account: Account, amount_minor: int, value_date: date, parameters: SavingsParameters) -> Account:
    """The account with a signed change under way: a debit is held, a credit announced. Raises as `credit` and `debit`."""
    if amount_minor < 0:
        check_debit(account, -amount_minor)
        return replace(account, held_minor=account.held_minor - amount_minor)
    check_credit(account, amount_minor, value_date, parameters)
    return replace(account, incoming_minor=account.incoming_minor + amount_minor)


def release(account: Account, amount_minor: int) -> Account:
    """The account with a change under way given up."""
    if amount_minor < 0:
        return replace(account, held_minor=account.held_minor + amount_minor)
    return replace(account, incoming_minor=account.incoming_minor - amount_minor)


def settle_hold(account: Account, amount_minor: int, value_date: date, parameters: SavingsParameters) -> Account:
    """The account after a change under way became real. What was held was checked then; a freeze that came meanwhile does not undo it."""
    released = release(account, amount_minor)
    if amount_minor > 0:
        return credit(released, amount_minor, value_date, parameters)
    return replace(released, accumulation=_moved(released, amount_minor, value_date))


# Settling and closing


def settle(account: Account, day: date, parameters: SavingsParameters, excess: tuple[Excess, ...] = ()) -> tuple[Account, Closing]:
    """账户结清: interest to the day before, at the rate of the day, onto the account; what lies above an agreed base at its own
    (IB 1856-1864, 3976, 3980).

    Raises `account.no_settling`, `account.status`, `account.movements_pending`, `account.frozen`.
    """
    if not isinstance(account.product.closing, SettleThenClose):
        raise errors.NO_SETTLING(field="account", product_zh=account.product.name.zh, product_en=account.product.name.en)
    status = after(account.status, Action.SETTLE)
    check_idle(account)
    statement, rest = settle_at_closing(
        account.accumulation, account.product, account.currency, day, parameters, account.interest_bearing, excess
    )
    paid = replace(rest, balance_minor=rest.balance_minor + statement.net_minor)
    return replace(account, status=status, accumulation=paid), Closing(account.balance_minor, statement)


def close_and_pay(account: Account, day: date, parameters: SavingsParameters) -> tuple[Account, Closing]:
    """销户 of an account that pays principal and interest in one step (IB 925).

    Raises `account.wrong_kind`, `account.status`, `account.movements_pending`, `account.frozen`.
    """
    if not isinstance(account.product.closing, CloseAtOnce):
        raise errors.WRONG_KIND(field="account", product_zh=account.product.name.zh, product_en=account.product.name.en)
    statement, _rest = settle_at_closing(account.accumulation, account.product, account.currency, day, parameters, account.interest_bearing)
    return close_with(account, day, statement)


def close_with(account: Account, day: date, statement: InterestStatement) -> tuple[Account, Closing]:
    """销户 with the interest of a statement: no money is left, everything is paid out. The products stay as they were on that day, should
    the closing be undone.

    Raises `account.status`, `account.movements_pending`, `account.frozen`.
    """
    status = after(account.status, Action.CLOSE)
    check_idle(account)
    emptied = replace(accrue(account.accumulation, day), balance_minor=0)
    return replace(account, status=status, accumulation=emptied, closed_on=day), Closing(account.balance_minor, statement)


def close_empty(account: Account, day: date) -> Account:
    """销户 of an account that has been settled and emptied, or was never used (IB 1866-1870, 3991).

    Raises `account.status`, `account.movements_pending`, `account.frozen`, `account.not_empty`.
    """
    status = after(account.status, Action.CLOSE, settles_first=isinstance(account.product.closing, SettleThenClose))
    check_idle(account)
    if account.balance_minor != 0:
        raise errors.NOT_EMPTY(field="account", balance=format_amount(account.balance_minor, account.currency))
    return replace(account, status=status, closed_on=day)


def check_idle(account: Account) -> None:
    """That nothing is under way on an account and nothing stops it.

    Raises `account.movements_pending`, `account.frozen`, `account.reported_lost`.
    """
    if account.held_minor or account.incoming_minor:
        raise errors.MOVEMENTS_PENDING(field="account")
    if account.frozen_minor or account.frozen_whole:
        raise errors.FROZEN(field="account")
    if account.reported_lost:
        raise errors.REPORTED_LOST(field="account")
