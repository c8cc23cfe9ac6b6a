"""Messages to telephones: queued in the transaction that wants them, sent after it by whichever sender the settings name.

The sender is a port. `show` sends nothing: the operations page of a demo bank shows what would have gone out. `http` hands each message to
the bank's message gateway. Sending is repeated until it worked or the message is of no use any more; the number of a message stays the
same, so that a gateway may leave out what it has had.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import httpx
import structlog
from sqlalchemy import Row, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.identifiers import new_id
from runtime.service import Resources
from runtime.telemetry import failure_of
from services.reconciliation.domain.portal_messages import SIGN_ON_CODE, message_of
from services.reconciliation.domain.portal_sign_on import code_of
from services.reconciliation.portal.captcha import key_of
from services.reconciliation.portal.tables import PORTAL_SMS

log = structlog.get_logger(__name__)
EVERY_SECONDS = 1.0
AT_ONCE = 50
AGAIN_AFTER_SECONDS = 10
"""Longer by as much with every time it failed."""
HTTP_SECONDS = 5.0


class SmsSender(Protocol):
    """Hands one message on; raises when it could not."""

    async def send(self, sms_id: UUID, phone: str, text: str) -> None: ...


class ShowingSender:
    """For demo banks: nothing leaves the machine, the operations page shows the messages (`recon.sms.shown`)."""

    async def send(self, sms_id: UUID, phone: str, text: str) -> None:
        """Nothing is to be done."""


class HttpSender:
    """The bank's message gateway: `POST` of `{id, phone, text}` with a bearer key; any 2xx is an acceptance."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    async def send(self, sms_id: UUID, phone: str, text: str) -> None:
        async with httpx.AsyncClient(timeout=HTTP_SECONDS, trust_env=False) as client:
            answer = await client.post(self._url, json={"id": str(sms_id), "phone": phone, "text": text}, headers=self._headers)
            answer.raise_for_status()


def sender_of(resources: Resources) -> SmsSender | None:
    """The sender that the settings name; None if the bank has none."""
    settings = resources.settings
    if settings.sms_sender == "http":
        return HttpSender(settings.sms_url, settings.sms_key.get_secret_value())
    return ShowingSender() if settings.sms_sender == "show" else None


async def queue_sms(
    connection: AsyncConnection, phone: str | None, kind: str, values: Mapping[str, Any], *, now: datetime, until: datetime
) -> None:
    """Have a message sent once this transaction has committed; not after `until`. Without a telephone it goes nowhere."""
    await queue_many(connection, kind, [(phone, values)], now=now, until=until)


async def queue_many(
    connection: AsyncConnection, kind: str, messages: Iterable[tuple[str | None, Mapping[str, Any]]], *, now: datetime, until: datetime
) -> None:
    """The same of messages of a kind to many telephones, each with its values."""
    common = {"kind": kind, "made_at": now, "until": until, "next_at": now}
    rows = [{"sms_id": new_id(), "phone": phone, "values": dict(values), **common} for phone, values in messages]
    if rows:
        await connection.execute(PORTAL_SMS.insert(), rows)


def text_of(resources: Resources, row: Row[Any]) -> str:
    """The text of a queued message; a code is derived now."""
    values = dict(row.values)
    if row.kind == SIGN_ON_CODE:
        values["code"] = code_of(key_of(resources), UUID(values["try_id"]), values["number"])
    return message_of(row.kind, values)


async def send_waiting(resources: Resources) -> None:
    """Send what waits, a bounded number at a time; what fails waits a little longer each time."""
    sender = sender_of(resources)
    claimed = await _claimed(resources)
    if not claimed:
        return
    results = await asyncio.gather(*(_sent(resources, sender, row) for row in claimed))
    done = [sms_id for sms_id in results if sms_id is not None]
    async with resources.database.transaction() as connection:
        await connection.execute(PORTAL_SMS.update().where(PORTAL_SMS.c.sms_id.in_(done)).values(state="sent"))


async def _claimed(resources: Resources) -> list[Row[Any]]:
    """What is to be sent now, put off until it would be tried again; what is of no use is dropped."""
    table, now = PORTAL_SMS, resources.clock.now()
    due = (table.c.state == "waiting", table.c.next_at <= now)
    chosen = select(table).where(*due).order_by(table.c.next_at).limit(AT_ONCE).with_for_update(skip_locked=True)
    async with resources.database.transaction() as connection:
        found = (await connection.execute(chosen)).all()
        if not found:
            return []
        useful = [row for row in found if row.phone is not None and row.until > now]
        useless = [row.sms_id for row in found if row not in useful]
        await connection.execute(table.update().where(table.c.sms_id.in_(useless)).values(state="dropped"))
        later = literal(now) + func.make_interval(0, 0, 0, 0, 0, 0, AGAIN_AFTER_SECONDS * (table.c.attempts + 1))
        again = {"attempts": table.c.attempts + 1, "next_at": later}
        await connection.execute(table.update().where(table.c.sms_id.in_([row.sms_id for row in useful])).values(again))
        return useful


async def _sent(resources: Resources, sender: SmsSender | None, row: Row[Any]) -> UUID | None:
    if sender is None:
        log.warning("no sender for messages to telephones", kind=row.kind)
        return None
    try:
        await sender.send(row.sms_id, row.phone, text_of(resources, row))
    except (httpx.HTTPError, OSError) as problem:
        log.warning("a message to a telephone was not taken", kind=row.kind, attempts=row.attempts, failure=failure_of(problem))
        return None
    return row.sms_id
