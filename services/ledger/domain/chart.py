"""What an accountant may change of subjects and business codes, from a date that has not begun (IB 301-303, 559-565, 790)."""

from __future__ import annotations

from datetime import date

from kernel.errors import DomainError
from services.ledger.domain import refusals
from services.ledger.domain.model import BusinessCode, CodeKind, Subject, SubjectClass
from services.ledger.domain.rulebook import Rulebook


def check_effective(effective: date, today: date) -> None:
    """What has been posted stays as it is, and so does the date that is being posted to. Raises `ledger.chart.not_later`."""
    if effective <= today:
        raise refusals.NOT_LATER(field="effective", today=today)


def subject_before(rulebook: Rulebook, code: str, on: date) -> Subject | None:
    """A subject as it would stand on a date without the change; None for a new one."""
    try:
        return rulebook.subject(code, on)
    except DomainError:
        return None


def business_code_before(rulebook: Rulebook, code: str, on: date) -> BusinessCode | None:
    """A business code as it would stand on a date without the change; None for a new one."""
    try:
        return rulebook.business_code(code, on)
    except DomainError:
        return None


def check_subject_change(before: Subject | None, after: Subject) -> None:
    """A subject stays in its part of the accounts, and 7xx is off the balance sheet.

    Raises `ledger.chart.class_stays`, `ledger.chart.off_sheet_digits`, `ledger.chart.no_change`.
    """
    if after.code.startswith("7") is not (after.subject_class is SubjectClass.OFF_SHEET):
        raise refusals.OFF_SHEET_DIGITS(field="subject_class")
    if before is None:
        return
    if before.subject_class is not after.subject_class:
        raise refusals.CLASS_STAYS(field="subject_class", code=after.code)
    if (before.name, before.side) == (after.name, after.side):
        raise refusals.NO_CHANGE(field="code", code=after.code)


def check_code_change(before: BusinessCode | None, after: BusinessCode) -> None:
    """A code stays on its sheet, and with the service that keeps its accounts, which decides itself what they may do.

    Raises `ledger.chart.sheet_stays`, `ledger.chart.customers`, `ledger.chart.no_change`.
    """
    if before is None:
        return
    if before.off_sheet is not after.off_sheet:
        raise refusals.SHEET_STAYS(field="subject", code=after.code)
    if before.kind is CodeKind.CUSTOMER and (after.guard, after.outlet_may_open) != (before.guard, before.outlet_may_open):
        raise refusals.CUSTOMERS(field="guard", code=after.code)
    same = ("name", "subject", "guard", "outlet_may_open")
    if all(getattr(before, name) == getattr(after, name) for name in same):
        raise refusals.NO_CHANGE(field="code", code=after.code)
