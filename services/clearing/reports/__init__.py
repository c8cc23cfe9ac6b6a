"""The reports of clearing: what was netted, what the exchange came to, slips of inward items."""

from __future__ import annotations

from services.clearing.reports.exchange import exchange_difference
from services.clearing.reports.national import national_slip
from services.clearing.reports.netting import netting_report

REPORTS = (netting_report, exchange_difference, national_slip)
