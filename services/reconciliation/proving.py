"""总分核对: proving the books of a date, keeping the proof, reading it back (IB 3018-3031)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.books import TrialBalance
from contracts.ledger import LedgerClient
from contracts.reconciliation import PROOF_KINDS, OpenItem, Proof, ProofPart
from kernel.errors import ErrorType, Kind
from kernel.money import format_amount
from runtime.service import Resources
from services.reconciliation import sources
from services.reconciliation.domain import differences as compare
from services.reconciliation.domain.differences import Compared, Difference
from services.reconciliation.tables import PROOF, PROOF_GROUP, REJECTION

NO_PROOF = ErrorType("books.proof.none", Kind.NOT_FOUND, "{date} 没有核对记录", "no proof was kept of {date}")
LATER = ErrorType("books.proof.later", Kind.INVALID, "{date} 晚于当前营业日 {current}", "{date} is later than the business date {current}")
ITEMS_NAMED = 20
"""As many places are named per owner of accounts, per kind of proof; the sum counts them all."""
PAUSES_SECONDS = (0.1, 0.3, 0.8)


@dataclass(frozen=True, slots=True)
class Proven:
    """A proof, and the sums it held side by side."""

    proof: Proof
    groups: list[Compared]


async def prove(resources: Resources, day: date) -> Proven:
    """The five proofs of the current business date, as the books stand."""
    owners, trial_balance, (positions, mirrors, completeness, compared) = await asyncio.gather(
        asyncio.gather(*(sources.sub_ledger_differences(resources, owner) for owner in sources.ACCOUNT_OWNERS)),
        sources.trial_balance(resources, day),
        _interbranch_and_completeness(resources, day),
    )
    named = [each for accounts, _ in owners for each in accounts[:ITEMS_NAMED]]
    groups = [group for _, of_owner in owners for group in of_owner]
    proof = Proof(
        business_date=day,
        trial_balance=_part(_trial_differences(trial_balance)),
        subledgers=_part([each for accounts, _ in owners for each in accounts], named),
        positions=positions,
        mirrors=mirrors,
        completeness=completeness,
    )
    return Proven(proof, [*groups, *compared])


async def _interbranch_and_completeness(resources: Resources, day: date) -> tuple[ProofPart, ProofPart, ProofPart, list[Compared]]:
    """Positions, mirrors and completeness, and the positions side by side: clearing is asked once for what it holds and has heard of."""
    balances, (positions, ingested), stated, posted, refused = await asyncio.gather(
        sources.interbranch_balances(resources),
        sources.clearing_positions(resources, day),
        sources.stated_totals(resources, day),
        sources.posted_totals(resources, day),
        open_rejections(resources, day),
    )
    complete = _part(compare.completeness_differences(stated, posted, ingested))
    refusals = [_refusal(row) for row in refused]
    return (
        _part(compare.position_differences(positions, balances)),
        _part(compare.mirror_differences(balances)),
        complete.model_copy(update={"holds": complete.holds and not refusals, "open_items": [*complete.open_items, *refusals]}),
        compare.compared_positions(positions, balances),
    )


async def prove_at_rest(resources: Resources, day: date) -> Proven:
    """The same while business goes on: what differs is read again a few times, since a posting on its way is no difference."""
    proven = await prove(resources, day)
    for pause_seconds in PAUSES_SECONDS:
        if not proven.proof.failed:
            break
        await asyncio.sleep(pause_seconds)
        proven = await prove(resources, day)
    return proven


def _trial_differences(trial: TrialBalance) -> list[Difference]:
    turnover = ((each.outlet, each.currency, each.difference_minor) for each in trial.turnover)
    balances = ((each.outlet, each.currency, each.difference_minor) for each in trial.balances)
    return [
        *compare.unbalanced_outlets(turnover, "turnover"),
        *compare.unbalanced_outlets(balances, "balances"),
        *(
            Difference(
                "accounts",
                each.accounts_minor,
                "general ledger",
                each.books_minor,
                each.currency,
                each.outlet,
                business_code=each.business_code,
            )
            for each in trial.unexplained
        ),
    ]


def _part(found: Sequence[Difference], named: Sequence[Difference] | None = None) -> ProofPart:
    shown = found[:ITEMS_NAMED] if named is None else named
    return ProofPart(holds=not found, difference=str(compare.total_difference(found)), open_items=[_item(each) for each in shown])


def _item(found: Difference) -> OpenItem:
    return OpenItem(
        outlet=found.outlet,
        account=found.account,
        business_code=found.business_code,
        currency=found.currency,
        ours_of=found.ours_of,
        ours=found.ours,
        theirs_of=found.theirs_of,
        theirs=found.theirs,
        difference=format_amount(found.difference_minor, found.currency),
    )


def _refusal(row: Row[Any]) -> OpenItem:
    return OpenItem(
        ours_of=row.origin,
        ours="1",
        theirs_of=compare.LEDGER,
        theirs="0",
        difference="0.00",
        posting_id=str(row.posting_id),
        code=row.code,
        reason={"zh": row.reason_zh, "en": row.reason_en},
    )


async def open_rejections(resources: Resources, day: date) -> list[Row[Any]]:
    """Facts the ledger refused up to a date that do not stand in its journal yet; those that do are marked as resolved."""
    async with resources.database.reading() as connection:
        waiting = select(REJECTION).where(REJECTION.c.resolved_at.is_(None), REJECTION.c.business_date <= day)
        rows = (await connection.execute(waiting.order_by(REJECTION.c.rejected_at))).all()
    if not rows:
        return []
    posted = await LedgerClient(resources.transport).posted([row.posting_id for row in rows])
    if posted:
        async with resources.database.transaction() as connection:
            await connection.execute(REJECTION.update().where(REJECTION.c.posting_id.in_(posted)).values(resolved_at=func.now()))
    return [row for row in rows if row.posting_id not in posted]


async def keep(connection: AsyncConnection, proven: Proven) -> None:
    """Keep a proof as the newest of its date, with the sums it held side by side."""
    proof = proven.proof
    rows = [
        {
            "business_date": proof.business_date,
            "kind": kind,
            "holds": proof.part(kind).holds,
            "difference_minor": _minor(proof.part(kind).difference),
            "details": {"open_items": [item.model_dump(exclude_none=True) for item in proof.part(kind).open_items]},
        }
        for kind in PROOF_KINDS
    ]
    row = insert_or(PROOF)
    newest = {name: row.excluded[name] for name in ("holds", "difference_minor", "details")}
    await connection.execute(
        row.on_conflict_do_update(index_elements=["business_date", "kind"], set_={**newest, "made_at": func.now()}), rows
    )
    await connection.execute(PROOF_GROUP.delete().where(PROOF_GROUP.c.business_date == proof.business_date))
    if proven.groups:
        await connection.execute(PROOF_GROUP.insert(), [group_row(proof.business_date, each) for each in proven.groups])


def group_row(day: date, each: Compared) -> dict[str, Any]:
    """Sums side by side as they are kept."""
    outlet, currency, business_code = each.group
    counts = each.owner != compare.CLEARING
    return {
        "business_date": day,
        "outlet": outlet,
        "currency": currency,
        "business_code": business_code,
        "owner": each.owner,
        "kept_accounts": each.kept.accounts if counts else None,
        "kept_minor": each.kept.total_minor,
        "ledger_accounts": each.ledger.accounts if counts else None,
        "ledger_minor": each.ledger.total_minor,
        "same": each.same,
    }


def _minor(difference: str) -> int:
    return int(difference.replace(".", ""))


async def kept(connection: AsyncConnection, day: date) -> Proof:
    """The proof that was kept of a date. Raises `books.proof.none`."""
    rows = {row.kind: row for row in await connection.execute(select(PROOF).where(PROOF.c.business_date == day))}
    if not rows:
        raise NO_PROOF(field="date", date=day)
    parts = {
        kind: ProofPart(holds=row.holds, difference=format_amount(row.difference_minor), open_items=row.details["open_items"])
        for kind, row in rows.items()
    }
    return Proof(business_date=day, made_at=max(row.made_at for row in rows.values()), stored=True, **parts)


def shown(proof: Proof) -> dict[str, Any]:
    """A proof as queries answer with it."""
    return {**proof.model_dump(mode="json", exclude_none=True), "holds": not proof.failed}
