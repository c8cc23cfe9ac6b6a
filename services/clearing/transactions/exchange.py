"""The transactions of the same-city exchange 同城交换, in the order of a day (IB 2250-2397, 3082-3125)."""

from __future__ import annotations

from services.clearing.transactions import exchange_inward as inward
from services.clearing.transactions import exchange_outward as outward
from services.clearing.transactions import exchange_returns as returns
from services.clearing.transactions import exchange_sessions as sessions
from services.clearing.transactions.exchange_batch import post_out_debits

EXCHANGE_TRANSACTIONS = (
    outward.out_debit,
    outward.out_credit,
    outward.check,
    outward.cancel_item,
    sessions.switch_session,
    sessions.undo_switch,
    inward.in_debit,
    inward.in_credit,
    inward.return_in_debit,
    inward.return_in_credit,
    outward.hold_out_debit,
    post_out_debits,
    outward.post_one_out_debit,
    returns.return_out_debit,
    returns.return_out_credit,
    sessions.settle,
    sessions.undo_settle,
)
