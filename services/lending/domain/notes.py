"""Loan notes 借据: the beginning of every loan, good only on the day they are entered (IB 1895-1935, 2119-2140)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from kernel.text import Text
from services.lending.domain.errors import (
    CONTRACT_NUMBER_MALFORMED,
    NOTE_DATES,
    NOTE_LAPSED,
    NOTE_NOT_TODAY,
    NOTE_NUMBER_FIXED,
    NOTE_NUMBER_MALFORMED,
    NOTE_OTHER_TELLER,
    NOTE_PRINCIPAL,
    NOTE_RELEASED,
    RATE_NOT_POSITIVE,
)
from services.lending.domain.loan_kinds import check_kind, kind_of_loan
from services.lending.domain.parameters import LendingParameters
from services.lending.domain.rate_bands import check_annual_pct

_CONTRACT = re.compile(r"[0-9A-Za-z-]{1,18}", re.ASCII)
_NOTE = re.compile(r"[0-9A-Za-z-]{1,20}", re.ASCII)
NOTES_OF_A_CONTRACT = 99


class NoteStatus(Enum):
    """A note that was not released on its day lapses; its record stays."""

    ENTERED = "entered"
    RELEASED = "released"
    LAPSED = "lapsed"

    @property
    def text(self) -> Text:
        return _STATUS_TEXTS[self]


_STATUS_TEXTS = {
    NoteStatus.ENTERED: Text("未发放", "Entered"),
    NoteStatus.RELEASED: Text("已发放", "Released"),
    NoteStatus.LAPSED: Text("已作废", "Lapsed"),
}


@dataclass(frozen=True, slots=True)
class LoanNote:
    """借据: principal in minor units, rate in percent a year, dates, and who entered it."""

    number: str
    contract_number: str
    customer_number: str
    deposit_account: str
    kind: str
    principal_minor: int
    currency: str
    annual_pct: Decimal
    starts_on: date
    due_on: date
    entered_on: date
    entered_by: str
    released: bool = False


def note_number(contract_number: str, sequence: int) -> str:
    """借据号: the contract number and two digits counted from 01 (IB 2126-2128).

    Raises `contract.number.malformed`, `note.number.malformed`.
    """
    if not _CONTRACT.fullmatch(contract_number):
        raise CONTRACT_NUMBER_MALFORMED(field="contract_number")
    if not 1 <= sequence <= NOTES_OF_A_CONTRACT:
        raise NOTE_NUMBER_MALFORMED(field="note_number")
    return f"{contract_number}{sequence:02d}"


def check_note_number(number: str) -> None:
    """Whether a number can be a note's: the credit system may number notes its own way (IB 1899). Raises `note.number.malformed`."""
    if not _NOTE.fullmatch(number):
        raise NOTE_NUMBER_MALFORMED(field="note_number")


def sequence_of(number: str, contract_number: str) -> int:
    """The sequence of a note number that is made of its contract number and two digits, 0 for a number made otherwise."""
    sequence = number.removeprefix(contract_number)
    return int(sequence) if number.startswith(contract_number) and re.fullmatch(r"[0-9]{2}", sequence, re.ASCII) else 0


def check_note(note: LoanNote, today: date, parameters: LendingParameters) -> None:
    """Whether a note may be entered, or changed to this, today: numbers, dates, kind, and a rate of its band.

    Raises `note.principal`, `note.dates`, `note.not_today`, `note.number.malformed`, `contract.number.malformed`, `loan.kind.*`,
    `loan.rate.not_positive`, `loan.rate.outside_band`, `parameter.not_in_force`.
    """
    if note.principal_minor <= 0:
        raise NOTE_PRINCIPAL(field="principal")
    if note.starts_on != today:
        raise NOTE_NOT_TODAY(field="starts_on", today=today.isoformat())
    if note.due_on <= note.starts_on:
        raise NOTE_DATES(field="due_on")
    check_note_number(note.number)
    kind = kind_of_loan(note.kind)
    check_kind(kind, note.customer_number, note.starts_on, note.due_on)
    if note.annual_pct <= 0:
        raise RATE_NOT_POSITIVE(field="rate")
    if kind.banded:
        check_annual_pct(note.annual_pct, note.starts_on, note.due_on, parameters)


def status_on(note: LoanNote, day: date) -> NoteStatus:
    """What a note is on a day."""
    if note.released:
        return NoteStatus.RELEASED
    return NoteStatus.ENTERED if day == note.entered_on else NoteStatus.LAPSED


def check_open(note: LoanNote, today: date) -> None:
    """Whether a note can still be released or changed: on its day, and not released yet (IB 1914, 1928).

    Raises `note.released`, `note.lapsed`.
    """
    match status_on(note, today):
        case NoteStatus.RELEASED:
            raise NOTE_RELEASED(field="note_number")
        case NoteStatus.LAPSED:
            raise NOTE_LAPSED(field="note_number", entered_on=note.entered_on.isoformat())
        case NoteStatus.ENTERED:
            return


def check_change(note: LoanNote, changed: LoanNote, teller: str, today: date, parameters: LendingParameters) -> None:
    """Whether a teller may change a note: still open, the same teller, everything but its number (IB 1910-1914).

    Raises `note.released`, `note.lapsed`, `note.other_teller`, `note.number_fixed`, and as `check_note`.
    """
    check_open(note, today)
    if teller != note.entered_by:
        raise NOTE_OTHER_TELLER(teller=note.entered_by)
    if changed.number != note.number:
        raise NOTE_NUMBER_FIXED(field="note_number")
    check_note(changed, today, parameters)
