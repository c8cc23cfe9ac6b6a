"""The tables of the plumbing. Every service has its own copy in its own schema."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Integer, LargeBinary, MetaData, String, Table, Text, Uuid, func, text


@dataclass(frozen=True)
class Plumbing:
    """Outbox and which of its rows wait, inbox, parking place and idempotency keys of one service."""

    outbox: Table
    outbox_waiting: Table
    inbox: Table
    parked: Table
    idempotency: Table


def plumbing_tables(metadata: MetaData) -> Plumbing:
    """Add the plumbing's tables to a service's metadata."""
    outbox = Table(
        "outbox",
        metadata,
        Column("sequence", BigInteger, Identity(), primary_key=True),
        Column("message_id", Uuid, nullable=False),
        Column("routing_key", String, nullable=False),
        Column("envelope", LargeBinary, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Index("ix_outbox_created_at", "created_at", postgresql_using="brin"),
    )
    # Apart, so that a wide row is written once: what is rewritten and removed for every message is narrow.
    outbox_waiting = Table(
        "outbox_waiting",
        metadata,
        Column("sequence", BigInteger, primary_key=True, autoincrement=False),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("problem", Text),
        Column("retry_at", DateTime(timezone=True)),
    )
    inbox = Table(
        "inbox",
        metadata,
        Column("queue", String, primary_key=True),
        Column("message_id", Uuid, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Index("ix_inbox_received_at", "received_at", postgresql_using="brin"),
    )
    parked = Table(
        "parked",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("queue", String, nullable=False),
        Column("message_id", Uuid),
        Column("name", String, nullable=False),
        Column("envelope", LargeBinary, nullable=False),
        Column("code", String, nullable=False),
        Column("reason", Text, nullable=False),
        Column("attempts", Integer, nullable=False, server_default="1"),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("resolved_at", DateTime(timezone=True)),
        Index("ix_parked_open", "received_at", postgresql_where=text("resolved_at IS NULL")),
    )
    idempotency = Table(
        "idempotency",
        metadata,
        Column("key", String, primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("answer", LargeBinary),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    return Plumbing(outbox, outbox_waiting, inbox, parked, idempotency)
