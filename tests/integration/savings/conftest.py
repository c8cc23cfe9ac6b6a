"""The savings service of a test module."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.savings import SavingsAlone, savings_alone


@pytest.fixture(scope="module")
async def savings(postgres_cluster: Any, database_url: str) -> AsyncIterator[SavingsAlone]:
    """The savings service alone, on the first of September 2005."""
    async with savings_alone(postgres_cluster.dsn, database_url) as alone:
        yield alone
