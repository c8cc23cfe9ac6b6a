"""Reading a message's body. Most become their class; those that come by the thousand become a plain record with the same fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

from msgspec import Raw, Struct, ValidationError, defstruct, field
from msgspec.json import Decoder
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contracts.message import Message

PLAIN = (str, int, bool, date, datetime, UUID, NoneType)


def read_body(contract: type[Message], body: Raw) -> Message:
    """The message in a body. Raises `ValueError` for what the contract does not allow.

    Of a message that comes by the thousand this is a record with the fields of the class and none of its methods. What the record's
    reader does not take, the class decides on.
    """
    if contract.BY_THE_THOUSAND:
        try:
            return _reader(contract).decode(body)  # type: ignore[return-value]
        except ValidationError:
            pass
    return contract.model_validate_json(bytes(body))


@lru_cache
def _reader(contract: type[Message]) -> Decoder[Any]:
    return Decoder(record_of(contract))


@lru_cache
def record_of(model: type[BaseModel]) -> type[Struct]:
    """The record class of a model: the same fields, types and defaults. Raises `TypeError` for a type that records do not know."""
    fields = [_field(name, about) for name, about in model.model_fields.items()]
    forbids = model.model_config.get("extra") == "forbid"
    return defstruct(model.__name__, fields, frozen=True, kw_only=True, forbid_unknown_fields=forbids)


def _field(name: str, about: FieldInfo) -> tuple[str, Any, Any]:
    if about.metadata:
        raise TypeError(f"{name}: a record checks types only, not {about.metadata}")
    default = {"default_factory": about.default_factory} if about.default_factory else {"default": about.default}
    return name, _type(about.annotation), field() if about.is_required() else field(**default)


def _type(annotation: Any) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in PLAIN or origin is Literal or annotation is Ellipsis:
        return annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return record_of(annotation)
    if origin in (Union, UnionType):
        return Union[tuple(_type(each) for each in arguments)]  # noqa: UP007 - made from parts
    if origin in (dict, tuple, list) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return origin[tuple(_type(each) for each in arguments)]
    raise TypeError(f"no record holds a {annotation}")
