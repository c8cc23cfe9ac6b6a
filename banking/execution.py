"""The runner of counter transactions: rights, approval, idempotency, gate, use case, entries, number, outbox, receipt - in one
database transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

import structlog
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.approval import check_approval, require_level, require_second, use_approval
from banking.business_day import frame_of, read_gate, require_open, take_numbers
from banking.position_limits import approval_by_position
from banking.principal import Principal
from banking.register import give_up, hold_intent, intend, record, state_of
from banking.rights import Needed, RightsInForce, check_level, check_place, highest, moved_by, rights_in_force
from banking.transaction import Outcome, Posting, Transaction
from banking.vouchers import posting_with_vouchers
from banking.work import Approval, Work
from contracts.ledger import Expansion, PostingRequested, control_total_minor
from contracts.receipt import Receipt, SecondNeeded
from runtime.idempotency import claim, digest_of, keep_answer
from runtime.identifiers import new_id
from runtime.problems import invalid_fields
from runtime.service import Resources

log = structlog.get_logger(__name__)

NO_NUMBER = ""


@dataclass(frozen=True)
class Request:
    """A counter transaction as asked for: who, what, the body as sent, the idempotency key and the second person's approval."""

    principal: Principal
    transaction: Transaction
    body: Mapping[str, Any]
    key: str
    approval: str | None = None


async def check_right(resources: Resources, principal: Principal, transaction: Transaction) -> None:
    """The owning service's own check of the right, before anything else; a level that only a rule lets in is looked up.

    Rules that take a right away are seen where the transaction runs. Raises `right.missing`.
    """
    check_place(principal, transaction)
    if principal.level not in transaction.levels:
        async with resources.database.reading() as connection:
            check_level(principal, await rights_in_force(connection, frame_of(resources), transaction))


def read_form(transaction: Transaction, body: Mapping[str, Any]) -> BaseModel:
    """The typed form. Raises `request.invalid` naming the field, or the code of the field's own check."""
    try:
        return transaction.form.model_validate(body)
    except ValidationError as error:
        raise invalid_fields(list(error.errors())) from error


async def preview(resources: Resources, request: Request) -> Receipt:
    """The receipt the transaction would give, without number; nothing is saved."""
    await check_right(resources, request.principal, request.transaction)
    form = read_form(request.transaction, request.body)
    async with resources.database.preview() as connection:
        rights = await _rights(resources, request, connection)
        work = await _begin(resources, request, connection, new_id(), None, dry_run=True)
        outcome = await request.transaction.run(work, form)
        outcome = replace(outcome, posting=posting_with_vouchers(work, outcome.posting))
        expansion = None
        if outcome.posting is not None:
            expansion = await work.ledger.expand(fact_of(work, outcome.posting, NO_NUMBER), reserve=False)
        needed = await _approval_needed(rights, work, request.transaction, outcome, expansion)
        receipt = receipt_of(work, outcome, expansion, None)
        return receipt.model_copy(update={"second_needed": _second_needed(rights.dual(work.principal.level), needed)})


async def execute(resources: Resources, request: Request) -> bytes:
    """Run the transaction once for its key and give its receipt as JSON; the same key and body get the same receipt again.

    Raises `right.missing`, the form's and the gate's refusals, `idempotency.key_reused`, and whatever the use case or the ledger
    refuses with.
    """
    await check_right(resources, request.principal, request.transaction)
    form = read_form(request.transaction, request.body)
    approval = check_approval(resources, request.transaction, request.principal, request.body, request.approval)
    resumes = request.transaction.resumes
    posting_id = new_id() if resumes is None else await resumes(resources, request.principal, form)
    if request.transaction.two_phase:
        await intend(resources, posting_id)
    undo: list[Callable[[], Awaitable[None]]] = []
    then: list[Callable[[], Awaitable[None]]] = []
    try:
        async with resources.database.transaction() as connection:
            if _has_intent(request.transaction):
                await hold_intent(connection, posting_id)
            answer = await _once(resources, request, connection, form, posting_id, approval, undo, then)
    except BaseException:
        await _give_up(resources, request, posting_id, undo, then)
        raise
    if request.transaction.two_phase and not then:
        await give_up(resources, posting_id)
    resources.outbox.committed()
    await _all(then, "after commit")
    return answer


async def _once(
    resources: Resources,
    request: Request,
    connection: AsyncConnection,
    form: BaseModel,
    posting_id: UUID,
    approval: Approval | None,
    undo: list[Callable[[], Awaitable[None]]],
    then: list[Callable[[], Awaitable[None]]],
) -> bytes:
    frame = frame_of(resources)
    transaction, principal = request.transaction, request.principal
    digest = digest_of(resources.settings.service_key.get_secret_value(), principal.teller, transaction.code, request.body)
    earlier = await claim(connection, frame.plumbing, request.key, digest)
    if earlier is not None:
        return earlier
    rights = await _rights(resources, request, connection)
    require_second(transaction, rights.dual(principal.level), approval)
    work = await _begin(resources, request, connection, posting_id, approval, dry_run=False)
    work.on_failure, work.after_commit = undo, then
    if approval is not None:
        await use_approval(connection, frame, approval, posting_id)
    outcome = await transaction.run(work, form)
    outcome = replace(outcome, posting=posting_with_vouchers(work, outcome.posting))
    expansion, fact, total = None, None, None
    if outcome.posting is not None:
        fact = fact_of(work, outcome.posting, NO_NUMBER)
        total = control_total_minor(fact)
        if transaction.cash != "receives":
            undo.append(lambda: work.ledger.release(posting_id))
        expansion = await work.ledger.expand(fact, reserve=transaction.cash != "receives")
    needed = await _approval_needed(rights, work, transaction, outcome, expansion)
    if needed is not None:
        require_level(transaction, needed, approval)
    [number] = await take_numbers(
        connection, resources, work.outlet, principal.teller, work.business_date, control_total_minor=total, gated=transaction.gated
    )
    work.transaction_number = number
    await record(
        connection,
        frame,
        intended=_has_intent(transaction),
        posting_id=posting_id,
        business_date=work.business_date,
        outlet=work.outlet,
        transaction_number=number,
        code=transaction.code,
        teller=principal.teller,
        second=approval.teller if approval else None,
        posts=fact is not None,
        control_total_minor=total or 0,
    )
    if fact is not None:
        numbered = fact.model_copy(update={"transaction_number": number})
        await resources.outbox.add(connection, numbered, message_id=posting_id, business_date=work.business_date, cause=number)
    answer = receipt_of(work, outcome, expansion, number).model_dump_json().encode()
    await keep_answer(connection, frame.plumbing, request.key, answer)
    return answer


def _has_intent(transaction: Transaction) -> bool:
    """Whether the posting id stands in the register before the transaction decides on it."""
    return transaction.two_phase or transaction.resumes is not None


async def _rights(resources: Resources, request: Request, connection: AsyncConnection) -> RightsInForce:
    """The rights in force for the request's transaction. Raises `right.missing`."""
    rights = await rights_in_force(connection, frame_of(resources), request.transaction)
    check_level(request.principal, rights)
    return rights


async def _approval_needed(
    rights: RightsInForce, work: Work, transaction: Transaction, outcome: Outcome, expansion: Expansion | None
) -> Needed | None:
    """The approval that amounts, and the positions of the units that do business with each other, need. Raises `right.amount_exceeded`,
    `outlet.position_stopped`."""
    by_amount = approval_by_amount(rights, work.principal.level, outcome, expansion)
    if outcome.posting is None or expansion is None or transaction.settles:
        return by_amount
    by_position = await approval_by_position(work.connection, work.frame, expansion.entries, outcome.posting.currency)
    return highest((by_amount, by_position))


def approval_by_amount(rights: RightsInForce, level: str, outcome: Outcome, expansion: Expansion | None) -> Needed | None:
    """The approval that the amounts of an outcome, in whatever currencies, need of a teller's second person. Raises
    `right.amount_exceeded`."""
    needed = []
    if outcome.posting is not None and expansion is not None:
        currency = outcome.posting.currency
        needed.append(rights.approval_for(level, currency, moved_by(expansion.entries, currency)))
    needed += [rights.own().approval_for(level, currency, {"cash": minor}) for currency, minor in outcome.cash_minor.items()]
    needed += [rights.approval_for(level, currency, {"transfer": minor}) for currency, minor in outcome.transfer_minor.items()]
    return highest(needed)


def _second_needed(dual: str, needed: Needed | None) -> SecondNeeded | None:
    if not dual and needed is None:
        return None
    return SecondNeeded(dual=dual, **(asdict(needed) if needed else {}))


async def _begin(
    resources: Resources, request: Request, connection: AsyncConnection, posting_id: UUID, approval: Approval | None, *, dry_run: bool
) -> Work:
    frame = frame_of(resources)
    principal = request.principal
    gate = await read_gate(connection, frame, principal.outlet, principal.teller)
    if request.transaction.gated:
        require_open(gate, principal.outlet, principal.teller)
    return Work(
        resources=resources,
        frame=frame,
        connection=connection,
        principal=principal,
        business_date=gate.business_date,
        posting_id=posting_id,
        code=request.transaction.code,
        dry_run=dry_run,
        second=approval,
    )


def fact_of(work: Work, posting: Posting, number: str) -> PostingRequested:
    """The fact a posting becomes on its way to the ledger."""
    return PostingRequested(
        posting_id=work.posting_id,
        origin=work.resources.name,
        transaction_code=work.code,
        transaction_number=number,
        business_date=work.business_date,
        value_date=posting.value_date or work.business_date,
        currency=posting.currency,
        outlet=work.outlet,
        teller=work.principal.teller,
        second=work.second.teller if work.second else None,
        rule=posting.rule,
        accounts=posting.accounts,
        amounts_minor=posting.amounts_minor,
        legs=posting.legs,
        cash_box=posting.cash_box or work.principal.cash_box,
        channel=posting.channel,
        voucher_type=posting.voucher_type,
        voucher_number=posting.voucher_number,
        voucher_sheets=work.voucher_sheets,
        summary=posting.summary,
        red=posting.red,
        references=posting.references,
    )


def receipt_of(work: Work, outcome: Outcome, expansion: Expansion | None, number: str | None) -> Receipt:
    """The receipt as front-door clients read it; without a number, of a preview."""
    return Receipt(
        transaction_number=number,
        posting_id=work.posting_id if number and outcome.posting else None,
        code=work.code,
        business_date=work.business_date,
        outlet=work.outlet,
        teller=work.principal.teller,
        second=work.second.teller if work.second else None,
        result=outcome.result,
        rule=f"{expansion.rule} v{expansion.rule_version}" if expansion else None,
        entries=expansion.entries if expansion else [],
        off_sheet=expansion.off_sheet if expansion else [],
    )


async def _give_up(
    resources: Resources,
    request: Request,
    posting_id: UUID,
    undo: list[Callable[[], Awaitable[None]]],
    then: list[Callable[[], Awaitable[None]]],
) -> None:
    """Undo what other services hold for a failed transaction; if its commit went through although it was reported lost, finish it
    instead. What an earlier transaction holds stays held."""
    if not undo and not request.transaction.two_phase:
        return
    try:
        state = await (give_up if request.transaction.resumes is None else state_of)(resources, posting_id)
    except Exception as error:  # the holders will ask the register themselves
        log.warning("left to recovery", when="giving up", error=repr(error))
        return
    await _all(then if state == "posted" else undo, "giving up")


async def _all(steps: list[Callable[[], Awaitable[None]]], when: str) -> None:
    for step in steps:
        try:
            await step()
        except Exception as error:  # the recovery loops finish what could not be finished here
            log.warning("left to recovery", when=when, error=repr(error))
