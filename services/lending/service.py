"""Lending 贷款: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from banking.sub_ledger import AccountLines
from contracts.topology import queue_named
from kernel.numbers import NumberKind
from kernel.text import Text
from runtime.service import Consumption
from services.lending.consumers import renaming_handler
from services.lending.keeper import LoanKeeper
from services.lending.queries import QUERIES
from services.lending.queries import loans as loans_asked
from services.lending.reports import REPORTS
from services.lending.tables import FRAME, LOAN_LINE, METADATA
from services.lending.transactions import loans, notes

SERVICE = BankService(
    name="lending",
    title=Text("贷款", "Lending"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
    consumes=(Consumption(queue_named("lending.customers"), renaming_handler),),
    transactions=(notes.enter, notes.maintain, loans.release, loans.repay_part, loans.repay_full),
    queries=QUERIES,
    reports=REPORTS,
    account_kinds=(NumberKind.LOAN,),
    panel=loans_asked.panel,
    keeper=lambda resources: LoanKeeper(),
    sub_ledger=loans_asked.sub_ledger,
    group_balances=loans_asked.group_balances,
    account_lines=AccountLines(LOAN_LINE.c.account, LOAN_LINE.c.business_date, LOAN_LINE.c.posting_id, LOAN_LINE.c.amount_minor),
)
