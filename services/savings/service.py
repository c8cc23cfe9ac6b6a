"""Savings 存款: the declaration of the service."""

from __future__ import annotations

from banking.service import RECOVERY_SECONDS, BankService
from banking.sub_ledger import AccountLines
from contracts.agency import MOST_BYTES
from contracts.topology import queue_named
from kernel.text import Text
from runtime.service import Consumption, PeriodicTask
from services.savings import api, cheque_voids, interest_payable, queries, quoting
from services.savings.accounts import KINDS
from services.savings.agency import runs as agency_runs
from services.savings.agency import uploading as agency_uploading
from services.savings.consumers import renaming_handler
from services.savings.dormancy import put_to_sleep
from services.savings.freezes import end_freezes
from services.savings.interest_days import settle_interest
from services.savings.keeper import AccountKeeper
from services.savings.losses import end_losses
from services.savings.notice_payments import pay_notices
from services.savings.renewals import renew_time_deposits
from services.savings.reports import REPORTS
from services.savings.tables import ACCOUNT_LINE, FRAME, METADATA
from services.savings.transactions import TRANSACTIONS

SERVICE = BankService(
    name="savings",
    title=Text("存款", "Savings"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
    consumes=(Consumption(queue_named("savings.customers"), renaming_handler),),
    routers=(api.router, cheque_voids.router, quoting.router, interest_payable.router, agency_uploading.router),
    larger_bodies={agency_uploading.BEGINNING: MOST_BYTES},
    transactions=TRANSACTIONS,
    queries=queries.QUERIES,
    reports=REPORTS,
    account_kinds=KINDS,
    panel=queries.panel,
    keeper=lambda resources: AccountKeeper(),
    sub_ledger=queries.sub_ledger,
    group_balances=queries.group_balances,
    account_lines=AccountLines(
        ACCOUNT_LINE.c.account, ACCOUNT_LINE.c.business_date, ACCOUNT_LINE.c.posting_id, ACCOUNT_LINE.c.amount_minor
    ),
    day_events=(
        pay_notices,
        end_freezes,
        end_losses,
        settle_interest,
        renew_time_deposits,
        interest_payable.gather_interest_payable,
        put_to_sleep,
    ),
    undecided=agency_runs.running,
    tasks=(
        PeriodicTask("settle_cheque_voids", RECOVERY_SECONDS, cheque_voids.settle_cheque_voids),
        PeriodicTask("run_agency_batches", agency_runs.EVERY_SECONDS, agency_runs.run_batches),
    ),
)
