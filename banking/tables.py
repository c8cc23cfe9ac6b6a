"""The frame's tables. Every service has its own copy: its view of the business day, its posting register, used approvals, held
movements, the rights the administrator has set, the units whose inter-branch position has reached a limit."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    func,
    text,
)

from runtime.tables import Plumbing, plumbing_tables


@dataclass(frozen=True)
class Frame:
    """The tables of the frame in one service's schema, the plumbing's included."""

    plumbing: Plumbing
    business_day: Table
    outlet_gate: Table
    day_statement: Table
    register: Table
    used_approval: Table
    movement: Table
    right_version: Table
    right_rule: Table
    limited_version: Table
    limited_unit: Table


def frame_tables(metadata: MetaData) -> Frame:
    """Add the frame's and the plumbing's tables to a service's metadata."""
    business_day = Table(
        "business_day",
        metadata,
        Column("singleton", Boolean, primary_key=True, server_default=text("true")),
        Column("business_date", Date, nullable=False),
        Column("closed", Boolean, nullable=False, server_default=text("false")),
        CheckConstraint("singleton", name="one_row"),
    )
    outlet_gate = Table(
        "outlet_gate",
        metadata,
        Column("outlet", String(4), primary_key=True),
        Column("business_date", Date, nullable=False),
        Column("is_open", Boolean, nullable=False),
        Column("last_number", Integer, nullable=False, server_default="0"),
        Column("postings", BigInteger, nullable=False, server_default="0"),
        Column("control_total_minor", BigInteger, nullable=False, server_default="0"),
        Column("barred_tellers", ARRAY(String(5)), nullable=False, server_default=text("'{}'")),
        postgresql_with={"fillfactor": "50"},
    )
    day_statement = Table(
        "day_statement",
        metadata,
        Column("business_date", Date, primary_key=True),
        Column("postings", BigInteger, nullable=False),
        Column("control_total_minor", BigInteger, nullable=False),
    )
    register = Table(
        "register",
        metadata,
        Column("posting_id", Uuid, primary_key=True),
        Column("state", String, nullable=False),
        Column("business_date", Date),
        Column("outlet", String(4)),
        Column("transaction_number", String(11)),
        Column("code", String),
        Column("teller", String(5)),
        Column("second", String(5)),
        Column("posts", Boolean, nullable=False, server_default=text("false")),
        Column("control_total_minor", BigInteger, nullable=False, server_default="0"),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        CheckConstraint("state IN ('intended', 'posted', 'voided')", name="state"),
        Index(
            "uq_register_number",
            "business_date",
            "transaction_number",
            unique=True,
            postgresql_where=text("transaction_number IS NOT NULL"),
        ),
        Index("ix_register_intended", "created_at", postgresql_where=text("state = 'intended'")),
    )
    used_approval = Table(
        "used_approval",
        metadata,
        Column("approval_id", String, primary_key=True),
        Column("approver", String(5), nullable=False),
        Column("posting_id", Uuid, nullable=False),
        Column("used_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    movement = Table(
        "movement",
        metadata,
        Column("posting_id", Uuid, primary_key=True),
        Column("line", Integer, primary_key=True),
        Column("state", String, nullable=False),
        Column("initiator", String, nullable=False),
        Column("transaction_code", String, nullable=False),
        Column("account", String, nullable=False),
        Column("amount_minor", BigInteger, nullable=False),
        Column("balance_after_minor", BigInteger, nullable=False),
        Column("business_date", Date, nullable=False),
        Column("value_date", Date, nullable=False),
        Column("counter_outlet", String(4), nullable=False),
        Column("teller", String(5), nullable=False),
        Column("transaction_number", String(11)),
        Column("correction", Boolean, nullable=False, server_default=text("false")),
        Column("summary", String, nullable=False, server_default=""),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        CheckConstraint("state IN ('pending', 'posted', 'voided')", name="state"),
        Index("ix_movement_pending", "created_at", postgresql_where=text("state = 'pending'")),
    )
    return Frame(
        plumbing_tables(metadata),
        business_day,
        outlet_gate,
        day_statement,
        register,
        used_approval,
        movement,
        *_right_tables(metadata),
        *_limited_tables(metadata),
    )


def _right_tables(metadata: MetaData) -> tuple[Table, Table]:
    version = Table(
        "right_version",
        metadata,
        Column("singleton", Boolean, primary_key=True, server_default=text("true")),
        Column("version", BigInteger, nullable=False),
        CheckConstraint("singleton", name="one_row"),
    )
    rule = Table(
        "right_rule",
        metadata,
        Column("transaction_code", String, primary_key=True),
        Column("level", String(1), primary_key=True),
        Column("settlement", String, primary_key=True),
        Column("currency", String(3), primary_key=True),
        Column("allowed", Boolean),
        Column("dual", String),
        Column("limit_minor", BigInteger),
        Column("above", String),
        CheckConstraint("level IN ('A', 'B', 'C')", name="level"),
        CheckConstraint("settlement IN ('', 'cash', 'transfer')", name="settlement"),
    )
    return version, rule


def _limited_tables(metadata: MetaData) -> tuple[Table, Table]:
    version = Table(
        "limited_version",
        metadata,
        Column("singleton", Boolean, primary_key=True, server_default=text("true")),
        Column("version", BigInteger, nullable=False),
        CheckConstraint("singleton", name="one_row"),
    )
    unit = Table(
        "limited_unit",
        metadata,
        Column("unit", String(4), primary_key=True),
        Column("currency", String(3), primary_key=True),
        Column("stage", String, nullable=False),
        Column("level", String(1), nullable=False),
        Column("limit_minor", BigInteger, nullable=False),
        Column("position_minor", BigInteger, nullable=False),
        CheckConstraint("stage IN ('approval', 'stop')", name="stage"),
    )
    return version, unit
