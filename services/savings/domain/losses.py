"""Losses 挂失 of an account's own passbook, slip or certificate, or of the card or book it hangs on: by word or in writing, how long they
hold, what ends them (IB 454, 476, 3493-3521)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from kernel.text import Text
from services.savings.domain import errors
from services.savings.domain.account_status import Action, after
from services.savings.domain.accounts import Account
from services.savings.domain.parameters import SavingsParameters
from services.savings.domain.products import Owner

DAYS_BY_WORD, DAYS_BEFORE_NEW_VOUCHER = "loss.days_by_word", "loss.days_before_new_voucher"
PERSONAL_VOUCHERS = ("passbook", "slip")
CERTIFICATE = "CNFX"


class LossKind(Enum):
    """挂失种类 (IB 3501)."""

    WRITTEN = "A"
    BY_WORD = "K"

    @property
    def text(self) -> Text:
        return _KIND_TEXTS[self]


_KIND_TEXTS: dict[LossKind, Text] = {
    LossKind.WRITTEN: Text("书面挂失", "In writing"),
    LossKind.BY_WORD: Text("口头挂失", "By word of mouth"),
}
LOSS_KINDS = tuple((kind.value, kind.text) for kind in LossKind)


class LossState(Enum):
    """In force, confirmed in writing, lifted with the old voucher, replaced by a new one, or lapsed since nobody confirmed it."""

    IN_FORCE = "in_force"
    CONFIRMED = "confirmed"
    LIFTED = "lifted"
    REPLACED = "replaced"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss in force: its number on the account, how and when it was reported, the number of what is lost."""

    number: int
    kind: LossKind
    reported_on: date
    voucher_number: str | None = None


def voucher_kind(account: Account) -> str:
    """The kind of controlled voucher an account has of its own: passbook, slip, or the certificate of a corporate time deposit.

    Raises `account.no_own_voucher`.
    """
    if account.instrument in PERSONAL_VOUCHERS:
        return str(account.instrument)
    if account.product.owner is Owner.CORPORATE and account.voucher_number is not None:
        return CERTIFICATE
    raise errors.NO_OWN_VOUCHER(field="account")


def check_report(account: Account, running: Loss | None, kind: LossKind) -> None:
    """Whether a loss may be reported: once, or in writing after a report by word.

    Raises `account.status`, `account.reported_lost`.
    """
    after(account.status, Action.REPORT_LOST)
    confirms = running is not None and running.kind is LossKind.BY_WORD and kind is LossKind.WRITTEN
    if running is not None and not confirms:
        raise errors.REPORTED_LOST(field="account")


def lapses_on(kind: LossKind, day: date, parameters: SavingsParameters) -> date | None:
    """The last day of a loss reported on a day; one in writing holds until it is lifted."""
    if kind is LossKind.WRITTEN:
        return None
    return day + timedelta(days=int(parameters.limit_on(DAYS_BY_WORD, day)))


def check_new_voucher(loss: Loss, day: date, parameters: SavingsParameters) -> None:
    """Whether a loss has run its time, so that a new voucher may be given (IB 3509). Raises `loss.not_in_writing`, `loss.too_early`."""
    if loss.kind is LossKind.BY_WORD:
        raise errors.LOSS_NOT_WRITTEN(field="account")
    first = loss.reported_on + timedelta(days=int(parameters.limit_on(DAYS_BEFORE_NEW_VOUCHER, loss.reported_on)))
    if day < first:
        raise errors.LOSS_TOO_EARLY(field="account", day=first.isoformat())
