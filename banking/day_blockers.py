"""What keeps an outlet, or the day, from closing: business that must not be left open overnight, named by the service that has it.

Asked when the counter closes an outlet, so that the teller sees at once what is missing; by the day end once every outlet is closed and
before any service closes its date, so that an outlet can still open again; and by each service itself when it does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.day import Blocker, DayClient
from kernel.errors import DomainError, ErrorType, Kind
from runtime.auth import service_only
from runtime.service import Resources, resources_of

BUSINESS_OPEN = ErrorType("day.business_open", Kind.CONFLICT, "尚有业务未了结:{what_zh}", "business is still open: {what_en}")
NAMED = 20
"""How many pieces of business a refusal names."""

Blockers = Callable[[AsyncConnection, Sequence[str] | None], Awaitable[list[Blocker]]]
"""What keeps these outlets, or with None the whole service, from closing; the first few are enough."""

router = APIRouter(prefix="/internal/day/blockers", dependencies=[Depends(service_only)], include_in_schema=False)


class Outlets(BaseModel):
    """The outlets that shall close; None: the day."""

    outlets: list[str] | None = None


@router.post("")
async def blockers(body: Outlets, request: Request) -> list[Blocker]:
    """What keeps these outlets, or the day, from closing."""
    resources = resources_of(request)
    if "blockers" not in resources.state:
        return []
    async with resources.database.reading() as connection:
        return await blockers_of(connection, resources, body.outlets)


async def blockers_of(connection: AsyncConnection, resources: Resources, outlets: Sequence[str] | None) -> list[Blocker]:
    """What the running service names; nothing if it declares no blockers."""
    named: Blockers | None = resources.state.get("blockers")
    return await named(connection, outlets) if named is not None else []


async def require_nothing_open(connection: AsyncConnection, resources: Resources) -> None:
    """Raise `day.business_open` if anything keeps the running service's date from closing."""
    _refuse(await blockers_of(connection, resources, None))


async def require_outlet_done(resources: Resources, services: Iterable[str], outlet: str) -> None:
    """Ask these services about an outlet that shall close; one that is away is asked at the day's end only. Raises `day.business_open`."""
    found: list[Blocker] = []
    for service in services:
        try:
            found += await DayClient(resources.transport, service).blockers([outlet])
        except DomainError as error:
            if error.type.kind is not Kind.UNAVAILABLE:
                raise
    _refuse(found)


async def require_day_done(resources: Resources, services: Iterable[str]) -> None:
    """Ask these services about the day that shall close. Raises `day.business_open`."""
    _refuse([found for service in services for found in await DayClient(resources.transport, service).blockers()])


def _refuse(found: Sequence[Blocker]) -> None:
    if found:
        raise refusal_of(found)


def refusal_of(found: Sequence[Blocker]) -> DomainError:
    """The refusal that names what is open: the first of it in the sentence, all that was found in `errors`."""
    more_zh, more_en = ("", "") if len(found) <= NAMED else (f"等{len(found)}项", f" and {len(found) - NAMED} more")
    zh = ";".join(f"{each.outlet} {each.zh}" for each in found[:NAMED]) + more_zh
    en = "; ".join(f"{each.outlet} {each.en}" for each in found[:NAMED]) + more_en
    return BUSINESS_OPEN(what_zh=zh, what_en=en, _errors=[{"outlet": each.outlet, "zh": each.zh, "en": each.en} for each in found])
