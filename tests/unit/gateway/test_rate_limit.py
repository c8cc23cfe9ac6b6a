"""How often a stranger may ask."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from gateway.rate_limit import QUOTES_PER_ADDRESS, quote_limit
from kernel.errors import DomainError


def asking(address: str, state: dict[str, Any]) -> Any:
    app = SimpleNamespace(state=SimpleNamespace(resources=SimpleNamespace(state=state)))
    return SimpleNamespace(client=SimpleNamespace(host=address), app=app)


async def test_quotes_are_limited_for_each_address() -> None:
    state: dict[str, Any] = {}
    for _ in range(QUOTES_PER_ADDRESS.amount):
        await quote_limit(asking("10.0.0.1", state))
    with pytest.raises(DomainError) as refused:
        await quote_limit(asking("10.0.0.1", state))
    assert refused.value.code == "request.too_many"
    await quote_limit(asking("10.0.0.2", state))
