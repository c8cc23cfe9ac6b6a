"""TCP ports on the loopback interface."""

from __future__ import annotations

import os
import random
import socket

from launch.provision.problems import SetUpProblem

LOOPBACK = "127.0.0.1"

# Below the range the kernel takes outgoing ports from (32768 and up on Linux): a client that keeps trying to reach a server which
# is just restarting could otherwise be given the server's own port, connect to itself, and keep the server from coming back.
FREE_PORT_RANGE = range(20000, 32768)
LANES = 64
_given: set[int] = set()


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free(port: int, option: str = "--port") -> None:
    """Raise SetUpProblem, naming the port and the option that chooses another one, unless the port is free."""
    if not 1 <= port <= 65535:
        raise SetUpProblem(f"{port} is not a port, give {option} one from 1 to 65535.", f"{port} 不是端口号，{option} 应为 1 到 65535。")
    if not is_free(port):
        raise SetUpProblem(
            f"Port {port} is in use by another program; choose another one with {option}.",
            f"端口 {port} 已被占用，请用 {option} 另选一个。",
        )


def free_port() -> int:
    """A loopback port nothing listens on, another one every time. Another program may still take it before the caller does; other
    processes that look for ports beside this one look in other places first."""
    lane = FREE_PORT_RANGE[os.getpid() % LANES :: LANES]
    for port in (*random.sample(lane, k=len(lane)), *random.sample(FREE_PORT_RANGE, k=200)):
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise SetUpProblem("No free port was found between 20000 and 32767.", "20000 到 32767 之间没有空闲端口。")


def answers(port: int, timeout_seconds: float = 1.0) -> bool:
    """Whether something accepts connections on this loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout_seconds):
            return True
    except OSError:
        return False
