"""Traces, metrics and logs. Nothing personal is written: names, documents, phones and passwords never reach a log line or a span."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased
from prometheus_client import Counter, Gauge, Histogram

HTTP_REQUESTS = Counter("huitong_http_requests_total", "Requests answered", ["service", "route", "status"])
HTTP_SECONDS = Histogram("huitong_http_request_seconds", "Seconds until a request was answered", ["service", "route"])
MESSAGES_CONSUMED = Counter("huitong_messages_consumed_total", "Messages a consumer finished with", ["service", "name", "outcome"])
OUTBOX_WAITING = Gauge("huitong_outbox_waiting", "Outbox rows not yet published", ["service"])
OUTBOX_OLDEST = Gauge("huitong_outbox_oldest_seconds", "Age of the oldest unpublished outbox row", ["service"])
PARKED = Gauge("huitong_parked_messages", "Parked messages that nobody has resolved", ["service"])
POSTINGS_POSTED = Counter("huitong_postings_posted_total", "Posting sets written to the journal", ["rule"])
DAY_END_STEP = Gauge("huitong_day_end_step_state", "State of a day-end step: 0 waiting, 1 running, 2 done, 3 failed", ["step"])
PROOF_DIFFERENCE = Gauge("huitong_proof_difference_minor", "Difference a proof found, in minor units", ["proof"])
POSITION = Gauge("huitong_position_minor", "Inter-branch position, credit positive", ["outlet", "sub_account", "currency"])
POSITION_STAGE = Gauge(
    "huitong_position_stage", "Stage of a unit's position limit: 0 free, 1 warning, 2 approval, 3 stop", ["outlet", "currency"]
)

LONGEST_CHAIN, LONGEST_TRACE = 8, 12
PERSONAL = frozenset({"name", "id_number", "phone", "address", "password", "old_password", "new_password", "token", "authorization", "dsn"})


def _without_personal_data(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    return {key: ("[withheld]" if key in PERSONAL else value) for key, value in event.items()}


def _with_trace(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
    return event


def _with_failure(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["failure"] = failure_of(error)
    return event


def failure_of(error: BaseException) -> list[dict[str, Any]]:
    """What failed and where, causes after effects: types, codes and places, never the texts, which quote the values at hand."""
    found: list[dict[str, Any]] = []
    step: BaseException | None = error
    while step is not None and len(found) < LONGEST_CHAIN:
        code = getattr(step, "sqlstate", None) or getattr(step, "code", None)
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(step.__traceback__)]
        found.append({"type": type(step).__name__, **({"code": str(code)} if code else {}), "at": places[-LONGEST_TRACE:]})
        step = step.__cause__ or (None if step.__suppress_context__ else step.__context__)
    return found


def configure_logging(level: str) -> None:
    """JSON lines on standard error, from structlog and from libraries alike."""
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_trace,
        _with_failure,
        _without_personal_data,
    ]
    structlog.configure(
        processors=[*processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer(ensure_ascii=False)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "uvicorn.access", "aio_pika", "aiormq"):
        logging.getLogger(noisy).setLevel(max(logging.getLevelName(level), logging.WARNING))


def configure_tracing(application: str, otlp_endpoint: str | None, exporter: SpanExporter | None = None) -> None:
    """Record spans where they can be sent; without an exporter only the trace context is passed on."""
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return
    if otlp_endpoint and exporter is None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
            OTLPSpanExporter,
        )

        exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")
    sampler = ParentBased(ALWAYS_ON if exporter is not None else ALWAYS_OFF)
    provider = TracerProvider(resource=Resource.create({"service.name": application}), sampler=sampler)
    if exporter is not None:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
