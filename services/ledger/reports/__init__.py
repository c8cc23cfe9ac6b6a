"""The sheets the ledger prints (IB 2814-2902)."""

from __future__ import annotations

from banking.openings import openings_report
from services.ledger.queries.openings import openings
from services.ledger.reports import account_balances, entries, general_ledger, registers, remote, sheets, special, statements, trial

REPORTS = (
    sheets.subject_day,
    sheets.off_sheet_day,
    openings_report(openings),
    entries.supplement_vouchers,
    trial.daily_trial,
    trial.off_sheet_trial,
    account_balances.account_balances,
    general_ledger.general_ledger,
    statements.account_statement,
    statements.account_index,
    entries.journal,
    registers.large_cash,
    registers.large_deposits,
    remote.remote_business,
    special.special_business,
)
