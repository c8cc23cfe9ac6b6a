"""冲开户, 冲销户: an account whose opening is taken back, or whose closing is (IB 439-445, 2538, 3382-3387).

The set that opened or closed it is posted again in red by the ledger; what becomes of the account meanwhile and in the end stands here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kernel.interest import change_balance
from services.savings.domain import errors
from services.savings.domain.account_status import AccountStatus, Action, after
from services.savings.domain.accounts import Account, check_idle, is_current, release
from services.savings.domain.products import Owner, SettleThenClose

FIRST_LINE = 1


def begin_undoing_opening(account: Account, cheques: int) -> Account:
    """The account while its opening is being taken back: it holds all its money and takes no more. Nothing else may have happened to it:
    its first deposit is its only line, it has no cheques.

    Raises `account.wrong_kind` for organisations' accounts, `account.status`, `account.moved_since_opening`, `account.has_cheques`, and
    as closing does `account.movements_pending`, `account.frozen`, `account.reported_lost`.
    """
    if account.product.owner is not Owner.PERSONAL:
        raise errors.WRONG_KIND(field="account", product_zh=account.product.name.zh, product_en=account.product.name.en)
    status = after(account.status, Action.UNDO_OPEN)
    check_idle(account)
    if account.lines != FIRST_LINE:
        raise errors.MOVED_SINCE_OPENING(field="account")
    if cheques:
        raise errors.HAS_CHEQUES(field="account", cheques=cheques)
    return replace(account, status=status, held_minor=account.balance_minor)


def give_up_undoing_opening(account: Account, amount_minor: int) -> Account:
    """The account as it was before."""
    return replace(release(account, amount_minor), status=AccountStatus.NORMAL)


def undo_opening(account: Account, amount_minor: int, value_date: date, day: date) -> Account:
    """The cancelled account, as if no money had ever come: no balance, no products; its number stays used."""
    released = release(account, amount_minor)
    emptied = replace(change_balance(released.accumulation, amount_minor, value_date), products=0)
    return replace(released, accumulation=emptied, closed_on=day)


def check_closing_undone(account: Account) -> None:
    """Whether the closing of an account may be taken back; of organisations' accounts that of time and notice deposits (IB 2538).

    Raises `account.status`, `account.movements_pending`, `account.closing_final`.
    """
    after(account.status, Action.UNDO_CLOSE)
    if account.incoming_minor:
        raise errors.MOVEMENTS_PENDING(field="account")
    if account.opened_on is None or (account.product.owner is Owner.CORPORATE and is_current(account)):
        raise errors.CLOSING_FINAL(field="account")


def begin_undoing_closing(account: Account, amount_minor: int) -> Account:
    """The closed account to which its principal is coming back. Raises as `check_closing_undone`."""
    check_closing_undone(account)
    return replace(account, incoming_minor=amount_minor)


def undo_closing(account: Account, amount_minor: int, value_date: date) -> Account:
    """The account as it was before its last transaction: settled if it was, with the products it had (IB 441); the days since its closing
    count."""
    released = release(account, amount_minor)
    settled = isinstance(account.product.closing, SettleThenClose)
    status = AccountStatus.SETTLED if settled else after(account.status, Action.UNDO_CLOSE)
    accumulation = change_balance(released.accumulation, amount_minor, value_date)
    return replace(released, status=status, accumulation=accumulation, closed_on=None)
