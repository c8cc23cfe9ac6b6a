"""The counter as the gateway, the day end and the loaders call it."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import select

from banking.business_day import DATE_WRONG, business_date_of, frame_of
from contracts.counter import ApprovalGiven, ApprovalRequest, SignedOn, SignOn, StillOpen, TellersToLoad
from runtime.auth import bearer, service_only
from runtime.service import Resources, resources_of
from services.counter import presence, signing
from services.counter.domain.errors import FORCE_CLOSE_REFUSED
from services.counter.loading import load
from services.counter.tables import TELLER

router = APIRouter(prefix="/internal", dependencies=[Depends(service_only)], include_in_schema=False)


@router.post("/sign-on")
async def sign_on(body: SignOn, request: Request) -> SignedOn:
    """柜员签到 (IB 796)."""
    return await signing.sign_on(resources_of(request), body)


@router.post("/sign-on/renew")
async def renew(request: Request) -> SignedOn:
    """A fresh token for the bearer's."""
    return await signing.renew(resources_of(request), bearer(request))


@router.post("/approvals")
async def approve(body: ApprovalRequest, request: Request) -> ApprovalGiven:
    """The second person's consent to one request."""
    return await signing.approve(resources_of(request), body)


@router.post("/tellers")
async def load_tellers(body: TellersToLoad, request: Request) -> dict[str, int]:
    """Load tellers and boxes."""
    return {"tellers": await load(resources_of(request), body)}


@router.get("/open")
async def still_open(date: date, request: Request) -> StillOpen:
    """What must balance or close before the date can end; nothing for a date that is over. Raises `day.date_wrong` for a later one."""
    return await _still_open(resources_of(request), date)


class ForceClose(BaseModel):
    """The date to close."""

    business_date: date


@router.get("/tellers/{teller}")
async def has_teller(teller: str, request: Request) -> bool:
    """Whether a teller of this number works for the bank."""
    working = select(TELLER.c.teller).where(TELLER.c.teller == teller, TELLER.c.state != "left")
    async with resources_of(request).database.reading() as connection:
        return (await connection.execute(working)).first() is not None


@router.post("/force-close")
async def force_close(body: ForceClose, request: Request) -> StillOpen:
    """Balance every teller and close every outlet; what is still under way shows in `GET /internal/open`. Raises `day.date_wrong`."""
    resources = resources_of(request)
    if not resources.settings.allow_force_close:
        raise FORCE_CLOSE_REFUSED()
    frame = frame_of(resources)
    async with resources.database.transaction() as connection:
        day = await business_date_of(connection, frame)
        if day != body.business_date:
            raise DATE_WRONG(service=resources.name, date=day)
        await presence.close_all(connection, frame, day)
    tellers, outlets = await presence.moving(resources)
    await presence.settle_outlets(resources, outlets)
    for teller in tellers:
        await presence.settle_teller(resources, teller)
    return await _still_open(resources, body.business_date)


async def _still_open(resources: Resources, day: date) -> StillOpen:
    frame = frame_of(resources)
    async with resources.database.reading() as connection:
        current = await business_date_of(connection, frame)
        if day > current:
            raise DATE_WRONG(service=resources.name, date=current)
        if day < current:
            return StillOpen()
        tellers, outlets = await presence.still_open(connection, frame, day)
        return StillOpen(tellers=tellers, outlets=outlets)
