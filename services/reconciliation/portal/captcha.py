"""验证码: begun with the try it belongs to, drawn or sounded when asked for, good for one answer. Its digits stand nowhere."""

from __future__ import annotations

import asyncio
import base64
import hmac
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.portal import NewPicture, TryBegun
from runtime.auth import service_only
from runtime.idempotency import digest_of
from runtime.identifiers import new_id
from runtime.service import Resources, resources_of
from services.reconciliation.domain.portal_sign_on import (
    MOST_PICTURES,
    PICTURE_LASTS,
    PICTURE_RATE_OF_ADDRESS,
    TOO_OFTEN,
    TRY_LASTS,
    TRY_OVER,
    Rate,
    address_group,
    picture_of,
)
from services.reconciliation.portal.drawing import draw
from services.reconciliation.portal.rates import within
from services.reconciliation.portal.sounding import sound
from services.reconciliation.portal.tables import PORTAL_TRY

ADDRESS_HEADER = "X-Client-Address"
router = APIRouter(prefix="/portal/sign-on", dependencies=[Depends(service_only)], include_in_schema=False)


def key_of(resources: Resources) -> bytes:
    """The key that codes and pictures are derived with."""
    return digest_of(resources.settings.service_key.get_secret_value(), "portal.sign_on")


def portal_digest(resources: Resources, kind: str, text: str) -> bytes:
    """A keyed digest under which names and addresses are counted and compared."""
    return digest_of(key_of(resources).hex(), kind, text)


def address_of(request: Request) -> str:
    """Where the gateway says the request comes from, as addresses are counted."""
    return address_group(request.headers.get(ADDRESS_HEADER, "unknown"))


async def check_rate(request: Request, connection: AsyncConnection, rate: Rate) -> None:
    """Count for the address the gateway names. Raises `portal.too_often`."""
    resources = resources_of(request)
    if not await within(connection, (rate,), portal_digest(resources, "address", address_of(request)), resources.clock.now()):
        raise TOO_OFTEN()


async def locked_try(connection: AsyncConnection, try_id: UUID, now: datetime) -> Row[Any]:
    """The row of a try that may go on, locked: who does something to the same try waits. Raises `portal.try_over`."""
    row = (await connection.execute(select(PORTAL_TRY).where(PORTAL_TRY.c.try_id == try_id).with_for_update())).first()
    if row is None or row.ended_at is not None or now - row.begun_at >= TRY_LASTS:
        raise TRY_OVER()
    return row


async def change_try(connection: AsyncConnection, try_id: UUID, **values: Any) -> None:
    """Change the row of a try."""
    await connection.execute(PORTAL_TRY.update().where(PORTAL_TRY.c.try_id == try_id).values(**values))


def answers_picture(resources: Resources, row: Row[Any], digits: str) -> bool:
    """Whether the digits are those of the try's newest picture, and it is still good for an answer."""
    wanted, _ = picture_of(key_of(resources), row.try_id, row.captchas)
    good = row.captcha_until is not None and row.captcha_until > resources.clock.now()
    return hmac.compare_digest(wanted, digits) and good


@router.post("/begin")
async def begin(request: Request) -> TryBegun:
    """Begin a try to sign on, with its first picture. Raises `portal.too_often`."""
    resources = resources_of(request)
    try_id, now = new_id(), resources.clock.now()
    async with resources.database.transaction() as connection:
        await check_rate(request, connection, PICTURE_RATE_OF_ADDRESS)
        fresh = {"captchas": 1, "captcha_until": now + PICTURE_LASTS, "begun_at": now}
        await connection.execute(PORTAL_TRY.insert().values(try_id=try_id, address=address_of(request), **fresh))
    return await _drawn(resources, try_id, 1)


@router.post("/picture")
async def another_picture(body: NewPicture, request: Request) -> TryBegun:
    """Another picture for a try; the former one is worth nothing. Raises `portal.too_often`, `portal.try_over`."""
    resources = resources_of(request)
    now = resources.clock.now()
    async with resources.database.transaction() as connection:
        await check_rate(request, connection, PICTURE_RATE_OF_ADDRESS)
        row = await locked_try(connection, body.try_id, now)
        if row.captchas >= MOST_PICTURES:
            raise TRY_OVER()
        await change_try(connection, body.try_id, captchas=row.captchas + 1, captcha_until=now + PICTURE_LASTS)
    return await _drawn(resources, body.try_id, row.captchas + 1)


@router.get("/sound")
async def sounded(try_id: Annotated[UUID, Query()], request: Request) -> Response:
    """The digits of the try's newest picture as tones. Raises `portal.too_often`, `portal.try_over`."""
    resources = resources_of(request)
    now = resources.clock.now()
    async with resources.database.transaction() as connection:
        await check_rate(request, connection, PICTURE_RATE_OF_ADDRESS)
        row = await locked_try(connection, try_id, now)
    if row.captcha_until is None or row.captcha_until <= now:
        raise TRY_OVER()
    digits, seed = picture_of(key_of(resources), try_id, row.captchas)
    return Response(await asyncio.to_thread(sound, digits, seed), media_type="audio/wav")


async def _drawn(resources: Resources, try_id: UUID, number: int) -> TryBegun:
    digits, seed = picture_of(key_of(resources), try_id, number)
    picture = base64.b64encode(await asyncio.to_thread(draw, digits, seed)).decode()
    return TryBegun(try_id=try_id, picture=f"data:image/png;base64,{picture}", seconds=int(PICTURE_LASTS.total_seconds()))
