"""The session as the portal's pages ask for it, and its end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select

from contracts.portal import PortalSession
from runtime.service import Resources, resources_of
from services.reconciliation.domain.portal_sessions import IDLE
from services.reconciliation.portal.acts import log_act
from services.reconciliation.portal.session import Session, end_session, session_of
from services.reconciliation.portal.tables import PORTAL_OPERATOR

router = APIRouter(prefix="/portal", include_in_schema=False)


@router.get("/session")
async def session(request: Request, session: Annotated[Session, Depends(session_of)]) -> PortalSession:
    """Who is signed on. Raises `portal.session_over`."""
    return await shown_session(resources_of(request), session)


@router.post("/sign-off", status_code=204)
async def sign_off(request: Request, session: Annotated[Session, Depends(session_of)]) -> None:
    """End the session. Raises `portal.session_over`, `portal.csrf`."""
    resources = resources_of(request)
    async with resources.database.transaction() as connection:
        if await end_session(connection, resources.clock, session):
            await log_act(connection, session.operator, "sign_off", at=resources.clock.now())


async def shown_session(resources: Resources, session: Session) -> PortalSession:
    """A session as its browser may see it."""
    operator = session.operator
    row = PORTAL_OPERATOR.c
    mine = (row.customer_number == operator.customer_number, row.operator_number == operator.operator_number)
    async with resources.database.reading() as connection:
        found = (await connection.execute(select(row.nickname, row.phone).where(*mine))).one()
    return PortalSession(
        customer_number=operator.customer_number,
        operator_number=operator.operator_number,
        user_name=operator.user_name,
        role=operator.role,
        name=operator.name,
        nickname=found.nickname,
        phone=masked(found.phone) if found.phone else None,
        accounts=sorted(operator.accounts),
        csrf=session.csrf,
        idle_seconds=int(IDLE.total_seconds()),
    )


def masked(phone: str) -> str:
    """A telephone number of which only the last four digits can be read."""
    return "*" * (len(phone) - 4) + phone[-4:]
