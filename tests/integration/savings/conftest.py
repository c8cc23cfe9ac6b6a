"""The savings service of a test module."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import asyncpg
import pytest

from tests.support.savings import SavingsAlone, savings_alone


@pytest.fixture(scope="module")
async def savings(postgres_cluster: Any, database_url: str) -> AsyncIterator[SavingsAlone]:
    """The savings service alone, on the first of September 2005."""
    async with savings_alone(postgres_cluster.dsn, database_url) as alone:
        yield alone


@pytest.fixture
async def bank(savings: SavingsAlone, database_url: str) -> SavingsAlone:
    """The savings service on the first of September 2005 again; its dates go forward within a test."""
    owner = await asyncpg.connect(database_url)
    await owner.execute(
        "TRUNCATE savings.register; UPDATE savings.business_day SET business_date = '2005-09-01', closed = false;"
        "UPDATE savings.outlet_gate SET business_date = '2005-09-01', is_open = true, last_number = 0"
    )
    await owner.close()
    savings.business_date = date(2005, 9, 1)
    return savings
