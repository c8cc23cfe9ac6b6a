"""A real bank for the browser: `./huitong up` in a process of its own over an empty database."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from launch.bank_folder import ROOT
from launch.provision.ports import free_port
from tests.support.bank import execute_as_admin
from tests.support.distributed import write_secrets

START_SECONDS = 90
LIGHT = {"HUITONG_ARGON2_TIME_COST": "1", "HUITONG_ARGON2_MEMORY_KIB": "1024"}


@contextmanager
def started_bank(cluster: Any, folder: Path, **options: str) -> Iterator[tuple[str, str]]:
    """The bank, with what else `up` is told; its address and its service key. Stopped at the end."""
    name = f"browser_{uuid4().hex[:8]}"
    with ThreadPoolExecutor() as threads:  # the browser's driver keeps a loop running in this one
        threads.submit(asyncio.run, execute_as_admin(cluster, f"CREATE DATABASE {name}")).result()
    service_key, port = write_secrets(folder), free_port()
    command = [sys.executable, "-m", "launch", "up", "--data", str(folder), "--port", str(port)]
    command += [part for option, value in options.items() for part in (f"--{option.replace('_', '-')}", value)]
    said = folder / "said.log"
    with said.open("wb") as log:
        surroundings = {**os.environ, **LIGHT, "HUITONG_OWNER_DATABASE_URL": cluster.dsn(name)}
        process = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while "\nready " not in "\n" + said.read_text(errors="replace"):
            assert process.poll() is None and time.monotonic() < deadline, said.read_text(errors="replace")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", service_key
    finally:
        process.terminate()
        process.wait(30)
