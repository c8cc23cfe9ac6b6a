"""Lending 贷款: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from kernel.numbers import NumberKind
from kernel.text import Text
from services.lending import accounts, openings, queries
from services.lending.keeper import LoanKeeper
from services.lending.tables import FRAME, METADATA
from services.lending.transactions import loans, notes

SERVICE = BankService(
    name="lending",
    title=Text("贷款", "Lending"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
    transactions=(notes.enter, notes.maintain, loans.release, loans.repay_part, loans.repay_full),
    queries=(queries.by_account, queries.notes, accounts.search, accounts.detail, openings.openings),
    reports=(openings.sheet,),
    account_kinds=(NumberKind.LOAN,),
    panel=queries.panel,
    keeper=lambda resources: LoanKeeper(),
    sub_ledger=queries.sub_ledger,
    group_balances=queries.group_balances,
)
