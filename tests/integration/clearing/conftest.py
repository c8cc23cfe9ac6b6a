"""A bank of departments without people for the netting tests: one per test, so that what one leaves open does not stop another."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.clearing import books
from tests.support.bank import TestBank, running_bank
from tests.support.interbranch import open_departments, settled


@pytest.fixture
async def branches(bank_template) -> AsyncIterator[TestBank]:
    """The demo departments with their opening entries."""
    async with running_bank(bank_template, demo=False) as running:
        await open_departments(running.bank.transport)
        await settled(running.bank.transport)
        yield running


@pytest.fixture
def impatient(monkeypatch) -> None:
    """A run that waits in vain gives up soon: for tests in which nothing will come."""
    monkeypatch.setattr(books, "PATIENCE_SECONDS", 1.5)
