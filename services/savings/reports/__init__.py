"""The sheets savings prints (IB 2825, 2834, 2870, 2878)."""

from __future__ import annotations

from banking.openings import openings_report
from services.savings.queries.openings import openings
from services.savings.reports import depositors, interest, special

REPORTS = (openings_report(openings), depositors.large_depositors, special.special_business, interest.deposit_interest)
