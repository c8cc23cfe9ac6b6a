"""Tellers' passwords: what a new one must be, when one is due for change, when a teller is locked (IB 321-330, 692-699, 1586-1600)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kernel.calendar import add_months
from services.counter.domain.errors import PASSWORD_GUESSABLE, PASSWORD_TOO_SHORT, PASSWORD_UNCHANGED

LEAST_LENGTH = 8
DEFAULT_PASSWORD = "888888"
"""What a new teller signs on with the first time (IB 692); too short to be kept."""
ATTEMPTS = 5
"""Wrong passwords one after the other in one business date that lock a teller, as they lock a customer (IB 417)."""


def check_new_password(new: str, *, teller: str, old: str | None = None, field: str = "new_password") -> str:
    """The new password itself. Raises `teller.password.too_short`, `.guessable`, `.unchanged`."""
    if len(new.strip()) < LEAST_LENGTH:
        raise PASSWORD_TOO_SHORT(field=field, least=LEAST_LENGTH)
    if teller.lower() in new.lower():
        raise PASSWORD_GUESSABLE(field=field)
    if old is not None and new == old:
        raise PASSWORD_UNCHANGED(field=field)
    return new


def reminder_due(changed_on: date | None, day: date) -> bool:
    """Whether a password is a month old or older (IB 323)."""
    return changed_on is not None and add_months(changed_on, 1) <= day


@dataclass(frozen=True, slots=True)
class Attempts:
    """Wrong passwords in a row, and the business date they fell on."""

    count: int = 0
    on: date | None = None

    def locked(self, day: date) -> bool:
        """Whether the teller is locked on this business date."""
        return self.on == day and self.count >= ATTEMPTS

    def another(self, day: date) -> Attempts:
        """After one more wrong password."""
        return Attempts(self.count + 1 if self.on == day else 1, day)
