"""Clearing 清算: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from contracts.topology import QUEUES
from kernel.text import Text
from runtime.service import Consumption, PeriodicTask
from services.clearing import (
    api,
    national_tables,  # noqa: F401
    outlet_tables,  # noqa: F401
)
from services.clearing.consumers import positions_handler
from services.clearing.gauges import show_positions
from services.clearing.netting import resume_netting
from services.clearing.queries import QUERIES
from services.clearing.reports import netting_report
from services.clearing.tables import FRAME, METADATA
from services.clearing.transactions.netting import netting_now, netting_run

SERVICE = BankService(
    name="clearing",
    title=Text("清算", "Clearing"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
    routers=(api.router,),
    consumes=tuple(Consumption(queue, positions_handler) for queue in QUEUES if queue.service == "clearing"),
    tasks=(PeriodicTask("resume_netting", 5.0, resume_netting),),
    gauges=(show_positions,),
    transactions=(netting_run, netting_now),
    queries=QUERIES,
    reports=(netting_report,),
)
