"""The sheets lending prints (IB 2834)."""

from __future__ import annotations

from banking.openings import openings_report
from services.lending.queries.openings import openings

REPORTS = (openings_report(openings),)
