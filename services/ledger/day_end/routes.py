"""The day end at the door: start or resume a run, look at it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import select

from banking.business_day import business_date_of
from banking.principal import Principal, teller
from banking.rights import RIGHT_MISSING
from kernel.numbers import CITY
from runtime.problems import language_of
from runtime.service import Resources, resources_of
from runtime.telemetry import DAY_END_STEP as STEP_GAUGE
from services.ledger.day_end import model
from services.ledger.day_end.runner import bell
from services.ledger.day_end.steps import STEP_NAMES, TITLES
from services.ledger.tables import DAY_END_STEP, FRAME

router = APIRouter(prefix="/day-end")
TheTeller = Annotated[Principal, Depends(teller)]
GAUGE_VALUES = {"waiting": 0, "running": 1, "done": 2, "failed": 3}


@router.post("", status_code=202)
async def start(
    principal: TheTeller,
    request: Request,
    business_date: date | None = None,
    through: date | None = None,
    force_close: bool = False,
) -> dict[str, str]:
    """End the business date (`business_date`, if the caller wants to be sure which); go on to `through`, which is the date afterwards.

    There is one run per date: asking again gives the same run; one that failed begins again with its first step.
    For level A at the clearing centre.
    Raises `right.missing`, `day_end.force_close_refused`, `day_end.through_*`, `day.date_wrong`.
    """
    resources = resources_of(request)
    if principal.outlet != CITY or principal.level != "A":
        raise RIGHT_MISSING(teller=principal.teller, transaction="day-end")
    if force_close and not resources.settings.allow_force_close:
        raise model.FORCE_CLOSE_REFUSED(field="force_close")
    if business_date is None:
        async with resources.database.reading() as connection:
            business_date = await business_date_of(connection, FRAME)
    asked = model.Asked(business_date, through, force_close, principal.teller)
    async with resources.database.transaction() as connection:
        run = await model.start(connection, asked, STEP_NAMES)
    bell(resources).set()
    return {"run": str(run.run), "business_date": asked.business_date.isoformat()}


@router.get("")
async def recent(principal: TheTeller, request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> dict[str, Any]:
    """The newest runs."""
    async with resources_of(request).database.reading() as connection:
        return {"runs": await model.recent(connection, limit)}


@router.get("/{run}")
async def show(run: UUID, principal: TheTeller, request: Request) -> dict[str, Any]:
    """A run with the steps of the date it is at. Raises `day_end.unknown`."""
    async with resources_of(request).database.reading() as connection:
        return await model.view(connection, run, TITLES, language_of(request))


async def set_step_gauge(resources: Resources) -> None:
    """The state of every step of the newest date, from the database."""
    newest = select(DAY_END_STEP.c.business_date).order_by(DAY_END_STEP.c.business_date.desc()).limit(1).scalar_subquery()
    async with resources.database.reading() as connection:
        rows = await connection.execute(select(DAY_END_STEP.c.name, DAY_END_STEP.c.state).where(DAY_END_STEP.c.business_date == newest))
        for name, state in rows:
            STEP_GAUGE.labels(name).set(GAUGE_VALUES[state])
