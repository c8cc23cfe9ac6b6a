"""Reports as a page to read, print and keep: one file that needs nothing else."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from contracts.report import ReportTable
from gateway.rendering.cells import plain, shown, totals_row

TEMPLATES = Path(__file__).parent / "templates"
STYLE = (TEMPLATES / "report.css").read_text(encoding="utf-8")
STYLE_DIGEST = b64encode(sha256(STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_DIGEST}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def as_html(report: ReportTable, language: str) -> bytes:
    """The report as a printable page; the only style allowed to it is its own (`CONTENT_SECURITY_POLICY` goes with the answer)."""
    page = _ENVIRONMENT.get_template("report.html").render(
        report=report,
        language=language,
        style=Markup(STYLE),
        totals=totals_row(report.columns, report.totals),
        plain=lambda cell: plain(cell, language),
        shown=lambda column, cell: shown(column, cell, language),
    )
    return page.encode("utf-8")
