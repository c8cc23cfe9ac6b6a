"""Questions about deposit accounts, their freezes and their cheques."""

from services.savings.queries import accounts, agency, agency_batches, cheques, freezes, interest_payable, notices, openings, products
from services.savings.queries.accounts import panel
from services.savings.queries.sums import group_balances, sub_ledger

QUERIES = (
    accounts.search,
    accounts.detail,
    products.products,
    freezes.freezes,
    cheques.by_number,
    cheques.by_account,
    cheques.transactions,
    openings.openings,
    notices.notices,
    interest_payable.interest_payable,
    agency.contracts,
    agency_batches.batches,
    agency_batches.items,
    agency.clients,
    agency_batches.collections,
)

__all__ = ["QUERIES", "group_balances", "panel", "sub_ledger"]
