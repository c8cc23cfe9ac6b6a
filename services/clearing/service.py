"""Clearing 清算: the declaration of the service."""

from __future__ import annotations

from banking.service import BankService
from contracts.topology import queue_named
from kernel.text import Text
from runtime.service import Consumption, PeriodicTask
from services.clearing import api, national_sorting
from services.clearing.blockers import blockers
from services.clearing.consumers import national_handler, positions_handler
from services.clearing.gauges import show_positions, show_stages
from services.clearing.national_link import keep_signed_on
from services.clearing.netting import resume_netting
from services.clearing.penalties import charge
from services.clearing.position_limits import SAMPLE_SECONDS, WATCH_SECONDS, sample, watch
from services.clearing.queries import QUERIES
from services.clearing.reports import REPORTS
from services.clearing.tables import FRAME, METADATA
from services.clearing.transactions import (
    funds,
    internal_transfers,
    national_inward,
    national_outward,
    position_limits,
    remittances,
    remote_deposits,
)
from services.clearing.transactions.exchange import EXCHANGE_TRANSACTIONS
from services.clearing.transactions.netting import netting_now, netting_run

SERVICE = BankService(
    name="clearing",
    title=Text("清算", "Clearing"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
    routers=(api.router,),
    consumes=(
        Consumption(queue_named("clearing.positions"), positions_handler),
        Consumption(queue_named("clearing.national"), national_handler),
    ),
    tasks=(
        PeriodicTask("resume_netting", 5.0, resume_netting),
        PeriodicTask("keep_signed_on", 1.0, keep_signed_on),
        PeriodicTask("sort_national", 0.0, national_sorting.attend),
        PeriodicTask("watch_limits", WATCH_SECONDS, watch),
        PeriodicTask("sample_positions", SAMPLE_SECONDS, sample),
    ),
    gauges=(show_positions, show_stages),
    transactions=(
        netting_run,
        netting_now,
        national_inward.inward,
        national_inward.print_inward,
        national_inward.clear_suspense,
        national_outward.outward_enter,
        national_outward.outward_check,
        national_outward.outward_cancel,
        *EXCHANGE_TRANSACTIONS,
        remote_deposits.enter,
        remote_deposits.check,
        remote_deposits.maintain,
        remote_deposits.reverse,
        internal_transfers.transfer,
        remittances.special,
        funds.place,
        funds.repay,
        funds.withdraw,
        position_limits.set_limit,
    ),
    queries=QUERIES,
    reports=REPORTS,
    blockers=blockers,
    day_events=(charge,),
)
