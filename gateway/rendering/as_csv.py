"""Reports as comma separated values."""

from __future__ import annotations

import csv
import io

from contracts.report import Cell, Column, ReportTable
from gateway.rendering.cells import guarded, is_number, plain, totals_row

BYTE_ORDER_MARK = "\ufeff"


def as_csv(report: ReportTable, language: str) -> bytes:
    """The report in UTF-8 with a byte order mark (spreadsheets need it for Chinese): title, headers, an empty line, the table.

    Numbers stand without grouping; text that would start a formula is guarded.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(report.title[language])])
    for heading in report.headers:
        writer.writerow([guarded(heading.label[language]), guarded(plain(heading.value, language))])
    writer.writerow([])
    writer.writerow([guarded(column.label[language]) for column in report.columns])
    for row in [*report.rows, totals_row(report.columns, report.totals)]:
        if row:
            writer.writerow([_cell(column, row.get(column.key), language) for column in report.columns])
    return (BYTE_ORDER_MARK + out.getvalue()).encode("utf-8")


def _cell(column: Column, cell: Cell, language: str) -> str:
    text = plain(cell, language)
    return text if is_number(column, cell) else guarded(text)
