"""How often a stranger may ask."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from gateway.rate_limit import PORTAL_PER_ADDRESS, QUOTES_PER_ADDRESS, portal_limit, quote_limit
from kernel.errors import DomainError


def asking(address: str, state: dict[str, Any]) -> Any:
    app = SimpleNamespace(state=SimpleNamespace(resources=SimpleNamespace(state=state)))
    return SimpleNamespace(client=SimpleNamespace(host=address), app=app)


@pytest.mark.parametrize(
    ("limit", "most"), [(quote_limit, QUOTES_PER_ADDRESS), (portal_limit, PORTAL_PER_ADDRESS)], ids=["quotes", "portal"]
)
async def test_strangers_are_limited_for_each_address(limit: Any, most: Any) -> None:
    state: dict[str, Any] = {}
    for _ in range(most.amount):
        await limit(asking("10.0.0.1", state))
    with pytest.raises(DomainError) as refused:
        await limit(asking("10.0.0.1", state))
    assert refused.value.code == "request.too_many"
    await limit(asking("10.0.0.2", state))
