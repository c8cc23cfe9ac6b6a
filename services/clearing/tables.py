"""The tables of the clearing service: inter-branch positions, netting runs with their entries, and what a run left open."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from banking.tables import frame_tables
from runtime.database import service_metadata

METADATA = service_metadata("clearing")
FRAME = frame_tables(METADATA)

APPEND_ONLY = {"append_only": True}

POSITION = Table(
    "position",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("outlet", String(4), primary_key=True),
    Column("sub_account", String(3), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("business_minor", BigInteger, nullable=False),
    Column("debit_minor", BigInteger, nullable=False),
    Column("credit_minor", BigInteger, nullable=False),
    Column("debit_count", Integer, nullable=False),
    Column("credit_count", Integer, nullable=False),
    postgresql_with={"fillfactor": "50"},
)
"""汇差: what a 416 sub-account of an outlet stands at, credit positive; `business_minor` leaves out what netting cleared."""

INGESTED = Table(
    "ingested",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("origin", String, primary_key=True),
    Column("postings", BigInteger, nullable=False),
    Column("control_total_minor", BigInteger, nullable=False),
    postgresql_with={"fillfactor": "50"},
)
"""Every set heard of, with or without a position: what completeness is proved with."""

DEPARTMENT = Table(
    "department",
    METADATA,
    Column("outlet", String(4), primary_key=True),
    Column("since", Date, nullable=False),
)
"""The departments each day was netted over, so that the list of a past date names the zero nets of that date."""

NETTING_RUN = Table(
    "netting_run",
    METADATA,
    Column("run", Uuid, primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("scope", String(4), nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("stage", String, nullable=False),
    Column("nets", Integer, nullable=False, server_default="0"),
    Column("zero_nets", Integer, nullable=False, server_default="0"),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger, nullable=False, server_default="0"),
    Column("external_minor", BigInteger, nullable=False, server_default="0"),
    Column("residue_minor", BigInteger, nullable=False, server_default="0"),
    Column("problem", JSONB),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("stage IN ('checking', 'posting', 'done')", name="stage"),
    UniqueConstraint("business_date", "currency", "scope", "round"),
    Index("ix_netting_run_unfinished", "business_date", postgresql_where=text("stage <> 'done'")),
)
"""One netting of a currency: of the whole bank (`scope` day) or early of one unit. A later round clears what came in after an earlier one.

`done` of `total` counts the sets checked while checking, the sets that came back from the ledger while posting.
"""

NETTING_ENTRY = Table(
    "netting_entry",
    METADATA,
    Column("run", Uuid, ForeignKey("clearing.netting_run.run"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("step", SmallInteger, nullable=False),
    Column("books", String(4), nullable=False),
    Column("counterparty", String(4), nullable=False),
    Column("s416_minor", BigInteger, nullable=False),
    Column("s417_minor", BigInteger, nullable=False),
    Column("s418_minor", BigInteger, nullable=False),
    Column("s419_minor", BigInteger, nullable=False),
    Column("s420_minor", BigInteger, nullable=False),
    Column("net_minor", BigInteger, nullable=False),
    Column("debit_account", String(15), nullable=False),
    Column("credit_account", String(15), nullable=False),
    Column("posting_id", Uuid, nullable=False, unique=True),
    info=APPEND_ONLY,
)
"""清算明细: every set a run posted; written in the transaction that sends the sets. Pairs that net to nothing have no row."""

RESERVE_BALANCE = Table(
    "reserve_balance",
    METADATA,
    Column("account", String(15), primary_key=True),
    Column("business_date", Date, primary_key=True),
    Column("currency", String(3), nullable=False),
    Column("balance_minor", BigInteger, nullable=False),
    postgresql_with={"fillfactor": "70"},
)
"""110 and the reserve accounts as a day's netting left them, debit positive; one row per account on the days it had moved."""

OPEN_ITEM = Table(
    "open_item",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("run", Uuid, ForeignKey("clearing.netting_run.run"), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("suspense_account", String(15), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("resolved_at", DateTime(timezone=True)),
    Index("ix_open_item_unresolved", "business_date", postgresql_where=text("resolved_at IS NULL")),
)
"""A difference that netting left on 416 and put to suspense, to be looked into the next day (IB 2949)."""

EXCHANGE_ITEM = Table(
    "exchange_item",
    METADATA,
    Column("item", BigInteger, Identity(), primary_key=True),
    Column("outlet", String(4), nullable=False),
    Column("stream", String, nullable=False),
    Column("state", String, nullable=False),
    Column("account", String(15)),
    Column("name", String, nullable=False, server_default=""),
    Column("amount_minor", BigInteger, nullable=False),
    Column("voucher_type", String(4)),
    Column("voucher_number", String),
    Column("other_bank", String),
    Column("other_account", String),
    Column("other_name", String),
    Column("purpose", String),
    Column("reason", String, comment="why it was held, returned or put to suspense"),
    Column("out_date", Date),
    Column("out_session", SmallInteger),
    Column("in_date", Date),
    Column("in_session", SmallInteger),
    Column("paid_to", String(15), comment="the account that suspense was paid out to"),
    Column("postings", JSONB, nullable=False, comment="what stands of it in the books: [posting rule, posting id], the last one last"),
    Column("entered_by", String(5), nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("checked_by", String(5)),
    Column("changed_on", Date, nullable=False),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("(out_date IS NULL) = (out_session IS NULL) AND (in_date IS NULL) = (in_session IS NULL)", name="sessions"),
    Index("ix_exchange_item_outlet", "outlet", "item"),
    Index("ix_exchange_item_account", "account", "item"),
    Index("ix_exchange_item_out", "outlet", "out_date", "out_session"),
    Index("ix_exchange_item_in", "outlet", "in_date", "in_session"),
    Index(
        "ix_exchange_item_waiting",
        "outlet",
        "state",
        postgresql_where=text("state IN ('entered', 'checked', 'returning', 'held', 'suspended')"),
    ),
    postgresql_with={"fillfactor": "70"},
)
"""同城交换报单: an item of an outlet, the session it went out with and the one it came in with; a returned one has both."""

EXCHANGE_EVENT = Table(
    "exchange_event",
    METADATA,
    Column("event", BigInteger, Identity(), primary_key=True),
    Column("item", BigInteger, ForeignKey("clearing.exchange_item.item"), nullable=False),
    Column("act", String, nullable=False),
    Column("state", String, nullable=False),
    Column("posting_id", Uuid, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("teller", String(5), nullable=False),
    Column("second", String(5)),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_exchange_event_item", "item", "event"),
    info=APPEND_ONLY,
)
"""What was done to each item, step by step, and the state that led to; the posting id is that of the transaction."""

EXCHANGE_SESSION = Table(
    "exchange_session",
    METADATA,
    Column("outlet", String(4), primary_key=True),
    Column("exchange_date", Date, primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("state", String, nullable=False),
    Column("switch_totals", JSONB, comment="as entered and found at the switch: {column: [count, minor units]}"),
    Column("switched_on", Date),
    Column("switched_by", String(5)),
    Column("settle_totals", JSONB, comment="the same at the settlement"),
    Column("settled_on", Date),
    Column("settled_by", String(5)),
    Column("settled_posting", Uuid, comment="none: it came to nothing"),
    CheckConstraint("state IN ('open', 'switched', 'settled')", name="state"),
    CheckConstraint("number IN (1, 2)", name="number"),
    Index("ix_exchange_session_day", "exchange_date", "number"),
    Index("ix_exchange_session_unsettled", "outlet", "exchange_date", postgresql_where=text("state = 'switched'")),
)
"""交换场次: the sessions that an outlet has switched; one whose switch was undone is open again."""
