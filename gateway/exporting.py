"""Lists and reports as files: every page of an answer, as CSV page by page, as a workbook or on paper as far as one can hold it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from fastapi.responses import Response, StreamingResponse

from contracts.report import Cell, ReportTable
from gateway.asking import add_table
from gateway.listing import cells_of, is_list, rows_of, table_of
from gateway.rendering import FORMATS, csv_head, csv_line, csv_rows
from gateway.rendering.cells import totals_row
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

INCOMPLETE = Text("导出中断:本文件不完整,请重新导出", "the export broke off: this file is not complete, export it again")

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


async def export_report(name: str, asked: dict[str, str], format: str, language: str, ask: Ask) -> Response:
    """The file of a report with all its pages, its totals over all of them; a refusal of the report is the answer, whatever the format.

    Raises `list.too_long`, `list.broken_off`.
    """
    first = await ask(asked)
    if first.status_code != 200:
        return first
    answer = json.loads(bytes(first.body))
    table = ReportTable.model_validate({**answer, "rows": [], "next": None})
    totals: Json = {"rows": [], "totals": {}}
    chosen = FORMATS[format]
    disposition = "inline" if format == "html" else f'attachment; filename="{name}.{chosen.extension}"'
    headers = {**chosen.headers, "Content-Disposition": disposition}
    if format == "csv":
        pages = (page["rows"] async for page in _summed(totals, _answers(asked, answer, ask, MOST_ROWS[format])))
        return StreamingResponse(_csv(table, pages, language, totals["totals"]), media_type=chosen.media_type, headers=headers)
    rows = [row async for page in _summed(totals, _answers(asked, answer, ask, MOST_ROWS[format])) for row in page["rows"]]
    whole = ReportTable.model_validate({**answer, "rows": rows, "totals": totals["totals"], "next": None})
    return Response(await asyncio.to_thread(chosen.render, whole, language), media_type=chosen.media_type, headers=headers)


async def _summed(sums: Json, pages: AsyncIterator[Json]) -> AsyncIterator[Json]:
    """The pages of a report, while their totals are added up."""
    async for page in pages:
        add_table(sums, {"rows": [], "totals": page["totals"]})
        yield page


async def _csv(
    table: ReportTable, pages: AsyncIterator[list[dict[str, Cell]]], language: str, totals: Mapping[str, Cell] = MappingProxyType({})
) -> AsyncIterator[bytes]:
    """The file as it is read. One that breaks off says so in its last line, and its connection ends without the end of the file."""
    yield csv_head(table, language)
    try:
        async for page in pages:
            yield csv_rows(table.columns, page, language)
        if last := totals_row(table.columns, totals):
            yield csv_rows(table.columns, [last], language)
    except Exception:
        yield csv_line(INCOMPLETE[language])
        raise


async def _pages(asked: dict[str, str], answer: Json, ask: Ask, most: int) -> AsyncIterator[list[Json]]:
    """The rows of one page after the other. Raises as `_answers`."""
    async for each in _answers(asked, answer, ask, most):
        yield rows_of(each)


async def _answers(asked: dict[str, str], answer: Json, ask: Ask, most: int) -> AsyncIterator[Json]:
    """One page after the other, from the first. Raises `list.too_long`, and `list.broken_off` where a later page is refused."""
    count = 0
    while True:
        count += len(rows_of(answer))
        if count > most:
            raise TOO_LONG(field="format", most=f"{most:,}")
        yield answer
        if answer.get("next") is None:
            return
        page = await ask({**asked, "after": str(answer["next"])})
        answer = json.loads(bytes(page.body))
        if page.status_code != 200:
            raise BROKEN_OFF(code=answer.get("code", page.status_code))
