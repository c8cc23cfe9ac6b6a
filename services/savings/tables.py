"""The tables of the savings service: accounts, their lines, number series, freezes, cheques once sold, wrong passwords."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
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

METADATA = service_metadata("savings")
FRAME = frame_tables(METADATA)

_NONE = text("0")
_NO = text("false")
LIVE_BASIC = text("account_flag = '0' AND status NOT IN ('closed', 'cancelled')")
"""The accounts of which a customer has one in a sub-branch (IB 3909)."""
AWAKE = text("status = 'normal'")
"""The accounts that may fall dormant."""

ACCOUNT = Table(
    "account",
    METADATA,
    Column("account", String(15), primary_key=True),
    Column("customer_number", String(10), nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("branch", String(2), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("product", String, nullable=False),
    Column("business_code", String(3), nullable=False),
    Column("name", String, nullable=False),
    Column("status", String, nullable=False),
    Column("account_flag", String(1)),
    Column("instrument", String),
    Column("voucher_number", String(8)),
    Column("withdrawal_mode", String(1), nullable=False),
    Column("password_hash", String),
    Column("cross_outlet", Boolean, nullable=False),
    Column("interest_bearing", Boolean, nullable=False),
    Column("balance_minor", BigInteger, nullable=False),
    Column("held_minor", BigInteger, nullable=False, server_default=_NONE),
    Column("incoming_minor", BigInteger, nullable=False, server_default=_NONE),
    Column("frozen_minor", BigInteger, nullable=False, server_default=_NONE),
    Column("frozen_whole", Boolean, nullable=False, server_default=_NO),
    Column("reported_lost", Boolean, nullable=False, server_default=_NO, comment="a loss of its voucher is in force"),
    Column("products", BigInteger, nullable=False, server_default=_NONE, comment="minor units x days, see kernel.interest.Accumulation"),
    Column("products_since", Date, nullable=False),
    Column("products_until", Date, nullable=False),
    Column("interest_unit_minor", Integer, nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("opened_on", Date),
    Column("closed_on", Date),
    Column("last_moved_on", Date),
    Column("idle_since", Date, nullable=False, server_default="1980-01-01", comment="not moved before that, as the day end last saw it"),
    Column("lines", Integer, nullable=False, server_default=_NONE),
    CheckConstraint("status IN ('pre_opened', 'normal', 'settled', 'dormant', 'closed', 'cancelled')", name="status"),
    CheckConstraint("balance_minor >= 0", name="balance"),
    CheckConstraint("held_minor >= 0 AND incoming_minor >= 0 AND frozen_minor >= 0 AND held_minor <= balance_minor", name="held"),
    Index("ix_account_customer", "customer_number"),
    Index("ix_account_group", "outlet", "business_code", "account"),
    Index("ix_account_outlet", "outlet", "account"),
    Index("ix_account_branch", "branch", "account"),
    Index("ix_account_idle", "idle_since", "account", postgresql_where=AWAKE),
    Index(
        "uq_account_basic",
        "customer_number",
        "branch",
        unique=True,
        postgresql_where=LIVE_BASIC,
    ),
    postgresql_with={"fillfactor": "50"},
)

ACCOUNT_LINE = Table(
    "account_line",
    METADATA,
    Column("account", String(15), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("posting_id", Uuid, nullable=False),
    Column("transaction_number", String(11), comment="only of other services' transactions; the register has the numbers of our own"),
    Column("code", String, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("value_date", Date, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("balance_after_minor", BigInteger, nullable=False),
    Column("counter_outlet", String(4), nullable=False),
    Column("teller", String(5), nullable=False),
    Column("correction", Boolean, nullable=False, server_default=_NO),
    Column("voucher_type", String),
    Column("voucher_number", String),
    Column("summary", String, nullable=False, server_default=""),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_account_line_posting", "posting_id"),
    info={"append_only": True},
)

ACCOUNT_NUMBER = Table(
    "account_number",
    METADATA,
    Column("customer_number", String(10), primary_key=True),
    Column("series", String, primary_key=True),
    Column("issued", Integer, nullable=False),
)

WRONG_PASSWORD = Table(
    "wrong_password",
    METADATA,
    Column("customer_number", String(10), primary_key=True),
    Column("business_date", Date, primary_key=True),
    Column("attempts", Integer, nullable=False),
)

FREEZE = Table(
    "freeze",
    METADATA,
    Column("account", String(15), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("outlet", String(4), nullable=False, comment="where the account is kept"),
    Column("amount_minor", BigInteger, comment="none: the whole account"),
    Column("reason", String(1), nullable=False),
    Column("until", Date),
    Column("state", String, nullable=False),
    Column("frozen_on", Date, nullable=False),
    Column("frozen_by", String(5), nullable=False),
    Column("id_type", String(1)),
    Column("id_number", String),
    Column("legal_document", String),
    Column("summary", String, nullable=False, server_default=""),
    Column("posting_id", Uuid, nullable=False, unique=True),
    Column("ended_on", Date),
    Column("ended_by", String(5)),
    Column("ended_id_type", String(1)),
    Column("ended_id_number", String),
    Column("ended_summary", String),
    Column("ended_posting_id", Uuid),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("state IN ('in_force', 'lifted', 'expired')", name="state"),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("(state = 'in_force') = (ended_on IS NULL)", name="ended"),
    Index("ix_freeze_outlet", "outlet", "frozen_on", "account", "number"),
    Index("ix_freeze_ending", "until", postgresql_where=text("state = 'in_force'")),
)

ACCOUNT_CHANGE = Table(
    "account_change",
    METADATA,
    Column("change", BigInteger, Identity(always=True), primary_key=True),
    Column("account", String(15), nullable=False),
    Column("outlet", String(4), nullable=False, comment="where the account is kept"),
    Column("posting_id", Uuid, comment="none: done at day end"),
    Column("code", String, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("teller", String(5), nullable=False),
    Column("second", String(5), comment="who approved"),
    Column("field", String, nullable=False),
    Column("before", String, comment="none for secrets"),
    Column("after", String, comment="none for secrets"),
    Column("id_type", String(1)),
    Column("id_number", String),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_account_change_account", "account", "change"),
    Index("ix_account_change_outlet", "outlet", "business_date", "change"),
    info={"append_only": True},
)
"""What was changed of an account without moving money 维护历史, one row a field."""

INSTRUMENT_LOSS = Table(
    "instrument_loss",
    METADATA,
    Column("account", String(15), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("outlet", String(4), nullable=False, comment="where the account is kept"),
    Column("kind", String(1), nullable=False, comment="A in writing, K by word"),
    Column("voucher_number", String(8), comment="of the passbook, slip or certificate; of the card or book"),
    Column("state", String, nullable=False),
    Column("lapses_on", Date, comment="the last day of a loss reported by word"),
    Column("reported_on", Date, nullable=False),
    Column("reported_by", String(5), nullable=False),
    Column("id_type", String(1), nullable=False),
    Column("id_number", String, nullable=False),
    Column("posting_id", Uuid, nullable=False, comment="of several accounts where a card or book is lost"),
    Column("ended_on", Date),
    Column("ended_by", String(5)),
    Column("ended_second", String(5)),
    Column("ended_id_type", String(1)),
    Column("ended_id_number", String),
    Column("ended_posting_id", Uuid),
    Column("new_voucher_number", String(8)),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("kind IN ('A', 'K')", name="kind"),
    CheckConstraint("state IN ('in_force', 'confirmed', 'lifted', 'replaced', 'lapsed')", name="state"),
    CheckConstraint("(state = 'in_force') = (ended_on IS NULL)", name="ended"),
    Index("uq_instrument_loss_in_force", "account", unique=True, postgresql_where=text("state = 'in_force'")),
    Index("ix_instrument_loss_outlet", "outlet", "reported_on", "account", "number"),
    Index("ix_instrument_loss_lapsing", "lapses_on", postgresql_where=text("state = 'in_force'")),
)
"""Losses of passbooks, slips and certificates 凭证挂失, and of cards and books for every account on them; one reported by word is
`confirmed` by the report in writing that follows it."""

CHEQUE = Table(
    "cheque",
    METADATA,
    Column("kind", String(4), primary_key=True),
    Column("number", String(8), primary_key=True),
    Column("account", String(15), nullable=False),
    Column("outlet", String(4), nullable=False, comment="where the account is kept"),
    Column("state", String, nullable=False),
    Column("sold_on", Date, nullable=False),
    Column("sold_by", String(5), nullable=False),
    Column("changed_on", Date, nullable=False),
    Column("changed_by", String(5), nullable=False),
    CheckConstraint("state IN ('not_sold', 'unused', 'reported_lost', 'used', 'written_off', 'void')", name="state"),
    CheckConstraint("kind IN ('CCKZ', 'TCKZ')", name="kind"),
    Index("ix_cheque_account", "account", "kind", "number"),
    postgresql_with={"fillfactor": "80"},
)
"""Cheques once sold 已出售支票, one row per number; `not_sold` ones were taken back and are in the counter's hands again."""

CHEQUE_EVENT = Table(
    "cheque_event",
    METADATA,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", String(4), nullable=False),
    Column("number", String(8), nullable=False),
    Column("posting_id", Uuid, nullable=False),
    Column("action", String, nullable=False),
    Column("account", String(15), nullable=False),
    Column("code", String, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("counter_outlet", String(4), nullable=False),
    Column("teller", String(5), nullable=False),
    Column("id_type", String(1)),
    Column("id_number", String),
    Column("loss_kind", String(1)),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("uq_cheque_event", "kind", "number", "posting_id", unique=True),
    Index("ix_cheque_event_posting", "posting_id"),
    Index("ix_cheque_event_use", "kind", "number", postgresql_where=text("action = 'use'")),
    info={"append_only": True},
)
"""What was done to each cheque, step by step."""

CHEQUE_MOVEMENT = Table(
    "cheque_movement",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("kind", String(4), nullable=False),
    Column("number", String(8), nullable=False),
    Column("gives_back", Boolean, nullable=False),
    info={"append_only": True},
)
"""The cheque that orders a line of another service's movement, or that the line gives back to the customer; used as long as the movement
is under way."""

CHEQUE_VOID = Table(
    "cheque_void",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("state", String, nullable=False),
    Column("initiator", String, nullable=False),
    Column("transaction_code", String, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("counter_outlet", String(4), nullable=False),
    Column("teller", String(5), nullable=False),
    Column("kind", String(4), nullable=False),
    Column("first_number", String(8), nullable=False),
    Column("last_number", String(8), nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("state IN ('pending', 'posted', 'voided')", name="state"),
    Index("ix_cheque_void_pending", "created_at", postgresql_where=text("state = 'pending'")),
)
"""Batches that the counter voids, until its posting is decided; `sheets` were sold and not used when it was announced."""

TERM_DEPOSIT = Table(
    "term_deposit",
    METADATA,
    Column("account", String(15), primary_key=True),
    Column("term", String(3)),
    Column("starts_on", Date, nullable=False),
    Column("matures_on", Date),
    Column("annual_pct", Numeric(9, 6)),
    Column("renews", Boolean, nullable=False, server_default=_NO),
    Column("interval_months", SmallInteger),
    Column("drawings", SmallInteger, nullable=False, server_default=_NONE),
    Column("drawn_interest_minor", BigInteger, nullable=False, server_default=_NONE),
    Column("drawn_tax_minor", BigInteger, nullable=False, server_default=_NONE),
    Index("ix_term_deposit_renewing", "matures_on", postgresql_where=text("renews")),
    postgresql_with={"fillfactor": "80"},
)
"""What an account with a life of its own agreed on: term 存期, first day 起息日 and maturity 到期日 of the running term, its rate where it
is fixed, renewal 自动转存, months between drawings 取息间隔, and what has been drawn since it opened."""

NOTICE_GIVEN = Table(
    "notice_given",
    METADATA,
    Column("account", String(15), primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("given_on", Date, nullable=False),
    Column("for_on", Date, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("to_account", String(15), comment="what it is paid to on its day; none: the customer fetches it"),
    Column("posting_id", Uuid, nullable=False, unique=True),
    Column("teller", String(5), nullable=False),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("for_on >= given_on", name="order"),
    Index("ix_notice_given_paying", "for_on", "account", "number", postgresql_where=text("to_account IS NOT NULL")),
    info={"append_only": True},
)
"""取款通知 of notice deposits, kept as given; whether it was kept to is decided by what was withdrawn."""

NOTICE_OUTCOME = Table(
    "notice_outcome",
    METADATA,
    Column("account", String(15), primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("posting_id", Uuid, comment="none: it was not paid"),
    Column("problem", String, comment="why it was not paid"),
    CheckConstraint("(posting_id IS NULL) <> (problem IS NULL)", name="paid_or_not"),
    Index("ix_notice_outcome_day", "business_date"),
    info={"append_only": True},
)
"""What the day end did about a notice that names an account to pay to."""

DEPOSIT_AGREEMENT = Table(
    "deposit_agreement",
    METADATA,
    Column("account", String(15), primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("from_on", Date, nullable=False),
    Column("base_minor", BigInteger, comment="none: the agreement ends"),
    Column("annual_pct", Numeric(9, 6)),
    Column("rate_source", String),
    Column("matures_on", Date),
    Column("posting_id", Uuid, nullable=False, unique=True),
    Column("teller", String(5), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("base_minor > 0", name="base"),
    CheckConstraint("(base_minor IS NULL) = (annual_pct IS NULL) AND (base_minor IS NULL) = (matures_on IS NULL)", name="whole_or_none"),
    info={"append_only": True},
)
"""协议存款: what an account agreed on from a day on, until the next row; what lies above the base earns the agreed rate."""

INTEREST_PAID = Table(
    "interest_paid",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("account", String(15), nullable=False),
    Column("outlet", String(4), nullable=False),
    Column("business_date", Date, nullable=False),
    Column("code", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("interest_minor", BigInteger, nullable=False),
    Column("tax_minor", BigInteger, nullable=False),
    Column("segments", JSONB, nullable=False),
    Index("ix_interest_paid_account", "account", "business_date"),
    Index("ix_interest_paid_day", "business_date", "outlet", "account"),
    info={"append_only": True},
)
"""利息清单: every payment of interest with the segments it comes from."""

INTEREST_PAYABLE = Table(
    "interest_payable",
    METADATA,
    Column("quarter_end", Date, primary_key=True),
    Column("outlet", String(4), primary_key=True),
    Column("business_code", String(3), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("annual_pct", Numeric(9, 6), primary_key=True),
    Column("accounts", Integer, nullable=False),
    Column("products", Numeric(30, 0), nullable=False, comment="minor units x days of the quarter"),
)
"""应付利息: the products that deposits of a year or more gathered in a quarter, by outlet, business code and rate (IB 2604)."""

EVENT_PROGRESS = Table(
    "event_progress",
    METADATA,
    Column("business_date", Date, primary_key=True),
    Column("event", String, primary_key=True),
    Column("after", String(15), nullable=False, comment="the last account that is done"),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    postgresql_with={"fillfactor": "50"},
)
"""How far the day end's work on very many accounts has come, in the order of their numbers."""

PASSBOOK = Table(
    "passbook",
    METADATA,
    Column("kind", String, primary_key=True, comment="passbook: one account's; book: a customer's 一本通"),
    Column("number", String(8), primary_key=True),
    Column("lines", Integer, nullable=False, comment="lines of accounts printed in it"),
    Column("page", SmallInteger, nullable=False, comment="where printing goes on"),
    Column("row", SmallInteger, nullable=False),
    Column("adjusted_by", Uuid, comment="the last adjustment 打印调整 that printing has heard of"),
    CheckConstraint("kind IN ('passbook', 'book')", name="kind"),
    postgresql_with={"fillfactor": "70"},
)
"""Passbooks and books as they are printed 存折: where the next line goes."""

PASSBOOK_LINE = Table(
    "passbook_line",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("number", String(8), primary_key=True),
    Column("account", String(15), primary_key=True),
    Column("line", Integer, primary_key=True, comment="0: the balance brought forward 承前页"),
    Column("book_line", Integer, nullable=False, comment="how many lines the book had with it 存折行号"),
    Column("page", SmallInteger, nullable=False),
    Column("row", SmallInteger, nullable=False),
    Column("posting_id", Uuid, nullable=False, comment="the printing"),
    Column("brought_minor", BigInteger, comment="of lines brought forward"),
    Index("uq_passbook_line", "account", "line", unique=True, postgresql_where=text("line > 0")),
    Index("ix_passbook_line_posting", "posting_id"),
)
"""Which line of an account stands where: book, page, row of the page. Lines without a row here are not printed yet 未登折."""

DOCUMENT_SHOWN = Table(
    "document_shown",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("account", String(15), primary_key=True),
    Column("id_type", String(1)),
    Column("id_number", String, nullable=False),
    info={"append_only": True},
)
"""证件: what was shown by whoever took money out of an account, written down with the transaction."""
