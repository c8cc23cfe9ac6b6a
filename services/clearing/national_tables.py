"""The tables of national inter-bank business 电子联行 (IB 2398-2466): items both ways, what is missing, what stands in suspense."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    func,
    text,
)

from services.clearing.tables import METADATA

NATIONAL_LINK = Table(
    "national_link",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("signed_on_at", DateTime(timezone=True), nullable=False),
    Column("opened_at", DateTime(timezone=True)),
)
"""The dates the bank signed on to the peer for, and whether the peer has opened them (IB 2405)."""

NATIONAL_COUNTER = Table(
    "national_counter",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("series", String, primary_key=True),
    Column("last", Integer, nullable=False),
    postgresql_with={"fillfactor": "50"},
)
"""Numbers of a date: `inward` the highest the peer has used, `outward` the last sent, an outlet's number its last submission 提交号."""

NATIONAL_INWARD = Table(
    "national_inward",
    METADATA,
    Column("sent_on", Date, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("sending_bank", String(6), nullable=False),
    Column("receiving_bank", String(6), nullable=False),
    Column("payer_account", String, nullable=False),
    Column("payer_name", String, nullable=False),
    Column("payee_account", String, nullable=False),
    Column("payee_name", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("purpose", String, nullable=False),
    Column("returns_on", Date),
    Column("returns_sequence", Integer),
    Column("state", String, nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("reason", String),
    Column("refusal", String),
    Column("posting_id", Uuid, unique=True),
    Column("posted_on", Date),
    Column("received_on", Date, nullable=False),
    Column("repeats", Integer, nullable=False, server_default="0"),
    Column("prints", Integer, nullable=False, server_default="0"),
    Column("slip_number", String(8)),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("state IN ('received', 'posted', 'suspended', 'paid', 'returned')", name="state"),
    CheckConstraint("(state = 'received') = (posting_id IS NULL)", name="posted"),
    Index("ix_national_inward_waiting", "sent_on", "sequence", postgresql_where=text("state = 'received'")),
    Index("ix_national_inward_unprinted", "outlet", "sent_on", "sequence", postgresql_where=text("prints = 0")),
)
"""来帐: every item the peer has sent, once. `outlet` is the one it is for until it is posted, then the one whose books it stands in;
`reason` why it went to suspense, `refusal` what the account's keeper said. `repeats` counts how often it was sent again,
`prints` how often its slip was printed, the last time on form `slip_number`."""

NATIONAL_GAP = Table(
    "national_gap",
    METADATA,
    Column("sent_on", Date, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("noticed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("asked_at", DateTime(timezone=True)),
    Column("asks", Integer, nullable=False, server_default="0"),
    Column("filled_at", DateTime(timezone=True)),
    Index("ix_national_gap_missing", "sent_on", "sequence", postgresql_where=text("filled_at IS NULL")),
)
"""Inward numbers that were passed over, when they were asked for, and when they came."""

NATIONAL_OUTWARD = Table(
    "national_outward",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("submission", String(8), primary_key=True),
    Column("outlet", String(4), nullable=False),
    Column("state", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("receiving_bank", String(6), nullable=False),
    Column("payer_account", String, nullable=False),
    Column("payer_name", String, nullable=False),
    Column("account_name", String, nullable=False),
    Column("business_code", String(3), nullable=False),
    Column("payee_account", String, nullable=False),
    Column("payee_name", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("purpose", String, nullable=False),
    Column("returns_on", Date),
    Column("returns_sequence", Integer),
    Column("sequence", Integer),
    Column("posting_id", Uuid, nullable=False, unique=True),
    Column("entered_by", String(5), nullable=False),
    Column("checked_by", String(5)),
    Column("authorised_by", String(5)),
    Column("cancelled_by", String(5)),
    Column("entered_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("checked_at", DateTime(timezone=True)),
    Column("answered_at", DateTime(timezone=True)),
    Column("answer", String, nullable=False, server_default=""),
    Column("refund_posting_id", Uuid, unique=True),
    Column("refunded_on", Date),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("state IN ('entered', 'checked', 'sent', 'confirmed', 'rejected', 'refunded', 'suspended', 'cancelled')", name="state"),
    UniqueConstraint("business_date", "sequence"),
    Index("ix_national_outward_entered", "business_date", "outlet", postgresql_where=text("state = 'entered'")),
    Index("ix_national_outward_rejected", "business_date", postgresql_where=text("state = 'rejected'")),
    Index("ix_national_outward_outlet", "outlet", "business_date", "submission"),
)
"""往帐: every outward item with the people who entered, checked and authorised it. `posting_id` is what the money
is held and posted under."""

NATIONAL_SUSPENSE = Table(
    "national_suspense",
    METADATA,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("outlet", String(4), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("reason", String, nullable=False),
    Column("inward_on", Date),
    Column("inward_sequence", Integer),
    Column("outward_on", Date),
    Column("outward_submission", String(8)),
    Column("opened_on", Date, nullable=False),
    Column("posting_id", Uuid, nullable=False, unique=True),
    Column("cleared_on", Date),
    Column("cleared_by", String(5)),
    Column("clearing_posting_id", Uuid, unique=True),
    Column("cleared_to", String),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("(inward_on IS NULL) <> (outward_on IS NULL)", name="source"),
    ForeignKeyConstraint(
        ["inward_on", "inward_sequence"], ["clearing.national_inward.sent_on", "clearing.national_inward.sequence"], name="inward"
    ),
    ForeignKeyConstraint(
        ["outward_on", "outward_submission"],
        ["clearing.national_outward.business_date", "clearing.national_outward.submission"],
        name="outward",
    ),
    Index("ix_national_suspense_open", "outlet", "number", postgresql_where=text("cleared_on IS NULL")),
)
"""联行来账挂账: what stands on 26203 of a department and why, until somebody clears it; it came from one
inward or one outward item."""
