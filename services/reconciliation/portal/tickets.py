"""网银客户登录: entry from the online bank by a ticket it has signed for its signed-on customer; good once and for two minutes (ER 17).

The ticket is a compact JWT signed with Ed25519 by a key that only the online bank has; here stands the public half. Its claims: `use` is
`portal-entry`, `customer_number`, `operator_number`, `jti` (a number that is never given again), `iat`, `exp` at most 120 seconds later.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or

from contracts.portal import PortalSignedOn, TicketShown
from kernel.errors import DomainError
from runtime.auth import Verifier, service_only
from runtime.service import Resources, resources_of
from services.reconciliation.domain.portal_sign_on import ENTRY_RATE_OF_ADDRESS, TICKET_LASTS, TICKET_REFUSED, TICKETS_NOT_TAKEN
from services.reconciliation.portal.acts import log_act
from services.reconciliation.portal.captcha import check_rate
from services.reconciliation.portal.session import begin_session, operator_from
from services.reconciliation.portal.sign_on import signed_on
from services.reconciliation.portal.tables import PORTAL_OPERATOR, PORTAL_TICKET

TICKET_USE = "portal-entry"
SKEW = timedelta(seconds=30)
"""By how much the online bank's clock may be ahead."""
LONGEST_NUMBER = 64

router = APIRouter(prefix="/portal/sign-on", dependencies=[Depends(service_only)], include_in_schema=False)


@router.post("/ticket")
async def enter_by_ticket(body: TicketShown, request: Request) -> PortalSignedOn:
    """Sign on with a ticket. Raises `portal.ticket_not_offered`, `portal.ticket`, `portal.too_often`."""
    resources = resources_of(request)
    now = resources.clock.now()
    async with resources.database.transaction() as connection:
        await check_rate(request, connection, ENTRY_RATE_OF_ADDRESS)
    claims = _claims(resources, body.ticket)
    numbers = {name: claims[name] for name in ("customer_number", "operator_number")}
    async with resources.database.transaction() as connection:
        used = {"ticket": claims["jti"], "used_at": now, "until": datetime.fromtimestamp(claims["exp"], UTC), **numbers}
        taken = insert_or(PORTAL_TICKET).values(**used).on_conflict_do_nothing().returning(PORTAL_TICKET.c.ticket)
        if (await connection.execute(taken)).first() is None:
            raise TICKET_REFUSED()
        his = (PORTAL_OPERATOR.c[name] == value for name, value in numbers.items())
        wanted = select(PORTAL_OPERATOR).where(*his, PORTAL_OPERATOR.c.state == "bound").with_for_update(read=True)
        found = (await connection.execute(wanted)).first()
        if found is None:
            raise TICKET_REFUSED()
        await log_act(connection, operator_from(found), "recon.portal.ticket", at=now)
        secret = await begin_session(connection, request, found, "ticket")
    return await signed_on(resources, secret)


def _claims(resources: Resources, ticket: str) -> dict[str, Any]:
    """The claims of a ticket that holds in every point but whether it was used. Raises `portal.ticket_not_offered`, `portal.ticket`."""
    key = resources.settings.portal_ticket_public_key
    if not key:
        raise TICKETS_NOT_TAKEN()
    verifier: Verifier = resources.state.setdefault("portal_tickets", Verifier(key, resources.clock))
    try:
        claims = verifier.verify(ticket, TICKET_USE)
    except DomainError as problem:
        raise TICKET_REFUSED() from problem
    begun, ends = claims.get("iat"), claims["exp"]
    now = resources.clock.now().timestamp()
    if not isinstance(begun, int) or begun > now + SKEW.total_seconds() or ends - begun > TICKET_LASTS.total_seconds():
        raise TICKET_REFUSED()
    texts = [claims.get(name) for name in ("customer_number", "operator_number", "jti")]
    if not all(isinstance(text, str) and 0 < len(text) <= LONGEST_NUMBER for text in texts):
        raise TICKET_REFUSED()
    return claims
