"""Reconciliation 对账: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from contracts.matching import MOST_BYTES
from contracts.topology import QUEUES
from kernel.text import Text
from runtime.service import Consumption, PeriodicTask
from services.reconciliation import api
from services.reconciliation.consumers import rejection_handler
from services.reconciliation.gauges import set_proof_differences
from services.reconciliation.portal import matching, sign_on, statements
from services.reconciliation.queries import QUERIES
from services.reconciliation.statements import reminders, runs
from services.reconciliation.tables import FRAME, METADATA
from services.reconciliation.transactions.prove import prove_books

SERVICE = BankService(
    name="reconciliation",
    title=Text("对账", "Reconciliation"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
    routers=(api.router, sign_on.router, statements.router, matching.router),
    consumes=tuple(Consumption(queue, rejection_handler) for queue in QUEUES if queue.service == "reconciliation"),
    tasks=(
        PeriodicTask("make_statements", runs.EVERY_SECONDS, runs.make_due_statements),
        PeriodicTask("remind", reminders.EVERY_SECONDS, reminders.remind),
    ),
    larger_bodies={matching.BEGINNING: MOST_BYTES},
    gauges=(set_proof_differences,),
    transactions=(prove_books,),
    queries=QUERIES,
)
