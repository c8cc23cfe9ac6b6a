"""What can be asked of the books (IB 1715-1800, 2486-2518, 3668-3856)."""

from __future__ import annotations

from services.ledger.queries import accounts, chart, history, openings, rules, subjects, transactions

QUERIES = (
    accounts.search,
    accounts.detail,
    accounts.off_sheet_search,
    accounts.off_sheet_detail,
    transactions.search,
    transactions.entries,
    history.of_account,
    history.by_amount,
    history.off_sheet,
    openings.openings,
    subjects.subjects,
    subjects.subject_day,
    subjects.differences,
    rules.rules,
    rules.rule,
    chart.chart,
)
