"""The accrual of a loan, as columns of its row and as JSON in its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping

from kernel.interest import Accumulation
from services.lending.domain.interest import LoanAccrual, LoanSegment


def accrual_columns(accrual: LoanAccrual) -> dict[str, Any]:
    """The columns of `loan` that hold its accrual."""
    principal = accrual.principal
    return {
        "balance_minor": principal.balance_minor,
        "annual_pct": accrual.annual_pct,
        "products": principal.products,
        "accrued_since": principal.since,
        "accrued_until": principal.until,
        "unit_minor": principal.unit_minor,
        "segments": [plain(_segment_columns(segment)) for segment in accrual.closed],
    }


def _segment_columns(segment: LoanSegment) -> dict[str, Any]:
    return {name: getattr(segment, name) for name in ("first", "end", "products", "annual_pct", "interest")}


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON can hold them without losing a digit."""
    texts = (date, Decimal)
    return {name: str(value) if isinstance(value, texts) else value for name, value in values.items()}


def accrual_of(kept: RowMapping | dict[str, Any], currency: str) -> LoanAccrual:
    """The accrual in a row of `loan` or in the JSON of a line."""
    since, until = _date(kept["accrued_since"]), _date(kept["accrued_until"])
    principal = Accumulation(kept["balance_minor"], int(kept["products"]), since, until, kept["unit_minor"])
    return LoanAccrual(principal, Decimal(kept["annual_pct"]), currency, _segments(kept["segments"]))


def _segments(kept: Sequence[dict[str, Any]]) -> tuple[LoanSegment, ...]:
    return tuple(
        LoanSegment(_date(each["first"]), _date(each["end"]), int(each["products"]), Decimal(each["annual_pct"]), Decimal(each["interest"]))
        for each in kept
    )


def _date(kept: date | str) -> date:
    return kept if isinstance(kept, date) else date.fromisoformat(kept)
