"""The tables of the counter service."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from banking.tables import frame_tables
from runtime.database import service_metadata

METADATA = service_metadata("counter")
FRAME = frame_tables(METADATA)
APPEND_ONLY = {"append_only": True}

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
    Column("card_number", String(20)),
    CheckConstraint("level IN ('A', 'B', 'C')", name="level"),
    CheckConstraint("state IN ('active', 'lost', 'left')", name="state"),
    Index("ix_teller_outlet", "outlet"),
)
"""Tellers. `lost`: the password is reported lost; `left`: no longer with the bank. `failed_*`: wrong passwords in a row on a business
date. `card_number` is the teller's card 柜员卡, where there is one."""

TELLER_CHANGE = Table(
    "teller_change",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("teller", String(5), ForeignKey("counter.teller.teller"), nullable=False),
    Column("change", String, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("made_by", String(5), nullable=False),
    Column("second", String(5)),
    Column("business_date", Date, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("ix_teller_change_teller", "teller", "changed_at"),
    info=APPEND_ONLY,
)
"""What was changed about tellers, by whom: created, maintained, password lost, reset, changed. Never a password."""

RIGHT_CHANGE = Table(
    "right_change",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("transaction_code", String, nullable=False),
    Column("level", String(1), nullable=False),
    Column("settlement", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("before", JSONB(none_as_null=True)),
    Column("after", JSONB(none_as_null=True)),
    Column("posting_id", Uuid, nullable=False),
    Column("made_by", String(5), nullable=False),
    Column("second", String(5)),
    Column("business_date", Date, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("ix_right_change_rule", "transaction_code", "level", "version"),
    info=APPEND_ONLY,
)
"""Every change of a right: the rule before and after it; without one, the declaration held. The version counts the changes."""

RIGHT_DELIVERY = Table(
    "right_delivery",
    METADATA,
    Column("service", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
)
"""The version of the rights that each other service is known to go by."""

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

CASH_ISSUE = Table(
    "cash_issue",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("from_outlet", String(4), nullable=False),
    Column("to_outlet", String(4), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("teller", String(5), nullable=False),
    Column("state", String, nullable=False, server_default="issued"),
    Column("decided_by", Uuid),
    CheckConstraint("state IN ('issued', 'received', 'withdrawn')", name="state"),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index("ix_cash_issue_open", "to_outlet", "business_date", postgresql_where=text("state = 'issued'")),
)
"""Cash a department has set aside for one below it, to be drawn whole on the same date (IB 385). Nothing moves before it is drawn:
`decided_by` is the posting that drew it, or the transaction that took it back."""

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

VOUCHER = Table(
    "voucher",
    METADATA,
    Column("kind", String(8), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", String(6), nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("cash_box", String(5)),
    Column("issued_to", String(4)),
    Column("issued_on", Date),
    Column("account", String(15)),
    Column("moved_on", Date, nullable=False),
    Column("posting_id", Uuid, nullable=False),
    CheckConstraint("state IN ('stock', 'issued', 'held', 'used', 'sold', 'void')", name="state"),
    CheckConstraint("number BETWEEN 0 AND 99999999", name="number"),
    CheckConstraint("state <> 'stock' OR cash_box IS NOT NULL", name="stock_has_box"),
    CheckConstraint("state <> 'issued' OR (issued_to IS NOT NULL AND issued_on IS NOT NULL)", name="issued_has_receiver"),
    Index("ix_voucher_stock", "outlet", "cash_box", "kind", "number", postgresql_where=text("state = 'stock'")),
    Index("ix_voucher_issued", "issued_to", "kind", "number", postgresql_where=text("state = 'issued'")),
    Index("ix_voucher_held", "posting_id", postgresql_where=text("state = 'held'")),
    Index("ix_voucher_account", "account", postgresql_where=text("account IS NOT NULL")),
    postgresql_with={"fillfactor": "80"},
)
"""Controlled vouchers: one row per number, so a number is in one place. `stock`: in a vault or box; `issued`: on the way from `outlet` to
`issued_to` since `issued_on`; `held`: promised to a posting that is not decided; `sold`: with a customer. `posting_id` moved it last."""

VOUCHER_MOVEMENT = Table(
    "voucher_movement",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("posting_id", Uuid, nullable=False),
    Column("line", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("initiator", String, nullable=False),
    Column("transaction_code", String, nullable=False),
    Column("transaction_number", String(11)),
    Column("business_date", Date, nullable=False),
    Column("action", String, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("first_number", Integer, nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("from_outlet", String(4)),
    Column("from_box", String(5)),
    Column("to_outlet", String(4)),
    Column("to_box", String(5)),
    Column("account", String(15)),
    Column("counter_outlet", String(4), nullable=False),
    Column("teller", String(5), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("state IN ('pending', 'posted', 'voided')", name="state"),
    Index("uq_voucher_movement_line", "posting_id", "line", unique=True),
    Index("ix_voucher_movement_pending", "created_at", postgresql_where=text("state = 'pending'")),
    Index("ix_voucher_movement_from", "from_outlet", "from_box", "business_date"),
    Index("ix_voucher_movement_to", "to_outlet", "to_box", "business_date"),
    Index("ix_voucher_movement_kind", "kind", "id"),
)
"""What happened to ranges of vouchers, step by step: from where to where; without a box they are on the way between two
outlets, without an outlet not in the bank's hands. Those of other services' transactions are `pending` until their posting is decided."""
