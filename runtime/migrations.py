"""Schemas, roles and revisions. Tables belong to the owner; a service's role gets the rights it needs and no more.

A table marked `info={"append_only": True}` may be read and added to, never updated or deleted from.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

ALEMBIC = Path(__file__).parent / "alembic"


@dataclass(frozen=True)
class Schema:
    """One service's schema: its metadata, the folder of its revisions, the password its role shall have, and the folders of revisions
    it shares with other schemas."""

    metadata: MetaData
    revisions: Path
    role_password: str
    shared: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        return str(self.metadata.schema)

    @property
    def role(self) -> str:
        return role_of(self.name)


def role_of(service: str) -> str:
    """The database role of a service."""
    return f"huitong_{service}"


async def create_database(admin_url: str, database: str) -> None:
    """Create the bank's database if it is not there yet."""
    connection = await asyncpg.connect(admin_url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await connection.execute(f"CREATE DATABASE {_quoted(database)}")
    finally:
        await connection.close()


async def migrate(owner_url: str, schemas: Sequence[Schema], progress: Callable[[str], None] = lambda line: None) -> None:
    """Bring every schema to its newest revision, make the roles, and set their rights. Repeating it changes nothing."""
    engine = create_async_engine(make_url(owner_url).set(drivername="postgresql+asyncpg"))
    try:
        for schema in schemas:
            progress(schema.name)
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade, schema)
    finally:
        await engine.dispose()


def _config(connection: Connection, schema: Schema) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ALEMBIC))
    config.set_main_option("version_locations", os.pathsep.join(str(folder) for folder in (schema.revisions, *schema.shared)))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, metadata=schema.metadata)
    return config


def _upgrade(connection: Connection, schema: Schema) -> None:
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7238456)")
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {_quoted(schema.name)}")
    command.upgrade(_config(connection, schema), "heads")
    _make_role(connection, schema)
    _grant(connection, schema)


def _make_role(connection: Connection, schema: Schema) -> None:
    role = _quoted(schema.role)
    exists = connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = $1", (schema.role,)).first()
    password = schema.role_password.replace("'", "''")
    connection.exec_driver_sql(f"{'ALTER' if exists else 'CREATE'} ROLE {role} LOGIN PASSWORD '{password}'")


def _grant(connection: Connection, schema: Schema) -> None:
    role, name = _quoted(schema.role), _quoted(schema.name)
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {name} TO {role}")
    for table in schema.metadata.sorted_tables:
        rights = "SELECT, INSERT" if table.info.get("append_only") else "SELECT, INSERT, UPDATE, DELETE"
        connection.exec_driver_sql(f"REVOKE ALL ON {name}.{_quoted(table.name)} FROM {role}")
        connection.exec_driver_sql(f"GRANT {rights} ON {name}.{_quoted(table.name)} TO {role}")
    connection.exec_driver_sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {name} TO {role}")


async def new_revision(owner_url: str, schema: Schema, message: str) -> None:
    """Write a revision from the difference between the tables as declared and the database as migrated (a developer's tool)."""
    engine = create_async_engine(make_url(owner_url).set(drivername="postgresql+asyncpg"))

    def write(connection: Connection) -> None:
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {_quoted(schema.name)}")
        config = _config(connection, schema)
        command.upgrade(config, "heads")
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        number = len(list(schema.revisions.glob("*.py"))) + 1
        command.revision(
            config,
            message=message,
            autogenerate=True,
            head="base" if number == 1 else f"{schema.name}_{number - 1:04d}",
            rev_id=f"{schema.name}_{number:04d}",
            version_path=str(schema.revisions),
        )

    try:
        async with engine.begin() as connection:
            await connection.run_sync(write)
    finally:
        await engine.dispose()


async def differences(owner_url: str, schema: Schema) -> list[Any]:
    """What the migrated database lacks or has too much, compared with the tables as declared; empty when revisions are complete."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = create_async_engine(make_url(owner_url).set(drivername="postgresql+asyncpg"))

    def compare(connection: Connection) -> list[Any]:
        options = {
            "include_schemas": True,
            "include_name": lambda name, kind, parents: name == schema.name if kind == "schema" else name != "alembic_version",
            "compare_type": True,
        }
        return compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata)

    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await engine.dispose()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
