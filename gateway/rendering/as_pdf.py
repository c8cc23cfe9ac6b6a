"""Reports on paper: A4 landscape, Chinese throughout, the head of the table on every page."""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from contracts.report import Cell, Column, ReportTable
from gateway.rendering.cells import plain, shown, totals_row
from gateway.rendering.widths import shared_widths
from kernel.text import Text

FONT = "STSong-Light"
FONT_SIZE = 8.5
MARGIN = 12 * mm
PADDING = 3.0
FRAME_PADDING = 6.0  # what reportlab leaves free inside the margins of a simple document
PAGE = landscape(A4)
ON_ONE_LINE, HEADING_COLUMNS = 5, 3
BANK = Text("汇通银行", "Huitong Bank")
PAGE_OF = Text("第 {page} 页 共 {pages} 页", "Page {page} of {pages}")
_GREY, _LINE, _HEAD = HexColor("#5a6875"), HexColor("#b9c3cc"), HexColor("#e6ecef")

registerFont(UnicodeCIDFont(FONT))
_TITLE = ParagraphStyle("title", fontName=FONT, fontSize=15, leading=20, alignment=TA_CENTER)
_LEFT = ParagraphStyle("left", fontName=FONT, fontSize=FONT_SIZE, leading=FONT_SIZE * 1.3, wordWrap="CJK")
_RIGHT = ParagraphStyle("right", parent=_LEFT, alignment=TA_RIGHT)
_HEADING = ParagraphStyle("heading", parent=_LEFT, textColor=_GREY)


def as_pdf(report: ReportTable, language: str) -> bytes:
    """The report as a PDF with page numbers. Text too wide for its column wraps; every page repeats the column labels."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=PAGE,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + 6 * mm,
        title=report.title[language],
        author=BANK[language],
        creator=BANK["en"],
    )
    story: list[Flowable] = [Paragraph(escape(report.title[language]), _TITLE), Spacer(0, 4)]
    if report.headers:
        story += [_headings(report, language, document.width - 2 * FRAME_PADDING), Spacer(0, 6)]
    if report.columns:
        story.append(_table(report, language, document.width - 2 * FRAME_PADDING))
    document.build(story, canvasmaker=lambda *given, **named: _NumberedCanvas(*given, language=language, **named))
    return out.getvalue()


def _headings(report: ReportTable, language: str, width: float) -> Flowable:
    """What stands above the table: a few headings on one line, many in columns, each on a line of its own."""
    said = [f"{heading.label[language]}: {plain(heading.value, language)}" for heading in report.headers]
    if len(said) <= ON_ONE_LINE:
        return Paragraph(escape("　　".join(said)), _HEADING)
    cells = [Paragraph(escape(each), _HEADING) for each in said] + [""] * (-len(said) % HEADING_COLUMNS)
    rows = [cells[start : start + HEADING_COLUMNS] for start in range(0, len(cells), HEADING_COLUMNS)]
    plain_style = TableStyle(
        [("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    )
    return Table(rows, colWidths=[width / HEADING_COLUMNS] * HEADING_COLUMNS, style=plain_style)


def _table(report: ReportTable, language: str, width: float) -> LongTable:
    totals = totals_row(report.columns, report.totals)
    rows = [*report.rows, totals] if totals else report.rows
    texts = [[shown(column, row.get(column.key), language) for column in report.columns] for row in rows]
    labels = [column.label[language] for column in report.columns]
    lines = [labels, *texts]
    wanted = [max(stringWidth(line[index], FONT, FONT_SIZE) for line in lines) + 2 * PADDING + 1 for index in range(len(labels))]
    widths = shared_widths(wanted, width, narrowest=18 * mm)
    body = [[_cell(*cell) for cell in zip(report.columns, line, widths, strict=True)] for line in lines]
    return LongTable(body, colWidths=widths, repeatRows=1, style=_style(report.columns, totals))


def _cell(column: Column, text: str, width: float) -> Any:
    """A string where it fits on one line (cheap), a wrapping paragraph where it does not."""
    if stringWidth(text, FONT, FONT_SIZE) <= width - 2 * PADDING and "\n" not in text:
        return text
    return Paragraph(escape(text), _RIGHT if column.kind in ("amount", "integer") else _LEFT)


def _style(columns: list[Column], totals: dict[str, Cell]) -> TableStyle:
    commands: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), FONT, FONT_SIZE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("GRID", (0, 0), (-1, -1), 0.4, _LINE),
        ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    numbers = [index for index, column in enumerate(columns) if column.kind in ("amount", "integer")]
    commands += [("ALIGN", (index, 0), (index, -1), "RIGHT") for index in numbers]
    if totals:
        commands += [("LINEABOVE", (0, -1), (-1, -1), 1, HexColor("#1b2733")), ("BACKGROUND", (0, -1), (-1, -1), HexColor("#f6f8f9"))]
    return TableStyle(commands)


class _NumberedCanvas(Canvas):
    """A canvas that knows how many pages there are before it writes their numbers."""

    def __init__(self, *given: Any, language: str, **named: Any) -> None:
        super().__init__(*given, **named)
        self._language = language
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self.setFont(FONT, 8)
            self.setFillColor(_GREY)
            self.drawString(MARGIN, MARGIN, BANK[self._language])
            self.drawRightString(PAGE[0] - MARGIN, MARGIN, PAGE_OF[self._language].format(page=number, pages=len(self._pages)))
            super().showPage()
        super().save()
