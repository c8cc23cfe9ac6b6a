"""Making the virtual environment: Python's own venv and pip, or uv where it is at hand, from the lock with hashes."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from launch.provision import environment
from launch.provision.installers import Installer, InstallerFailed, installers
from launch.provision.problems import SetUpProblem
from launch.provision.progress import Step

POLL_SECONDS = 0.2
DEV_LOCK, LOCK = "requirements-dev.lock", "requirements.lock"
TITLE = "Python packages"
FETCHED = r"^(?:Collecting|Requirement already satisfied)"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def set_up(root: str, lock: str) -> None:
    """Bring the environment of the project in `root` to what the lock file says, showing how far it is.

    An unfinished set-up of an earlier start is done anew. Raises SetUpProblem with the one thing the person can do about it.
    """
    with open(os.path.join(root, lock), "rb") as alone, Step(TITLE, number=1, of=3) as step:
        try:
            fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            step.update("waiting for another set-up to finish")
            fcntl.flock(alone, fcntl.LOCK_EX)
        if environment.is_ready(root, lock):
            return
        began = time.monotonic()
        try:
            count = _build(Path(root), lock, step)
        except PermissionError as problem:
            raise SetUpProblem(
                f"{problem.filename or root} cannot be written to by this user; make a copy of the project in a folder of your own.",
                "无法写入项目目录，请把项目复制到自己的目录中。",
            ) from problem
        step.done(f"{count} installed in {time.monotonic() - began:.0f} s")


def _build(root: Path, lock: str, step: Step) -> int:
    folder = Path(environment.folder_of(str(root)))
    problem = ""
    for installer in installers(step):
        try:
            if _must_start_anew(root, installer):
                step.update("making the virtual environment")
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                environment.write_note(str(root), environment.UNFINISHED, "-", [])
                installer.make(folder)
            python = _version_of(Path(environment.python_of(str(root))))
            environment.write_note(str(root), environment.UNFINISHED, python, [])
            count = _install(installer, root, lock, step)
        except InstallerFailed as failure:
            problem = str(failure)
            continue
        library = folder / "lib" / f"python{python}" / "site-packages"
        # Relative, so that a project that is moved does not run the code of its old place.
        (library / "huitong.pth").write_text(os.path.relpath(root, library) + "\n", encoding="utf-8")
        # The lock of the tests holds all of the other one, so both are fulfilled.
        locks = [DEV_LOCK, LOCK] if lock == DEV_LOCK else [lock]
        environment.write_note(str(root), environment.READY, python, [environment.fingerprint(str(root), name) for name in locks])
        return count
    raise SetUpProblem(f"The Python packages could not be installed: {problem}", "无法安装 Python 软件包。")


def _must_start_anew(root: Path, installer: Installer) -> bool:
    """An environment without a note was made by hand and is filled up; one whose set-up broke off, or whose Python changed, is not."""
    folder = Path(environment.folder_of(str(root)))
    python = Path(environment.python_of(str(root)))
    if not python.exists() or not _is_new_enough(python) or not installer.can_fill(folder):
        return True
    note = environment.read_note(str(root))
    return bool(note) and (note[0] != environment.READY or note[1] != _version_of(python))


def _is_new_enough(python: Path) -> bool:
    question = "import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    return subprocess.run([python, "-I", "-c", question], check=False, capture_output=True).returncode == 0


def _version_of(python: Path) -> str:
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([python, "-I", "-c", question], check=True, capture_output=True, text=True).stdout.strip()


def _install(installer: Installer, root: Path, lock: str, step: Step) -> int:
    """Run the installer and count what it has done so far out of its log and the environment."""
    folder = Path(environment.folder_of(str(root)))
    pins = _pins(root / lock)
    wanted = set(pins)  # a name may be pinned twice, for different machines
    log_file = folder / "install.log"
    with open(log_file, "wb") as log:
        process = subprocess.Popen(
            installer.command(folder, root / lock), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=root, env=installer.environment
        )
    try:
        while process.poll() is None:
            said = log_file.read_text(errors="replace")
            total = len(pins) - len(re.findall(r"^Ignoring ", said, re.MULTILINE))
            if "\nInstalling collected packages" in said or "\nPrepared " in said:
                step.update(f"installing {len(wanted & _installed(folder))} of {total}")
            else:
                step.update(f"fetching {len(re.findall(FETCHED, said, re.MULTILINE))} of {total}")
            time.sleep(POLL_SECONDS)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if process.returncode != 0:
        raise InstallerFailed(_reason(log_file.read_text(errors="replace"), log_file))
    return len(wanted & _installed(folder))


def _pins(lock: Path) -> list[str]:
    return [_normal(name) for name in PIN.findall(lock.read_text(encoding="utf-8"))]


def _installed(folder: Path) -> set[str]:
    return {_normal(path.name.split("-")[0]) for path in folder.glob("lib/python*/site-packages/*.dist-info")}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _reason(said: str, log_file: Path) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("ERROR", "error", "×")) or "error:" in line]
    return f"{(telling or lines or ['no reason was given'])[-1]} (log: {log_file})"
