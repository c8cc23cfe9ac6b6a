"""Counter 柜台: the declaration of the service."""

from __future__ import annotations

from banking.service import RECOVERY_SECONDS, BankService
from kernel.text import Text
from runtime.service import PeriodicTask
from services.counter import api, voucher_holds, voucher_loading
from services.counter.catching_up import catch_up
from services.counter.presence import settle_all
from services.counter.queries import QUERIES
from services.counter.reports import balancing, box_balancing
from services.counter.rights import settle_rights
from services.counter.tables import FRAME, METADATA
from services.counter.transactions.balancing import balance_teller, close_outlet, reopen_outlet, unbalance_teller
from services.counter.transactions.boxes import add, balance, cash_in, cash_out, cash_transfer, leave, share
from services.counter.transactions.cash_issues import cash_issue, cash_receive, cash_return, undo_cash_issue
from services.counter.transactions.passwords import change_password, report_password_lost, reset_password
from services.counter.transactions.rights import set_limit, set_right
from services.counter.transactions.tellers import create_teller, maintain_teller
from services.counter.transactions.voucher_boxes import BOX_TRANSACTIONS
from services.counter.transactions.vouchers import VAULT_TRANSACTIONS

SERVICE = BankService(
    name="counter",
    title=Text("柜台", "Counter"),
    metadata=METADATA,
    plumbing=FRAME.plumbing,
    frame=FRAME,
    routers=(api.router, voucher_holds.router, voucher_loading.router),
    undecided=voucher_holds.undecided,
    tasks=(
        PeriodicTask("settle_balancing", RECOVERY_SECONDS, settle_all),
        PeriodicTask("settle_rights", RECOVERY_SECONDS, settle_rights),
        PeriodicTask("settle_voucher_holds", RECOVERY_SECONDS, voucher_holds.settle_holds),
    ),
    transactions=(
        create_teller,
        maintain_teller,
        change_password,
        report_password_lost,
        reset_password,
        set_right,
        set_limit,
        add,
        share,
        leave,
        cash_issue,
        undo_cash_issue,
        cash_receive,
        cash_return,
        cash_out,
        cash_in,
        cash_transfer,
        balance,
        balance_teller,
        unbalance_teller,
        close_outlet,
        reopen_outlet,
        *VAULT_TRANSACTIONS,
        *BOX_TRANSACTIONS,
    ),
    queries=QUERIES,
    reports=(balancing, box_balancing),
    catch_up=catch_up,
)
