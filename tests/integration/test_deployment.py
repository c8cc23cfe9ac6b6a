"""What the manifests promise the database: the migration's owner makes roles, but is no superuser."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy import Column, Integer, Table, Text
from sqlalchemy.engine import make_url

from runtime.database import service_metadata
from runtime.migrations import Schema, migrate, new_revision, role_of

OWNER_PASSWORD = "owner-of-the-manifests"
SERVICE = "deployment_probe"


@pytest.fixture(scope="module")
async def owner_url(database_url: str) -> str:
    """The address of the role CloudNativePG makes: it owns the database and may create roles, nothing more."""
    url = make_url(database_url)
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"CREATE ROLE deployment_owner LOGIN CREATEROLE NOSUPERUSER PASSWORD '{OWNER_PASSWORD}'")
        await connection.execute(f'ALTER DATABASE "{url.database}" OWNER TO deployment_owner')
    finally:
        await connection.close()
    yield url.set(username="deployment_owner", password=OWNER_PASSWORD).render_as_string(hide_password=False)
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"DROP OWNED BY {role_of(SERVICE)}; DROP ROLE {role_of(SERVICE)}; DROP OWNED BY deployment_owner")
        await connection.execute(f'ALTER DATABASE "{url.database}" OWNER TO CURRENT_USER; DROP ROLE deployment_owner')
    finally:
        await connection.close()


async def test_an_owner_without_superuser_rights_migrates_twice_and_changes_a_password(owner_url, tmp_path):
    metadata = service_metadata(SERVICE)
    Table("note", metadata, Column("id", Integer, primary_key=True), Column("text", Text), info={"append_only": True})
    await new_revision(owner_url, Schema(metadata, tmp_path, "first"), "notes")
    for password in ("first", "second"):
        await migrate(owner_url, [Schema(metadata, tmp_path, password)])
        role_url = make_url(owner_url).set(username=role_of(SERVICE), password=password).render_as_string(hide_password=False)
        connection = await asyncpg.connect(role_url)
        try:
            await connection.execute(f"INSERT INTO {SERVICE}.note (text) VALUES ($1)", password)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"DELETE FROM {SERVICE}.note")
        finally:
            await connection.close()
    connection = await asyncpg.connect(owner_url)
    try:
        assert [row["text"] for row in await connection.fetch(f"SELECT text FROM {SERVICE}.note ORDER BY id")] == ["first", "second"]
    finally:
        await connection.close()
