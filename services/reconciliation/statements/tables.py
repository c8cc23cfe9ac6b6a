"""The tables of statements: what is arranged, the statements with their lines, replies and decisions on them, the track, reminders."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

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
    SmallInteger,
    String,
    Table,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.reconciliation.domain.adjustment import ItemKind
from services.reconciliation.domain.statement_periods import Frequency, StatementKind
from services.reconciliation.domain.statement_states import (
    TO_BE_DECIDED,
    WITH_THE_COMPANY,
    ReminderKind,
    ReplyResult,
    Side,
    StatementState,
)
from services.reconciliation.tables import METADATA

APPEND_ONLY = {"append_only": True}


def _one_of(column: str, values: Iterable[Enum]) -> str:
    """The condition that a column holds one of the domain's values."""
    return f"{column} IN ({', '.join(repr(each.value) for each in values)})"


MAY_BE_OVERDUE = text(_one_of("state", WITH_THE_COMPANY))
MAY_BE_REMINDED = text(f"reminded < 2 AND {_one_of('state', WITH_THE_COMPANY)}")
_CASE_STATES = (StatementState.INVESTIGATING, StatementState.ANSWERED, StatementState.REPLIED_AGAIN)
OPEN_CASES = text(f"({_one_of('state', _CASE_STATES)} OR state = 'refused' AND round > 1)")
"""Disagreements that are not closed, whoever has to act next."""

ARRANGEMENT = Table(
    "arrangement",
    METADATA,
    Column("account", String(15), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("customer_number", String(10), nullable=False),
    Column("outlet", String(4), nullable=False, comment="where the account is kept"),
    Column("frequency", String, nullable=False),
    Column("exempt", Boolean, nullable=False),
    Column("exempt_reason", String),
    Column("days_until_due", SmallInteger, nullable=False),
    Column("arranged_on", Date, nullable=False, comment="no statement of a period that ended before is made by itself"),
    CheckConstraint(_one_of("kind", StatementKind), name="kind"),
    CheckConstraint(_one_of("frequency", Frequency), name="frequency"),
    CheckConstraint("exempt = (exempt_reason IS NOT NULL)", name="exempt"),
    CheckConstraint("days_until_due > 0", name="days_until_due"),
    Index("ix_arrangement_outlet", "outlet", "account", "kind"),
    Index("ix_arrangement_customer", "customer_number"),
)
"""对账约定 of a corporate account, for balance and detail statements each."""

ARRANGEMENT_CHANGE = Table(
    "arrangement_change",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("account", String(15), nullable=False),
    Column("kind", String, nullable=False),
    Column("before", JSONB(none_as_null=True)),
    Column("after", JSONB, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("teller", String(5), nullable=False),
    Column("second", String(5)),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_arrangement_change_account", "account", "made_at"),
    info=APPEND_ONLY,
)

STATEMENT_RUN = Table(
    "statement_run",
    METADATA,
    Column("run", Uuid, primary_key=True),
    Column("origin", String, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("outlets", String(4), nullable=False, comment="of accounts whose outlet begins so; empty: all"),
    Column("business_date", Date, nullable=False, comment="the statements are made on"),
    Column("teller", String(5), comment="none: made by itself"),
    Column("state", String, nullable=False),
    Column("after_account", String(15), nullable=False, server_default=""),
    Column("after_kind", String, nullable=False, server_default=""),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False, server_default=text("0")),
    Column("made", Integer, nullable=False, server_default=text("0")),
    Column("begun_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("origin IN ('calendar', 'on_demand')", name="origin"),
    CheckConstraint("state IN ('running', 'done')", name="state"),
    Index("uq_statement_run_calendar", "period_end", unique=True, postgresql_where=text("origin = 'calendar'")),
    Index("ix_statement_run_running", "begun_at", postgresql_where=text("state = 'running'")),
)
"""The making of all statements of a closing date, portion by portion; `made` are those that were not there yet and have books."""

STATEMENT_NUMBER = Table(
    "statement_number",
    METADATA,
    Column("outlet", String(4), primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("last", Integer, nullable=False),
)

STATEMENT = Table(
    "statement",
    METADATA,
    Column("number", String(16), primary_key=True),
    Column("kind", String, nullable=False),
    Column("account", String(15), nullable=False),
    Column("customer_number", String(10), nullable=False),
    Column("name", String, nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("date_from", Date, nullable=False),
    Column("date_to", Date, nullable=False),
    Column("opening_minor", BigInteger, nullable=False, comment="what the company has is positive"),
    Column("closing_minor", BigInteger, nullable=False),
    Column("debit_minor", BigInteger, nullable=False),
    Column("debit_count", Integer, nullable=False),
    Column("credit_minor", BigInteger, nullable=False),
    Column("credit_count", Integer, nullable=False),
    Column("made_on", Date, nullable=False),
    Column("days_until_due", SmallInteger, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", String, nullable=False, server_default="unhandled"),
    Column("round", SmallInteger, nullable=False, server_default=text("1")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("steps", Integer, nullable=False, server_default=text("0")),
    Column("reply", SmallInteger, nullable=False, server_default=text("0"), comment="the last one"),
    Column("result", String, comment="of the last reply that was approved"),
    Column("supervisor", String(3), comment="whose decision is waited for"),
    Column("returned_on", Date, comment="the first approval of a reply"),
    Column("assigned_to", String(5), comment="the teller who looks into it"),
    Column(
        "reminded", SmallInteger, nullable=False, server_default=text("0"), comment="in this round: 1 before it was due, 2 when overdue"
    ),
    Column("draft", JSONB(none_as_null=True), comment="the clerk's adjustment sheet that is not sent yet"),
    CheckConstraint(_one_of("kind", StatementKind), name="kind"),
    CheckConstraint(_one_of("state", StatementState), name="state"),
    CheckConstraint("closing_minor = opening_minor - debit_minor + credit_minor", name="balance"),
    CheckConstraint("date_from <= date_to AND date_to < made_on", name="dates"),
    CheckConstraint(f"(supervisor IS NOT NULL) = ({_one_of('state', TO_BE_DECIDED)})", name="supervisor"),
    Index("uq_statement_period", "account", "kind", "date_to", "date_from", unique=True),
    Index("ix_statement_customer", "customer_number", "date_to", "number"),
    Index("ix_statement_outlet", "outlet", "date_to", "number"),
    Index("ix_statement_due", "outlet", "due_on", postgresql_where=MAY_BE_OVERDUE),
    Index("ix_statement_reminding", "reminded", "due_on", postgresql_where=MAY_BE_REMINDED),
    Index("ix_statement_case", "outlet", "number", postgresql_where=OPEN_CASES),
    postgresql_with={"fillfactor": "80"},
)
"""账单; the figures never change. `version` counts the changes of its state, `steps` the lines of its track."""

STATEMENT_LINE = Table(
    "statement_line",
    METADATA,
    Column("number", String(16), ForeignKey("reconciliation.statement.number"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("posting_id", Uuid, nullable=False),
    Column("transaction_number", String(11), nullable=False),
    Column("counter_outlet", String(4), nullable=False),
    Column("is_debit", Boolean, nullable=False),
    Column("amount_minor", BigInteger, nullable=False, comment="negative where the entry is red"),
    Column("balance_after_minor", BigInteger, nullable=False),
    Column("voucher_type", String),
    Column("voucher_number", String),
    Column("summary", String, nullable=False),
    info=APPEND_ONLY,
)
"""The entries of detail statements, as the journal had them when the statement was made."""

STATEMENT_REPLY = Table(
    "statement_reply",
    METADATA,
    Column("number", String(16), ForeignKey("reconciliation.statement.number"), primary_key=True),
    Column("reply", SmallInteger, primary_key=True),
    Column("round", SmallInteger, nullable=False),
    Column("version", Integer, nullable=False, comment="of the statement that was replied to"),
    Column("result", String, nullable=False),
    Column("contact_name", String, nullable=False),
    Column("contact_phone", String, nullable=False),
    Column("clerk", String(3), nullable=False),
    Column("clerk_name", String, nullable=False),
    Column("supervisor", String(3), nullable=False),
    Column("supervisor_name", String, nullable=False),
    Column("company_balance_minor", BigInteger),
    Column("satisfaction", String),
    Column("opinion", String),
    Column("digest", String(64), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(_one_of("result", ReplyResult), name="result"),
    CheckConstraint("satisfaction IN ('satisfied', 'acceptable', 'dissatisfied')", name="satisfaction"),
    CheckConstraint("clerk <> supervisor", name="two_persons"),
    info=APPEND_ONLY,
)

ADJUSTMENT_ITEM = Table(
    "adjustment_item",
    METADATA,
    Column("number", String(16), primary_key=True),
    Column("reply", SmallInteger, primary_key=True),
    Column("item", SmallInteger, primary_key=True),
    Column("kind", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("item_date", Date),
    Column("summary", String),
    Column("line", Integer),
    ForeignKeyConstraint(["number", "reply"], ["reconciliation.statement_reply.number", "reconciliation.statement_reply.reply"]),
    CheckConstraint(_one_of("kind", ItemKind), name="kind"),
    CheckConstraint("amount_minor > 0", name="amount"),
    info=APPEND_ONLY,
)

STATEMENT_DECISION = Table(
    "statement_decision",
    METADATA,
    Column("number", String(16), primary_key=True),
    Column("reply", SmallInteger, primary_key=True),
    Column("decision", String, nullable=False),
    Column("by", String(3), nullable=False),
    Column("by_name", String, nullable=False),
    Column("reason", String),
    Column("business_date", Date, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(["number", "reply"], ["reconciliation.statement_reply.number", "reconciliation.statement_reply.reply"]),
    CheckConstraint("decision IN ('approved', 'refused', 'recalled')", name="decision"),
    info=APPEND_ONLY,
)
"""One decision on each reply, whoever else tried at the same moment."""

STATEMENT_STEP = Table(
    "statement_step",
    METADATA,
    Column("number", String(16), ForeignKey("reconciliation.statement.number"), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("act", String, nullable=False),
    Column("side", String, nullable=False),
    Column("by", String(5), nullable=False),
    Column("by_name", String, nullable=False),
    Column("state", String, nullable=False, comment="after it"),
    Column("note", String),
    Column("shown", Boolean, nullable=False, comment="to the company too"),
    Column("posting_id", Uuid, comment="of the bank's transaction"),
    Column("business_date", Date, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(_one_of("side", Side), name="side"),
    info=APPEND_ONLY,
)
"""状态跟踪: everything that was done to a statement after it was made."""

STATEMENT_REMINDER = Table(
    "statement_reminder",
    METADATA,
    Column("number", String(16), ForeignKey("reconciliation.statement.number"), primary_key=True),
    Column("round", SmallInteger, primary_key=True),
    Column("reminder", String, primary_key=True),
    Column("sequence", BigInteger, Identity(), nullable=False),
    Column("customer_number", String(10), nullable=False),
    Column("account", String(15), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("business_date", Date, nullable=False),
    CheckConstraint(_one_of("reminder", ReminderKind), name="reminder"),
    Index("ix_statement_reminder_customer", "customer_number", "sequence"),
    info=APPEND_ONLY,
)
"""Reminders 催办, each once a round."""
