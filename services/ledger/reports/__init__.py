"""The sheets the ledger prints (IB 2814-2902)."""

from __future__ import annotations

from services.ledger.reports import sheets, trial

REPORTS = (trial.daily_trial, trial.off_sheet_trial, sheets.subject_day, sheets.off_sheet_day)
