"""Sessions of the portal: begun, found again by what the browser shows, ended.

The browser holds 256 random bits; here stands only their digest. The token against forged requests is derived from the same bits, so
whoever shows one that fits has read an answer of this session and did not just have the browser send its cookie.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.clock import Clock
from kernel.errors import ErrorType, Kind
from runtime.auth import service_only
from runtime.idempotency import digest_of
from runtime.service import Resources, resources_of
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.domain.portal_sessions import NOTED_EVERY, is_over
from services.reconciliation.portal.tables import PORTAL_OPERATOR, PORTAL_SESSION

SESSION_HEADER = "X-Portal-Session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD"})
SESSION_OVER = ErrorType(
    "portal.session_over", Kind.UNAUTHENTICATED, "未登录或登录已失效,请重新登录", "not signed on, or no longer: sign on again"
)
CSRF = ErrorType(
    "portal.csrf", Kind.FORBIDDEN, "请求缺少防伪令牌或令牌不符,请刷新页面重试", "the token against forged requests is missing or wrong"
)


@dataclass(frozen=True, slots=True)
class Session:
    """A running session: whose it is, the digest it is kept under, and the token that its changing requests must show."""

    operator: Operator
    digest: bytes
    csrf: str


def csrf_of(resources: Resources, secret: str) -> str:
    """The token against forged requests of the session with this secret."""
    return digest_of(resources.settings.service_key.get_secret_value(), "portal.csrf", secret).hex()


async def begin_session(connection: AsyncConnection, request: Request, bound: Row[Any], entry: str) -> str:
    """A new session of an operator's row, whose lock the caller holds; its secret, which is nowhere else. The one that the browser still
    showed ends."""
    secret, now = secrets.token_urlsafe(32), resources_of(request).clock.now()
    await _end(connection, _digest(request.headers.get(SESSION_HEADER, "")), now)
    await connection.execute(
        PORTAL_SESSION.insert().values(
            session_digest=_digest(secret),
            customer_number=bound.customer_number,
            operator_number=bound.operator_number,
            binding_version=bound.binding_version,
            entry=entry,
            begun_at=now,
            seen_at=now,
        )
    )
    return secret


async def end_session(connection: AsyncConnection, clock: Clock, session: Session) -> bool:
    """Sign off; whether it was this call that ended the session."""
    return await _end(connection, session.digest, clock.now())


async def _end(connection: AsyncConnection, digest: bytes, now: datetime) -> bool:
    running = (PORTAL_SESSION.c.session_digest == digest, PORTAL_SESSION.c.ended_at.is_(None))
    return (await connection.execute(PORTAL_SESSION.update().where(*running).values(ended_at=now))).rowcount == 1


async def session_of(request: Request) -> Session:
    """A route dependency: the session the gateway found in the cookie, with its token checked on every request that may change something.

    Raises `auth.service_only`, `portal.session_over`, `portal.csrf`.
    """
    await service_only(request)
    resources = resources_of(request)
    secret = request.headers.get(SESSION_HEADER, "")
    session = await running_session(resources, secret)
    if request.method not in SAFE_METHODS and not hmac.compare_digest(request.headers.get(CSRF_HEADER, "").encode(), session.csrf.encode()):
        raise CSRF()
    return session


async def operator_of(request: Request) -> Operator:
    """A route dependency: the operator whose session came with the request. Raises as `session_of`."""
    return (await session_of(request)).operator


async def running_session(resources: Resources, secret: str) -> Session:
    """The session of a secret, if it runs; that it is used is noted. Raises `portal.session_over`."""
    digest, now = _digest(secret), resources.clock.now()
    session, operator = PORTAL_SESSION, PORTAL_OPERATOR
    same = (
        session.c.customer_number == operator.c.customer_number,
        session.c.operator_number == operator.c.operator_number,
        session.c.binding_version == operator.c.binding_version,
    )
    running = (session.c.session_digest == digest, session.c.ended_at.is_(None), operator.c.state == "bound")
    columns = (operator, session.c.begun_at, session.c.seen_at)
    async with resources.database.transaction() as connection:
        row = (await connection.execute(select(*columns).where(*same, *running))).first()
        if row is None or is_over(row.begun_at, row.seen_at, now):
            raise SESSION_OVER()
        if now - row.seen_at >= NOTED_EVERY:
            await connection.execute(session.update().where(session.c.session_digest == digest).values(seen_at=now))
    return Session(operator_from(row), digest, csrf_of(resources, secret))


def operator_from(row: Row[Any]) -> Operator:
    """The operator whose row this is."""
    return Operator(row.customer_number, row.operator_number, row.role, row.name, frozenset(row.accounts))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
