"""Postings a service makes by itself that move an account of another service: held by its keeper, decided in one transaction of ours,
made real afterwards. Whoever dies on the way, the keeper asks the register, as with the transactions of tellers.

Each try has a posting id of its own: what keeps the same thing from being done twice is the row that `decide` locks and changes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import SYSTEM_TELLER, Automatic, fact_of
from banking.business_day import business_date_of, frame_of, take_numbers
from banking.movements import require_day
from banking.register import give_up, hold_intent, intend, record
from banking.transaction import Posting
from contracts.ledger import AccountReference, PostingRequested, control_total_minor
from contracts.movement import MovementClient, MovementLine, MovementRequest
from kernel.errors import DomainError, Kind
from runtime.identifiers import new_id
from runtime.service import Resources

log = structlog.get_logger(__name__)

Decide = Callable[[AsyncConnection, UUID, AccountReference], Awaitable[Posting]]
"""Locks what the posting is about, changes it under the posting id, and gives the posting; raises if there is nothing to do any more."""


class Refused(Exception):
    """The keeper refuses the movement for good: not because it cannot be reached, nor because of the business date."""

    def __init__(self, reason: DomainError) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Movement:
    """What moves: an account of a keeper, at which outlet the posting is numbered, for which transaction."""

    code: str
    outlet: str
    owner: str
    currency: str
    line: MovementLine


async def move_and_post(resources: Resources, movement: Movement, decide: Decide) -> UUID:
    """Hold the movement, decide and post; the posting id. Outlets may be closed, the business date not.

    Raises `Refused`, what `decide` raises, and what may pass by itself: `day.*`, services that are away, `posting.voided`.
    """
    frame, posting_id = frame_of(resources), new_id()
    client = MovementClient(resources.transport, movement.owner)
    await intend(resources, posting_id)
    try:
        async with resources.database.transaction() as connection:
            await hold_intent(connection, posting_id)
            day = await business_date_of(connection, frame)
            await require_day(connection, frame, resources, day)
            reference = await _hold(client, resources, movement, posting_id, day)
            posting = await decide(connection, posting_id, reference)
            fact = fact_of(resources, movement.code, day, Automatic(posting_id, movement.outlet, posting))
            number = await _register(connection, resources, fact)
            numbered = fact.model_copy(update={"transaction_number": number})
            await resources.outbox.add(connection, numbered, message_id=posting_id, business_date=day, cause=number)
    except Exception:
        if await give_up(resources, posting_id) == "voided":
            await _tell(client.void(posting_id))
            raise
        log.warning("a commit that was reported lost went through", posting_id=str(posting_id))
        number = None
    resources.outbox.committed()
    if number is not None:
        await _tell(client.post(posting_id, number))
    return posting_id


async def _hold(client: MovementClient, resources: Resources, movement: Movement, posting_id: UUID, day: date) -> AccountReference:
    request = MovementRequest(
        posting_id=posting_id,
        initiator=resources.name,
        transaction_code=movement.code,
        business_date=day,
        value_date=day,
        currency=movement.currency,
        counter_outlet=movement.outlet,
        teller=SYSTEM_TELLER,
        lines=(movement.line,),
    )
    try:
        return (await client.pend(request)).accounts[0]
    except DomainError as error:
        if error.type.kind is Kind.UNAVAILABLE or error.code.startswith("day."):
            raise
        raise Refused(error) from error


async def _register(connection: AsyncConnection, resources: Resources, fact: PostingRequested) -> str:
    """Number the fact and write the decision down."""
    total, frame = control_total_minor(fact), frame_of(resources)
    [number] = await take_numbers(
        connection, resources, fact.outlet, SYSTEM_TELLER, fact.business_date, control_total_minor=total, gated=False
    )
    await record(
        connection,
        frame,
        intended=True,
        posting_id=fact.posting_id,
        business_date=fact.business_date,
        outlet=fact.outlet,
        transaction_number=number,
        code=fact.transaction_code,
        teller=SYSTEM_TELLER,
        posts=True,
        control_total_minor=total,
    )
    return number


async def _tell(telling: Awaitable[None]) -> None:
    try:
        await telling
    except DomainError as error:  # the keeper asks by itself
        log.warning("left to recovery", error=error.code)
