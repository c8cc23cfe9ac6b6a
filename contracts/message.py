"""Messages and the envelope they travel in. A message class names its owner, its version and the key that shards it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder, Encoder
from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """One thing that a service says. Subclasses set `NAME` (`owner.what.vN`) and may set a shard key.

    `BY_THE_THOUSAND` says that its consumer needs no more than its fields and wants them fast: see `contracts.reading`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    NAME: ClassVar[str] = ""
    BY_THE_THOUSAND: ClassVar[bool] = False

    def shard_key(self) -> str | None:
        """The value whose messages must stay in order on one shard; None when the message is not sharded."""
        return None


class Envelope(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message on the wire: identity, name with version, business date, cause and trace, and the body as JSON not yet read."""

    id: UUID
    name: str
    business_date: date | None = None
    occurred_at: Annotated[datetime, Meta(tz=True)]
    cause: str | None = None
    traceparent: str | None = None
    body: Annotated[Raw, Meta(extra_json_schema={"type": "object"})]

    def encode(self) -> bytes:
        """The bytes it travels as."""
        return _ENCODER.encode(self)


_ENCODER = Encoder()
_ENVELOPE = Decoder(Envelope)
_BUNDLE = Decoder(list[Envelope])


def encode_bundle(envelopes: Iterable[bytes]) -> bytes:
    """Several encoded envelopes as the payload of one transport message."""
    return b"[" + b",".join(envelopes) + b"]"


def decode_envelope(payload: bytes | str) -> Envelope:
    """One envelope. Raises `ValueError` on anything else."""
    return _ENVELOPE.decode(payload)


def decode_bundle(payload: bytes) -> list[Envelope]:
    """The envelopes of a transport message. Raises `ValueError` on anything else."""
    return _BUNDLE.decode(payload)
