"""Facts are expanded before their turn; the turn takes that only from the rulebook it goes by itself."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from uuid import UUID

import pytest
from msgspec.structs import replace

from contracts.ledger import AccountReference, PostingRequested
from contracts.message import decode_envelope
from kernel.clock import SystemClock
from runtime.bus import Delivery
from runtime.consumer import Consumer, Received, read_message
from runtime.outbox import Outbox
from services.ledger import posting
from services.ledger.accounting.load import load_accounting
from services.ledger.rulebook import _STATE, _Known
from services.ledger.tables import FRAME

DAY = date(2005, 9, 1)


def fact(**changed) -> PostingRequested:
    """A cash deposit at the outlet that keeps the account."""
    return PostingRequested(
        **{
            "posting_id": UUID(int=7),
            "origin": "savings",
            "transaction_code": "savings.demand.deposit",
            "transaction_number": "02012000001",
            "business_date": DAY,
            "value_date": DAY,
            "currency": "CNY",
            "outlet": "0201",
            "teller": "S0211",
            "rule": "savings.demand.deposit",
            "accounts": {
                "settlement": AccountReference(number="cash"),
                "account": AccountReference(number="000000001000010", outlet="0201", business_code="211", name="王一"),
            },
            "amounts_minor": {"amount": 500_00},
            "cash_box": "00001",
        }
        | changed
    )


def received(message: PostingRequested) -> Received:
    """The message as it comes off the bus."""
    row = Outbox(FRAME.plumbing, SystemClock()).row(message, message_id=message.posting_id, business_date=DAY)
    envelope = decode_envelope(row["envelope"])
    return Received(envelope, read_message(envelope))


def knowing(rulebook) -> SimpleNamespace:
    """The resources of a process that has used a rulebook, or none yet."""
    known = {} if rulebook is None else {_STATE: _Known(DAY, load_accounting(), rulebook)}
    return SimpleNamespace(state=known)


def test_a_process_that_knows_no_rulebook_expands_nothing_ahead() -> None:
    assert posting.expander(knowing(None))(received(fact())) is None


def test_the_turn_takes_what_was_expanded_by_its_own_rulebook() -> None:
    rulebook, another = load_accounting().rulebook(), load_accounting().rulebook()
    ahead = posting.expander(knowing(rulebook))(received(fact()))
    assert ahead is not None and ahead.names == {"000000001000010": "王一"} and ahead.control_total_minor == 500_00
    waited = received(fact())._replace(ahead=ahead)
    assert posting._accept(rulebook, waited) is ahead
    anew = posting._accept(another, waited)
    assert anew is not ahead and anew.by is another and anew.posting_set == ahead.posting_set


def consumer(ahead) -> Consumer:
    """The consumer of the ledger's queue, with nothing behind it."""
    return Consumer(SimpleNamespace(name="ledger.postings"), *[None] * 4, ahead=ahead)  # type: ignore[arg-type]


@pytest.mark.parametrize("message", [fact(rule="no.such.rule"), fact(cash_box=None), fact(amounts_minor={})])
def test_a_fact_that_cannot_be_expanded_is_left_to_its_turn(message: PostingRequested) -> None:
    delivery = Delivery(received(message).envelope, 2)
    looked = consumer(posting.expander(knowing(load_accounting().rulebook()))).look(delivery)
    assert looked == delivery and looked.known is None


def test_what_nobody_can_read_is_left_to_its_turn() -> None:
    delivery = Delivery(replace(received(fact()).envelope, name="nobody.knows.v1"), 1)
    assert consumer(None).look(delivery) == delivery


def test_a_message_is_read_ahead_and_keeps_its_tries() -> None:
    delivery = Delivery(received(fact()).envelope, 3)
    looked = consumer(None).look(delivery)
    assert (looked.envelope, looked.attempt) == (delivery.envelope, 3)
    assert looked.known.message.posting_id == UUID(int=7) and looked.known.ahead is None
