"""What can go wrong, as values: every refusal has a stable dotted code, a kind and a sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from kernel.text import Text


class Kind(Enum):
    """The closed list of reasons to refuse; transports translate it, domain code never knows their numbers."""

    MALFORMED = "malformed"
    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class ErrorType:
    """One refusal the bank can give. Calling it makes the exception: `raise INSUFFICIENT(field="amount", balance="1.00")`.

    `zh` and `en` are format strings over the values given when it is raised.
    """

    code: str
    kind: Kind
    zh: str
    en: str

    def __call__(self, field: str | None = None, **values: Any) -> DomainError:
        return DomainError(self, field, values)


class DomainError(Exception):
    """A refusal on its way to the caller: its type, the field it speaks of and the values of its sentence."""

    def __init__(self, error_type: ErrorType, field: str | None = None, values: dict[str, Any] | None = None) -> None:
        super().__init__(error_type.code)
        self.type = error_type
        self.field = field
        self.values = values or {}

    @property
    def code(self) -> str:
        return self.type.code

    @property
    def text(self) -> Text:
        """The sentence in both languages."""
        return Text(self.type.zh.format(**self.values), self.type.en.format(**self.values))

    def message(self, language: str) -> str:
        """The sentence in one language (`zh` or `en`)."""
        return self.text[language]

    def __str__(self) -> str:
        return f"{self.code}: {self.text.en}"
