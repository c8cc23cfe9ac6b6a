"""The two programs that can make a virtual environment and fill it from a lock with hashes: uv, which takes seconds, and pip."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from launch.provision import debian
from launch.provision.package_index import uv_options, uv_variables
from launch.provision.problems import SetUpProblem
from launch.provision.progress import Step


class InstallerFailed(Exception):
    """An installer ended with an error; the message is what it said."""


class Installer(Protocol):
    """What the set-up asks of either."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables its processes run with."""
        ...

    def make(self, folder: Path) -> None:
        """Make a virtual environment of this Python in a folder that exists. Raises InstallerFailed."""

    def can_fill(self, folder: Path) -> bool:
        """Whether it can work on this existing environment."""
        ...

    def command(self, folder: Path, lock: Path) -> list[str]:
        """The command that installs what the lock says."""
        ...


class Uv:
    """Needs nothing of Python's own tools. Takes the package index from its own settings or, where it has none, from pip's."""

    def __init__(self, program: str) -> None:
        self._program = program
        self.environment = uv_variables(os.environ) | dict(os.environ)

    def make(self, folder: Path) -> None:
        _run([self._program, "venv", "--no-project", "--allow-existing", "--python", base_python(), str(folder)], self.environment)

    def can_fill(self, folder: Path) -> bool:
        return True

    def command(self, folder: Path, lock: Path) -> list[str]:
        command = [self._program, "pip", "install", "--python", str(folder / "bin" / "python"), "--require-hashes", "--no-deps"]
        return [*command, *uv_options(os.environ), "-r", str(lock)]


class Pip:
    """Python's own venv and the pip that comes with it."""

    def __init__(self) -> None:
        self.environment = dict(os.environ)

    def make(self, folder: Path) -> None:
        _run([base_python(), "-I", "-m", "venv", str(folder)], self.environment)

    def can_fill(self, folder: Path) -> bool:
        return any(folder.glob("lib/python*/site-packages/pip"))

    def command(self, folder: Path, lock: Path) -> list[str]:
        # Compiling what is never imported would take a third of the time; Python compiles the rest when it first needs it.
        options = ["--require-hashes", "--no-deps", "--no-compile", "--no-input", "--disable-pip-version-check", "--progress-bar=off"]
        return [str(folder / "bin" / "python"), "-m", "pip", "install", *options, "-r", str(lock)]


def installers(step: Step) -> Iterator[Installer]:
    """What this machine has, the faster one first. Where venv is missing it is installed or asked for, once nothing else helped."""
    uv = shutil.which("uv")
    if uv is not None:
        yield Uv(uv)
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        if not Path("/etc/debian_version").exists():
            raise SetUpProblem("This Python has no venv and pip; install them, or uv.", "本机 Python 缺少 venv 和 pip，请安装。")
        debian.install([package], "Python's venv", step)
    yield Pip()


def base_python() -> str:
    """The Python outside any virtual environment that runs this process."""
    return getattr(sys, "_base_executable", None) or sys.executable


def _run(command: list[str], variables: Mapping[str, str]) -> None:
    done = subprocess.run(command, env=dict(variables), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise InstallerFailed(said[-1] if said else f"{command[0]} ended with {done.returncode}")
