"""Where a benchmark ran: the machine, its load, the versions, the revision of the source."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def machine() -> dict[str, Any]:
    """Processor, memory, system, and how busy it was before the benchmark began."""
    processor = next((line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    memory_kib = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "processor": processor,
        "processors": os.cpu_count(),
        "memory_gib": round(memory_kib / 2**20, 1),
        "system": platform.platform(),
        "load_average_at_start": [round(each, 1) for each in os.getloadavg()],
    }


def versions(packages: Iterable[str], **others: str) -> dict[str, str]:
    """The versions of Python, of packages and of what else is named, and the revision of the source."""
    return {"python": platform.python_version(), **others, **{name: version(name) for name in packages}, "revision": revision()}


def revision() -> str:
    """The commit of the source, marked when files have changed since."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "*.py", "*.yaml")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+changes" if changed else "")


def processor_seconds(pid: int) -> float:
    """The processor time a process has used, its own and that of its children that have ended; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11:15]) / TICKS_PER_SECOND


def idle_seconds() -> float:
    """The time the machine's processors have had nothing to do, all together; 0 where the system does not tell."""
    fields = next((line.split() for line in _lines("/proc/stat") if line.startswith("cpu ")), [])
    return sum(int(field) for field in fields[4:6]) / TICKS_PER_SECOND


def resident_mebibytes(pid: int) -> float:
    """The memory a process holds, pages it shares among them; 0 where the system does not tell."""
    found = next((line for line in _lines(f"/proc/{pid}/status") if line.startswith("VmRSS:")), "VmRSS: 0")
    return int(found.split()[1]) / 1024


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
