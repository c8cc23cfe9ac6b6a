"""Reports as a workbook for Excel and its like."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from contracts.report import Cell, Column, ReportTable
from gateway.rendering.cells import FORMULA_STARTS, is_number, plain, shown, totals_row
from gateway.rendering.widths import display_width

SHEET_NAME_CHARACTERS = 31
CELL_CHARACTERS = 32_767
COLUMN_WIDTH_BOUNDS = (8, 48)
_HEAD_FILL = PatternFill("solid", fgColor="E6ECEF")
_LINE = Border(bottom=Side(style="thin", color="B9C3CC"))


def as_xlsx(report: ReportTable, language: str) -> bytes:
    """The report as a workbook of one sheet: amounts and counts are numbers, everything else is text and never a formula."""
    workbook = Workbook()
    sheet: Any = workbook.active  # a new workbook has one sheet of cells; openpyxl's types allow for others
    sheet.title = _sheet_name(report.title[language])
    _write_text(sheet.cell(1, 1), report.title[language], Font(bold=True, size=14))
    for number, heading in enumerate(report.headers, start=2):
        _write_text(sheet.cell(number, 1), heading.label[language], Font(color="5A6875"))
        _write_text(sheet.cell(number, 2), plain(heading.value, language))
    head = len(report.headers) + 3
    for index, column in enumerate(report.columns, start=1):
        cell = sheet.cell(head, index)
        _write_text(cell, column.label[language], Font(bold=True))
        cell.fill, cell.border = _HEAD_FILL, _LINE
    for number, row in enumerate(report.rows, start=head + 1):
        for index, column in enumerate(report.columns, start=1):
            _write(sheet.cell(number, index), column, row.get(column.key), language)
    for index, (column, cell) in enumerate(_totals(report), start=1):
        _write(sheet.cell(head + len(report.rows) + 1, index), column, cell, language, Font(bold=True))
    _lay_out(sheet, report, head, language)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _totals(report: ReportTable) -> list[tuple[Column, Cell]]:
    row = totals_row(report.columns, report.totals)
    return [(column, row.get(column.key)) for column in report.columns] if row else []


def _write(cell: SheetCell, column: Column, value: Cell, language: str, font: Font | None = None) -> None:
    if not is_number(column, value):
        _write_text(cell, plain(value, language), font)
        return
    number = Decimal(str(value))
    cell.value = number
    decimals = max(0, -int(number.as_tuple().exponent))
    cell.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")
    cell.alignment = Alignment(horizontal="right")
    if font:
        cell.font = font


def _write_text(cell: SheetCell, text: str, font: Font | None = None) -> None:
    """Text stays text: typed as a string, and marked as quoted where it would read like a formula when somebody edits it."""
    if not text:
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:CELL_CHARACTERS]
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = text.startswith(FORMULA_STARTS)
    if font:
        cell.font = font


def _lay_out(sheet: Any, report: ReportTable, head: int, language: str) -> None:
    narrowest, widest = COLUMN_WIDTH_BOUNDS
    for index, column in enumerate(report.columns, start=1):
        texts = [column.label[language], *(shown(column, row.get(column.key), language) for row in report.rows)]
        width = max(display_width(text) for text in texts) + 2
        sheet.column_dimensions[get_column_letter(index)].width = min(max(width, narrowest), widest)
    sheet.freeze_panes = sheet.cell(head + 1, 1)
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _sheet_name(title: str) -> str:
    return "".join(" " if character in r"[]:*?/\'" else character for character in title)[:SHEET_NAME_CHARACTERS].strip() or "report"
