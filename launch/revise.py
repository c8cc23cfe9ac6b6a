"""A developer's tool: `python -m launch.revise SERVICE [MESSAGE] [--fresh]` writes the database revision that the declared tables need.

`--fresh` replaces all revisions of the service by one: only before the first release.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from launch.catalogue import SERVICE_NAMES, revisions_of, schema_of
from launch.provision.postgres import EmbeddedPostgres
from runtime.migrations import create_database, new_revision


async def _revise(dsn: str, owner: str, name: str, message: str) -> None:
    await create_database(dsn, "huitong")
    await new_revision(owner, schema_of(name, "revision"), message)


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
