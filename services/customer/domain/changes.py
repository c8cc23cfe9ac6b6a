"""What a maintenance changes of a customer (IB 463-467, 1484-1495, 2520-2522, 3190-3196)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.customer.domain.errors import AT_DEPARTMENT_ONLY, NAME_AND_DOCUMENT, NOTHING_CHANGED

DOCUMENT_FIELDS = frozenset({"id_type", "id_number"})


@dataclass(frozen=True, slots=True)
class Change:
    """The fields that change, with the values they had and will have; a value that was never given is None."""

    before: dict[str, Any]
    after: dict[str, Any]


def change_of(known: Mapping[str, Any], given: Mapping[str, Any]) -> Change:
    """Compare what is given with what is known; fields that stay as they are fall out. Raises `customer.maintain.nothing_changed`."""
    changed = [name for name, value in given.items() if known.get(name) != value]
    if not changed:
        raise NOTHING_CHANGED()
    return Change({name: known.get(name) for name in changed}, {name: given[name] for name in changed})


def check_personal_change(change: Change, *, at_department: bool) -> None:
    """Name and document of a person change at a sub-branch's business department, and never both at once (IB 463-467).

    Raises `customer.maintain.name_and_document`, `customer.maintain.at_department_only`.
    """
    name, document = "name" in change.after, DOCUMENT_FIELDS & change.after.keys()
    if name and document:
        raise NAME_AND_DOCUMENT(field="name")
    if (name or document) and not at_department:
        raise AT_DEPARTMENT_ONLY(field="name" if name else min(document))
