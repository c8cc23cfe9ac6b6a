"""What the database itself refuses: books that are only added to, and schemas that are nobody else's business."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from launch.catalogue import SERVICE_NAMES, service_named
from runtime.migrations import role_of
from tests.support.bank import ROLE_PASSWORD, TestBank
from tests.support.premises import Premises

TABLES = [table for name in SERVICE_NAMES for table in service_named(name).metadata.sorted_tables]
APPEND_ONLY = [table.fullname for table in TABLES if table.info.get("append_only")]
BOOKS = {"ledger.posting_set", "ledger.leg", "ledger.off_sheet_leg", "ledger.reversal", "savings.account_line", "lending.loan_line"}


@pytest.fixture(params=SERVICE_NAMES)
async def role(request: pytest.FixtureRequest, bank: TestBank) -> AsyncIterator[tuple[str, asyncpg.Connection]]:
    """A connection as a service has it."""
    connection = await asyncpg.connect(bank.cluster.dsn(bank.database, role_of(request.param), ROLE_PASSWORD))
    yield request.param, connection
    await connection.close()


async def refused(connection: asyncpg.Connection, statement: str) -> bool:
    """Whether the database denies a statement for want of a right."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    finally:
        await transaction.rollback()
    return False


def test_the_books_are_declared_append_only() -> None:
    assert set(APPEND_ONLY) >= BOOKS


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_what_was_booked_is_never_changed(bank: TestBank, premises: Premises, table: str) -> None:
    service = table.partition(".")[0]
    first = next(column for column in service_named(service).metadata.tables[table].columns if column.identity is None)
    connection = await asyncpg.connect(bank.cluster.dsn(bank.database, role_of(service), ROLE_PASSWORD))
    try:
        await connection.fetch(f"SELECT * FROM {table} LIMIT 1")
        assert await refused(connection, f"UPDATE {table} SET {first.name} = {first.name}")
        assert await refused(connection, f"DELETE FROM {table}")
        assert await refused(connection, f"TRUNCATE {table}")
        assert await refused(connection, f"ALTER TABLE {table} ADD COLUMN extra integer")
        assert await refused(connection, f"DROP TABLE {table}")
    finally:
        await connection.close()


async def test_a_service_reads_no_other_schema(bank: TestBank, role: tuple[str, asyncpg.Connection]) -> None:
    service, connection = role
    await connection.fetch(f"SELECT * FROM {service}.business_day")
    for other in SERVICE_NAMES:
        if other == service:
            continue
        for table in service_named(other).metadata.sorted_tables:
            assert await refused(connection, f"SELECT 1 FROM {table.fullname}"), f"{service} reads {table.fullname}"
        assert not await connection.fetchval("SELECT has_schema_privilege(current_user, $1, 'USAGE, CREATE')", other)
    rights = await connection.fetch(
        "SELECT DISTINCT table_schema FROM information_schema.table_privileges "
        "WHERE grantee = current_user AND table_schema NOT IN ('pg_catalog', 'information_schema')"
    )
    assert [row["table_schema"] for row in rights] == [service]


async def test_a_service_makes_nothing_in_the_database(bank: TestBank, role: tuple[str, asyncpg.Connection]) -> None:
    service, connection = role
    for statement in (
        f"CREATE TABLE {service}.another (a integer)",
        "CREATE TABLE public.another (a integer)",
        "CREATE SCHEMA another",
        "CREATE ROLE another",
        "COPY (SELECT 1) TO '/tmp/another'",
        "SELECT pg_read_file('/etc/passwd')",
    ):
        assert await refused(connection, statement), statement
    facts = "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication FROM pg_roles WHERE rolname = current_user"
    assert await connection.fetchval(facts) is False
