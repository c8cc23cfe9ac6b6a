"""The tables of the customer service."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from banking.tables import frame_tables
from runtime.database import service_metadata

METADATA = service_metadata("customer")
FRAME = frame_tables(METADATA)

NUMBER_CLASS = Table(
    "number_class",
    METADATA,
    Column("class_digit", SmallInteger, primary_key=True, autoincrement=False),
    Column("last_sequence", Integer, nullable=False),
    CheckConstraint("class_digit BETWEEN 0 AND 8", name="class_digit"),
)
"""The last sequence given out in each class of customer numbers."""

ISSUED_NUMBER = Table(
    "issued_number",
    METADATA,
    Column("customer_number", String(10), primary_key=True),
    Column("outlet", String(4), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("batch", Uuid, nullable=False),
    Column("used_on", Date),
    Index("ix_issued_number_unused", "outlet", "customer_number", postgresql_where=text("used_on IS NULL")),
)
"""Numbers printed on an outlet's list, for its customers to choose from."""

CUSTOMER = Table(
    "customer",
    METADATA,
    Column("customer_number", String(10), primary_key=True),
    Column("kind", String, nullable=False),
    Column("category", String, nullable=False, server_default="ordinary"),
    Column("name", String(60), nullable=False),
    Column("id_type", String(1), nullable=False),
    Column("id_number", String(30), nullable=False),
    Column("identity", String, unique=True),
    Column("nature", String(3)),
    Column("address", String(200)),
    Column("phone", String(30)),
    Column("particulars", JSONB, nullable=False, server_default=text("'{}'")),
    Column("status", String, nullable=False, server_default="active"),
    Column("opened_on", Date, nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("teller", String(5), nullable=False),
    CheckConstraint("kind IN ('personal', 'corporate')", name="kind"),
    CheckConstraint("category = 'ordinary' OR category = 'card' AND kind = 'personal'", name="category"),
    CheckConstraint("(kind = 'corporate') = (nature IS NOT NULL)", name="nature"),
    Index("ix_customer_id_number", "id_number", postgresql_ops={"id_number": "varchar_pattern_ops"}),
    Index("ix_customer_name", "name", postgresql_ops={"name": "varchar_pattern_ops"}),
)
"""`identity` is the key of `domain.identity`; persons without a document have none. `particulars` are the form's optional fields."""

INSTRUMENT = Table(
    "instrument",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("number", String, primary_key=True),
    Column("customer_number", String(10), ForeignKey(CUSTOMER.c.customer_number), nullable=False),
    Column("state", String, nullable=False, server_default="active"),
    Column("withdrawal_mode", String(1), nullable=False),
    Column("cross_outlet", Boolean, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("query_password_hash", String),
    Column("printed_line", SmallInteger, comment="the last line of the book that is printed, where it was adjusted"),
    Column("next_row", SmallInteger, comment="the row of the page on which printing goes on"),
    Column("adjusted_by", Uuid, comment="the adjustment that said so"),
    Column("opened_on", Date, nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("ended_on", Date),
    CheckConstraint("kind IN ('card', 'book')", name="kind"),
    CheckConstraint("state IN ('active', 'replaced', 'closed')", name="state"),
    CheckConstraint("(state = 'active') = (ended_on IS NULL)", name="ended"),
    Index("uq_instrument_active", "customer_number", "kind", unique=True, postgresql_where=text("state = 'active'")),
)
"""One card 一卡通 and one book 一本通: at most one of each kind in use by a customer."""

CUSTOMER_CHANGE = Table(
    "customer_change",
    METADATA,
    Column("entry", BigInteger, Identity(always=True), primary_key=True),
    Column("customer_number", String(10), nullable=False),
    Column("field", String, nullable=False),
    Column("before", String),
    Column("after", String),
    Column("posting_id", Uuid, nullable=False),
    Column("code", String, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("teller", String(5), nullable=False),
    Column("second", String(5)),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_customer_change_customer", "customer_number", "entry"),
    Index("ix_customer_change_date", "business_date", "entry"),
    info={"append_only": True},
)
"""The history of customers: one row for each field a transaction changed, an instrument's number being a field of its kind."""
