"""The tables of the lending service: contracts, notes, loans, their history and the interest they owe. Amounts in minor units."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
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

METADATA = service_metadata("lending")
FRAME = frame_tables(METADATA)

RATE = Numeric(9, 6)
PRODUCTS = Numeric(30, 0)

CONTRACT = Table(
    "contract",
    METADATA,
    Column("contract_number", String(18), primary_key=True),
    Column("last_note", SmallInteger, nullable=False),
)
"""The highest note number 借据顺序号 given under each loan contract."""

BORROWER = Table(
    "borrower",
    METADATA,
    Column("customer_number", String(10), primary_key=True),
    Column("last_sequence", SmallInteger, nullable=False),
)
"""The last sequence used in each customer's loan accounts."""

LOAN_NOTE = Table(
    "loan_note",
    METADATA,
    Column("note_number", String(20), primary_key=True),
    Column("contract_number", String(18), ForeignKey("lending.contract.contract_number"), nullable=False),
    Column("customer_number", String(10), nullable=False),
    Column("customer_name", String(60), nullable=False),
    Column("deposit_account", String(15), nullable=False),
    Column("kind", String(3), nullable=False),
    Column("principal_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("annual_pct", RATE, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("entered_by", String(5), nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("loan_account", String(15), unique=True),
    CheckConstraint("principal_minor > 0", name="principal"),
    Index("ix_loan_note_entered", "entered_on", "note_number"),
    Index("ix_loan_note_customer", "customer_number"),
)
"""Loan notes 借据; `loan_account` is set by the release, once."""

LOAN = Table(
    "loan",
    METADATA,
    Column("account", String(15), primary_key=True),
    Column("note_number", String(20), ForeignKey("lending.loan_note.note_number"), nullable=False, unique=True),
    Column("customer_number", String(10), nullable=False),
    Column("name", String(60), nullable=False),
    Column("deposit_account", String(15), nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("business_code", String(3), nullable=False),
    Column("status", String, nullable=False),
    Column("principal_minor", BigInteger, nullable=False),
    Column("balance_minor", BigInteger, nullable=False),
    Column("annual_pct", RATE, nullable=False),
    Column("products", PRODUCTS, nullable=False),
    Column("accrued_since", Date, nullable=False),
    Column("accrued_until", Date, nullable=False),
    Column("unit_minor", Integer, nullable=False),
    Column("segments", JSONB, nullable=False, server_default=text("'[]'")),
    Column("special_repayment", Boolean, nullable=False, server_default=text("false")),
    Column("lines", Integer, nullable=False),
    Column("held_by", Uuid),
    Column("held_reverses", Uuid),
    Column("released_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("closed_on", Date),
    CheckConstraint("status IN ('open', 'closed', 'cancelled')", name="status"),
    CheckConstraint("(status = 'open') = (balance_minor > 0) AND balance_minor >= 0", name="balance"),
    CheckConstraint("(status = 'open') = (closed_on IS NULL)", name="closed_on"),
    CheckConstraint("held_reverses IS NULL OR held_by IS NOT NULL", name="held"),
    Index("ix_loan_deposit_account", "deposit_account", "account"),
    Index("ix_loan_group", "outlet", "currency", "business_code"),
    postgresql_with={"fillfactor": "70"},
)
"""Loan accounts. `balance_minor` is what is outstanding; products and dates are the interest of the running period, `segments` what a
change of rate closed in it. `held_by` is a correction under way, `held_reverses` the posting it takes back if it is a reversal."""

LOAN_LINE = Table(
    "loan_line",
    METADATA,
    Column("account", String(15), ForeignKey("lending.loan.account"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("posting_id", Uuid, nullable=False),
    Column("kind", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("interest_minor", BigInteger, nullable=False),
    Column("balance_after_minor", BigInteger, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("value_date", Date, nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("teller", String(5), nullable=False),
    Column("reverses", Uuid),
    Column("before", JSONB),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("kind IN ('release', 'repay_part', 'repay_full', 'correction', 'adjustment')", name="kind"),
    CheckConstraint("(kind = 'correction') = (reverses IS NOT NULL)", name="reverses"),
    Index("uq_loan_line_posting", "posting_id", "account", unique=True),
    Index("uq_loan_line_reverses", "reverses", "account", unique=True, postgresql_where=text("reverses IS NOT NULL")),
    info={"append_only": True},
)
"""The history of a loan: every change of its principal (credit positive), and the accrual as it stood before."""

INTEREST_ITEM = Table(
    "interest_item",
    METADATA,
    Column("account", String(15), ForeignKey("lending.loan.account"), primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("first", Date, nullable=False),
    Column("end", Date, nullable=False),
    Column("products", PRODUCTS, nullable=False),
    Column("annual_pct", RATE, nullable=False),
    Column("interest_minor", BigInteger, nullable=False),
    Column("on_sheet", Boolean, nullable=False),
    Column("settled_on", Date),
    CheckConstraint("interest_minor > 0", name="interest"),
    Index("ix_interest_item_owed", "account", postgresql_where=text("settled_on IS NULL")),
)
"""欠息登记簿: interest that was due and not paid, item by item, until it is settled (IB 1945-1948)."""
