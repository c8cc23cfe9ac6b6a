"""Requests made up from the OpenAPI description of the door, sent to the running bank, and what its answers break.

Schemathesis makes the requests in a thread of its own; each goes through the bank's own loop, because that is where the bank lives.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from contracts.problem import PROBLEM_TYPE

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    allow_header_conformance,
]
REASONS = {"service.busy", "service.database_unavailable", "service.unreachable", "service.too_slow"}


@dataclass(frozen=True)
class Caller:
    """Sends what Schemathesis makes up, as a teller."""

    client: httpx.AsyncClient
    loop: asyncio.AbstractEventLoop
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    """How often each operation answered with each status."""

    def send(self, case: Case, token: str) -> httpx.Response:
        """Send one made-up request, signed as a teller whatever credentials it made up."""
        prepared = requests.Request(**case.as_transport_kwargs(base_url="http://bank")).prepare()
        headers = {name: _text(value).encode("latin-1", "replace") for name, value in prepared.headers.items()}
        headers["Authorization"] = f"Bearer {token}".encode()
        sent = self.client.request(prepared.method or "", prepared.url or "", headers=headers, content=prepared.body)
        answer = asyncio.run_coroutine_threadsafe(sent, self.loop).result(timeout=60)
        self.seen[case.operation.label, answer.status_code] += 1
        return answer


def with_values(document: Any, values: Mapping[str, Sequence[str]]) -> Any:
    """The description with values that the bank knows in place of some patterns and widgets, so that requests get past the first check."""
    if isinstance(document, list):
        return [with_values(each, values) for each in document]
    if not isinstance(document, dict):
        return document
    known = values.get(str(document.get("pattern"))) or values.get(str(document.get("x-widget")))
    if document.get("type") == "string" and known:
        return {"type": "string", "enum": list(known)}
    return {key: with_values(each, values) for key, each in document.items()}


def operations(document: dict[str, Any]) -> list[APIOperation]:
    """Every operation of the description."""
    schema = schemathesis.openapi.from_dict(document)
    return [result.ok() for result in schema.get_all_operations()]


def try_out(operation: APIOperation, caller: Caller, tokens: Sequence[str], mode: GenerationMode, examples: int) -> list[str]:
    """Send so many made-up requests to one operation, as tellers with these tokens; what was wrong with the answers."""
    wrong: list[str] = []
    strategy = operation.as_strategy(generation_mode=mode)

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, token=st.sampled_from(tokens))
    def check(case: Case, token: str) -> None:
        answer = caller.send(case, token)
        for problem in problems_of(case, answer):
            wrong.append(f"{operation.method.upper()} {operation.path}: {problem}\n  {case.as_curl_command()}\n  {answer.text[:500]}")

    with suppress(Unsatisfiable):  # there is nothing wrong one could send to an operation that takes nothing
        check()
    return wrong


def problems_of(case: Case, answer: httpx.Response) -> list[str]:
    """What an answer breaks: the description, or the promise that nothing fails without a reason and every refusal is a problem."""
    found = []
    if answer.status_code >= 400:
        found += broken_promises(answer)
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as failures:
        found += [str(failure) for failure in failures.exceptions]
    except Failure as failure:
        found.append(str(failure))
    return found


def broken_promises(answer: httpx.Response) -> list[str]:
    """How a refusal falls short of a problem with a code and a sentence in both languages."""
    if answer.headers.get("content-type") != PROBLEM_TYPE:
        return [f"a refusal {answer.status_code} of type {answer.headers.get('content-type')}"]
    problem, found = answer.json(), []
    if answer.status_code >= 500 and problem["code"] not in REASONS:
        found.append(f"server error {answer.status_code}")
    if problem["status"] != answer.status_code:
        found.append(f"says {problem['status']}, is {answer.status_code}")
    if not (problem["message"].get("zh") and problem["message"].get("en")):
        found.append("a language is missing")
    return found


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
