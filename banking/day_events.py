"""What a service does by itself at the end of a business date: interest days, maturities, renewals, overdue transfers.

The day end asks for it after the date is closed and complete, and again and again until everything is done, so that a portion stays a short
transaction. A portion posts with derived posting ids (`banking.automatic`); doing it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select

from banking.business_day import DATE_WRONG, CloseDay, frame_of
from contracts.day import EventProgress
from kernel.errors import ErrorType, Kind
from runtime.auth import service_only
from runtime.service import Resources, resources_of

NOT_CLOSED = ErrorType(
    "day.not_closed", Kind.CONFLICT, "营业日 {date} 尚未日结,不能做自动业务", "business date {date} is not closed yet; no automatic events"
)

DayEvent = Callable[[Resources, date], Awaitable[EventProgress]]
"""Does one portion of the work of a date; the answer says how much of it is done. Nothing to do is `EventProgress()`."""

router = APIRouter(prefix="/internal/day/events", dependencies=[Depends(service_only)], include_in_schema=False)


@router.post("")
async def run_events(body: CloseDay, request: Request) -> EventProgress:
    """The next portion of the first event that is not finished. Raises `day.date_wrong`, `day.not_closed`."""
    events: tuple[DayEvent, ...] = request.app.state.service.day_events
    if not events:
        return EventProgress()
    resources = resources_of(request)
    await _require_closed(resources, body.business_date)
    progress = EventProgress()
    for event in events:
        part = await event(resources, body.business_date)
        progress = EventProgress(done=progress.done + part.done, total=progress.total + part.total)
        if part.done < part.total:
            break
    resources.outbox.committed()
    return progress


async def _require_closed(resources: Resources, day: date) -> None:
    async with resources.database.reading() as connection:
        current = (await connection.execute(select(frame_of(resources).business_day))).first()
    if current is None or current.business_date != day:
        raise DATE_WRONG(service=resources.name, date=current.business_date if current else "-")
    if not current.closed:
        raise NOT_CLOSED(date=day)
