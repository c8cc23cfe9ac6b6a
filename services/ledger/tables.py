"""The tables of the ledger. The journal (posting sets, legs, off-sheet legs) is only ever added to."""

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
from sqlalchemy.dialects.postgresql import JSON, JSONB

from banking.tables import frame_tables
from runtime.database import service_metadata

METADATA = service_metadata("ledger")
FRAME = frame_tables(METADATA)

APPEND_ONLY = {"append_only": True}

OUTLET = Table(
    "outlet",
    METADATA,
    Column("outlet", String(4), primary_key=True),
    Column("name_zh", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("opened_on", Date, nullable=False),
)

ACCOUNT = Table(
    "account",
    METADATA,
    Column("account", String(15), primary_key=True),
    Column("outlet", String(4), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("business_code", String(3), nullable=False),
    Column("name", String),
    Column("balance_minor", BigInteger, nullable=False, server_default="0"),
    Column("reserved_minor", BigInteger, nullable=False, server_default="0"),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("written_off_on", Date),
    CheckConstraint("written_off_on IS NULL OR closed_on IS NOT NULL", name="written_off"),
    Index("ix_account_group", "business_code", "outlet", "currency"),
    postgresql_with={"fillfactor": "50"},
)
"""Balances, debit positive. `reserved_minor` is what two-phase postings hold on guarded accounts. An account is closed 关闭, and written
off 销账 on a later date; then its number may be opened anew."""

ACCOUNT_EVENT = Table(
    "account_event",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("account", String(15), nullable=False),
    Column("action", String, nullable=False),
    Column("name", String, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("teller", String(5), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("action IN ('open', 'rename', 'close', 'write_off')", name="action"),
    Index("ix_account_event_account", "account", "made_at"),
    Index("ix_account_event_date", "business_date", "outlet"),
    info=APPEND_ONLY,
)
"""What outlets did to internal accounts, under the posting id of the transaction; `name` is the name from then on."""

POSTING_SET = Table(
    "posting_set",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("value_date", Date, nullable=False),
    Column("origin", String, nullable=False),
    Column("transaction_code", String, nullable=False),
    Column("transaction_number", String(11), nullable=False),
    Column("rule", String, nullable=False),
    Column("rule_version", SmallInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("teller", String(5), nullable=False),
    Column("second", String(5)),
    Column("red", Boolean, nullable=False),
    Column("control_total_minor", BigInteger, nullable=False),
    Column("fact", JSON, nullable=False),
    Column("posted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_posting_set_number", "business_date", "transaction_number"),
    info=APPEND_ONLY,
)

LEG = Table(
    "leg",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("line", SmallInteger, primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("account", String(15), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("business_code", String(3), nullable=False),
    Column("subject", String(7), nullable=False),
    Column("is_debit", Boolean, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("red", Boolean, nullable=False),
    Column("cash", Boolean, nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("summary", String, nullable=False, server_default=""),
    Column("balance_after_minor", BigInteger, nullable=False),
    Column("entry", BigInteger, Identity(), nullable=False),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index("ix_leg_account", "account", "business_date", "entry"),
    Index("ix_leg_amount", "business_date", "amount_minor"),
    info=APPEND_ONLY,
)
"""`balance_after_minor` is the account's balance behind the leg, debit positive. `entry` counts legs; it is taken while the account is
locked, so that the legs of an account stand in the order they moved it. Both indexes begin or end where the journal grows: an entry goes
to the end of its account, or among those of its own date. That every leg has its set is proved by the day end (decision 0026)."""

OFF_SHEET_LEG = Table(
    "off_sheet_leg",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("line", SmallInteger, primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("account", String(15), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("business_code", String(3), nullable=False),
    Column("subject", String(7), nullable=False),
    Column("is_receive", Boolean, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("red", Boolean, nullable=False),
    Column("summary", String, nullable=False, server_default=""),
    Column("balance_after_minor", BigInteger, nullable=False),
    Column("entry", BigInteger, Identity(), nullable=False),
    Index("ix_off_sheet_leg_account", "account", "business_date", "entry"),
    Index("ix_off_sheet_leg_date", "business_date", "posting_id"),
    info=APPEND_ONLY,
)
"""As `leg`; received counts positive."""

REVERSAL = Table(
    "reversal",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("reversed_by", Uuid, nullable=False, unique=True),
    info=APPEND_ONLY,
)
"""Which set was reversed by which: a set is reversed once."""

CORRECTION = Table(
    "correction",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("kind", String, nullable=False),
    Column("corrects", Uuid, nullable=False),
    Column("legs", JSONB, nullable=False),
    CheckConstraint("kind IN ('supplement', 'wrong_account', 'difference')", name="kind"),
    Index("ix_correction_corrects", "corrects"),
    Index("uq_correction_supplement", "corrects", unique=True, postgresql_where=text("kind = 'supplement'")),
    info=APPEND_ONLY,
)
"""Which set corrects which, by which legs (account, direction, amount_minor, red); they are needed before the journal has them. A
supplement corrects the reversal it makes good, and there is one of it; the others correct the wrong set."""

CHART_CHANGE = Table(
    "chart_change",
    METADATA,
    Column("change", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("code", String(7), nullable=False),
    Column("effective", Date, nullable=False),
    Column("line", JSONB, nullable=False),
    Column("posting_id", Uuid, nullable=False, unique=True),
    Column("business_date", Date, nullable=False),
    Column("teller", String(5), nullable=False),
    Column("second", String(5)),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("kind IN ('subject', 'business_code')", name="kind"),
    CheckConstraint("effective > business_date", name="effective"),
    Index("ix_chart_change_code", "kind", "code", "effective"),
    info=APPEND_ONLY,
)
"""Subjects and business codes as accountants changed them, each from a date that had not begun; `line` is written as in the YAML files.
Of two changes from one date the later stands."""

SUBJECT_TOTAL = Table(
    "subject_total",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("outlet", String(4), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("business_code", String(3), primary_key=True),
    Column("subject", String(7), nullable=False),
    Column("off_sheet", Boolean, nullable=False, server_default=text("false")),
    Column("debit_cash_minor", BigInteger, nullable=False),
    Column("debit_transfer_minor", BigInteger, nullable=False),
    Column("credit_cash_minor", BigInteger, nullable=False),
    Column("credit_transfer_minor", BigInteger, nullable=False),
    Column("debit_cash_count", Integer, nullable=False),
    Column("debit_transfer_count", Integer, nullable=False),
    Column("credit_cash_count", Integer, nullable=False),
    Column("credit_transfer_count", Integer, nullable=False),
    postgresql_with={"fillfactor": "50"},
)
"""Turnover per date, outlet, currency and business code, kept in the posting transaction; off-sheet: receive as debit, pay as credit."""

ORIGIN_TOTAL = Table(
    "origin_total",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("origin", String, primary_key=True),
    Column("postings", BigInteger, nullable=False),
    Column("control_total_minor", BigInteger, nullable=False),
    postgresql_with={"fillfactor": "50"},
)

GENERAL_LEDGER = Table(
    "general_ledger",
    METADATA,
    Column("outlet", String(4), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("business_code", String(3), primary_key=True),
    Column("business_date", Date, primary_key=True),
    Column("subject", String(7), nullable=False),
    Column("off_sheet", Boolean, nullable=False),
    Column("opening_minor", BigInteger, nullable=False),
    Column("debit_minor", BigInteger, nullable=False),
    Column("credit_minor", BigInteger, nullable=False),
    Column("closing_minor", BigInteger, nullable=False),
)
"""总账: one row per business code on each day it moved, made at day end (IB 529); the balance of any other day is the closing of the
row before it. Rows of the date that is being ended follow its totals; once the date has rolled nothing changes them any more."""

RESERVATION = Table(
    "reservation",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("account", String(15), primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("origin", String, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

DAY_END_RUN = Table(
    "day_end_run",
    METADATA,
    Column("run", Uuid, primary_key=True),
    Column("first_date", Date, nullable=False, unique=True),
    Column("business_date", Date, nullable=False, unique=True),
    Column("through", Date),
    Column("force_close", Boolean, nullable=False, server_default=text("false")),
    Column("state", String, nullable=False),
    Column("started_by", String(5), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('running', 'failed', 'done')", name="state"),
    CheckConstraint("first_date <= business_date", name="dates"),
    Index("ix_day_end_run_unfinished", "state", postgresql_where=text("state <> 'done'")),
)
"""Runs of the day end. A run that goes `through` to a date ends one business date after another: `first_date` is where it began,
`business_date` where it is."""

DAY_END_STEP = Table(
    "day_end_step",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("run", Uuid, ForeignKey("ledger.day_end_run.run"), nullable=False),
    Column("name", String, nullable=False),
    Column("state", String, nullable=False),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger, nullable=False, server_default="0"),
    Column("problem", JSONB(none_as_null=True)),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('waiting', 'running', 'failed', 'done')", name="state"),
)
"""The steps that end a business date; a date is ended once, so they are keyed by it."""
