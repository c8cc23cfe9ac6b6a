"""备付金透支罚息: a reserve account that a day's netting left below zero pays interest for that day (IB 2912, decision 0021).

Both books are posted at once. Charged among the automatic events of the next date, before its netting, so that it is netted with that
date's business. The system charges it by itself under the code `clearing.reserve.penalty`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from banking.automatic import Automatic, post_automatically
from banking.transaction import Posting
from contracts.day import EventProgress
from kernel.numbers import CITY, superior_of
from runtime.database import driver_connection
from runtime.identifiers import derived_id
from runtime.service import Resources
from services.clearing.domain.reserves import held_accounts, penalty_minor
from services.clearing.parameters.load import penalty_rates
from services.clearing.runs import balances_on

CODE = RULE = "clearing.reserve.penalty"
PORTION = 1000
_KEEP = (
    "INSERT INTO clearing.reserve_penalty (posting_id, business_date, account, currency, overdrawn_on, balance_minor, daily_permyriad, "
    "interest_minor) SELECT posting_id, $6, account, currency, $7, balance, $8, interest FROM "
    "unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS given(posting_id, account, currency, balance, interest)"
)


@dataclass(frozen=True, slots=True)
class Penalty:
    """What one reserve account pays."""

    account: str
    holder: str
    currency: str
    balance_minor: int
    interest_minor: int

    def posting_id(self, overdrawn_on: date) -> UUID:
        return derived_id(CODE, self.account, overdrawn_on.isoformat())

    def automatic(self, overdrawn_on: date) -> Automatic:
        posting = Posting(RULE, self.currency, amounts_minor={"interest": self.interest_minor}, references={"holder": self.holder})
        return Automatic(self.posting_id(overdrawn_on), superior_of(self.holder) or CITY, posting)


async def charge(resources: Resources, day: date) -> EventProgress:
    """The day-end event: the next portion of the accounts that yesterday's netting left overdrawn. Charging again changes nothing."""
    overdrawn_on = day - timedelta(days=1)
    async with resources.database.transaction() as connection:
        raw = await driver_connection(connection)
        await raw.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", CODE)
        due = await penalties_of(raw, overdrawn_on)
        charged = {
            row["account"] for row in await raw.fetch("SELECT account FROM clearing.reserve_penalty WHERE overdrawn_on = $1", overdrawn_on)
        }
        portion = [each for each in due if each.account not in charged][:PORTION]
        if portion:
            columns = [
                [each.posting_id(overdrawn_on) for each in portion],
                [each.account for each in portion],
                [each.currency for each in portion],
                [each.balance_minor for each in portion],
                [each.interest_minor for each in portion],
            ]
            await raw.execute(_KEEP, *columns, day, overdrawn_on, penalty_rates().value_on(overdrawn_on))
            await post_automatically(connection, resources, CODE, day, [each.automatic(overdrawn_on) for each in portion])
    return EventProgress(done=len(charged) + len(portion), total=max(len(due), len(charged)))


async def penalties_of(raw: asyncpg.Connection, overdrawn_on: date) -> list[Penalty]:
    """The reserve accounts that a date's netting left below zero, by account, with what each of them pays for that day."""
    outlets = [row["outlet"] for row in await raw.fetch("SELECT outlet FROM clearing.department WHERE since <= $1", overdrawn_on)]
    currencies = [row["currency"] for row in await raw.fetch("SELECT DISTINCT currency FROM clearing.netting_run")]
    rate = penalty_rates().value_on(overdrawn_on)
    found = []
    for currency in currencies:
        holders = held_accounts(outlets, currency)
        for account, minor in (await balances_on(raw, overdrawn_on, list(holders))).items():
            interest_minor = penalty_minor(minor, rate)
            if interest_minor:
                found.append(Penalty(account, holders[account], currency, minor, interest_minor))
    return sorted(found, key=lambda each: each.account)
