"""Installing what the bank's tests need from the machine's own package archive, where the machine has apt and lets us."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from launch.provision.problems import SetUpProblem
from launch.provision.progress import Step

POLICY = Path("/usr/sbin/policy-rc.d")
DO_NOT_START = "#!/bin/sh\n# Written by Huitong while it installs packages, removed right after: services are not started.\nexit 101\n"


def can_install() -> bool:
    """Whether this process may install packages with apt."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def installed(package: str) -> bool:
    """Whether the package is installed and configured."""
    if shutil.which("dpkg-query") is None:
        return False
    asked = subprocess.run(["dpkg-query", "-W", "-f=${Status}", package], capture_output=True, text=True, check=False)
    return asked.stdout == "install ok installed"


def install(packages: Sequence[str], purpose: str, step: Step) -> None:
    """Install Debian packages with apt, without starting a service they bring. Raises SetUpProblem, naming them, when it cannot."""
    names = " ".join(packages)
    if not can_install():
        raise SetUpProblem(f"{purpose} is missing: install it with: sudo apt-get install {names}", f"请安装：{names}。")
    with _no_service_starts():
        problem = _apt(["install", "-y", "--no-install-recommends", *packages], step, f"installing {names}")
        if problem is not None:  # the archive's list may be missing or old
            _apt(["update"], step, "reading the package archive")
            problem = _apt(["install", "-y", "--no-install-recommends", *packages], step, f"installing {names}")
    if problem is not None:
        raise SetUpProblem(f"apt-get could not install {names}: {problem}", f"apt-get 无法安装 {names}。")


def _apt(arguments: Sequence[str], step: Step, detail: str) -> str | None:
    """Run apt-get, showing its own percentage. Gives back what went wrong, or None."""
    step.update(detail)
    reading, writing = os.pipe()
    command = ["apt-get", "-q", "-o", f"APT::Status-Fd={writing}", "-o", "DPkg::Lock::Timeout=120", *arguments]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, pass_fds=[writing], env=environment
        )
        os.close(writing)
        with open(reading, encoding="utf-8", errors="replace") as status:
            for line in status:
                step.update(f"{detail} {_percentage(line)}")
        if process.wait() == 0:
            return None
        log.seek(0)
        said = log.read().splitlines()
    telling = [line for line in said if line.startswith("E: ")]
    return (telling or said or [f"exit code {process.returncode}"])[-1].removeprefix("E: ")


def _percentage(status_line: str) -> str:
    """`pmstatus:chromium:41.6667:Unpacking` -> `41 %`."""
    fields = status_line.split(":")
    return f"{fields[2].split('.')[0]} %" if len(fields) > 2 else ""


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Packages ask this file whether they may start their service; an existing one is the owner's decision and stays."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text(DO_NOT_START)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
