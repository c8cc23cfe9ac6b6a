"""The bank of a test module that borrows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.lending import LendingBank, lending_bank


@pytest.fixture(scope="module")
async def bank(postgres_cluster: Any, database_url: str) -> AsyncIterator[LendingBank]:
    """Lending, savings, customer and ledger on the first of September 2005."""
    async with lending_bank(postgres_cluster.dsn, database_url) as running:
        yield running
