"""Messages and the envelope they travel in. A message class names its owner, its version and the key that shards it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, SerializeAsAny, TypeAdapter


class Message(BaseModel):
    """One thing that a service says. Subclasses set `NAME` (`owner.what.vN`) and may set a shard key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    NAME: ClassVar[str] = ""

    def shard_key(self) -> str | None:
        """The value whose messages must stay in order on one shard; None when the message is not sharded."""
        return None


class Envelope(BaseModel):
    """A message on the wire: identity, name with version, business date, cause and trace, and the body as plain JSON."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    business_date: date | None = None
    occurred_at: datetime
    cause: str | None = None
    traceparent: str | None = None
    body: dict[str, Any]


class Letter(BaseModel):
    """An envelope as its sender holds it, the body still a message: written as JSON in one go."""

    id: UUID
    name: str
    business_date: date | None = None
    occurred_at: datetime
    cause: str | None = None
    traceparent: str | None = None
    body: SerializeAsAny[Message]

    def encode(self) -> bytes:
        """The bytes an `Envelope` is read from."""
        return self.__pydantic_serializer__.to_json(self)


_BUNDLE: TypeAdapter[list[Envelope]] = TypeAdapter(list[Envelope])


def encode_bundle(envelopes: Iterable[bytes]) -> bytes:
    """Several encoded envelopes as the payload of one transport message."""
    return b"[" + b",".join(envelopes) + b"]"


def decode_bundle(payload: bytes) -> list[Envelope]:
    """The envelopes of a transport message. Raises `pydantic.ValidationError` on anything else."""
    return _BUNDLE.validate_json(payload)
