"""Reports in the formats people ask for: one function per format, all from the same `ReportTable`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contracts.report import ReportTable
from gateway.rendering.as_csv import as_csv, csv_head, csv_line, csv_rows
from gateway.rendering.as_html import CONTENT_SECURITY_POLICY, as_html
from gateway.rendering.as_pdf import as_pdf
from gateway.rendering.as_xlsx import as_xlsx


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a report: the function, what the bytes are, how the file's name ends, headers the answer needs."""

    render: Callable[[ReportTable, str], bytes]
    media_type: str
    extension: str
    headers: Mapping[str, str] = field(default_factory=dict)


FORMATS: Mapping[str, Format] = {
    "html": Format(as_html, "text/html; charset=utf-8", "html", {"Content-Security-Policy": CONTENT_SECURITY_POLICY}),
    "csv": Format(as_csv, "text/csv; charset=utf-8", "csv"),
    "xlsx": Format(as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "pdf": Format(as_pdf, "application/pdf", "pdf"),
}

__all__ = ["FORMATS", "Format", "as_csv", "as_html", "as_pdf", "as_xlsx", "csv_head", "csv_line", "csv_rows"]
