"""The same business days with one process per service on a real RabbitMQ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from launch.demo import BUSINESS_DATE
from tests.scenario.language import Play, before_many_days, has_peer, read_day
from tests.scenario.test_days import DAYS
from tests.support.distributed import distributed_bank

PLAYED = [path for path in DAYS if len(before_many_days(read_day(path))) > 1]
"""The days of which more than the date comes before `many-days`."""
pytestmark = [pytest.mark.broker, pytest.mark.slow]


@pytest.mark.parametrize("path", PLAYED, ids=lambda path: path.stem)
async def test_day_distributed(path: Path, bank_template: Any, broker: Any, tmp_path: Path) -> None:
    vhost = broker.add_vhost(f"day-{path.stem}")
    steps = before_many_days(read_day(path))
    options = ("--national-peer",) if has_peer(steps) else ()
    async with distributed_bank(bank_template, vhost, tmp_path / "bank", *options) as bank:
        await Play(bank, BUSINESS_DATE).run(steps)
