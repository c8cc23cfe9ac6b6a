"""Clearing as other services call it: netting runs and positions."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from contracts.clearing import InterbranchPosition, NettingDay, OpenItem, PositionDay
from contracts.ledger import OriginTotal
from runtime.auth import service_only
from runtime.database import driver_connection
from runtime.service import resources_of
from services.clearing import runs
from services.clearing.domain.guards import unbalanced_sub_accounts
from services.clearing.netting import answer_in_time

router = APIRouter(prefix="/internal", dependencies=[Depends(service_only)], include_in_schema=False)


class RunNetting(BaseModel):
    """Net this date."""

    business_date: date


@router.post("/netting/run")
async def run(body: RunNetting, request: Request) -> NettingDay:
    """Net the date in every currency; repeating it resumes, and changes nothing once everything is netted."""
    return NettingDay(business_date=body.business_date, runs=await answer_in_time(resources_of(request), body.business_date))


@router.get("/netting/{business_date}")
async def netting(business_date: date, request: Request) -> NettingDay:
    """The runs of a date as they stand."""
    async with resources_of(request).database.reading() as connection:
        return NettingDay(business_date=business_date, runs=await runs.runs_of_day(await driver_connection(connection), business_date))


@router.get("/positions")
async def positions(date: date, request: Request) -> PositionDay:
    """Positions of a date, the totals they were made from, and what netting up to that date left open."""
    async with resources_of(request).database.reading() as connection:
        raw = await driver_connection(connection)
        ingested = await raw.fetch(
            "SELECT origin, postings, control_total_minor FROM clearing.ingested WHERE business_date = $1 ORDER BY origin", date
        )
        rows = await raw.fetch(
            "SELECT outlet, sub_account, currency, amount_minor, business_minor, debit_minor, credit_minor, debit_count, credit_count "
            "FROM clearing.position WHERE business_date = $1 ORDER BY outlet, sub_account, currency",
            date,
        )
        items = await raw.fetch(
            "SELECT posting_id, business_date, outlet, currency, suspense_account, amount_minor FROM clearing.open_item "
            "WHERE resolved_at IS NULL AND business_date <= $1 ORDER BY business_date, outlet",
            date,
        )
        business: dict[str, dict[str, int]] = {}
        for row in rows:
            sums = business.setdefault(row["currency"], {})
            sums[row["sub_account"]] = sums.get(row["sub_account"], 0) + row["business_minor"]
        return PositionDay(
            business_date=date,
            ingested=[OriginTotal(**row) for row in ingested],
            positions=[InterbranchPosition(**row) for row in rows],
            unbalanced_minor={currency: found for currency, sums in business.items() if (found := unbalanced_sub_accounts(sums))},
            open_items=[OpenItem(**row) for row in items],
        )
