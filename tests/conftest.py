"""One database cluster and one broker per test run, started when the first test asks for them.

`HUITONG_TEST_DATABASE_URL` (an account that may create databases) and `HUITONG_TEST_BROKER_URL` name existing servers instead.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from launch.provision.postgres import EmbeddedPostgres
from launch.provision.rabbitmq import PrivateBroker
from tests.support.bank import TestBank, make_template, running_bank

# Properties say what holds, not how fast: a machine that is busy with something else must not fail them.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """What is read by now stays to the end: looking through it again and again for garbage costs the run minutes."""
    gc.collect()
    gc.freeze()


class ExistingPostgres:
    """A server that was there before the tests, with the part of `EmbeddedPostgres` that tests use."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    def dsn(self, database: str = "postgres", user: str | None = None, password: str | None = None) -> str:
        host = self._parts.netloc.rpartition("@")[2]
        login = self._parts.netloc.rpartition("@")[0] if user is None else f"{quote(user, safe='')}:{quote(password or '', safe='')}"
        return urlunsplit(("postgresql", f"{login}@{host}" if login else host, f"/{quote(database, safe='')}", self._parts.query, ""))


class ExistingBroker:
    """A broker that was there before the tests: it has the one virtual host of its address and cannot be killed."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, vhost: str = "/") -> str:
        return self._url

    def add_vhost(self, name: str) -> str:
        return self._url

    def kill(self) -> None:
        pytest.skip("the broker is not ours to kill")

    stop = restart = start = kill


@pytest.fixture(scope="session")
def postgres_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres | ExistingPostgres]:
    """A running PostgreSQL server: `dsn(database, user, password)`, by default the superuser's."""
    if url := os.environ.get("HUITONG_TEST_DATABASE_URL"):
        yield ExistingPostgres(url)
        return
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), fast=True) as server:
        yield server
    server.remove()


@pytest.fixture(scope="module")
def database_url(postgres_cluster: EmbeddedPostgres | ExistingPostgres) -> Iterator[str]:
    """The superuser's address of an empty database of this test module's own."""
    name = f"test_{uuid4().hex}"
    asyncio.run(_execute(postgres_cluster.dsn(), f"CREATE DATABASE {name}"))
    yield postgres_cluster.dsn(name)
    asyncio.run(_execute(postgres_cluster.dsn(), f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateBroker | ExistingBroker]:
    """A running RabbitMQ. A test that stops or kills it starts it again."""
    if url := os.environ.get("HUITONG_TEST_BROKER_URL"):
        yield ExistingBroker(url)
        return
    with PrivateBroker(tmp_path_factory.mktemp("broker"), throwaway=True) as server:
        yield server
    server.remove()


@pytest.fixture(scope="module")
def vhost(broker: PrivateBroker | ExistingBroker) -> str:
    """The address of an empty virtual host of this test module's own."""
    return broker.add_vhost(f"test-{uuid4().hex}")


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def bank_template(postgres_cluster: EmbeddedPostgres | ExistingPostgres) -> EmbeddedPostgres | ExistingPostgres:
    """The cluster with a migrated, empty bank database that tests copy."""
    await make_template(postgres_cluster)
    return postgres_cluster


@pytest.fixture(scope="module")
async def bank(bank_template: EmbeddedPostgres | ExistingPostgres) -> AsyncIterator[TestBank]:
    """The demo bank of this test module, all services in this process, behind the gateway's door."""
    async with running_bank(bank_template) as running:
        yield running
