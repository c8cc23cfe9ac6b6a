"""What can be asked of the counter."""

from services.counter.queries.outlets import boxes, outlets
from services.counter.queries.rights import own_rights, right_changes, rights
from services.counter.queries.tellers import teller_changes, tellers
from services.counter.queries.vouchers import VOUCHER_QUERIES

QUERIES = (tellers, teller_changes, boxes, outlets, rights, own_rights, right_changes, *VOUCHER_QUERIES)
