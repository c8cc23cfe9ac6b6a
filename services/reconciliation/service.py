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
from services.reconciliation.portal import captcha, housekeeping, matching, nickname, notices, papers, sign_on, sms, statements, tickets
from services.reconciliation.queries import QUERIES
from services.reconciliation.reports import statements_returned
from services.reconciliation.statements import reminders, runs
from services.reconciliation.tables import FRAME, METADATA
from services.reconciliation.transactions.arrangements import arrange
from services.reconciliation.transactions.notices import publish_notice
from services.reconciliation.transactions.operators import bind_operator
from services.reconciliation.transactions.prove import prove_books
from services.reconciliation.transactions.statements import generate, investigate

SERVICE = BankService(
    name="reconciliation",
    title=Text("对账", "Reconciliation"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
    routers=(
        api.router,
        captcha.router,
        sign_on.router,
        tickets.router,
        nickname.router,
        notices.router,
        statements.router,
        matching.router,
        papers.router,
    ),
    consumes=tuple(Consumption(queue, rejection_handler) for queue in QUEUES if queue.service == "reconciliation"),
    tasks=(
        PeriodicTask("make_statements", runs.EVERY_SECONDS, runs.make_due_statements),
        PeriodicTask("remind", reminders.EVERY_SECONDS, reminders.remind),
        PeriodicTask("send_sms", sms.EVERY_SECONDS, sms.send_waiting),
        PeriodicTask("tidy_portal", housekeeping.EVERY_SECONDS, housekeeping.tidy),
    ),
    larger_bodies={matching.BEGINNING: MOST_BYTES},
    gauges=(set_proof_differences,),
    transactions=(
        prove_books,
        bind_operator,
        publish_notice,
        arrange,
        generate,
        investigate,
    ),
    queries=QUERIES,
    reports=(statements_returned,),
)
