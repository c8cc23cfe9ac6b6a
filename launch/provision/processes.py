"""Server processes left behind by a start that did not end well."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

PROC = Path("/proc")


def processes_in(folder: Path) -> list[int]:
    """Ids of the processes whose working folder is exactly `folder`, as far as this account may see them."""
    wanted = os.path.realpath(folder)
    return [pid for pid, path in _working_folders() if path == wanted]


def _working_folders() -> list[tuple[int, str]]:
    if not PROC.is_dir():
        return _working_folders_by_lsof()
    found = []
    for entry in PROC.glob("[0-9]*"):
        try:
            found.append((int(entry.name), os.readlink(entry / "cwd")))
        except OSError:
            continue  # gone in the meantime, or not ours to look at
    return found


def _working_folders_by_lsof() -> list[tuple[int, str]]:
    """The same for systems without /proc."""
    if shutil.which("lsof") is None:
        return []
    listed = subprocess.run(["lsof", "-w", "-d", "cwd", "-Fpn"], capture_output=True, text=True, check=False).stdout
    found, pid = [], 0
    for line in listed.splitlines():
        if line.startswith("p"):
            pid = int(line[1:])
        elif line.startswith("n"):
            found.append((pid, line[1:]))
    return found


def executable_name(pid: int) -> str:
    """The name of the program a process runs, empty when the process is gone."""
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return ""


def send(pids: Sequence[int], number: signal.Signals) -> None:
    """Signal those of the processes that still exist."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def wait_until_empty(folder: Path, timeout_seconds: float) -> bool:
    """Wait until no process works in `folder`; False when some still do at the end of the time."""
    deadline = time.monotonic() + timeout_seconds
    while processes_in(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
