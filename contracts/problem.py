"""RFC 9457 problems as the bank writes them, and how a client reads them back."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from kernel.errors import DomainError, ErrorType, Kind

STATUS_OF: dict[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.INVALID: 422,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}
KIND_OF: dict[int, Kind] = {status: kind for kind, status in STATUS_OF.items()}
PROBLEM_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What a caller gets instead of an answer; `code` is stable, `detail` is in the asked language, `message` in both."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | None = None
    message: dict[str, str]
    errors: list[dict[str, Any]] = []
    trace_id: str | None = None


def problem_of(error: DomainError, language: str, trace_id: str | None = None) -> Problem:
    """The problem document of a refusal."""
    text = error.text
    return Problem(
        type=f"urn:huitong:problem:{error.code}",
        title=text[language],
        status=STATUS_OF[error.type.kind],
        code=error.code,
        detail=text[language],
        field=error.field,
        message=text.as_dict(),
        errors=error.values.get("_errors", []),
        trace_id=trace_id,
    )


def error_of(document: dict[str, Any], status: int) -> DomainError:
    """The refusal behind a problem document of another service, so that its code and sentence reach the caller unchanged."""
    message = document.get("message") or {}
    detail = str(document.get("detail") or "no detail")
    kind = KIND_OF.get(status, Kind.UNAVAILABLE)
    zh, en = (str(message.get(language) or detail).replace("{", "{{").replace("}", "}}") for language in ("zh", "en"))
    values = {"_errors": document["errors"]} if document.get("errors") else {}
    return ErrorType(str(document.get("code") or "service.failed"), kind, zh, en)(field=document.get("field"), **values)
