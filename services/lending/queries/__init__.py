"""What can be asked of loans (IB 1727-1778, 1896, 2509, 3685-3813)."""

from __future__ import annotations

from services.lending.queries import accounts, loans, openings

QUERIES = (loans.by_account, loans.notes, accounts.search, accounts.detail, openings.openings)
