"""Tables of business between outlets: remote deposits, remittances, fund placements, the limits of positions, penalty interest."""

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
    Numeric,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    func,
    text,
)

from services.clearing.tables import APPEND_ONLY, METADATA

RATE = Numeric(9, 6)

REMOTE_DEPOSIT = Table(
    "remote_deposit",
    METADATA,
    Column("item", BigInteger, Identity(), primary_key=True),
    Column("state", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("cash_box", String(5)),
    Column("payer_account", String(15)),
    Column("payer_name", String),
    Column("cheque_kind", String),
    Column("cheque_number", String(8)),
    Column("payee_account", String(15), nullable=False),
    Column("payee_outlet", String(4), nullable=False),
    Column("payee_name", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("summary", String, nullable=False, server_default=""),
    Column("entered_by", String(5), nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_by", String(5)),
    Column("checked_by", String(5)),
    Column("posting_id", Uuid, unique=True),
    Column("reversed_on", Date),
    Column("reversed_by", String(5)),
    Column("reversal_id", Uuid, unique=True),
    CheckConstraint("state IN ('entered', 'checked', 'deleted', 'reversed')", name="state"),
    CheckConstraint("kind IN ('cash', 'transfer')", name="kind"),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index("ix_remote_deposit_outlet", "outlet", "business_date", "item"),
    Index("ix_remote_deposit_payee", "payee_outlet", "business_date", "item"),
    Index("ix_remote_deposit_entered", "outlet", postgresql_where=text("state = 'entered'")),
)
"""辖内通存报单: a deposit taken at one outlet for an account of another, from entry to check (IB 2227-2249)."""

REMITTANCE = Table(
    "remittance",
    METADATA,
    Column("instrument", String, primary_key=True),
    Column("number", String(8), primary_key=True),
    Column("state", String, nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("payer_name", String, nullable=False),
    Column("payee_name", String, nullable=False),
    Column("payee_id_number", String),
    Column("issued_on", Date, nullable=False),
    Column("issued_by", String(5), nullable=False),
    Column("issue_id", Uuid, nullable=False, unique=True),
    Column("ended_on", Date),
    Column("ended_at", String(4)),
    Column("ended_by", String(5)),
    Column("end_id", Uuid, unique=True),
    CheckConstraint("state IN ('issued', 'paid', 'returned')", name="state"),
    Index("ix_remittance_outlet", "outlet", "issued_on"),
)
"""特约汇款: a certificate or draft sold at one outlet, to be cashed at any."""

FUND_CONTRACT = Table(
    "fund_contract",
    METADATA,
    Column("branch", String(4), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("kind", String(3), nullable=False),
    Column("fund_account", String(15), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("principal_minor", BigInteger, nullable=False),
    Column("outstanding_minor", BigInteger, nullable=False),
    Column("interest_minor", BigInteger, nullable=False, server_default="0"),
    Column("monthly_permille", RATE, nullable=False),
    Column("term", String(3), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("settled_on", Date),
    Column("placed_by", String(5), nullable=False),
    Column("approved_by", String(5)),
    Column("posting_id", Uuid, nullable=False, unique=True),
    CheckConstraint("kind IN ('477', '479')", name="kind"),
    CheckConstraint("outstanding_minor >= 0 AND outstanding_minor <= principal_minor", name="outstanding"),
    Index("ix_fund_contract_due", "due_on", postgresql_where=text("settled_on IS NULL")),
)
"""上存下拨合同: money a sub-branch lends to the city (479) or borrows from it (477), numbered per sub-branch (IB 3249-3278)."""

FUND_RETURN = Table(
    "fund_return",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("branch", String(4), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("days", Integer, nullable=False),
    Column("monthly_permille", RATE, nullable=False),
    Column("interest_minor", BigInteger, nullable=False),
    Column("teller", String(5), nullable=False),
    ForeignKeyConstraint(("branch", "sequence"), ("clearing.fund_contract.branch", "clearing.fund_contract.sequence")),
    Index("ix_fund_return_contract", "branch", "sequence", "business_date"),
    info=APPEND_ONLY,
)
"""归还、支取: what was paid back of a contract, with the interest on that part (IB 3287-3325)."""

POSITION_LIMIT = Table(
    "position_limit",
    METADATA,
    Column("unit", String(4), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("warning_minor", BigInteger),
    Column("approval_minor", BigInteger),
    Column("stop_minor", BigInteger),
    Column("approval_level", String(1), nullable=False),
    Column("stage", String, nullable=False, server_default=""),
    Column("position_minor", BigInteger, nullable=False, server_default="0"),
    Column("since", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("stage IN ('', 'warning', 'approval', 'stop')", name="stage"),
)
"""汇差额度: what a unit's position may reach, and the stage it is at; a sub-branch's business department stands for all of it (IB 2926)."""

POSITION_LIMIT_CHANGE = Table(
    "position_limit_change",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("unit", String(4), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("warning_minor", BigInteger),
    Column("approval_minor", BigInteger),
    Column("stop_minor", BigInteger),
    Column("approval_level", String(1), nullable=False),
    Column("made_by", String(5), nullable=False),
    Column("second", String(5)),
    Index("ix_position_limit_change_unit", "unit", "currency", "business_date"),
    info=APPEND_ONLY,
)
"""Every limit that was set, by whom."""

POSITION_ALERT = Table(
    "position_alert",
    METADATA,
    Column("alert", BigInteger, Identity(), primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("unit", String(4), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("stage", String, nullable=False),
    Column("position_minor", BigInteger, nullable=False),
    Column("limit_minor", BigInteger),
    Column("raised_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_position_alert_date", "business_date", "alert"),
    info=APPEND_ONLY,
)
"""预警: every time a unit came to another stage of its limit; an empty stage says that it is below all of them again."""

LIMIT_VERSION = Table(
    "limit_version",
    METADATA,
    Column("singleton", SmallInteger, primary_key=True, server_default="1"),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("singleton = 1", name="one_row"),
)
LIMIT_DELIVERY = Table(
    "limit_delivery",
    METADATA,
    Column("service", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
)
"""Which stages each service has been told of."""

POSITION_SAMPLE = Table(
    "position_sample",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("unit", String(4), primary_key=True),
    Column("taken_at", DateTime(timezone=True), primary_key=True),
    Column("position_minor", BigInteger, nullable=False),
    Column("business_minor", BigInteger, nullable=False),
)
"""What sub-branches, the city and units with a limit stood at in the course of a date; a row whenever that has changed."""

RESERVE_PENALTY = Table(
    "reserve_penalty",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("account", String(15), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("overdrawn_on", Date, nullable=False),
    Column("balance_minor", BigInteger, nullable=False),
    Column("daily_permyriad", RATE, nullable=False),
    Column("interest_minor", BigInteger, nullable=False),
    UniqueConstraint("account", "overdrawn_on"),
    Index("ix_reserve_penalty_date", "business_date"),
    info=APPEND_ONLY,
)
"""罚息: interest on a reserve account for one day that ended below zero (IB 2912)."""
