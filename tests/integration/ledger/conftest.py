"""The demo bank of a module, whose second persons approve as often as the tests need them in a minute."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.bank import TestBank, running_bank


class Unlimited:
    """A limiter that lets everybody through: the limits have tests of their own."""

    async def hit(self, *_: Any) -> bool:
        return True


@pytest.fixture(scope="module")
async def bank(bank_template: Any) -> AsyncIterator[TestBank]:
    """The demo bank of this test module, without the limit on approvals."""
    async with running_bank(bank_template) as running:
        running.bank.gateway.state.resources.state["sign_on_limiter"] = Unlimited()
        yield running
