"""What operators see: one trace per request through the services and over the bus, log lines without personal data, metrics."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families

from runtime import telemetry
from runtime.telemetry import configure_logging, configure_tracing
from tests.support.bank import TestBank, running_bank
from tests.support.premises import PASSWORD, Premises

NAME, DOCUMENT, PHONE, ADDRESS = "欧阳观察", "E48217735", "13800138000", "不应出现路99号"
PERSONAL = (NAME, DOCUMENT, PHONE, ADDRESS, "654321", PASSWORD, "demo-2005", "not-the-password")


@pytest.fixture(scope="module")
def spans() -> Iterator[InMemorySpanExporter]:
    """Where the spans of this process end up."""
    exporter = InMemorySpanExporter()
    configure_tracing("huitong", None, exporter)
    yield exporter
    exporter.shutdown()


def finished(exporter: InMemorySpanExporter) -> tuple[ReadableSpan, ...]:
    """All spans that have ended by now."""
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    provider.force_flush()
    return exporter.get_finished_spans()


async def test_a_request_is_one_trace_from_the_door_to_the_journal(spans: InMemorySpanExporter, bank: TestBank, premises: Premises) -> None:
    await bank.sign_on("S0311")
    finished(spans)
    spans.clear()
    await bank.run("S0311", "savings.demand.deposit", {"account": premises.account, "amount": "25.00"})
    await bank.settle()
    made = finished(spans)
    [door] = [span for span in made if span.name == "POST gateway /api/transactions/{code}"]
    assert door.parent is None and door.attributes["http.response.status_code"] == 200
    ours = {span.name: span for span in made if span.context.trace_id == door.context.trace_id}
    savings = ours["POST savings /transactions/{code}"]
    assert savings.parent.span_id == door.context.span_id
    assert ours["POST ledger /internal/expand"].parent.span_id == savings.context.span_id
    consumed = ours["consume ledger.postings"]
    assert consumed.parent.span_id == savings.context.span_id, "the fact carries the trace of the transaction that wrote it"
    assert ours["consume clearing.positions"].parent.span_id == consumed.context.span_id


async def test_a_refusal_names_the_trace_it_is_found_under(spans: InMemorySpanExporter, bank: TestBank, premises: Premises) -> None:
    spans.clear()
    refused = await bank.send("S0211", "savings.demand.withdraw", {"account": premises.account, "amount": "999999.00"})
    assert refused.status_code == 409
    assert int(refused.json()["trace_id"], 16) in {span.context.trace_id for span in finished(spans)}


@pytest.fixture
async def lines(spans: InMemorySpanExporter) -> AsyncIterator[io.StringIO]:
    """Standard error as a bank writes it whose operators want to see everything."""
    root, stream, stderr = logging.getLogger(), io.StringIO(), sys.stderr
    handlers, level = root.handlers, root.level
    sys.stderr = stream
    try:
        configure_logging("DEBUG")
        yield stream
    finally:
        sys.stderr = stderr
        root.handlers, root.level = handlers, level
        structlog.reset_defaults()


async def test_nothing_personal_is_logged_or_traced(
    lines: io.StringIO, spans: InMemorySpanExporter, bank_template: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans.clear()
    person = {"name": NAME, "id_type": "B", "id_number": DOCUMENT, "phone": PHONE, "address": ADDRESS}
    async with running_bank(bank_template) as bank:
        customer = (await bank.run("S0211", "customer.personal.open", person))["result"]["customer_number"]
        await bank.refuse("S0211", "customer.personal.open", person, "customer.exists")
        opening = {"customer_number": customer, "amount": "100.00", "withdrawal_mode": "A", "password": PASSWORD}
        account = (await bank.run("S0211", "savings.demand.open", opening))["result"]["account"]
        wrong = {"account": account, "amount": "1.00", "password": "654321"}
        await bank.refuse("S0211", "savings.demand.withdraw", wrong, "password.wrong")
        denied = await bank.client.post("/api/sign-on", json={"teller": "S0211", "password": "not-the-password"})
        assert denied.status_code == 401
        await bank.ask("S0211", "customer.search", name=NAME)

        async def fails(*_: Any, **__: Any) -> str:
            raise ValueError(f"cannot number {person}")

        monkeypatch.setattr("services.customer.customers.number_for", fails)
        broken = await bank.send("S0211", "customer.personal.open", {**person, "id_number": f"{DOCUMENT}1"})
        assert (broken.status_code, broken.json()["code"]) == (500, "internal.error")
        assert all(secret not in broken.text for secret in PERSONAL)
    try:
        raise KeyError(NAME)
    except KeyError:
        logging.getLogger("uvicorn.error").exception("a library failed")

    written = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert {"event", "level", "logger", "timestamp"} <= set.intersection(*(set(line) for line in written))
    for secret in PERSONAL:
        assert secret not in lines.getvalue() and json.dumps(secret)[1:-1] not in lines.getvalue()
        assert not [span.name for span in finished(spans) if secret in span.to_json() or json.dumps(secret)[1:-1] in span.to_json()]
    [failure] = [line for line in written if line["event"] == "unexpected failure"]
    assert re.fullmatch("[0-9a-f]{32}", failure["trace_id"]) and failure["trace_id"] == broken.json()["trace_id"]
    assert failure["failure"][0]["type"] == "ValueError"
    assert [line["failure"][0]["type"] for line in written if line["event"] == "a library failed"] == ["KeyError"]
    assert any("services/customer/customers.py" in place for place in failure["failure"][0]["at"])


async def test_every_application_serves_its_metrics(bank: TestBank, premises: Premises) -> None:
    await bank.settle()
    declared = {
        next(iter(metric.describe())).name: metric for metric in vars(telemetry).values() if isinstance(metric, Counter | Gauge | Histogram)
    }
    assert len(declared) >= 10
    for name, application in bank.bank.applications.items():
        answer = await bank.bank.transport.send(name, "GET", "/metrics")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
        families = {family.name: family for family in text_string_to_metric_families(answer.text)}
        assert set(declared) <= set(families), name
        samples = {(sample.name, sample.labels.get("service")) for family in families.values() for sample in family.samples}
        assert ("huitong_http_requests_total", name) in samples
        if application.service.plumbing is not None:
            assert {("huitong_outbox_waiting", name), ("huitong_outbox_oldest_seconds", name), ("huitong_parked_messages", name)} <= samples


async def test_metrics_count_requests_by_the_address_not_by_what_is_in_it(bank: TestBank, premises: Premises) -> None:
    await bank.client.get(f"/api/accounts/{premises.account}", headers={"Authorization": f"Bearer {await bank.sign_on('S0211')}"})
    await bank.client.get("/api/nothing/at/all")
    text = (await bank.bank.transport.send("gateway", "GET", "/metrics")).text
    assert 'huitong_http_requests_total{route="/api/accounts/{account}",service="gateway",status="200"}' in text
    assert premises.account not in text
    assert 'route="unmatched"' in text and "/api/nothing" not in text
