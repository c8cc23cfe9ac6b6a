"""Idempotency keys: kept in the transaction they protect, never forgotten."""

from __future__ import annotations

import hmac
import json
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.errors import ErrorType, Kind
from runtime.database import driver_connection
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
    table = plumbing.idempotency.fullname
    taken = await connection.exec_driver_sql(
        f"INSERT INTO {table} (key, digest) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING key", (key, digest)
    )
    if taken.first() is not None:
        return None
    kept_digest, answer = (await connection.exec_driver_sql(f"SELECT digest, answer FROM {table} WHERE key = $1", (key,))).one()
    if kept_digest != digest:
        raise KEY_REUSED(field="Idempotency-Key")
    return answer


async def keep_answer(connection: AsyncConnection, plumbing: Plumbing, key: str, answer: bytes) -> None:
    """Store the answer that later callers with this key get."""
    raw = await driver_connection(connection)
    await raw.execute(f"UPDATE {plumbing.idempotency.fullname} SET answer = $2 WHERE key = $1", key, answer)


__all__ = ["check_key", "claim", "digest_of", "keep_answer"]
