"""The tables of the reconciliation service."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, DateTime, Index, String, Table, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB

from banking.tables import frame_tables
from runtime.database import service_metadata

METADATA = service_metadata("reconciliation")
FRAME = frame_tables(METADATA)

PROOF = Table(
    "proof",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("holds", Boolean, nullable=False),
    Column("difference_minor", BigInteger, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("kind IN ('trial_balance', 'subledgers', 'positions', 'mirrors', 'completeness')", name="kind"),
)
"""总分核对: the newest proof of each kind per business date; the day rolls only over five that hold."""

PROOF_GROUP = Table(
    "proof_group",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("outlet", String(4), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("business_code", String(3), primary_key=True),
    Column("owner", String, nullable=False, comment="who keeps the accounts: savings, lending, clearing"),
    Column("kept_accounts", BigInteger, comment="with a balance, at their keeper; none: clearing counts none"),
    Column("kept_minor", BigInteger, nullable=False, comment="credit positive, as the keeper has it"),
    Column("ledger_accounts", BigInteger),
    Column("ledger_minor", BigInteger, nullable=False),
    Column("same", Boolean, nullable=False, comment="sum, number and checksum agree"),
)
"""What the newest proof of a date held side by side: outlet and account class, at the keeper and in the ledger."""

REJECTION = Table(
    "rejection",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("origin", String, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("code", String, nullable=False),
    Column("reason_zh", String, nullable=False),
    Column("reason_en", String, nullable=False),
    Column("rejected_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("resolved_at", DateTime(timezone=True)),
    Index("ix_rejection_open", "business_date", postgresql_where=text("resolved_at IS NULL")),
)
"""Facts the ledger refused: open items until they stand in the journal after all."""
