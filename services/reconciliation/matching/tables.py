"""The tables of matching: one book per statement, its groups, the lines of both sides."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Uuid,
)

from services.reconciliation.tables import METADATA

MATCHING = Table(
    "matching",
    METADATA,
    Column("matching", Uuid, primary_key=True),
    Column("number", String(16), ForeignKey("reconciliation.statement.number"), nullable=False, unique=True),
    Column("file_name", String(200)),
    Column("file_digest", LargeBinary, nullable=False),
    Column("days", SmallInteger, nullable=False),
    Column("book_lines", Integer, nullable=False),
    Column("statement_lines", Integer, nullable=False),
    Column("book_minor", BigInteger, nullable=False),
    Column("groups", Integer, nullable=False, comment="numbers given to groups so far"),
    Column("operator_number", String(3), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)
"""单位账 matched against a statement: the last file of each, with the days allowed."""

MATCHING_GROUP = Table(
    "matching_group",
    METADATA,
    Column("matching", Uuid, ForeignKey("reconciliation.matching.matching", ondelete="CASCADE"), primary_key=True),
    Column("group", Integer, primary_key=True),
    Column("standing", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("days", SmallInteger, nullable=False),
    CheckConstraint("standing IN ('matched', 'confirmed', 'proposed', 'ambiguous')", name="standing"),
    Index("ix_matching_group_standing", "matching", "standing", "group"),
)
"""Groups of lines. Proposed and ambiguous ones hold no line: they only speak of lines (`hint`)."""

MATCHING_LINE = Table(
    "matching_line",
    METADATA,
    Column("matching", Uuid, ForeignKey("reconciliation.matching.matching", ondelete="CASCADE"), primary_key=True),
    Column("side", String, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("on", Date, nullable=False),
    Column("amount_minor", BigInteger, nullable=False, comment="what the company received is positive"),
    Column("text", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("group", Integer, comment="that holds it; none: open"),
    Column("hint", Integer, comment="the proposal or ambiguity that speaks of it"),
    CheckConstraint("side IN ('book', 'statement')", name="side"),
    Index("ix_matching_line_group", "matching", "group"),
    Index("ix_matching_line_hint", "matching", "hint"),
)
"""The lines of both sides; `line` counts as the file and the statement do."""
