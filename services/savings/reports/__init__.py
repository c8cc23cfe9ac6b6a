"""The sheets savings prints (IB 488, 2825, 2834, 2870, 2874, 2878)."""

from __future__ import annotations

from banking.openings import openings_report
from services.savings.queries.openings import openings
from services.savings.reports import corporate, depositors, interest, printout, special

REPORTS = (
    openings_report(openings),
    depositors.large_depositors,
    special.special_business,
    interest.deposit_interest,
    corporate.corporate_deposits,
    printout.printout,
)
