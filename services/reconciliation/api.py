"""Reconciliation as the day end calls it."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from banking.business_day import business_date_of
from contracts.reconciliation import Proof
from runtime.auth import service_only
from runtime.service import resources_of
from services.reconciliation.proving import LATER, keep, kept, prove
from services.reconciliation.tables import FRAME

router = APIRouter(prefix="/internal", dependencies=[Depends(service_only)], include_in_schema=False)


class ProofAsked(BaseModel):
    """The business date to prove."""

    business_date: date


@router.post("/proof")
async def make_proof(body: ProofAsked, request: Request) -> Proof:
    """Prove the current business date and keep the proof; of an earlier date give the one that was kept. Raises `books.proof.*`."""
    resources = resources_of(request)
    async with resources.database.reading() as connection:
        current = await business_date_of(connection, FRAME)
        if body.business_date > current:
            raise LATER(field="business_date", date=body.business_date, current=current)
        if body.business_date < current:
            return await kept(connection, body.business_date)
    proven = await prove(resources, current)
    async with resources.database.transaction() as connection:
        await keep(connection, proven)
    return proven.proof
