"""The tables of the counter service."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    func,
    text,
)

from banking.tables import frame_tables
from runtime.database import service_metadata

METADATA = service_metadata("counter")
FRAME = frame_tables(METADATA)

TELLER = Table(
    "teller",
    METADATA,
    Column("teller", String(5), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("level", String(1), nullable=False),
    Column("state", String, nullable=False, server_default="active"),
    Column("password_hash", String, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("failed_attempts", Integer, nullable=False, server_default="0"),
    Column("failed_on", Date),
    Column("password_changed_on", Date),
    Column("credentials_changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("level IN ('A', 'B', 'C')", name="level"),
    CheckConstraint("state IN ('active', 'lost')", name="state"),
    Index("ix_teller_outlet", "outlet"),
)
"""Tellers. `lost`: the password is reported lost. `failed_*`: wrong passwords in a row on a business date."""

CASH_BOX = Table(
    "cash_box",
    METADATA,
    Column("outlet", String(4), primary_key=True),
    Column("number", String(5), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("opened_on", Date),
)

CASH_BOX_USER = Table(
    "cash_box_user",
    METADATA,
    Column("outlet", String(4), primary_key=True),
    Column("number", String(5), primary_key=True),
    Column("teller", String(5), ForeignKey("counter.teller.teller"), primary_key=True),
    ForeignKeyConstraint(["outlet", "number"], ["counter.cash_box.outlet", "counter.cash_box.number"]),
    Index("ix_cash_box_user_teller", "teller"),
)
"""Who may use a box; nobody needs a row for the vault."""

TELLER_DAY = Table(
    "teller_day",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("teller", String(5), primary_key=True),
    Column("outlet", String(4), nullable=False),
    Column("state", String, nullable=False, server_default="working"),
    Column("signed_on_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("state IN ('working', 'balancing', 'balanced', 'freeing')", name="state"),
    Index("ix_teller_day_moving", "business_date", postgresql_where=text("state IN ('balancing', 'freeing')")),
)
"""Tellers who signed on, per business date. `balancing` and `freeing` are decided, but not every service has been told yet."""

OUTLET_DAY = Table(
    "outlet_day",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("outlet", String(4), primary_key=True),
    Column("state", String, nullable=False, server_default="open"),
    CheckConstraint("state IN ('open', 'closing', 'closed', 'reopening')", name="state"),
    Index("ix_outlet_day_moving", "business_date", postgresql_where=text("state IN ('closing', 'reopening')")),
)
"""Outlets per business date; one that nobody touched yet has no row and is open. `closing` and `reopening` as with tellers."""
