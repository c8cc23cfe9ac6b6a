"""The whole demo bank, impatient."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.bank import TestBank, running_bank, test_settings

IMPATIENT = {"day_end_patience_seconds": 1.5}


@pytest.fixture
async def fresh_bank(bank_template: Any) -> AsyncIterator[TestBank]:
    """A demo bank of this test's own; a day end gives up after a second and a half without progress."""
    async with running_bank(bank_template, settings=test_settings(**IMPATIENT)) as running:
        yield running


@pytest.fixture(scope="module")
async def bank(bank_template: Any) -> AsyncIterator[TestBank]:
    """A demo bank of this module's own, as impatient."""
    async with running_bank(bank_template, settings=test_settings(**IMPATIENT)) as running:
        yield running
