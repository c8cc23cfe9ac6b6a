"""代理批量文件: the lines of a batch from a file, taken whole or not at all; nothing is posted before the batch is run.

Files may be as long as a batch, so this is a route and no counter transaction; who may add a line may send one.
"""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy import Row, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.execution import check_right
from banking.principal import Principal, teller
from contracts.agency import FILE_NAME, FileTaken
from kernel.money import format_amount
from runtime.database import driver_connection
from runtime.service import resources_of
from services.savings.agency.contracts import batch_of, change_batch, check_own, contract_of
from services.savings.agency.files import FileItem, read_items
from services.savings.agency.tables import ITEM
from services.savings.domain.agency import BatchState, ItemState, check_control, require_state
from services.savings.domain.agency_errors import BATCH_BY_HAND, BATCH_HAS_POSTINGS
from services.savings.transactions.agency_batches import add_item

BEGINNING = "/agency/"
_COLUMNS = ("contract", "batch", "item", *FileItem._fields, "state")

router = APIRouter(prefix="/agency", include_in_schema=False)


@router.post("/contracts/{contract}/batches/{batch}/file")
async def take_file(
    contract: Annotated[str, Path(pattern="^[0-9]{8}$")],
    batch: Annotated[int, Path(ge=1, le=10**9)],
    principal: Annotated[Principal, Depends(teller)],
    request: Request,
    file_name: Annotated[str | None, Query(max_length=200, pattern=FILE_NAME)] = None,
) -> FileTaken:
    """Make the lines of a file those of a batch that has not been run, instead of what an earlier file brought; they must be what the
    control figures of the batch announce. The same file again changes nothing.

    Raises `right.missing`, `agency.*`, `file.*`.
    """
    resources = resources_of(request)
    await check_right(resources, principal, add_item)
    content = await request.body()
    async with resources.database.reading() as connection:
        agreed = await contract_of(connection, contract)
    check_own(agreed, principal.outlet)
    items, digest = await asyncio.to_thread(_read, content, agreed.currency)
    total_minor = sum(item.amount_minor for item in items)
    async with resources.database.transaction() as connection:
        agreed = await contract_of(connection, contract, "share")
        row = await batch_of(connection, contract, batch)
        check_control(len(items), total_minor, row.control_count, row.control_total_minor, agreed.currency)
        if row.file_digest != digest:
            _check_takes_file(row)
            await _replace_items(connection, row, items)
            named = {"source_file": file_name} if file_name else {}
            await change_batch(connection, row, items=len(items), file_digest=digest, **named)
    return FileTaken(
        contract=contract,
        batch=batch,
        file_name=file_name or row.source_file,
        count=len(items),
        total=format_amount(total_minor, agreed.currency),
    )


def _read(content: bytes, currency: str) -> tuple[list[FileItem], bytes]:
    return read_items(content, currency), sha256(content).digest()


def _check_takes_file(batch: Row[Any]) -> None:
    if batch.source != "file":
        raise BATCH_BY_HAND(field="batch")
    require_state(BatchState(batch.state), BatchState.ENTERED)


async def _replace_items(connection: AsyncConnection, batch: Row[Any], items: list[FileItem]) -> None:
    mine = (ITEM.c.contract == batch.contract, ITEM.c.batch == batch.batch)
    gone = await connection.execute(delete(ITEM).where(*mine, ITEM.c.state.not_in([ItemState.COLLECTED.value])))
    if batch.items > gone.rowcount:
        raise BATCH_HAS_POSTINGS(field="batch")
    raw = await driver_connection(connection)
    waiting = ItemState.WAITING.value
    records = ((batch.contract, batch.batch, place, *item, waiting) for place, item in enumerate(items, start=1))
    await raw.copy_records_to_table("agency_item", schema_name="savings", columns=_COLUMNS, records=records)
