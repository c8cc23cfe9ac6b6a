"""What is written down about netting runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from contracts.clearing import NettingProblem, NettingRun
from kernel.errors import DomainError
from runtime.database import array_text, driver_connection
from runtime.identifiers import member_id
from runtime.service import Resources
from services.clearing.domain.netting import Plan, Settlement

log = structlog.get_logger(__name__)

DAY = "day"
RunKey = tuple[date, str, str, int]
"""Business date, currency, scope, round: there is one run of each."""
ENTRY_COLUMNS = [
    "run",
    "line",
    "step",
    "books",
    "counterparty",
    "s416_minor",
    "s417_minor",
    "s418_minor",
    "s419_minor",
    "s420_minor",
    "net_minor",
    "debit_account",
    "credit_account",
    "posting_id",
]
RUN_COLUMNS = (
    "run, business_date, currency, scope, round, stage, done, total, nets, zero_nets, external_minor, residue_minor, problem::text"
)
SELECT_RUNS = f"SELECT {RUN_COLUMNS} FROM clearing.netting_run "


def run_of(row: Mapping[str, Any]) -> NettingRun:
    """A run as others see it."""
    problem = NettingProblem.model_validate_json(row["problem"]) if row["problem"] else None
    state = "done" if row["stage"] == "done" else "failed" if problem else "running"
    return NettingRun.model_validate({**row, "problem": problem, "state": state})


def problem_of(error: DomainError) -> str:
    """A refusal as a run keeps it."""
    return NettingProblem(code=error.code, zh=error.text.zh, en=error.text.en).model_dump_json()


def posting_id_of(run: UUID, line: int) -> UUID:
    """The posting id of an entry, always the same. Entries follow each other, so that every index they come into grows at one end."""
    return member_id(run, line)


async def runs_of_day(raw: asyncpg.Connection, day: date) -> list[NettingRun]:
    """The runs of a date, oldest first."""
    return [run_of(row) for row in await raw.fetch(SELECT_RUNS + "WHERE business_date = $1 ORDER BY started_at, currency, round", day)]


async def progress_of(raw: asyncpg.Connection, run: UUID) -> tuple[int, int]:
    """How many sets of a run that was sent have come back, of how many."""
    row = await raw.fetchrow("SELECT done, total FROM clearing.netting_run WHERE run = $1", run)
    return row["done"], row["total"]


def round_after(latest: NettingRun | None) -> int:
    """The round that a new attempt belongs to: one that never got beyond checking is tried again under its own number."""
    if latest is None:
        return 1
    return latest.round if latest.stage == "checking" else latest.round + 1


async def note_checking(raw: asyncpg.Connection, run: UUID, key: RunKey, done: int, total: int, problem: str | None) -> None:
    """Keep how far the checks are, or why they stopped; a run that has gone beyond them is left alone."""
    await raw.execute(
        "INSERT INTO clearing.netting_run AS r (run, business_date, currency, scope, round, stage, done, total, problem) "
        "VALUES ($1, $2, $3, $4, $5, 'checking', $6, $7, $8::jsonb) ON CONFLICT (business_date, currency, scope, round) "
        "DO UPDATE SET done = excluded.done, total = excluded.total, problem = excluded.problem WHERE r.stage = 'checking'",
        run,
        *key,
        done,
        total,
        problem,
    )


async def drop_checking(raw: asyncpg.Connection, key: RunKey) -> None:
    """Forget a round that was checked and found to have nothing to do."""
    await raw.execute(
        "DELETE FROM clearing.netting_run WHERE business_date = $1 AND currency = $2 AND scope = $3 AND round = $4 AND stage = 'checking'",
        *key,
    )


async def drop_early_attempts(raw: asyncpg.Connection, day: date) -> None:
    """Forget early nettings that never got beyond their checks, once the whole day has been netted."""
    await raw.execute(
        "DELETE FROM clearing.netting_run WHERE business_date = $1 AND scope <> $2 AND stage = 'checking'",
        day,
        DAY,
    )


async def begin(raw: asyncpg.Connection, run: UUID, key: RunKey, plan: Plan) -> NettingRun | None:
    """Write the run of a plan, finished if there is nothing to post. None if another caller has already begun this round."""
    nets = sum(1 for each in plan.settlements if each.net_minor)
    begun = await raw.fetchrow(
        "INSERT INTO clearing.netting_run AS r (run, business_date, currency, scope, round, stage, nets, zero_nets, total, "
        "external_minor, residue_minor, finished_at) VALUES ($1, $2, $3, $4, $5, $6::text, $7, $8, $9, $10, $11, "
        "CASE WHEN $6::text = 'done' THEN now() END) "
        "ON CONFLICT (business_date, currency, scope, round) DO UPDATE SET run = excluded.run, stage = excluded.stage, done = 0, "
        "nets = excluded.nets, zero_nets = excluded.zero_nets, total = excluded.total, external_minor = excluded.external_minor, "
        "residue_minor = excluded.residue_minor, finished_at = excluded.finished_at, problem = NULL "
        f"WHERE r.stage = 'checking' RETURNING {RUN_COLUMNS}",
        run,
        *key,
        "done" if plan.is_empty else "posting",
        nets,
        len(plan.settlements) - nets,
        len(plan.posted),
        plan.external_minor,
        plan.residue_minor,
    )
    if begun is not None and key[2] == DAY:
        await raw.execute(
            "INSERT INTO clearing.department (outlet, since) SELECT outlet, $1 FROM clearing.outlet_gate AS g "
            "WHERE NOT EXISTS (SELECT FROM clearing.department AS d WHERE d.outlet = g.outlet) ON CONFLICT DO NOTHING",
            key[0],
        )
    return run_of(begun) if begun is not None else None


async def add_entries(raw: asyncpg.Connection, run: UUID, currency: str, settlements: Sequence[Settlement], first_line: int = 1) -> None:
    """Write the entries of a run, with the posting ids of their sets."""
    # Made one by one, while the database takes those before.
    records = (
        (
            *(run, line, each.step, each.books, each.counterparty, *each.cleared, each.net_minor),
            *(*each.accounts(currency), posting_id_of(run, line)),
        )
        for line, each in enumerate(settlements, first_line)
    )
    await raw.copy_records_to_table("netting_entry", schema_name="clearing", columns=ENTRY_COLUMNS, records=records)


async def has_suspense(raw: asyncpg.Connection, run: UUID) -> bool:
    """Whether the run has put a residue to suspense already."""
    return bool(await raw.fetchval("SELECT EXISTS (SELECT FROM clearing.netting_entry WHERE run = $1 AND step = 6)", run))


async def extend(raw: asyncpg.Connection, run: UUID, currency: str, settlements: Sequence[Settlement]) -> int:
    """Add suspense entries to a run, each with its open item. Returns the line of the first."""
    first_line = int(await raw.fetchval("SELECT coalesce(max(line), 0) + 1 FROM clearing.netting_entry WHERE run = $1", run) or 1)
    await add_entries(raw, run, currency, settlements, first_line)
    await raw.execute("UPDATE clearing.netting_run SET total = total + $2 WHERE run = $1", run, len(settlements))
    await raw.execute(
        "INSERT INTO clearing.open_item (posting_id, run, business_date, outlet, currency, suspense_account, amount_minor) "
        "SELECT e.posting_id, r.run, r.business_date, e.books, r.currency, "
        "CASE WHEN e.net_minor < 0 THEN e.debit_account ELSE e.credit_account END, e.net_minor "
        "FROM clearing.netting_entry AS e JOIN clearing.netting_run AS r USING (run) WHERE e.run = $1 AND e.line >= $2",
        run,
        first_line,
    )
    return first_line


async def set_problem(raw: asyncpg.Connection, run: UUID, problem: str | None) -> None:
    """Say, or take back, why a run that has posted does not get on."""
    await raw.execute("UPDATE clearing.netting_run SET problem = $2::jsonb WHERE run = $1 AND stage = 'posting'", run, problem)


async def finish(raw: asyncpg.Connection, run: UUID) -> None:
    """A run whose sets are all in the journal and whose books were verified."""
    await raw.execute("UPDATE clearing.netting_run SET stage = 'done', problem = NULL, finished_at = now() WHERE run = $1", run)


async def balances_on(raw: asyncpg.Connection, day: date, accounts: Sequence[str]) -> dict[str, int]:
    """Reserve accounts as the last netting up to a date left them, debit positive; those never seen are absent."""
    rows = await raw.fetch(
        "SELECT given.account, last.balance_minor FROM unnest($2::text[]) AS given(account) CROSS JOIN LATERAL "
        "(SELECT balance_minor FROM clearing.reserve_balance AS r WHERE r.account = given.account AND r.business_date <= $1 "
        "ORDER BY r.business_date DESC LIMIT 1) AS last",
        day,
        accounts,
    )
    return {row["account"]: row["balance_minor"] for row in rows}


async def keep_balances(raw: asyncpg.Connection, day: date, currency: str, balances: Mapping[str, int]) -> None:
    """Keep the reserve accounts as the date's netting left them, where they are not what an earlier day left."""
    accounts = sorted(balances)
    await raw.execute(
        "INSERT INTO clearing.reserve_balance AS b (account, business_date, currency, balance_minor) "
        "SELECT given.account, $1, $2, given.minor FROM unnest($3::text::text[], $4::text::bigint[]) AS given(account, minor) "
        "LEFT JOIN LATERAL (SELECT balance_minor FROM clearing.reserve_balance AS r WHERE r.account = given.account "
        "AND r.business_date <= $1 ORDER BY r.business_date DESC LIMIT 1) AS last ON true "
        "WHERE last.balance_minor IS DISTINCT FROM given.minor "
        "ON CONFLICT (account, business_date) DO UPDATE SET balance_minor = excluded.balance_minor",
        day,
        currency,
        array_text(accounts),
        array_text(str(balances[account]) for account in accounts),
    )


class Notes:
    """Keeps in the run's row how far the checks are, and why they stopped; written only when something has changed."""

    def __init__(self, resources: Resources, run: UUID, key: RunKey, *, written: bool) -> None:
        self._written = written
        self._resources = resources
        self._run = run
        self._key = key
        self._last = (0, 0)

    async def progress(self, done: int, total: int) -> None:
        if (done, total) != self._last:
            self._last = (done, total)
            await self._write(None)

    async def stopped(self, error: DomainError) -> None:
        log.warning("netting stopped", business_date=str(self._key[0]), currency=self._key[1], code=error.code)
        await self._write(problem_of(error))

    async def forget(self) -> None:
        """There was nothing to do: what the checks wrote is no run."""
        if self._written:
            async with self._resources.database.transaction() as connection:
                await drop_checking(await driver_connection(connection), self._key)

    async def _write(self, problem: str | None) -> None:
        self._written = True
        async with self._resources.database.transaction() as connection:
            await note_checking(await driver_connection(connection), self._run, self._key, *self._last, problem)
