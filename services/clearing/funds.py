"""Contracts of fund placements as they are kept: numbered per sub-branch, paid back in parts by one person at a time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clearing.domain.funds import CONTRACT_UNKNOWN, SETTLED, WRONG_KIND, FundKind
from services.clearing.outlet_tables import FUND_CONTRACT, FUND_RETURN

SEQUENCE_LOCKS = 7
"""Sets the locks on a sub-branch's numbers apart from others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract with what is still outstanding."""

    branch: str
    sequence: int
    kind: FundKind
    fund_account: str
    currency: str
    principal_minor: int
    outstanding_minor: int
    interest_minor: int
    monthly_permille: Decimal
    term: str
    starts_on: date
    due_on: date
    settled_on: date | None


async def add_contract(connection: AsyncConnection, branch: str, values: dict[str, Any]) -> int:
    """Keep a new contract under the next number of its sub-branch; the number."""
    await connection.execute(select(func.pg_advisory_xact_lock(SEQUENCE_LOCKS, int(branch))))
    table = FUND_CONTRACT
    following = select(func.coalesce(func.max(table.c.sequence), 0) + 1).where(table.c.branch == branch).scalar_subquery()
    row = insert(table).values({**values, "branch": literal(branch), "sequence": following}).returning(table.c.sequence)
    return (await connection.execute(row)).scalar_one()


async def lock_contract(connection: AsyncConnection, branch: str, sequence: int, kind: FundKind) -> Contract:
    """A contract of a kind that is not settled, held for the transaction.

    Raises `clearing.fund.unknown`, `clearing.fund.kind`, `clearing.fund.settled`.
    """
    table = FUND_CONTRACT
    columns = [table.c[field.name] for field in fields(Contract)]
    found = select(*columns).where(table.c.branch == branch, table.c.sequence == sequence).with_for_update()
    row = (await connection.execute(found)).mappings().first()
    if row is None:
        raise CONTRACT_UNKNOWN(field="sequence", branch=branch, sequence=sequence)
    contract = Contract(**{**row, "kind": FundKind(row["kind"])})
    if contract.kind is not kind:
        raise WRONG_KIND(field="sequence", sequence=sequence, kind_zh=contract.kind.text.zh, kind_en=contract.kind.text.en)
    if contract.settled_on is not None:
        raise SETTLED(field="sequence", sequence=sequence, date=contract.settled_on.isoformat())
    return contract


async def pay_back(connection: AsyncConnection, contract: Contract, left_minor: int, paid: dict[str, Any]) -> None:
    """Write down what was paid back of a contract, and what is left of it."""
    await connection.execute(insert(FUND_RETURN).values({"branch": contract.branch, "sequence": contract.sequence, **paid}))
    table = FUND_CONTRACT
    changed = {"outstanding_minor": left_minor, "interest_minor": table.c.interest_minor + paid["interest_minor"]}
    if left_minor == 0:
        changed["settled_on"] = paid["business_date"]
    same = (table.c.branch == contract.branch, table.c.sequence == contract.sequence)
    await connection.execute(update(table).where(*same).values(changed))
