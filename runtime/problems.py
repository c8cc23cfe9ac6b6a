"""Every failure leaves as problem+json: stable code, field, both languages."""

from __future__ import annotations

from typing import Any

import structlog
from asyncpg import PostgresError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from opentelemetry import trace
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from contracts.problem import PROBLEM_TYPE, STATUS_OF, problem_of
from kernel.errors import DomainError, ErrorType, Kind
from kernel.text import choose_language
from runtime.database import is_outage
from runtime.telemetry import failure_of
from runtime.wrong_values import sentence_of

log = structlog.get_logger(__name__)

MALFORMED_JSON = ErrorType("request.malformed_json", Kind.MALFORMED, "请求不是有效的 JSON", "the request is not valid JSON")
INVALID_FIELD = ErrorType("request.invalid", Kind.INVALID, "字段 {name} {problem_zh}", "field {name} {problem_en}")
NO_ROUTE = ErrorType("request.no_such_route", Kind.NOT_FOUND, "没有这个地址", "there is nothing at this address")
WRONG_METHOD = ErrorType("request.method_not_allowed", Kind.MALFORMED, "该地址不接受此方法", "this address does not take that method")
INTERNAL = ErrorType(
    "internal.error", Kind.UNAVAILABLE, "系统内部错误,请凭追踪号联系管理员", "internal error; give the trace number to the operators"
)
DATABASE_AWAY = ErrorType(
    "service.database_unavailable", Kind.UNAVAILABLE, "数据库暂不可用,请稍后重试", "the database cannot be reached now; try again"
)
BUSY = ErrorType("service.busy", Kind.UNAVAILABLE, "数据正被其他交易占用,请稍后重试", "the data is held by other transactions; try again")


def current_trace_id() -> str | None:
    """The running trace's number, for the problem document and the log line alike."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def problem_response(error: DomainError, language: str, *, status: int | None = None) -> JSONResponse:
    """The answer a refusal becomes."""
    problem = problem_of(error, language, current_trace_id())
    status = status or problem.status
    headers = {"Content-Language": language}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        headers["Retry-After"] = "1"
    body = problem.model_copy(update={"status": status}).model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, status_code=status, media_type=PROBLEM_TYPE, headers=headers)


def invalid_fields(errors: list[Any]) -> DomainError:
    """The refusal for what a model found wrong; a `DomainError` raised inside a validator keeps its own code."""
    for error in errors:
        cause = (error.get("ctx") or {}).get("error")
        if isinstance(cause, DomainError):
            return cause.type(field=cause.field or _path(error), **cause.values)
    first = errors[0]
    if first["type"] == "json_invalid":
        return MALFORMED_JSON()
    listed = [{"field": _path(error), "type": error["type"], "message": sentence_of(error).as_dict()} for error in errors]
    problem = sentence_of(first)
    return INVALID_FIELD(field=_path(first), name=_path(first), problem_zh=problem.zh, problem_en=problem.en, _errors=listed)


def _path(error: dict[str, Any]) -> str:
    return ".".join(str(part) for part in error["loc"] if part not in ("body", "query", "path")) or "body"


def language_of(request: Request) -> str:
    """The language the caller asked for."""
    return choose_language(request.headers.get("accept-language"))


def add_problem_handlers(app: FastAPI) -> None:
    """Make the exceptions an application foresees leave as problems; `failure_response` is for the rest."""

    @app.exception_handler(DomainError)
    async def refused(request: Request, error: DomainError) -> JSONResponse:
        return problem_response(error, language_of(request))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem_response(invalid_fields(list(error.errors())), language_of(request))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        kind = {404: NO_ROUTE, 405: WRONG_METHOD}.get(error.status_code)
        if kind is None:
            kind = ErrorType(
                f"request.status_{error.status_code}", Kind.MALFORMED, "请求有误", str(error.detail).replace("{", "{{").replace("}", "}}")
            )
        response = problem_response(kind(), language_of(request), status=error.status_code)
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PostgresError)
    async def database(request: Request, error: DBAPIError | PostgresError) -> JSONResponse:
        if not is_outage(error) and _sqlstate(error) in ("40001", "40P01", "55P03", "57014"):
            return problem_response(BUSY(), language_of(request))
        return failure_response(error, request.url.path, language_of(request))


def failure_response(error: Exception, path: str, language: str) -> JSONResponse:
    """The answer to what nobody foresaw: an outage says so, anything else is logged under the number of its trace."""
    if is_outage(error):
        return problem_response(DATABASE_AWAY(), language)
    log.error("unexpected failure", path=path, failure=failure_of(error))
    return problem_response(INTERNAL(), language, status=500)


def _sqlstate(error: DBAPIError | PostgresError) -> str | None:
    """The code of an error of the driver, as it is or inside of SQLAlchemy's."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)


__all__ = ["STATUS_OF", "add_problem_handlers", "failure_response", "invalid_fields", "language_of", "problem_response"]
