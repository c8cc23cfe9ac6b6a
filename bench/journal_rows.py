"""A year of journal made by SQL: the rows a bank of a hundred outlets would have, without the work of posting them.

Every set is a deposit in cash over a counter; a quarter of them are for accounts of other outlets and carry the legs that bridge them. One
date of the year is a very busy one. Balances behind the legs are made up: nothing is measured here but finding and showing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import asyncpg

from kernel.numbers import customer_number, personal_account

OUTLETS = tuple(f"{branch:02d}{number:02d}" for branch in range(1, 11) for number in range(10))
DAYS = 365
CUSTOMERS = 100_000
LEGS_PER_SET = 2.5
BUSY_SHARE = 0.04
"""Of all sets, those on the busy date."""

HEAVY = ("leg", "off_sheet_leg", "posting_set")

ACCOUNT_PLACES = """
    CREATE UNLOGGED TABLE ledger.bench_account (position int PRIMARY KEY, account text, home text)
"""
PLACE_ACCOUNTS = """
    INSERT INTO ledger.bench_account SELECT position - 1, account, ($2::text[])[1 + (position - 1) % cardinality($2::text[])]
    FROM unnest($1::text[]) WITH ORDINALITY AS given(account, position)
"""
OPEN_ACCOUNTS = """
    INSERT INTO ledger.account (account, outlet, currency, business_code, name, balance_minor, opened_on)
    SELECT account, home, 'CNY', '211', '客户' || position, -1000000, $1::date FROM ledger.bench_account
"""
BANK_ACCOUNTS = """
    INSERT INTO ledger.account (account, outlet, currency, business_code, balance_minor, opened_on)
    SELECT '9' || outlet || '10' || code || '00001', outlet, 'CNY', code, CASE code WHEN '101' THEN 100000000 ELSE 0 END, $2::date
    FROM unnest($1::text[]) AS outlet CROSS JOIN unnest('{101,417,702}'::text[]) AS code ON CONFLICT DO NOTHING
"""
SETS = """
    CREATE UNLOGGED TABLE ledger.bench_day AS
    SELECT g, outlet, account, home, far,
           CASE WHEN chance / 3 % 5 < 3 THEN (ARRAY[10000, 20000, 50000, 100000, 500000])[1 + chance / 17 % 5]::bigint
                ELSE 100 + chance % 9000000 END AS amount_minor,
           (lpad(to_hex((extract(epoch FROM $1::date) * 1000)::bigint + g), 12, '0') || '7' || lpad(to_hex(g & 4095), 3, '0') || '8'
            || lpad(to_hex(g), 15, '0'))::uuid AS posting_id, $1::date AS business_date
    FROM (SELECT g, ($3::text[])[1 + g % cardinality($3::text[])] AS outlet, g / cardinality($3::text[]) % 4 = 0 AS far,
                 hashint4(g + $5::int) & 2147483647 AS chance
          FROM generate_series(0, $2::int - 1) AS g) AS counted
    JOIN ledger.bench_account ON position = chance % ($4::int / cardinality($3::text[])) * cardinality($3::text[])
                    + CASE WHEN far THEN chance / 7 % cardinality($3::text[]) ELSE g % cardinality($3::text[]) END
"""
WRITE_SETS = """
    INSERT INTO ledger.posting_set (posting_id, business_date, value_date, origin, transaction_code, transaction_number, rule, rule_version,
        currency, outlet, teller, red, control_total_minor, fact)
    SELECT posting_id, business_date, business_date, 'savings', 'savings.demand.deposit',
           outlet || '2' || lpad((g / $1::int + 1)::text, 6, '0'), 'savings.demand.deposit', 1, 'CNY', outlet,
           'S' || left(outlet, 2) || right(outlet, 1) || 1 + g % 3, false, amount_minor,
           jsonb_build_object('rule', 'savings.demand.deposit', 'posting_id', posting_id, 'summary', '活期存款', 'voucher_type', 'passbook',
               'voucher_number', lpad((g % 100000000)::text, 8, '0'), 'amounts_minor', jsonb_build_object('amount', amount_minor))
    FROM ledger.bench_day
"""
LEG_COLUMNS = (
    "posting_id, line, business_date, outlet, account, currency, business_code, subject, is_debit, amount_minor, red, cash, automatic, "
    "summary, balance_after_minor"
)
WRITE_LEGS = f"""
    INSERT INTO ledger.leg ({LEG_COLUMNS})
    SELECT posting_id, line, business_date, books, CASE WHEN code = '211' THEN account ELSE '9' || books || '10' || code || '00001' END,
           'CNY', code, CASE code WHEN '417' THEN '416' ELSE code END, is_debit, amount_minor, false, code = '101', line > 1, '',
           amount_minor
    FROM ledger.bench_day CROSS JOIN LATERAL (VALUES
        (0, outlet, '101', true, true), (1, home, '211', false, true),
        (2, outlet, '417', false, far), (3, home, '417', true, far)) AS leg(line, books, code, is_debit, wanted)
    WHERE wanted ORDER BY g, line
"""
WRITE_OFF_SHEET = """
    INSERT INTO ledger.off_sheet_leg (posting_id, line, business_date, outlet, account, currency, business_code, subject, is_receive,
        amount_minor, red, balance_after_minor)
    SELECT posting_id, 0, business_date, outlet, '9' || outlet || '1070200001', 'CNY', '702', '702', false, 100, false, 1000
    FROM ledger.bench_day WHERE g % 20 = 0
"""
TOTALS = """
    INSERT INTO ledger.subject_total (business_date, outlet, currency, business_code, subject, debit_cash_minor, debit_transfer_minor,
        credit_cash_minor, credit_transfer_minor, debit_cash_count, debit_transfer_count, credit_cash_count, credit_transfer_count)
    SELECT business_date, outlet, currency, business_code, subject,
           coalesce(sum(amount_minor) FILTER (WHERE is_debit AND cash), 0),
           coalesce(sum(amount_minor) FILTER (WHERE is_debit AND NOT cash), 0),
           coalesce(sum(amount_minor) FILTER (WHERE NOT is_debit AND cash), 0),
           coalesce(sum(amount_minor) FILTER (WHERE NOT is_debit AND NOT cash), 0), count(*) FILTER (WHERE is_debit AND cash),
           count(*) FILTER (WHERE is_debit AND NOT cash), count(*) FILTER (WHERE NOT is_debit AND cash),
           count(*) FILTER (WHERE NOT is_debit AND NOT cash)
    FROM ledger.leg WHERE business_date < $1::date GROUP BY 1, 2, 3, 4, 5
"""
GENERAL_LEDGER = """
    INSERT INTO ledger.general_ledger (outlet, currency, business_code, business_date, subject, off_sheet, opening_minor, debit_minor,
        credit_minor, closing_minor)
    SELECT outlet, currency, business_code, business_date, subject, false, sum(debit - credit) OVER running - (debit - credit), debit,
           credit, sum(debit - credit) OVER running
    FROM (SELECT *, debit_cash_minor + debit_transfer_minor AS debit, credit_cash_minor + credit_transfer_minor AS credit
          FROM ledger.subject_total WHERE business_date < $1::date) AS moved
    WINDOW running AS (PARTITION BY outlet, currency, business_code ORDER BY business_date)
"""


@dataclass(frozen=True, slots=True)
class Year:
    """What was written: the dates, the busy one, and how many rows of each kind."""

    first: date
    last: date
    busy: date
    accounts: list[str]
    rows: dict[str, int]


async def write_year(connection: asyncpg.Connection, today: date, legs: int, say: Callable[[str], None]) -> Year:
    """Fill the empty journal with the year before a date, so many legs in all. Indexes are made when the rows are there."""
    numbers = [customer_number(0, 90_000_000 + position) for position in range(CUSTOMERS)]
    accounts = [personal_account(number, 1) for number in numbers]
    first, last = today - timedelta(days=DAYS), today - timedelta(days=1)
    await connection.execute(ACCOUNT_PLACES)
    await connection.execute(PLACE_ACCOUNTS, accounts, list(OUTLETS))
    await connection.execute(OPEN_ACCOUNTS, first)
    await connection.execute(BANK_ACCOUNTS, list(OUTLETS), first)
    restore = await _without_indexes(connection)
    sets = int(legs / LEGS_PER_SET)
    busy = last - timedelta(days=30)
    busy_sets = int(sets * BUSY_SHARE)
    for position in range(DAYS):
        day = first + timedelta(days=position)
        count = busy_sets if day == busy else (sets - busy_sets) // (DAYS - 1)
        await connection.execute(SETS, day, count, list(OUTLETS), len(accounts), position * 7919)
        await connection.execute(WRITE_SETS, len(OUTLETS))
        await connection.execute(WRITE_LEGS)
        await connection.execute(WRITE_OFF_SHEET)
        await connection.execute("DROP TABLE ledger.bench_day")
        if position % 73 == 72:
            say(f"{position + 1} of {DAYS} days written")
    for statement in restore:
        say(statement.split(" USING")[0][:90])
        await connection.execute(statement)
    await connection.execute("DROP TABLE ledger.bench_account")
    await connection.execute(TOTALS, today)
    await connection.execute("ANALYZE ledger.subject_total")
    await connection.execute(GENERAL_LEDGER, today)
    await connection.execute("VACUUM (ANALYZE)")
    rows = {table: await connection.fetchval(f"SELECT count(*) FROM ledger.{table}") for table in (*HEAVY, "account", "general_ledger")}
    return Year(first, last, busy, accounts, rows)


async def _without_indexes(connection: asyncpg.Connection) -> list[str]:
    """Drop keys and indexes of the journal; the statements that make them again, keys first."""
    tables = [f"ledger.{table}" for table in HEAVY]
    keys = await connection.fetch(
        "SELECT conrelid::regclass::text AS relation, conname, pg_get_constraintdef(oid) AS definition, contype FROM pg_constraint "
        "WHERE conrelid = ANY($1::regclass[]) AND contype IN ('p', 'f') ORDER BY contype DESC",
        tables,
    )
    indexes = await connection.fetch(
        "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index "
        "WHERE indrelid = ANY($1::regclass[]) AND NOT indisprimary",
        tables,
    )
    for kind in ("f", "p"):
        for key in keys:
            if key["contype"] == kind.encode():
                await connection.execute(f'ALTER TABLE {key["relation"]} DROP CONSTRAINT "{key["conname"]}"')
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    added = [f'ALTER TABLE {key["relation"]} ADD CONSTRAINT "{key["conname"]}" {key["definition"]}' for key in keys]
    return [*added, *(index["definition"] for index in indexes)]
