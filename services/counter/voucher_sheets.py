"""What vaults and boxes hold, per kind of voucher, and how they came to it on a date (IB 803-806, 3648-3666)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.vouchers import KINDS
from services.counter.domain.vouchers import State, VoucherMovement, VoucherSheet, number_text, voucher_sheet
from services.counter.tables import VOUCHER, VOUCHER_MOVEMENT

ORDER = {code: position for position, code in enumerate(KINDS)}
Key = tuple[str, str, str]
"""Outlet, cash box, kind."""


async def voucher_sheets(
    connection: AsyncConnection, day: date, *, outlet: str | None = None, cash_box: str | None = None, kinds: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """A row per box and kind that it holds or that moved through it on the date; of one outlet, box, of some kinds, or of all."""
    held = await _held(connection, outlet, cash_box, kinds)
    movements = await _movements(connection, day, outlet, cash_box, kinds)
    keys = sorted(held.keys() | movements.keys(), key=lambda key: (key[0], key[1], ORDER[key[2]]))
    return [_row(key, *held.get(key, (0, None, None)), movements[key]) for key in keys]


def _row(key: Key, sheets: int, first: int | None, last: int | None, movements: list[VoucherMovement]) -> dict[str, Any]:
    outlet, cash_box, kind = key
    sheet = voucher_sheet(sheets, movements)
    numbers = {"first": None if first is None else number_text(first), "last": None if last is None else number_text(last)}
    figures = {name.removesuffix("_sheets"): getattr(sheet, name) for name in VoucherSheet.__slots__}
    return {"outlet": outlet, "cash_box": cash_box, "kind": kind, "name": KINDS[kind].name.as_dict(), **figures, **numbers}


async def _held(
    connection: AsyncConnection, outlet: str | None, cash_box: str | None, kinds: Sequence[str]
) -> dict[Key, tuple[int, int | None, int | None]]:
    table = VOUCHER
    key = (table.c.outlet, table.c.cash_box, table.c.kind)
    found = select(*key, func.count(), func.min(table.c.number), func.max(table.c.number)).where(table.c.state == State.STOCK.value)
    found = found.where(*_chosen(table.c.outlet, table.c.cash_box, table.c.kind, outlet, cash_box, kinds)).group_by(*key)
    return {(row[0], row[1], row[2]): (row[3], row[4], row[5]) for row in await connection.execute(found)}


async def _movements(
    connection: AsyncConnection, day: date, outlet: str | None, cash_box: str | None, kinds: Sequence[str]
) -> defaultdict[Key, list[VoucherMovement]]:
    """Both ends of every movement of the date. One that is not decided has left its box, and has not come to one."""
    table = VOUCHER_MOVEMENT
    found: defaultdict[Key, list[VoucherMovement]] = defaultdict(list)
    ends = (
        (table.c.from_outlet, table.c.from_box, -1, table.c.state != "voided"),
        (table.c.to_outlet, table.c.to_box, 1, table.c.state == "posted"),
    )
    for at_outlet, at_box, sign, counted in ends:
        key = (at_outlet, at_box, table.c.kind)
        sums = select(*key, table.c.action, func.sum(table.c.sheets)).where(table.c.business_date == day, counted, at_box.is_not(None))
        sums = sums.where(*_chosen(*key, outlet, cash_box, kinds)).group_by(*key, table.c.action)
        for row in await connection.execute(sums):
            found[row[0], row[1], row[2]].append(VoucherMovement(row[3], sign * int(row[4])))
    return found


def _chosen(
    at_outlet: ColumnElement[str],
    at_box: ColumnElement[str],
    of_kind: ColumnElement[str],
    outlet: str | None,
    cash_box: str | None,
    kinds: Sequence[str],
) -> list[ColumnElement[bool]]:
    wanted = ((at_outlet, outlet), (at_box, cash_box))
    return [column == value for column, value in wanted if value is not None] + ([of_kind.in_(kinds)] if kinds else [])
