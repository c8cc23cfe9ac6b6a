"""The documents by which whoever brings an order is known 证件类别 (IB 3337, 3351)."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.text import Text

DOCUMENT_TYPES: Mapping[str, Text] = {
    "A": Text("身份证", "Identity card"),
    "B": Text("护照", "Passport"),
    "G": Text("营业执照", "Business licence"),
    "Z": Text("其他", "Other"),
}


def document_name(id_type: str | None) -> dict[str, str] | None:
    """What a type is called, in both languages."""
    return DOCUMENT_TYPES[id_type].as_dict() if id_type else None
