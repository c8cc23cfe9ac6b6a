"""The tables of the customer service."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, SmallInteger, String, Table, Uuid, text
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
    CheckConstraint("(kind = 'corporate') = (nature IS NOT NULL)", name="nature"),
    Index("ix_customer_id_number", "id_number", postgresql_ops={"id_number": "varchar_pattern_ops"}),
    Index("ix_customer_name", "name", postgresql_ops={"name": "varchar_pattern_ops"}),
)
"""`identity` is the key of `domain.identity`; persons without a document have none. `particulars` are the form's optional fields."""
