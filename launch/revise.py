"""A developer's tool: `python -m launch.revise SERVICE [MESSAGE] [--fresh]` writes the database revision that the declared tables need.

`--fresh` replaces all revisions of the service by one: only before the first release.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from launch.catalogue import SERVICE_NAMES, revisions_of, service_named
from launch.provision.postgres import EmbeddedPostgres
from runtime.migrations import Schema, create_database, migrate, new_revision


def schema_of(name: str, password: str = "revision") -> Schema:
    """The schema of a service as declared."""
    metadata = service_named(name).metadata
    assert metadata is not None
    return Schema(metadata, revisions_of(name), password)


async def _revise(dsn: str, owner: str, name: str, message: str) -> None:
    await create_database(dsn, "huitong")
    if any(revisions_of(name).glob("*.py")):
        await migrate(owner, [schema_of(name)])
    await new_revision(owner, schema_of(name), message)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service", choices=SERVICE_NAMES)
    parser.add_argument("message", nargs="?", default="initial")
    parser.add_argument("--fresh", action="store_true")
    arguments = parser.parse_args()
    if arguments.fresh:
        for file in revisions_of(arguments.service).glob("*.py"):
            file.unlink()
    with tempfile.TemporaryDirectory() as folder:
        cluster = EmbeddedPostgres(Path(folder), fast=True)
        cluster.start()
        try:
            asyncio.run(_revise(cluster.dsn(), cluster.dsn("huitong"), arguments.service, arguments.message))
        finally:
            cluster.stop()
            cluster.remove()


if __name__ == "__main__":
    main()
