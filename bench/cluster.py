"""A database of a benchmark's own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launch.provision.postgres import EmbeddedPostgres


@contextmanager
def own_cluster() -> Iterator[EmbeddedPostgres]:
    """The embedded PostgreSQL as a bank has it, fsync on; removed afterwards with everything that was written."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = EmbeddedPostgres(Path(folder))
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
            cluster.remove()
