"""What the counter tells about cheques in customers' hands."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request

from banking.business_day import frame_of
from banking.movements import require_day
from contracts.cheques import ChequesVoided, ChequeVoid
from runtime.auth import service_only
from runtime.service import resources_of
from services.savings.cheques import Deed, count_voidable, void_range, voided_by

router = APIRouter(prefix="/internal/cheques", dependencies=[Depends(service_only)], include_in_schema=False)


@router.post("/void")
async def void(body: ChequeVoid, request: Request) -> ChequesVoided:
    """Void the sold cheques of a batch that are not used (IB 748-750). Repeating it gives the same answer. Raises `day.*`."""
    resources = resources_of(request)
    deed = Deed(body.posting_id, body.transaction_code, body.business_date, body.counter_outlet, body.teller)
    async with resources.database.transaction() as connection:
        await require_day(connection, frame_of(resources), resources, body.business_date)
        if body.dry_run:
            return ChequesVoided(voided=await count_voidable(connection, body.kind, body.first, body.last))
        await void_range(connection, body.kind, body.first, body.last, deed)
        return ChequesVoided(voided=await voided_by(connection, body.kind, body.posting_id))
