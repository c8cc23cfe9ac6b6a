"""A run that dies between any two lines: whoever asks next ends it with the same books, and nothing is posted twice."""

from __future__ import annotations

from typing import Any

import pytest

from launch.demo import BUSINESS_DATE
from services.clearing.netting import run_netting
from tests.integration.clearing.test_clearing_run import MOVED, WORKED_EXAMPLE
from tests.support.bank import TestBank
from tests.support.interbranch import move_all, net, reserves, settled, sub_accounts
from tests.support.mortal import Death, Died, MortalDatabase, MortalTransport

pytestmark = pytest.mark.slow


@pytest.mark.slow
async def test_a_run_that_dies_anywhere_is_finished_by_the_next_call(branches: TestBank) -> None:
    """Each turn brings the worked example again, dies one step later, and is finished by a healthy call."""
    transport = branches.bank.transport
    resources = branches.bank.applications["clearing"].resources
    before, database, turns, died_after_posting = await reserves(transport), resources.database, 0, 0
    while True:
        await move_all(transport, {**WORKED_EXAMPLE, ("0102", "417"): 3, ("0102", "418"): -3})
        await settled(transport)
        death = Death(turns)
        resources.database, resources.transport = MortalDatabase(database, death), MortalTransport(transport, death)  # type: ignore[assignment]
        try:
            await run_netting(resources, BUSINESS_DATE)
        except Died:
            pass
        finally:
            resources.database, resources.transport = database, transport
        lived = not death.came
        died_after_posting += any(run["stage"] == "posting" for run in await branches.sql("SELECT stage FROM clearing.netting_run"))
        assert (await net(transport)).state == "done"
        turns += 1
        assert await sub_accounts(transport) == {}
        after = await reserves(transport)
        moved = {account: minor - before[account] for account, minor in after.items() if minor != before[account]}
        assert moved == {account: minor * turns for account, minor in MOVED.items()}, f"dying at step {turns - 1}"
        if lived:
            break
    entries = await branches.sql("SELECT count(*) AS rows, count(DISTINCT posting_id) AS ids FROM clearing.netting_entry")
    posted = await branches.sql("SELECT count(*) AS sets FROM ledger.posting_set WHERE origin = 'clearing'")
    assert entries[0]["rows"] == entries[0]["ids"] == posted[0]["sets"] == turns * 12, "eleven nets, and 0102 against itself"
    assert turns > 15 and died_after_posting > 0, "it died in both halves of the run"


async def test_a_crash_after_posting_is_finished_without_anybody_asking(branches: TestBank, monkeypatch) -> None:
    """The recovery loop of the service ends a run that was sent."""
    from services.clearing import netting

    transport = branches.bank.transport
    resources = branches.bank.applications["clearing"].resources

    async def die(*arguments: Any) -> bool:
        raise Died

    await move_all(transport, WORKED_EXAMPLE)
    with monkeypatch.context() as patched:
        patched.setattr(netting, "settle", die)
        with pytest.raises(Died):
            await run_netting(resources, BUSINESS_DATE)
    assert [row["stage"] for row in await branches.sql("SELECT stage FROM clearing.netting_run")] == ["posting"]
    await netting.resume_netting(resources)
    assert [row["stage"] for row in await branches.sql("SELECT stage FROM clearing.netting_run")] == ["done"]
    assert await sub_accounts(transport) == {}


async def test_a_rejected_set_is_named_and_not_passed_over(branches: TestBank, impatient: None) -> None:
    """A set the ledger cannot post waits parked; the run says so, and ends once the set was replayed."""
    transport = branches.bank.transport
    await move_all(transport, WORKED_EXAMPLE)
    await settled(transport)
    await branches.sql("UPDATE ledger.account SET closed_on = opened_on WHERE account = '902011047200200'")
    problem = (await net(transport)).runs[0].problem
    assert problem is not None and problem.code == "clearing.netting.not_posted"
    assert problem.en.startswith("1 netting set")
    await branches.sql("UPDATE ledger.account SET closed_on = NULL WHERE account = '902011047200200'")
    [parked] = (await transport.call("ledger", "GET", "/internal/bus"))["parked"]
    await transport.call("ledger", "POST", f"/internal/parked/{parked['id']}/replay")
    assert (await net(transport)).state == "done"
    assert await sub_accounts(transport) == {}
