"""A private RabbitMQ: the machine's own package, run as a second broker beside whatever else runs, on the loopback interface only."""

from __future__ import annotations

import atexit
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from launch.provision import debian
from launch.provision.home import ServerHome, owner_only_text
from launch.provision.ports import LOOPBACK, answers, free_port
from launch.provision.problems import SetUpProblem
from launch.provision.processes import (
    executable_name,
    processes_in,
    send,
    wait_until_empty,
)
from launch.provision.progress import Step

DEBIAN_PACKAGE = "rabbitmq-server"
PROGRAMS = Path("/usr/lib/rabbitmq/bin")  # Debian's and the maker's packages; /usr/sbin holds wrappers that insist on their own user
USER = "huitong"
NODE = "huitong@localhost"
START_TIMEOUT_SECONDS = 120
STOP_TIMEOUT_SECONDS = 60
# RabbitMQ saves the list of its quorum queues twice a second: a queue declared right before a kill comes back without a leader, for good.
DECLARATIONS_SETTLE_SECONDS = 1.5
VHOST_NAME = re.compile(r"[A-Za-z0-9_./-]{1,100}")
GREETING = b"AMQP\x00\x00\x09\x01"
METHOD_FRAME = b"\x01"

CONFIGURATION = """\
listeners.tcp.default = {address}:{port}
default_user = {user}
default_pass = {password}
default_permissions.configure = .*
default_permissions.read = .*
default_permissions.write = .*
loopback_users = none
log.console = false
log.file.level = warning
disk_free_limit.absolute = 64MB
raft.wal_max_size_bytes = 67108864
"""


class PrivateBroker:
    """One RabbitMQ node kept in `folder`, living as long as this process. Its own user; there is no guest.

    The port is chosen at the first start and kept over `restart` and `kill`, so that clients find the broker again at the same address.
    `throwaway` is for tests: its files may be kept in memory.
    """

    def __init__(self, folder: Path, throwaway: bool = False) -> None:
        self._home = ServerHome(folder, throwaway)
        self._server: subprocess.Popen[bytes] | None = None
        self._port_mapper: subprocess.Popen[bytes] | None = None
        self._password = ""
        self.port: int | None = None
        self._distribution_port = 0
        self._mapper_port = 0

    @property
    def folder(self) -> Path:
        """Where the broker's data, its password and its logs are kept."""
        return self._home.folder

    def start(self) -> None:
        """Clear what a killed start left, start the broker and wait until AMQP answers. Raises SetUpProblem when it cannot."""
        if self.alive():
            return
        self._home.open()
        try:
            programs = find_rabbitmq()
            self._end_leftovers()
            self._choose_ports()
            self._write_files()
            self._start_processes(programs)
            self._wait_until_ready()
        except BaseException:
            self._kill_all()
            self._home.close()
            raise
        atexit.register(self.stop)

    def alive(self) -> bool:
        """Whether the broker process runs."""
        return self._server is not None and self._server.poll() is None

    def url(self, vhost: str = "/") -> str:
        """`amqp://user:password@127.0.0.1:port/vhost`."""
        if self.port is None:
            raise RuntimeError("the port is known once the broker was started")
        return f"amqp://{USER}:{quote(self._password, safe='')}@{LOOPBACK}:{self.port}/{quote(vhost, safe='')}"

    def add_vhost(self, name: str) -> str:
        """Make a virtual host this broker's user may do everything in; an existing one stays as it is. Gives back its address."""
        if not VHOST_NAME.fullmatch(name):
            raise ValueError(f"not a name for a virtual host: {name!r}")
        self.control("add_vhost", name)
        self.control("set_permissions", "--vhost", name, USER, ".*", ".*", ".*")
        return self.url(name)

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl with these arguments; nothing secret may be among them. Gives back what it printed."""
        command = [str(find_rabbitmq() / "rabbitmqctl"), "--quiet", *arguments]
        done = self._home.run(command, self._environment())
        if done.returncode != 0:
            raise RuntimeError(f"rabbitmqctl {arguments[0]}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def stop(self) -> None:
        """End the broker in good order. Stopping twice does no harm."""
        if self._server is not None:
            send([pid for pid in processes_in(self._home.path) if executable_name(pid) == "beam.smp"], signal.SIGTERM)
            try:
                self._server.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                pass
            self._kill_all()
        self._home.close()
        atexit.unregister(self.stop)

    def kill(self) -> None:
        """The broker dies between two instructions (SIGKILL). What it had confirmed is there after the next start.

        Quorum queues must have been declared DECLARATIONS_SETTLE_SECONDS before.
        """
        self._kill_all()
        self._home.close()

    def restart(self) -> None:
        """Stop in good order, if it still runs, and start again at the same address."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """Delete the stopped broker with everything in it. Raises SetUpProblem while any process runs it."""
        if self.alive():
            raise SetUpProblem(f"The broker in {self.folder} is still running.", f"{self.folder} 的消息服务仍在运行。")
        if self.folder.exists():
            self._home.lock()
            self._end_leftovers()
            self._home.remove()

    def __enter__(self) -> PrivateBroker:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _choose_ports(self) -> None:
        if self.port is None:
            self.port, self._distribution_port, self._mapper_port = free_port(), free_port(), free_port()

    def _write_files(self) -> None:
        """The password is made once, with the broker's database; the rest is written anew at every start."""
        password_file = self.folder / "broker_password"
        if not password_file.exists():
            owner_only_text(password_file, secrets.token_hex(24))
        self._password = password_file.read_text(encoding="utf-8")
        configuration = CONFIGURATION.format(address=LOOPBACK, port=self.port, user=USER, password=self._password)
        self._home.write_private("rabbitmq.conf", configuration)
        self._home.write_private("enabled_plugins", "[].\n")
        self._home.write_private("environment.conf", "")
        cookie = self._home.path / ".erlang.cookie"
        if not cookie.exists():
            self._home.write_private(cookie.name, secrets.token_hex(24))
            cookie.chmod(0o400)

    def _environment(self) -> dict[str, str]:
        """Every path and port is named: nothing comes from /etc/rabbitmq or from the person's own settings."""
        home = self._home.path
        return {
            "PATH": os.environ.get("PATH", "") + ":/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._mapper_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONF_ENV_FILE": str(home / "environment.conf"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(home / "none"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "none.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(home / "data"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def _start_processes(self, programs: Path) -> None:
        # The port mapper would otherwise be started by the broker as a daemon and outlive it.
        mapper = shutil.which("epmd") or "epmd"
        command = [mapper, "-address", LOOPBACK, "-port", str(self._mapper_port)]
        self._port_mapper = self._home.spawn(command, self._environment(), self.folder / "epmd.log")
        deadline = time.monotonic() + 10
        while not answers(self._mapper_port) and self._port_mapper.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        self._server = self._home.spawn([str(programs / "rabbitmq-server")], self._environment(), self.folder / "rabbitmq.log")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._greets():
            if not self.alive() or time.monotonic() > deadline:
                raise SetUpProblem(f"RabbitMQ did not start; its log is {self.folder / 'rabbitmq.log'}.", "RabbitMQ 未能启动。")
            time.sleep(0.1)

    def _greets(self) -> bool:
        """Whether the broker answers an AMQP greeting with its first method."""
        try:
            with socket.create_connection((LOOPBACK, self.port or 0), timeout=5) as connection:
                connection.sendall(GREETING)
                return connection.recv(1) == METHOD_FRAME
        except OSError:
            return False

    def _end_leftovers(self) -> None:
        """End the broker of a process that was killed, in good order if it can. The lock is ours, so it has lost its owner."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            pids = processes_in(self._home.path)
            send(pids, number)
            if wait_until_empty(self._home.path, STOP_TIMEOUT_SECONDS):
                return

    def _kill_all(self) -> None:
        while pids := processes_in(self._home.path):
            send(pids, signal.SIGKILL)
            time.sleep(0.02)
            self._reap()
        self._reap()
        self._server = self._port_mapper = None

    def _reap(self) -> None:
        for process in (self._server, self._port_mapper):
            if process is not None:
                process.poll()


def find_rabbitmq() -> Path:
    """The folder of RabbitMQ's own scripts. Raises SetUpProblem when there is none."""
    if (PROGRAMS / "rabbitmq-server").exists():
        return PROGRAMS
    on_path = shutil.which("rabbitmq-server")
    if on_path is not None:
        folder = Path(on_path).resolve().parent
        if (folder / "rabbitmq-env").exists():
            return folder
    raise SetUpProblem(
        f"RabbitMQ is missing: install it with: sudo apt-get install {DEBIAN_PACKAGE}, or give the address of a broker.",
        f"缺少 RabbitMQ，请安装 {DEBIAN_PACKAGE}。",
    )


def find_or_install_rabbitmq(step: Step) -> Path:
    """The folder of RabbitMQ's own scripts, installed first where this account may. Its system service is not started."""
    try:
        return find_rabbitmq()
    except SetUpProblem:
        if not debian.can_install():
            raise
    debian.install([DEBIAN_PACKAGE], "RabbitMQ", step)
    if shutil.which("systemctl") is not None:  # nor at the next start of the machine
        subprocess.run(["systemctl", "disable", DEBIAN_PACKAGE], capture_output=True, check=False)
    return find_rabbitmq()
