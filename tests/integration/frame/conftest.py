"""The demo bank with a few customers and accounts."""

from __future__ import annotations

import pytest

from tests.support.bank import TestBank
from tests.support.premises import Premises, furnish


@pytest.fixture(scope="module")
async def premises(bank: TestBank) -> Premises:
    """Customers and accounts of this test module."""
    return await furnish(bank)
