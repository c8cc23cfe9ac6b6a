"""What other services refuse, told in the fields of our own forms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kernel.errors import DomainError


@contextmanager
def naming_field(field: str) -> Iterator[None]:
    """A refusal that speaks of a field of another service's call speaks of `field` instead; the rest of it is kept."""
    try:
        yield
    except DomainError as error:
        if error.field is None:
            raise
        raise error.type(field=field, **error.values) from error
