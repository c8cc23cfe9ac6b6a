"""Whole business days, read from `.day` files, in one process; the distributed run plays the same files in `test_days_distributed.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from launch.demo import BUSINESS_DATE
from tests.scenario.language import Play, has_peer, read_day
from tests.support.bank import running_bank, test_settings

DAYS = sorted((Path(__file__).parent / "days").glob("*.day"))


@pytest.mark.parametrize("path", DAYS, ids=lambda path: path.stem)
async def test_day_in_one_process(path: Path, bank_template: Any) -> None:
    steps = read_day(path)
    settings = test_settings(national_peer="simulator", national_peer_delay_seconds=0) if has_peer(steps) else None
    async with running_bank(bank_template, settings=settings) as bank:
        await Play(bank, BUSINESS_DATE).run(steps)
