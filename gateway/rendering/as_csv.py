"""Reports as comma separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from contracts.report import Cell, Column, ReportTable
from gateway.rendering.cells import guarded, is_number, plain, totals_row

BYTE_ORDER_MARK = "\ufeff"


def as_csv(report: ReportTable, language: str) -> bytes:
    """The report in UTF-8 with a byte order mark (spreadsheets need it for Chinese): title, headers, an empty line, the table.

    Numbers stand without grouping; text that would start a formula is guarded.
    """
    totals = totals_row(report.columns, report.totals)
    return csv_head(report, language) + csv_rows(report.columns, [*report.rows, *([totals] if totals else [])], language)


def csv_head(report: ReportTable, language: str) -> bytes:
    """Everything above the rows, for lists that are sent page by page."""
    lines = [[guarded(report.title[language])]]
    lines += [[guarded(heading.label[language]), guarded(plain(heading.value, language))] for heading in report.headers]
    lines += [[], [guarded(column.label[language]) for column in report.columns]]
    return BYTE_ORDER_MARK.encode() + _lines(lines)


def csv_rows(columns: Sequence[Column], rows: Iterable[Mapping[str, Cell]], language: str) -> bytes:
    """Rows in the columns of a head."""
    return _lines([_cell(column, row.get(column.key), language) for column in columns] for row in rows)


def csv_line(text: str) -> bytes:
    """A line that says something about the file."""
    return _lines([[guarded(text)]])


def _lines(lines: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode("utf-8")


def _cell(column: Column, cell: Cell, language: str) -> str:
    text = plain(cell, language)
    return text if is_number(column, cell) else guarded(text)
