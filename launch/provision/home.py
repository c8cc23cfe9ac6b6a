"""A folder for one server: who runs the server, where its files live, and that nobody else is running it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from launch.provision.problems import SetUpProblem
from launch.provision.processes import processes_in

# Where root keeps what an unprivileged account must reach, when the folder asked for is out of that account's reach (below /root, say).
SHARED = Path("/var/lib/huitong")
NOBODY = 65534
THROWAWAY = "throwaway-"
# Where a throw-away server lives when the machine has room for it: a disk that is slow for a while must not fail a test.
MEMORY = Path("/dev/shm")
MEMORY_NEEDED_BYTES = 6 * 1024**3
LINKED_FROM = "linked_from"


@dataclass(frozen=True, slots=True)
class Account:
    """The system account a server runs under. `switch` says that it is not the account of this process."""

    user: int
    group: int
    switch: bool

    @property
    def process_arguments(self) -> dict[str, Any]:
        """Keyword arguments for `subprocess` that start a program under this account."""
        return {"user": self.user, "group": self.group, "extra_groups": []} if self.switch else {}

    def reaches(self, folder: Path) -> bool:
        """Whether the account can go into the folder."""
        return self._test("-x", folder)

    def runs(self, program: Path) -> bool:
        """Whether the account can execute the program file."""
        return self._test("-x", program)

    def owns(self, path: Path) -> None:
        """Hand a file or folder over to the account."""
        if self.switch:
            os.chown(path, self.user, self.group)

    def _test(self, question: str, path: Path) -> bool:
        # Asked of the system instead of worked out from modes: access lists, mounts and containers all count.
        return subprocess.run(["/usr/bin/env", "test", question, str(path)], cwd="/", check=False, **self.process_arguments).returncode == 0


def unprivileged_account(existing: Path | None = None) -> Account:
    """The account servers run under: this one, or for root the owner of the existing files, or `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if existing is not None and existing.exists():
        status = existing.stat()
        if status.st_uid != 0:
            return Account(status.st_uid, status.st_gid, switch=True)
    try:
        nobody = pwd.getpwnam("nobody")
        return Account(nobody.pw_uid, nobody.pw_gid, switch=True)
    except KeyError:
        return Account(NOBODY, NOBODY, switch=True)


class ServerHome:
    """The folder of one server. `open` makes it and locks it against a second start, `close` gives the lock back.

    `folder` belongs to whoever starts the server and holds the secrets; `path` (inside it, or linked from it) belongs to the
    server's account. What is `throwaway` may be deleted once its folder was, and is kept in memory where there is room.
    """

    def __init__(self, folder: Path, throwaway: bool = False) -> None:
        self.folder = Path(os.path.abspath(folder))
        self._throwaway = throwaway
        self.link = self.folder / "server"
        self._lock: IO[str] | None = None
        self._account: Account | None = None

    @property
    def account(self) -> Account:
        """The account the server runs under; known once the home is open."""
        if self._account is None:
            raise RuntimeError("the home of a server is used before it is open")
        return self._account

    @property
    def path(self) -> Path:
        """The folder the server's account may write to, without links in it."""
        return Path(os.path.realpath(self.link))

    def open(self) -> None:
        """Lock the folder, creating it when it is new. Raises SetUpProblem when another process runs this server or its files are gone."""
        self.lock()
        if self.link.is_symlink() and not self.link.exists():
            self.close()
            raise SetUpProblem(
                f"The data of {self.folder} was kept in {self.path}, which no longer exists; remove what is left with ./huitong reset.",
                f"{self.folder} 的数据原在 {self.path}，现已不存在；请用 ./huitong reset 清除残余。",
            )
        self._account = unprivileged_account(self.link)
        if not self.link.exists():
            self._place()

    def lock(self) -> None:
        """Keep every other process out, creating the folder when it is new. Raises SetUpProblem when another process holds the lock."""
        if self._lock is not None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = open(self.folder / "lock", "a", encoding="utf-8")  # noqa: SIM115 - held as long as the server runs
        except PermissionError as problem:
            raise SetUpProblem(
                f"{self.folder} belongs to another user of this machine; choose another folder with --data.",
                f"{self.folder} 属于另一用户，请用 --data 另选目录。",
            ) from problem
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            lock.close()
            raise SetUpProblem(
                f"{self.folder} is in use by a bank that is already running; stop it first or choose another folder with --data.",
                f"{self.folder} 正被另一个运行中的银行使用；请先停止它，或用 --data 另选目录。",
            ) from problem
        self._lock = lock

    def close(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def remove(self) -> None:
        """Delete everything, wherever it is kept. The home must be locked and its server stopped."""
        if self.link.is_symlink() and self.path.parent in (SHARED, MEMORY):
            shutil.rmtree(self.path, ignore_errors=True)
        shutil.rmtree(self.folder)
        self.close()

    def write_private(self, name: str, content: str) -> Path:
        """Write a file only the server's account may read, under `path`."""
        path = self.path / name
        path.unlink(missing_ok=True)
        with open(path, "w", encoding="utf-8", opener=_owner_only) as file:
            file.write(content)
        self.account.owns(path)
        return path

    def spawn(self, command: Sequence[str], environment: Mapping[str, str], log_file: Path) -> subprocess.Popen[bytes]:
        """Start a program under the server's account, in the server's folder. Ctrl-C at the terminal is not for it but for the bank."""
        with open(log_file, "ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.path,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self.account.user if self.account.switch else None,
                group=self.account.group if self.account.switch else None,
                extra_groups=[] if self.account.switch else None,
            )

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a program to its end under the server's account, in the server's folder, and take what it prints."""
        done: subprocess.CompletedProcess[str] = subprocess.run(
            command,
            cwd=self.path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self.account.process_arguments,
        )
        return done

    def _place(self) -> None:
        in_memory = self._throwaway and _room_in_memory()
        if not in_memory and self.account.reaches(self.folder):
            self.link.mkdir(mode=0o700)
            self.account.owns(self.link)
            return
        if not in_memory:
            SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        # A random name, not one made from the folder's: a folder that is moved takes its data along, a new one in its place starts empty.
        prefix = _throwaway_prefix() if self._throwaway else f"{self.folder.name}-"
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if in_memory else SHARED))
        self.account.owns(path)
        self.link.symlink_to(path)
        if self._throwaway:
            _sweep()
            (path / LINKED_FROM).write_text(f"{os.getpid()} {self.link}", encoding="utf-8")


def _throwaway_prefix() -> str:
    return f"huitong-{THROWAWAY}{os.geteuid()}-"


def _room_in_memory() -> bool:
    """Whether memory takes a server's files: the folder is there, in memory and writable, and enough of it is free."""
    if not (os.access(MEMORY, os.W_OK | os.X_OK) and os.path.ismount(MEMORY)):
        return False
    available = re.search(r"^MemAvailable:\s+(\d+) kB$", Path("/proc/meminfo").read_text(encoding="ascii"), re.MULTILINE)
    free = min(shutil.disk_usage(MEMORY).free, int(available[1]) * 1024 if available else 0)
    return free >= MEMORY_NEEDED_BYTES


def _sweep() -> None:
    """Delete throw-away homes whose maker or folder is gone: a test run that was killed, a temporary folder deleted by its owner."""
    for path in (path for place in (SHARED, MEMORY) for path in place.glob(f"{_throwaway_prefix()}*")):
        try:
            maker, _, link = (path / LINKED_FROM).read_text(encoding="utf-8").partition(" ")
        except OSError:
            continue  # just being made
        abandoned = not Path(link).is_symlink() or not Path("/proc", maker).exists()
        if abandoned and not any(processes_in(folder) for folder in (path, path / "cluster")):
            shutil.rmtree(path, ignore_errors=True)


def shared_copy(name: str, source: Path, parts: list[str]) -> Path:
    """A copy of `parts` (relative folders of `source`) that every account may read; made once per `name`, whole or not at all.

    Raises SetUpProblem when the copy cannot be made.
    """
    target = SHARED / f"{name}-{hashlib.sha256(str(source).encode()).hexdigest()[:8]}"
    if target.exists():
        return target
    try:
        SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".copy-", dir=SHARED))
        unfinished.chmod(0o755)
        for part in parts:
            shutil.copytree(source / part, unfinished / part, symlinks=True)
        try:
            unfinished.rename(target)
        except OSError:
            shutil.rmtree(unfinished)  # another start was faster
            if not target.exists():
                raise
    except OSError as problem:
        raise SetUpProblem(f"{SHARED} cannot be written to: {problem.strerror}.", f"无法写入 {SHARED}。") from problem
    return target


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def owner_only_text(path: Path, content: str) -> None:
    """Write a file only this process's account may read; it appears whole or not at all."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    with open(unfinished, "w", encoding="utf-8", opener=_owner_only) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
