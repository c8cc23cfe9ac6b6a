"""The one application factory: every service and the gateway are made here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.errors import ErrorType, Kind
from kernel.text import choose_language
from runtime import health
from runtime.problems import add_problem_handlers, failure_response, problem_response
from runtime.service import Resources, Service
from runtime.telemetry import HTTP_REQUESTS, HTTP_SECONDS

BODY_TOO_LARGE = ErrorType("request.too_large", Kind.TOO_LARGE, "请求体超过 {limit} 字节", "the request body is larger than {limit} bytes")
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""The framework's own would follow ours step by step, and writes the texts of exceptions, which quote what people typed."""
tracer = trace.get_tracer("huitong.http")


def create_app(service: Service, resources: Resources) -> FastAPI:
    """The application of a service: its routes, health, metrics, problems, tracing and the limit on bodies."""
    app = FastAPI(title=f"Huitong 汇通 · {service.title.en}", version="1", openapi_url=None, telemetry=NO_TELEMETRY)
    app.state.resources = resources
    app.state.service = service
    add_problem_handlers(app)
    app.include_router(health.live_router)
    if service.plumbing is not None:
        app.include_router(health.router)
    for router in service.all_routers():
        app.include_router(router)
    app.add_middleware(Edge, name=service.name, limit_bytes=resources.settings.body_limit_bytes, larger=service.larger_bodies)
    return app


class Edge:
    """The outermost layer: a span and a measurement for each request, and a limit on its body."""

    def __init__(self, app: ASGIApp, name: str, limit_bytes: int, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._name = name
        self._limit_bytes = limit_bytes
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        limit_bytes = self._limit_of(scope["path"])
        started = time.perf_counter()
        status: int | None = None

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with tracer.start_as_current_span(
            f"{scope['method']} {self._name}",
            context=propagate.extract(headers),
            kind=SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                announced = headers.get("content-length", "")
                if announced.isdecimal() and int(announced[:20]) > limit_bytes:
                    await self._refuse(limit_bytes, headers, scope, receive, observed)
                else:
                    await self._app(scope, _limited(receive, limit_bytes), observed)
            except _TooLarge:
                await self._refuse(limit_bytes, headers, scope, receive, observed)
            except Exception as error:
                # Answered here, inside the span, so that the answer and the log line carry the number of the trace.
                answer = failure_response(error, scope["path"], choose_language(headers.get("accept-language")))
                if status is not None:
                    raise
                await answer(scope, receive, observed)
            finally:
                route = _route_of(scope)
                span.update_name(f"{scope['method']} {self._name} {route}")
                span.set_attribute("http.response.status_code", status or 500)
                if status is None or status >= 500:
                    span.set_status(StatusCode.ERROR)
                HTTP_REQUESTS.labels(self._name, route, str(status or 500)).inc()
                HTTP_SECONDS.labels(self._name, route).observe(time.perf_counter() - started)

    def _limit_of(self, path: str) -> int:
        return next((limit for beginning, limit in self._larger.items() if path.startswith(beginning)), self._limit_bytes)

    async def _refuse(self, limit_bytes: int, headers: dict[str, str], scope: Scope, receive: Receive, send: Send) -> None:
        error = BODY_TOO_LARGE(limit=limit_bytes)
        await problem_response(error, choose_language(headers.get("accept-language")))(scope, receive, send)


class _TooLarge(Exception):
    """The body grew over the limit while it was read."""


def _limited(receive: Receive, limit_bytes: int) -> Receive:
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit_bytes:
                raise _TooLarge
        return message

    return limited


def _route_of(scope: Scope) -> str:
    route: Any = scope.get("route")
    return getattr(route, "path", None) or "unmatched"
