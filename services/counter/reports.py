"""轧账单 to print: of a teller or an outlet by subject, and of a vault or box by kind (IB 803-812, 2844-2846, 3659-3666)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from banking.fields import CURRENCY_CHOICES, CashBoxNumber, CurrencyCode, Day, Form, OutletCode, TellerNumber, labelled
from banking.query import Read, report
from banking.visibility import sight_for
from contracts.report import Column, Heading, ReportTable
from kernel.money import CURRENCIES, currency_of
from kernel.text import Text
from runtime.service import Resources
from services.counter.boxes import check_exists
from services.counter.domain.errors import TELLER_UNKNOWN
from services.counter.sheets import balancing_sheet, box_sheets, cash_rows, shown, subject_rows, summed, voucher_rows
from services.counter.tables import TELLER

BALANCING, BOX = Text("轧账单", "Balancing sheet"), Text("钱箱轧账单", "Balancing sheet of a cash box")
INCOMPLETE = Text("尚有交易在途", "Some postings are still under way")


class BalancingForm(Form):
    """A teller's sheet, or an outlet's; the own outlet's if neither is named."""

    date: Day | None = labelled("日期", "Date", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    teller: TellerNumber | None = labelled("柜员号", "Teller", None)
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)


class BoxForm(Form):
    """A vault or box as it stands; the one the teller signed on with if none is named."""

    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    cash_box: CashBoxNumber | None = labelled("钱箱号", "Cash box", None)


COLUMNS = (
    Column(key="subject", label=Text("科目", "Subject")),
    Column(key="name", label=Text("科目名称", "Name")),
    Column(key="debit_cash", label=Text("借方现金发生额", "Debit in cash"), kind="amount"),
    Column(key="debit_cash_count", label=Text("借方现金笔数", "Entries"), kind="integer"),
    Column(key="debit_transfer", label=Text("借方转账发生额", "Debit by transfer"), kind="amount"),
    Column(key="debit_transfer_count", label=Text("借方转账笔数", "Entries"), kind="integer"),
    Column(key="credit_cash", label=Text("贷方现金发生额", "Credit in cash"), kind="amount"),
    Column(key="credit_cash_count", label=Text("贷方现金笔数", "Entries"), kind="integer"),
    Column(key="credit_transfer", label=Text("贷方转账发生额", "Credit by transfer"), kind="amount"),
    Column(key="credit_transfer_count", label=Text("贷方转账笔数", "Entries"), kind="integer"),
)
BOX_COLUMNS = (
    Column(key="kind", label=Text("种类", "Kind")),
    Column(key="currency", label=Text("币种", "Currency")),
    Column(key="opening", label=Text("上日余额", "Opening"), kind="amount"),
    Column(key="out", label=Text("出库", "Out of the vault"), kind="amount"),
    Column(key="in", label=Text("入库", "Into the vault"), kind="amount"),
    Column(key="received", label=Text("收入", "Received"), kind="amount"),
    Column(key="paid", label=Text("付出", "Paid"), kind="amount"),
    Column(key="balance", label=Text("余额", "Balance"), kind="amount"),
)


@report(name="balancing", title=BALANCING, source="IB 807-812, 2844-2846, 3137-3139")
async def balancing(read: Read, form: BalancingForm) -> ReportTable:
    """Turnover and number of entries per subject, debit and credit, cash and transfer, to the second level with totals of the first.

    A teller's sheet holds what he made at his counter in the books of his outlet, an outlet's everything in its books. Off-sheet subjects
    follow, received as debit and paid as credit; the totals leave them out. Raises `teller.unknown`, `outlet.outside`.
    """
    currency_of(form.currency)
    day = form.date or read.business_date
    outlet = form.outlet or await _outlet_of(read, form.teller)
    sight_for(read.principal, outlet)
    sheet, complete = await balancing_sheet(read.resources, day, outlet, form.teller)
    lines = sheet.subjects.get(form.currency, [])
    headers = [
        Heading(label=Text("部门", "Outlet"), value=outlet),
        Heading(label=Text("柜员", "Teller"), value=form.teller or Text("全部", "All")),
        Heading(label=Text("日期", "Date"), value=day.isoformat()),
        Heading(label=Text("币种", "Currency"), value=CURRENCIES[form.currency].name),
        Heading(label=Text("笔数", "Transactions"), value=str(sheet.sets)),
        Heading(label=Text("操作员", "Made by"), value=read.principal.teller),
    ]
    if not complete:
        headers.append(Heading(label=Text("注意", "Note"), value=INCOMPLETE))
    totals = shown(summed(line for line in lines if not line.off_sheet), form.currency)
    rows = [_named(row) for row in subject_rows(lines, form.currency)]
    return ReportTable(title=BALANCING, headers=headers, columns=list(COLUMNS), rows=rows, totals=totals)


async def _outlet_of(read: Read, teller: str | None) -> str:
    """The teller's outlet; without a teller the own one."""
    if teller is None:
        return read.principal.outlet
    found = (await read.connection.execute(select(TELLER.c.outlet).where(TELLER.c.teller == teller))).scalar()
    if found is None:
        raise TELLER_UNKNOWN(field="teller", teller=teller)
    return found


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "name": Text(**row["name"])}


@report(name="box_balancing", title=BOX, source="IB 803-809, 3132-3136, 3659-3666")
async def box_balancing(read: Read, form: BoxForm) -> ReportTable:
    """Cash and vouchers of a vault or box: opening, out, in, received, paid, balance; vouchers in sheets.

    Raises `counter.box.unknown`, `outlet.outside`.
    """
    outlet = form.outlet or read.principal.outlet
    sight_for(read.principal, outlet)
    cash_box = await check_exists(read.connection, outlet, form.cash_box or read.principal.cash_box or "")
    headers = [
        Heading(label=Text("部门", "Outlet"), value=outlet),
        Heading(label=Text("钱箱", "Cash box"), value=cash_box),
        Heading(label=Text("日期", "Date"), value=read.business_date.isoformat()),
        Heading(label=Text("操作员", "Made by"), value=read.principal.teller),
    ]
    rows = [*await _cash(read.resources, read, outlet, cash_box), *await _vouchers(read, outlet, cash_box)]
    return ReportTable(title=BOX, headers=headers, columns=list(BOX_COLUMNS), rows=rows)


async def _cash(resources: Resources, read: Read, outlet: str, cash_box: str) -> list[dict[str, Any]]:
    rows = cash_rows(await box_sheets(resources, read.business_date, outlet, cash_box))
    return [{**row, "kind": Text("现金", "Cash"), "currency": CURRENCIES[row["currency"]].name} for row in rows]


async def _vouchers(read: Read, outlet: str, cash_box: str) -> list[dict[str, Any]]:
    figures = ("opening", "out", "in", "received", "paid", "balance")
    return [
        {"kind": Text(**row["kind_name"]), "currency": Text("张", "sheets"), **{name: str(row[name]) for name in figures}}
        for row in await voucher_rows(read.connection, read.business_date, outlet, cash_box)
    ]
