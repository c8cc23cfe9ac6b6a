"""Idempotency keys: kept in the transaction they protect, never forgotten."""

from __future__ import annotations

import hmac
import json
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.errors import ErrorType, Kind
from runtime.tables import Plumbing

KEY_MISSING = ErrorType("idempotency.key_missing", Kind.MALFORMED, "缺少 Idempotency-Key", "the Idempotency-Key header is missing")
KEY_MALFORMED = ErrorType(
    "idempotency.key_malformed",
    Kind.MALFORMED,
    "Idempotency-Key 须为 1-200 个可见字符",
    "an Idempotency-Key is 1 to 200 visible characters",
)
KEY_REUSED = ErrorType("idempotency.key_reused", Kind.INVALID, "该键已用于另一笔请求", "this key was used for another request")


def digest_of(secret: str, *parts: Any) -> bytes:
    """A keyed digest over values that JSON can hold, whatever the order of their keys; without the secret no password in it is guessed."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hmac.digest(secret.encode(), text.encode("utf-8", "surrogatepass"), "sha256")


def check_key(key: str | None) -> str:
    """The key as sent. Raises `idempotency.key_missing` or `idempotency.key_malformed`."""
    if key is None or key == "":
        raise KEY_MISSING()
    if len(key) > 200 or not key.isprintable() or not key.isascii():
        raise KEY_MALFORMED()
    return key


async def claim(connection: AsyncConnection, plumbing: Plumbing, key: str, digest: bytes) -> bytes | None:
    """Take the key for this transaction, or give the first answer if it was taken; a racing caller waits here for the first one's end.

    Raises `idempotency.key_reused` if the key stands for another request.
    """
    table = plumbing.idempotency
    taken = await connection.execute(insert_or_skip(table).values(key=key, digest=digest).on_conflict_do_nothing().returning(table.c.key))
    if taken.first() is not None:
        return None
    row = (await connection.execute(select(table.c.digest, table.c.answer).where(table.c.key == key))).one()
    if row.digest != digest:
        raise KEY_REUSED(field="Idempotency-Key")
    return row.answer


async def keep_answer(connection: AsyncConnection, plumbing: Plumbing, key: str, answer: bytes) -> None:
    """Store the answer that later callers with this key get."""
    table = plumbing.idempotency
    await connection.execute(update(table).where(table.c.key == key).values(answer=answer))


__all__ = ["check_key", "claim", "digest_of", "keep_answer"]
