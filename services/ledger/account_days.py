"""What moved on accounts on one date, rule by rule: for the sheets of cash boxes."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.ledger import AccountDay, RuleMovement
from runtime.auth import service_only
from runtime.service import resources_of
from services.ledger.tables import ACCOUNT, LEG, POSTING_SET

router = APIRouter(prefix="/internal", dependencies=[Depends(service_only)], include_in_schema=False)


class AccountsOfDay(BaseModel):
    """Account numbers and the date asked about."""

    accounts: list[str]
    business_date: date


@router.post("/account-days")
async def account_days(body: AccountsOfDay, request: Request) -> list[AccountDay]:
    """Balances as they stand, debit positive, and the date's turnover under each rule, red legs deducted; unknown accounts are left out."""
    async with resources_of(request).database.reading() as connection:
        found = select(ACCOUNT.c.account, ACCOUNT.c.balance_minor).where(ACCOUNT.c.account.in_(body.accounts)).order_by(ACCOUNT.c.account)
        balances = (await connection.execute(found)).all()
        moved = await _movements(connection, body)
    return [AccountDay(account=row.account, balance_minor=row.balance_minor, movements=moved.get(row.account, [])) for row in balances]


async def _movements(connection: AsyncConnection, body: AccountsOfDay) -> dict[str, list[RuleMovement]]:
    signed = case((LEG.c.red, -LEG.c.amount_minor), else_=LEG.c.amount_minor)
    grouped = (
        select(
            LEG.c.account,
            POSTING_SET.c.rule,
            func.coalesce(func.sum(signed).filter(LEG.c.is_debit), 0).label("debit_minor"),
            func.coalesce(func.sum(signed).filter(LEG.c.is_debit.is_(False)), 0).label("credit_minor"),
        )
        .join(POSTING_SET, POSTING_SET.c.posting_id == LEG.c.posting_id)
        .where(LEG.c.account.in_(body.accounts), LEG.c.business_date == body.business_date)
        .group_by(LEG.c.account, POSTING_SET.c.rule)
        .order_by(LEG.c.account, POSTING_SET.c.rule)
    )
    found: dict[str, list[RuleMovement]] = {}
    for row in (await connection.execute(grouped)).all():
        movement = RuleMovement(rule=row.rule, debit_minor=int(row.debit_minor), credit_minor=int(row.credit_minor))
        found.setdefault(row.account, []).append(movement)
    return found
