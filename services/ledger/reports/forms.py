"""What reports ask for, and the lines above their tables."""

from __future__ import annotations

from datetime import date
from typing import Literal

from banking.fields import Day, OutletCode, labelled
from banking.query import Read
from contracts.report import Heading
from kernel.money import CURRENCIES
from kernel.text import Text
from services.ledger.queries.forms import BooksForm, SubjectForm

WHOLE_BANK = Text("全行", "Whole bank")
PERIODS = (
    ("day", Text("日", "Day")),
    ("month", Text("月", "Month")),
    ("quarter", Text("季", "Quarter")),
    ("half_year", Text("半年", "Half-year")),
    ("year", Text("年", "Year")),
)
Period = Literal["day", "month", "quarter", "half_year", "year"]
_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


class PeriodForm(BooksForm):
    """A period up to a date; month, quarter, half-year and year are those of the calendar."""

    period: Period = labelled("期间", "Period", "day", widget="choice", choices=PERIODS)


class SheetForm(SubjectForm):
    """A date, an outlet (the own one and those below it if left out), a currency and a range of subjects."""


class SpanForm(BooksForm):
    """One date, or the dates from one to another."""

    date: Day | None = labelled("日期", "Date", None, widget="date")
    date_to: Day | None = labelled("终止日期", "To", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)


def first_of_period(period: str, day: date) -> date:
    """The first day of the calendar period a date lies in."""
    if period == "day":
        return day
    months = _MONTHS[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def outlet_heading(outlet: str | None, otherwise: str | Text) -> Heading:
    """Whose books."""
    return Heading(label=Text("部门", "Outlet"), value=outlet or otherwise)


def date_heading(first: date, last: date | None = None) -> Heading:
    """A date, or from one to another."""
    if last is None or last == first:
        return Heading(label=Text("日期", "Date"), value=first.isoformat())
    return Heading(label=Text("日期", "Date"), value=Text(f"{first} 至 {last}", f"{first} to {last}"))


def currency_heading(currency: str) -> Heading:
    """The currency by its name."""
    return Heading(label=Text("币种", "Currency"), value=CURRENCIES[currency].name)


def operator_heading(read: Read) -> Heading:
    """Who makes the report."""
    return Heading(label=Text("操作员", "Made by"), value=read.principal.teller)


UNIT = Heading(label=Text("金额单位", "Unit"), value=Text("元", "major unit"))
"""Every amount on paper is in major units with its decimals."""
