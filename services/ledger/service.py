"""Ledger 核心会计: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from contracts.topology import QUEUES
from kernel.numbers import NumberKind
from kernel.text import Text
from runtime.service import Consumption, PeriodicTask
from services.ledger import account_books, account_days, api, balancing, gauges
from services.ledger.catching_up import catch_up
from services.ledger.day_end import routes as day_end
from services.ledger.day_end.runner import attend
from services.ledger.panel import account_panel
from services.ledger.posting import expander, posting_handler, refusal_handler
from services.ledger.queries import QUERIES
from services.ledger.reports import REPORTS
from services.ledger.reservations import settle_reservations
from services.ledger.tables import FRAME, METADATA
from services.ledger.transactions.accounts import close_account, maintain_off_sheet, open_account
from services.ledger.transactions.chart import maintain_chart
from services.ledger.transactions.corrections import difference, supplement, wrong_account
from services.ledger.transactions.entry import post_entry, post_off_sheet
from services.ledger.transactions.reverse import reverse
from services.ledger.transactions.undo import undo_close, undo_open

SERVICE = BankService(
    name="ledger",
    title=Text("核心会计", "Ledger"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
    routers=(api.router, account_books.router, account_days.router, balancing.router, day_end.router),
    consumes=tuple(Consumption(queue, posting_handler, refusal_handler, expander) for queue in QUEUES if queue.service == "ledger"),
    tasks=(PeriodicTask("settle_reservations", 5.0, settle_reservations), PeriodicTask("day_end", 0.0, attend)),
    gauges=(day_end.set_step_gauge, gauges.set_reserve_positions),
    transactions=(
        post_entry,
        post_off_sheet,
        open_account,
        close_account,
        maintain_off_sheet,
        reverse,
        supplement,
        wrong_account,
        difference,
        undo_open,
        undo_close,
        maintain_chart,
    ),
    queries=QUERIES,
    reports=REPORTS,
    account_kinds=(NumberKind.INTERNAL,),
    panel=account_panel,
    catch_up=catch_up,
)
