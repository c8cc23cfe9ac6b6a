"""The tables of the portal's frame: operators, tries to sign on, sessions, messages to telephones, notices, the log of acts."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.reconciliation.tables import METADATA

APPEND_ONLY = {"append_only": True}

PORTAL_OPERATOR = Table(
    "portal_operator",
    METADATA,
    Column("customer_number", String(10), primary_key=True),
    Column("operator_number", String(3), primary_key=True),
    Column("outlet", String(4), nullable=False),
    Column("role", String, nullable=False),
    Column("name", String(60), nullable=False),
    Column("phone", String(20)),
    Column("accounts", ARRAY(String(15)), nullable=False),
    Column("state", String, nullable=False, server_default="bound"),
    Column("binding_version", Integer, nullable=False, server_default="1"),
    Column("nickname", String(60)),
    Column("nickname_key", String(60)),
    CheckConstraint("role IN ('clerk', 'supervisor')", name="role"),
    CheckConstraint("state IN ('bound', 'unbound')", name="state"),
    CheckConstraint("(nickname IS NULL) = (nickname_key IS NULL)", name="nickname"),
    Index("ix_portal_operator_outlet", "outlet", "customer_number", "operator_number"),
    Index("uq_portal_operator_nickname", "nickname_key", unique=True, postgresql_where=text("nickname_key IS NOT NULL")),
    Index(
        "uq_portal_operator_phone",
        "customer_number",
        "phone",
        unique=True,
        postgresql_where=text("phone IS NOT NULL AND state = 'bound'"),
    ),
)
"""操作员. `outlet` bound him and keeps his papers. `binding_version` counts what the bank has changed about him; sessions and codes of
an earlier version are worth nothing. A telephone belongs to one operator of a customer, so that nobody is clerk and supervisor at once.
`nickname_key` is the nickname as it is compared."""

PORTAL_OPERATOR_CHANGE = Table(
    "portal_operator_change",
    METADATA,
    Column("posting_id", Uuid, primary_key=True),
    Column("customer_number", String(10), nullable=False),
    Column("operator_number", String(3), nullable=False),
    Column("change", String, nullable=False),
    Column("before", JSONB(none_as_null=True)),
    Column("after", JSONB(none_as_null=True)),
    Column("made_by", String(5), nullable=False),
    Column("second", String(5)),
    Column("business_date", Date, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("change IN ('bound', 'changed', 'unbound')", name="change"),
    Index("ix_portal_operator_change_operator", "customer_number", "operator_number", "changed_at"),
    info=APPEND_ONLY,
)
"""What the bank changed about operators and their telephones: before and after, by whom, approved by whom."""

PORTAL_TRY = Table(
    "portal_try",
    METADATA,
    Column("try_id", Uuid, primary_key=True),
    Column("address", String(64), nullable=False),
    Column("captchas", Integer, nullable=False, server_default="0"),
    Column("captcha_until", DateTime(timezone=True)),
    Column("name_digest", LargeBinary),
    Column("customer_number", String(10)),
    Column("operator_number", String(3)),
    Column("binding_version", Integer),
    Column("codes", Integer, nullable=False, server_default="0"),
    Column("code_until", DateTime(timezone=True)),
    Column("code_tries", Integer, nullable=False, server_default="0"),
    Column("ended_at", DateTime(timezone=True)),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Index("ix_portal_try_begun", "begun_at"),
)
"""A try to sign on, from the first picture to the session. Neither picture nor code stands here: both are derived from the number of the
try, how many it has had, and a key. `captcha_until` and `code_until` are empty as soon as they have been used."""

PORTAL_RATE = Table(
    "portal_rate",
    METADATA,
    Column("scope", String, primary_key=True),
    Column("subject", LargeBinary, primary_key=True),
    Column("window_begins_at", DateTime(timezone=True), primary_key=True),
    Column("count", Integer, nullable=False),
    Index("ix_portal_rate_window", "window_begins_at"),
)
"""How often somebody did something within a window of time; the subject is a keyed digest of a name or an address."""

PORTAL_SMS = Table(
    "portal_sms",
    METADATA,
    Column("sms_id", Uuid, primary_key=True),
    Column("phone", String(20)),
    Column("kind", String, nullable=False),
    Column("values", JSONB, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("state", String, nullable=False, server_default="waiting"),
    CheckConstraint("state IN ('waiting', 'sent', 'dropped')", name="state"),
    Index("ix_portal_sms_waiting", "next_at", postgresql_where=text("state = 'waiting'")),
    Index("ix_portal_sms_made", "made_at"),
)
"""Messages to telephones, sent after the transaction that wants them. A code does not stand here, only the try it is derived from; without
a telephone there is nobody to send to, and it is dropped."""

PORTAL_SESSION = Table(
    "portal_session",
    METADATA,
    Column("session_digest", LargeBinary, primary_key=True),
    Column("customer_number", String(10), nullable=False),
    Column("operator_number", String(3), nullable=False),
    Column("binding_version", Integer, nullable=False),
    Column("entry", String, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    ForeignKeyConstraint(
        ["customer_number", "operator_number"],
        ["reconciliation.portal_operator.customer_number", "reconciliation.portal_operator.operator_number"],
    ),
    CheckConstraint("entry IN ('code', 'ticket')", name="entry"),
    Index("ix_portal_session_operator", "customer_number", "operator_number", postgresql_where=text("ended_at IS NULL")),
    Index("ix_portal_session_begun", "begun_at"),
)
"""Sessions: only a digest of what the browser holds. `entry` is the way in, by a code or by the online bank's ticket."""

PORTAL_TICKET = Table(
    "portal_ticket",
    METADATA,
    Column("ticket", String(64), primary_key=True),
    Column("customer_number", String(10), nullable=False),
    Column("operator_number", String(3), nullable=False),
    Column("used_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Index("ix_portal_ticket_until", "until"),
)
"""Tickets of the online bank that have been used, kept as long as they would have been valid."""

PORTAL_NOTICE = Table(
    "portal_notice",
    METADATA,
    Column("notice", BigInteger, Identity(), primary_key=True),
    Column("title", String(60), nullable=False),
    Column("content", String(2000), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("published_by", String(5), nullable=False),
    Column("published_on", Date, nullable=False),
    Column("posting_id", Uuid, nullable=False, unique=True),
    Column("withdrawn_by", String(5)),
    Column("withdrawn_on", Date),
    CheckConstraint("valid_from <= valid_until", name="dates"),
    CheckConstraint("(withdrawn_by IS NULL) = (withdrawn_on IS NULL)", name="withdrawn"),
    Index("ix_portal_notice_valid", "valid_until", "notice"),
)
"""银行公告: shown to every operator from one business date to another, both included, unless withdrawn."""

PORTAL_ACT = Table(
    "portal_act",
    METADATA,
    Column("act_id", BigInteger, Identity(), primary_key=True),
    Column("side", String, nullable=False),
    Column("customer_number", String(10)),
    Column("operator_number", String(3)),
    Column("teller", String(5)),
    Column("act", String, nullable=False),
    Column("subject", String(60), nullable=False, server_default=""),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("side IN ('customer', 'bank')", name="side"),
    CheckConstraint("(side = 'bank') = (teller IS NOT NULL)", name="teller"),
    Index("ix_portal_act_operator", "customer_number", "operator_number", "act_id"),
    Index("ix_portal_act_subject", "subject", "act_id"),
    info=APPEND_ONLY,
)
"""操作日志: every act of either side, written in the transaction that does it."""
