"""特殊业务清单: what was done beyond the ordinary run of business, the same sheet in every service that has a part in it (IB 2878)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from banking.fields import Day, Form, OutletCode, labelled
from banking.query import Read, Report, report
from banking.visibility import Sight, sight_for
from contracts.report import Cell, Column, Heading, ReportTable
from kernel.money import format_amount
from kernel.text import Text

TITLE = Text("特殊业务清单", "Special business")
COLUMNS = [
    Column(key="account", label=Text("帐号", "Account")),
    Column(key="name", label=Text("户名", "Name")),
    Column(key="balance", label=Text("余额", "Balance"), kind="amount"),
    Column(key="category", label=Text("业务类别", "Business")),
    Column(key="content", label=Text("内容", "Content")),
    Column(key="teller", label=Text("操作用户", "Teller")),
    Column(key="second", label=Text("复核用户", "Second person")),
    Column(key="transaction_number", label=Text("交易流水号", "Transaction number")),
]


class SpecialForm(Form):
    """A date and an outlet (the own one and those below it if left out)."""

    date: Day | None = labelled("日期", "Date", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)


@dataclass(frozen=True, slots=True)
class SpecialBusiness:
    """One account that special business was done on; the balance is the present one, in minor units and without its side.

    A customer has no balance.
    """

    account: str
    name: str
    currency: str
    balance_minor: int | None
    category: Text
    content: str | Text
    teller: str
    second: str | None
    transaction_number: str | None

    def row(self) -> dict[str, Cell]:
        """The line on the sheet."""
        return {
            "account": self.account,
            "name": self.name,
            "balance": None if self.balance_minor is None else format_amount(abs(self.balance_minor), self.currency),
            "category": self.category,
            "content": self.content,
            "teller": self.teller,
            "second": self.second,
            "transaction_number": self.transaction_number,
        }


def special_business_report(find: Callable[[Read, date, Sight], Awaitable[list[SpecialBusiness]]]) -> Report:
    """The report of a service from what it finds on a date for the outlets in sight. It raises `outlet.outside`."""

    @report(name="special_business", title=TITLE, source="IB 2878")
    async def sheet(read: Read, form: SpecialForm) -> ReportTable:
        day = form.date or read.business_date
        found = await find(read, day, sight_for(read.principal, form.outlet))
        return ReportTable(
            title=TITLE,
            headers=[
                Heading(label=Text("部门", "Outlet"), value=form.outlet or read.principal.outlet),
                Heading(label=Text("日期", "Date"), value=day.isoformat()),
                Heading(label=Text("操作员", "Made by"), value=read.principal.teller),
            ],
            columns=COLUMNS,
            rows=[each.row() for each in found],
        )

    return sheet
