"""轧账单 of boxes, tellers and outlets: what the ledger has posted (IB 803-812, 2844-2846, 3132-3139, 3659-3666)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import SERVICE_DIGITS
from contracts.balancing import BalancingClient, BalancingSheet, SubjectLine
from contracts.ledger import LedgerClient
from kernel.money import CURRENCIES, format_amount
from runtime.service import Resources
from services.counter.domain.boxes import account_of_box
from services.counter.domain.sheet import BoxSheet, Movement, box_sheet
from services.counter.tables import CASH_BOX_USER, TELLER_DAY
from services.counter.voucher_sheets import voucher_sheets

TRIES = 40
PAUSE_SECONDS = 0.05
SIDES = ("debit_cash", "debit_transfer", "credit_cash", "credit_transfer")
FIGURES = tuple(f"{side}_{unit}" for side in SIDES for unit in ("minor", "count"))
VOUCHER_FIGURES = ("opening", "out", "in", "received", "paid", "balance", "first", "last")
WORKING = ("working", "freeing")


async def box_sheets(resources: Resources, day: date, outlet: str, cash_box: str) -> dict[str, BoxSheet]:
    """The sheet of a vault or box in each currency it has ever held; CNY in any case."""
    accounts = {account_of_box(outlet, cash_box, currency): currency for currency in CURRENCIES}
    sheets = {"CNY": box_sheet(0, ())}
    for moved in await LedgerClient(resources.transport).account_days(list(accounts), day):
        movements = [Movement(each.rule, each.debit_minor, each.credit_minor) for each in moved.movements]
        sheets[accounts[moved.account]] = box_sheet(moved.balance_minor, movements)
    return dict(sorted(sheets.items()))


def cash_rows(sheets: dict[str, BoxSheet]) -> list[dict[str, Any]]:
    """The rows of a box's cash: opening, out, in, received, paid, balance."""
    return [
        {"kind": "cash", "currency": currency}
        | {name.removesuffix("_minor"): format_amount(getattr(sheet, name), currency) for name in BoxSheet.__slots__}
        for currency, sheet in sheets.items()
    ]


async def voucher_rows(connection: AsyncConnection, day: date, outlet: str, cash_box: str) -> list[dict[str, Any]]:
    """The rows of a box's vouchers, in sheets, with the lowest and highest number that is left."""
    return [
        {"kind": row["kind"], "kind_name": row["name"], **{name: row[name] for name in VOUCHER_FIGURES}}
        for row in await voucher_sheets(connection, day, outlet=outlet, cash_box=cash_box)
    ]


async def boxes_of(connection: AsyncConnection, outlet: str, teller: str) -> list[str]:
    """The boxes that a teller may use, shared ones included."""
    user = CASH_BOX_USER
    found = select(user.c.number).where(user.c.outlet == outlet, user.c.teller == teller).order_by(user.c.number)
    return list((await connection.execute(found)).scalars())


async def cash_left(connection: AsyncConnection, ledger: LedgerClient, day: date, outlet: str, teller: str) -> dict[str, int]:
    """What lies in the teller's boxes, by currency, in minor units; a box that somebody else still works with is left out."""
    user, present = CASH_BOX_USER, TELLER_DAY
    others = select(user.c.number).join(present, present.c.teller == user.c.teller)
    busy = others.where(user.c.outlet == outlet, user.c.teller != teller, present.c.business_date == day, present.c.state.in_(WORKING))
    own = select(user.c.number).where(user.c.outlet == outlet, user.c.teller == teller, user.c.number.not_in(busy))
    boxes = list((await connection.execute(own)).scalars())
    accounts = {account_of_box(outlet, box, currency): currency for box in boxes for currency in CURRENCIES}
    left: dict[str, int] = defaultdict(int)
    for account, minor in (await ledger.balances(list(accounts))).items() if accounts else ():
        left[accounts[account]] += minor
    return {currency: minor for currency, minor in sorted(left.items()) if minor}


async def balancing_sheet(resources: Resources, day: date, outlet: str, teller: str | None) -> tuple[BalancingSheet, bool]:
    """The sheet of a teller or outlet, and whether everything decided so far stands in it; waited for two seconds at most."""
    client = BalancingClient(resources.transport)
    decided = await client.decided(tuple(SERVICE_DIGITS), day, outlet, teller)
    for attempt in range(TRIES):
        sheet = await client.sheet(day, outlet, teller)
        if sheet.sets >= decided:
            return sheet, True
        if attempt + 1 < TRIES:
            await asyncio.sleep(PAUSE_SECONDS)
    return sheet, False


def subject_rows(lines: Iterable[SubjectLine], currency: str) -> list[dict[str, Any]]:
    """Rows to the second level with a total for each subject of the first (IB 2844); a subject without a second level is its own total."""
    rows = []
    for _, group in groupby(lines, key=lambda line: (line.off_sheet, line.group)):
        members = list(group)
        rows += [_row(line, currency) for line in members if line.subject != line.group]
        first = members[0].model_copy(update={"subject": members[0].group, "name": members[0].group_name, **summed(members)})
        rows.append(_row(first, currency))
    return rows


def summed(lines: Iterable[SubjectLine]) -> dict[str, int]:
    """Each figure over all lines."""
    lines = list(lines)
    return {name: sum(getattr(line, name) for line in lines) for name in FIGURES}


def _row(line: SubjectLine, currency: str) -> dict[str, Any]:
    return {"subject": line.subject, "name": line.name, **shown(line.model_dump(include=set(FIGURES)), currency)}


def shown(figures: dict[str, int], currency: str) -> dict[str, Any]:
    """Amounts as decimal strings, counts as they are."""
    result: dict[str, Any] = {}
    for side in SIDES:
        result[side] = format_amount(figures[f"{side}_minor"], currency)
        result[f"{side}_count"] = figures[f"{side}_count"]
    return result


def sheet_result(sheet: BalancingSheet) -> dict[str, Any]:
    """A sheet as receipts show it: subjects and transactions of every currency."""
    subjects = [
        {"currency": currency, **row} for currency, lines in sorted(sheet.subjects.items()) for row in subject_rows(lines, currency)
    ]
    transactions = [
        {"code": line.code, "currency": line.currency, "count": line.sets, "amount": format_amount(line.amount_minor, line.currency)}
        for line in sheet.transactions
    ]
    return {"subjects": subjects, "transactions": transactions}
