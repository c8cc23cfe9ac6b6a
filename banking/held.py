"""Money of another service's account that one transaction holds and a later one, of somebody else, decides on: an order that is entered
now, checked later, or taken back.

The account's keeper holds it as any two-phase movement, under a posting id of its own, and asks the register about it; the register says
`intended` until somebody decides. The transaction that checks declares `resumes` and posts under that id, so that the keeper's line, the
register and the journal speak of one posting; one that takes the order back calls `let_go`.
"""

from __future__ import annotations

from uuid import UUID

from banking.register import give_up, hold_intent, intend, keep_waiting, stop_waiting
from banking.work import Work
from contracts.movement import MovementAnswer, MovementClient, MovementLine, MovementRequest
from runtime.identifiers import new_id


async def hold(work: Work, owner: str, currency: str, lines: tuple[MovementLine, ...]) -> tuple[UUID, MovementAnswer]:
    """Hold a movement beyond this transaction; the posting id to decide on it under, and the accounts as a fact names them.

    In a preview only the checks are made. Raises the owner's refusal, `posting.voided`.
    """
    resources, posting_id = work.resources, new_id()
    client = MovementClient(resources.transport, owner)

    async def give_back() -> None:
        await give_up(resources, posting_id)
        await client.void(posting_id)

    if not work.dry_run:
        await intend(resources, posting_id)
        await hold_intent(work.connection, posting_id)
        work.on_failure.append(give_back)
    answer = await client.pend(
        MovementRequest(
            posting_id=posting_id,
            initiator=resources.name,
            transaction_code=work.code,
            business_date=work.business_date,
            value_date=work.business_date,
            currency=currency,
            counter_outlet=work.outlet,
            teller=work.principal.teller,
            lines=lines,
            dry_run=work.dry_run,
        )
    )
    if not work.dry_run:
        row = {"code": work.code, "business_date": work.business_date, "outlet": work.outlet, "teller": work.principal.teller}
        await keep_waiting(work.connection, work.frame, posting_id, **row)
    return posting_id, answer


def post_when_committed(work: Work, owner: str) -> None:
    """Have the keeper make real what it holds under the posting id of this transaction, which `resumes` it."""
    if not work.dry_run:
        client = MovementClient(work.resources.transport, owner)
        work.after_commit.append(lambda: client.post(work.posting_id, work.transaction_number))


async def let_go(work: Work, owner: str, posting_id: UUID) -> None:
    """Give back what is held under a posting id, if and when this transaction commits. Raises `posting.voided` if it was decided before."""
    if work.dry_run:
        return
    client = MovementClient(work.resources.transport, owner)
    await stop_waiting(work.connection, work.frame, posting_id)
    work.after_commit.append(lambda: client.void(posting_id))
