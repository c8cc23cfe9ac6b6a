"""Liveness, readiness, metrics, and the operator's view of the bus in one service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Double, cast, func, select, text

from kernel.errors import ErrorType, Kind
from runtime.auth import service_only
from runtime.service import Resources, resources_of
from runtime.telemetry import OUTBOX_OLDEST, OUTBOX_WAITING, PARKED

NOT_PARKED = ErrorType("parked.unknown", Kind.NOT_FOUND, "没有这条待处理消息", "there is no such parked message")

live_router = APIRouter()
router = APIRouter()


@live_router.get("/livez", include_in_schema=False)
async def livez() -> dict[str, str]:
    """The process turns its loop."""
    return {"status": "alive"}


async def readiness(resources: Resources) -> dict[str, Any]:
    """Whether database and bus answer."""
    database = True
    try:
        async with resources.database.reading() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception:
        database = False
    bus = resources.bus_connected()
    return {"service": resources.name, "ok": database and bus, "database": database, "bus": bus}


@router.get("/readyz", include_in_schema=False)
async def readyz(request: Request) -> JSONResponse:
    """Whether this service can work: 200, or 503 with what is away."""
    answer = await readiness(resources_of(request))
    return JSONResponse(answer, status_code=200 if answer["ok"] else 503)


async def bus_state(resources: Resources) -> dict[str, Any]:
    """What waits in the outbox and what is parked."""
    outbox, queued, parked = resources.plumbing.outbox, resources.plumbing.outbox_waiting, resources.plumbing.parked
    first = select(func.min(queued.c.sequence)).scalar_subquery()
    since = select(outbox.c.created_at).where(outbox.c.sequence == first).scalar_subquery()
    age = func.coalesce(cast(func.extract("epoch", func.now() - since), Double), 0.0)
    async with resources.database.reading() as connection:
        waiting, oldest = (await connection.execute(select(select(func.count()).select_from(queued).scalar_subquery(), age))).one()
        open_parked = (
            await connection.execute(select(func.count()).select_from(parked).where(parked.c.resolved_at.is_(None)))
        ).scalar_one()
        rows = (
            await connection.execute(parked.select().where(parked.c.resolved_at.is_(None)).order_by(parked.c.received_at.desc()).limit(100))
        ).mappings()
        listed = [
            {
                "service": resources.name,
                "id": str(row["id"]),
                "queue": row["queue"],
                "name": row["name"],
                "code": row["code"],
                "reason": row["reason"],
                "attempts": row["attempts"],
                "received_at": row["received_at"].isoformat(),
                "body": bytes(row["envelope"]).decode("utf-8", "replace")[:4000],
            }
            for row in rows
        ]
    OUTBOX_WAITING.labels(resources.name).set(waiting)
    OUTBOX_OLDEST.labels(resources.name).set(float(oldest))
    PARKED.labels(resources.name).set(open_parked)
    return {
        "service": resources.name,
        "outbox_waiting": waiting,
        "outbox_oldest_seconds": round(oldest, 3),
        "parked_count": open_parked,
        "parked": listed,
    }


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """The measurements of this process, for Prometheus; gauges of the service are set from its database first."""
    resources = resources_of(request)
    await bus_state(resources)
    for gauge in request.app.state.service.gauges:
        await gauge(resources)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/internal/bus", dependencies=[Depends(service_only)])
async def bus(request: Request) -> dict[str, Any]:
    """What waits in the outbox and what is parked, for the gateway."""
    return await bus_state(resources_of(request))


@router.post("/internal/parked/{parked_id}/replay", dependencies=[Depends(service_only)])
async def replay(parked_id: UUID, request: Request) -> dict[str, bool]:
    """Handle a parked message again. Raises `parked.unknown`, or whatever the handler refuses with."""
    for consumer in resources_of(request).consumers.values():
        if await consumer.replay(parked_id):
            return {"replayed": True}
    raise NOT_PARKED()
