"""What a unit may still do with others once its inter-branch position has reached a limit 汇差额度 (IB 2926, decision 0021).

Clearing watches the positions and tells every service which units have reached the limit for approvals or the one that stops. A
transaction meets that copy when its entries are known: one look, and only if they move a 416 sub-account.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import frame_of
from banking.rights import Needed
from banking.tables import Frame
from contracts.ledger import Entry
from contracts.limits import LimitedUnits
from kernel.errors import ErrorType, Kind
from kernel.money import format_amount
from kernel.numbers import superior_of
from runtime.auth import service_only
from runtime.database import driver_connection
from runtime.service import resources_of

POSITION_STOPPED = ErrorType(
    "outlet.position_stopped",
    Kind.CONFLICT,
    "{outlet} 汇差 {position} 已达停办额度 {limit},暂停与其他网点的业务,请先办理即时清算",
    "the inter-branch position {position} of {outlet} has reached {limit}: no business with other outlets until it is netted",
)
INTER_BRANCH = ("416", "417", "418", "419", "420")
"""Business codes of the sub-accounts of 416 (IB 2916)."""
OF_A_POSITION = "position"
"""What `Needed.settlement` says where not an amount but a position is above its limit."""

router = APIRouter(prefix="/internal/limited-units", dependencies=[Depends(service_only)], include_in_schema=False)


@router.post("")
async def set_limited(body: LimitedUnits, request: Request) -> dict[str, int]:
    """Go by these units; repeating it, or sending older ones late, changes nothing. The answer is the version in force."""
    resources = resources_of(request)
    async with resources.database.transaction() as connection:
        return {"version": await replace_limited(connection, frame_of(resources), body)}


async def replace_limited(connection: AsyncConnection, frame: Frame, limited: LimitedUnits) -> int:
    """Go by these units from now on, unless newer ones are here already; the version in force."""
    table = frame.limited_version
    await connection.execute(insert_or(table).values(version=0).on_conflict_do_nothing())
    held = (await connection.execute(select(table.c.version).with_for_update())).scalar_one()
    if held >= limited.version:
        return held
    await connection.execute(frame.limited_unit.delete())
    if limited.units:
        await connection.execute(frame.limited_unit.insert(), [unit.model_dump() for unit in limited.units])
    await connection.execute(table.update().values(version=limited.version))
    return limited.version


async def approval_by_position(connection: AsyncConnection, frame: Frame, entries: Iterable[Entry], currency: str) -> Needed | None:
    """The approval that these entries need because a unit they move the position of has reached its limit.

    Raises `outlet.position_stopped`.
    """
    outlets = {entry.outlet for entry in entries if entry.business_code in INTER_BRANCH}
    if not outlets:
        return None
    raw = await driver_connection(connection)
    row = await raw.fetchrow(
        f"SELECT unit, stage, level, position_minor, limit_minor FROM {frame.limited_unit.fullname} WHERE unit = ANY ($1::text[]) AND "
        "currency = $2 ORDER BY stage DESC, level, abs(position_minor) DESC, unit LIMIT 1",
        sorted({unit for outlet in outlets for unit in _units_of(outlet)}),
        currency,
    )
    if row is None:
        return None
    limit = format_amount(row["limit_minor"], currency)
    if row["stage"] == "stop":
        raise POSITION_STOPPED(outlet=row["unit"], position=format_amount(row["position_minor"], currency), limit=limit)
    return Needed(row["level"], limit, format_amount(abs(row["position_minor"]), currency), OF_A_POSITION)


def _units_of(outlet: str) -> Iterator[str]:
    """The outlet itself and the sub-branch it belongs to."""
    yield outlet
    superior = superior_of(outlet)
    if superior is not None:
        yield superior
