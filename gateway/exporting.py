"""Lists as files: every page of a query's answer, as CSV page by page, or whole as a workbook or on paper as far as one can hold it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from fastapi.responses import Response, StreamingResponse

from contracts.report import Cell, ReportTable
from gateway.listing import cells_of, is_list, rows_of, table_of
from gateway.rendering import FORMATS, csv_head, csv_rows
from kernel.errors import ErrorType, Kind
from kernel.text import Text

MOST_ROWS = {"csv": 1_000_000, "xlsx": 50_000, "html": 5_000, "pdf": 5_000}
"""How many rows a file holds: a workbook and paper are made in memory, CSV is sent as it is read."""
NOT_A_LIST = ErrorType(
    "list.none", Kind.INVALID, "{name} 的结果不是列表,不能导出", "the answer of {name} is not a list that could be exported"
)
TOO_LONG = ErrorType(
    "list.too_long",
    Kind.TOO_LARGE,
    "结果超过 {most} 行,请缩小查询条件或导出 CSV",
    "there are more than {most} rows: narrow the conditions, or export them as CSV",
)
BROKEN_OFF = ErrorType("list.broken_off", Kind.UNAVAILABLE, "导出中断({code}),请重试", "the export broke off ({code}); try it again")

Json = dict[str, Any]
Ask = Callable[[dict[str, str]], Awaitable[Response]]


async def export(
    name: str, declared: Json, asked: dict[str, str], format: str, language: str, ask: Ask, names: Mapping[str, Text] = MappingProxyType({})
) -> Response:
    """The file of a list. `ask` gives the page for parameters, `names` are what codes in it are called; a refusal of the query is the
    answer, whatever the format.

    Raises `list.none`, `list.too_long`.
    """
    size = declared["schema"].get("properties", {}).get("limit", {}).get("maximum")
    asked = {**({"limit": str(size)} if size else {}), **asked}
    first = await ask(asked)
    if first.status_code != 200:
        return first
    answer = json.loads(bytes(first.body))
    if not is_list(answer):
        raise NOT_A_LIST(field="format", name=name)
    table = table_of(declared, asked, answer)
    chosen = FORMATS[format]
    headers = {**chosen.headers, "Content-Disposition": f'attachment; filename="{name}.{chosen.extension}"'}
    pages = (cells_of(table, page, declared, names) async for page in _pages(asked, answer, ask, MOST_ROWS[format]))
    if format == "csv":
        return StreamingResponse(_csv(table, pages, language), media_type=chosen.media_type, headers=headers)
    rows = [row async for page in pages for row in page]
    whole = table.model_copy(update={"rows": rows})
    return Response(await asyncio.to_thread(chosen.render, whole, language), media_type=chosen.media_type, headers=headers)


async def _csv(table: ReportTable, pages: AsyncIterator[list[dict[str, Cell]]], language: str) -> AsyncIterator[bytes]:
    yield csv_head(table, language)
    async for page in pages:
        yield csv_rows(table.columns, page, language)


async def _pages(asked: dict[str, str], answer: Json, ask: Ask, most: int) -> AsyncIterator[list[Json]]:
    """The rows of one page after the other. Raises `list.too_long`, and whatever a later page is refused with."""
    count = 0
    while True:
        rows = rows_of(answer)
        count += len(rows)
        if count > most:
            raise TOO_LONG(field="format", most=f"{most:,}")
        yield rows
        if answer.get("next") is None:
            return
        page = await ask({**asked, "after": str(answer["next"])})
        answer = json.loads(bytes(page.body))
        if page.status_code != 200:
            raise BROKEN_OFF(code=answer.get("code", page.status_code))
