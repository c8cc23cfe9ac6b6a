"""科目日结单: the entries of a date subject by subject, in cash and by transfer (IB 2816-2821, 3849)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from contracts.report import Column
from kernel.money import format_amount
from kernel.text import Text
from services.ledger.balances import Figures, SubjectBalance
from services.ledger.domain.rulebook import Rulebook

SIDES = (("debit", Text("借方", "Debit")), ("credit", Text("贷方", "Credit")))
WAYS = (("cash", Text("现金", "cash")), ("transfer", Text("转账", "transfer")))


def _columns() -> Iterable[Column]:
    yield Column(key="subject", label=Text("科目代号", "Subject"))
    yield Column(key="name", label=Text("科目名称", "Name"))
    for side, side_text in SIDES:
        for way, text in WAYS:
            key, zh, en = f"{side}_{way}", f"{side_text.zh}{text.zh}", f"{side_text.en} {text.en}"
            yield Column(key=f"{key}_count", label=Text(f"{zh}传票张数", f"{en}, vouchers"), kind="integer")
            yield Column(key=f"{key}_attachments", label=Text(f"{zh}附件张数", f"{en}, attachments"))
            yield Column(key=f"{key}_amount", label=Text(f"{zh}发生额", f"{en}, amount"), kind="amount")
        yield Column(key=f"{side}_count", label=Text(f"{side_text.zh}传票张数合计", f"{side_text.en}, vouchers"), kind="integer")
        yield Column(key=f"{side}_attachments", label=Text(f"{side_text.zh}附件张数合计", f"{side_text.en}, attachments"))
        yield Column(key=f"{side}_amount", label=Text(f"{side_text.zh}发生额合计", f"{side_text.en}, amount"), kind="amount")


SHEET_COLUMNS = tuple(_columns())
"""Attachments lie with the vouchers, on paper: their columns are there to be filled in."""


def sheet_rows(subjects: Iterable[SubjectBalance], rulebook: Rulebook, day: date, currency: str) -> list[dict[str, Any]]:
    """One row per subject; amounts are decimal strings."""
    return [
        {
            "subject": each.subject,
            "name": rulebook.subject(each.subject, day).name.as_dict(),
            **sheet_figures(each.figures, currency),
        }
        for each in subjects
    ]


def sheet_figures(figures: Figures, currency: str) -> dict[str, Any]:
    """Counts and amounts of a row or of the totals."""
    shown: dict[str, Any] = {}
    for side, _ in SIDES:
        for key in (f"{side}_cash", f"{side}_transfer", side):
            shown[f"{key}_count"] = getattr(figures, f"{key}_count")
            shown[f"{key}_amount"] = format_amount(getattr(figures, f"{key}_minor"), currency)
    return shown
