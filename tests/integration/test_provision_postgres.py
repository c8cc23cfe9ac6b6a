"""The embedded PostgreSQL, started, killed and started again for real."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from launch.provision import postgres
from launch.provision.postgres import EmbeddedPostgres
from launch.provision.problems import SetUpProblem
from launch.provision.processes import processes_in

ROOT = Path(__file__).resolve().parents[2]
START_AND_DIE = """
import os, signal, sys
from pathlib import Path
from launch.provision.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.dsn(), flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def server(tmp_path):
    instance = EmbeddedPostgres(tmp_path / "postgres", fast=True)
    yield instance
    instance.stop()
    instance.remove()


@pytest.fixture
def safe_server(tmp_path):
    """A server that does not forget its last commits when it is killed, as a fast one may."""
    instance = EmbeddedPostgres(tmp_path / "postgres")
    yield instance
    instance.stop()
    instance.remove()


async def value(dsn: str, query: str):
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def cluster_of(server: EmbeddedPostgres) -> Path:
    return Path(os.path.realpath(server.folder / "server")) / "cluster"


async def test_what_was_committed_is_there_after_stop_and_start(server):
    server.start()
    await value(server.dsn(), "CREATE TABLE kept AS SELECT '汇通'::text AS name")
    server.stop()
    assert not server.alive() and processes_in(cluster_of(server)) == []
    server.start()
    assert await value(server.dsn(), "SELECT name FROM kept") == "汇通"


async def test_the_cluster_is_unicode_with_checksums_and_safe_unless_told_otherwise(server, tmp_path):
    server.start()
    assert await value(server.dsn(), "SHOW server_encoding") == "UTF8"
    assert await value(server.dsn(), "SHOW data_checksums") == "on"
    assert [await value(server.dsn(), f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["off"] * 3
    server.stop()
    safe = EmbeddedPostgres(server.folder)
    with safe:
        assert [await value(safe.dsn(), f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3


async def test_nobody_enters_without_the_password_and_it_is_on_no_command_line(server):
    server.start()
    password = (server.folder / "superuser_password").read_text()
    assert (server.folder / "superuser_password").stat().st_mode & 0o077 == 0
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.dsn(password="wrong"))
    lines = [Path(f"/proc/{pid}/cmdline").read_text() for pid in processes_in(cluster_of(server))]
    assert lines and not any(password in line for line in lines)
    assert await value(server.dsn(), "SHOW listen_addresses") == "127.0.0.1"
    assert await value(server.dsn(), "SHOW unix_socket_directories") == ""


def test_two_banks_do_not_share_a_folder(server):
    server.start()
    with pytest.raises(SetUpProblem, match="already running"):
        EmbeddedPostgres(server.folder).start()
    assert server.alive()
    with pytest.raises(SetUpProblem, match="still running"):
        server.remove()
    with pytest.raises(SetUpProblem, match="already running"):
        EmbeddedPostgres(server.folder).remove()
    assert server.alive()


def test_a_taken_port_is_said_before_anything_is_tried(server):
    server.start()
    with pytest.raises(SetUpProblem, match=f"Port {server.port} is in use"):
        EmbeddedPostgres(server.folder.parent / "other", port=server.port, fast=True).start()
    EmbeddedPostgres(server.folder.parent / "other").remove()


@pytest.mark.chaos
async def test_the_start_after_a_kill_ends_the_orphan_and_loses_nothing(server):
    started = subprocess.Popen(
        [sys.executable, "-c", START_AND_DIE, str(server.folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    dsn = started.stdout.readline().strip()
    await value(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    started.communicate("\n")
    assert started.returncode == -signal.SIGKILL
    orphans = processes_in(cluster_of(server))
    assert orphans
    server.start()
    assert not set(orphans) & set(processes_in(cluster_of(server)))
    assert await value(server.dsn(), "SELECT answer FROM kept") == 42


@pytest.mark.chaos
async def test_the_server_itself_may_be_killed_and_is_started_again(safe_server):
    safe_server.start()
    await value(safe_server.dsn(), "CREATE TABLE kept AS SELECT 42 AS answer")
    safe_server._process.kill()
    safe_server._process.wait()
    assert not safe_server.alive()
    safe_server.start()
    assert await value(safe_server.dsn(), "SELECT answer FROM kept") == 42


@pytest.mark.chaos
def test_a_note_that_names_a_stranger_neither_stops_the_start_nor_hurts_the_stranger(server):
    server.start()
    server.stop()
    account = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
    stranger = subprocess.Popen(["sleep", "600"], **account)
    try:
        note = cluster_of(server) / "postmaster.pid"
        note.write_text(f"{stranger.pid}\n{cluster_of(server)}\n{int(time.time())}\n5432\n\n127.0.0.1\n1 1\nready\n")
        server.start()
        assert server.alive() and stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.chaos
async def test_a_creation_that_broke_off_is_done_anew(server):
    server.start()
    server.stop()
    cluster_of(server).rename(cluster_of(server).with_name("unfinished"))
    server.start()
    assert await value(server.dsn(), "SELECT 1") == 1


def test_why_the_server_does_not_start_is_said_in_its_own_words(server, monkeypatch):
    monkeypatch.setitem(server._settings, "shared_buffers", "much")
    with pytest.raises(SetUpProblem, match="shared_buffers"):
        server.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers under another account")
async def test_programs_the_account_cannot_reach_are_run_from_a_copy(server, tmp_path, monkeypatch):
    monkeypatch.setattr(postgres.Account, "runs", lambda account, program: False)
    server.start()
    program = Path(os.readlink(f"/proc/{server._process.pid}/exe"))
    assert program.is_relative_to("/var/lib/huitong")
    assert await value(server.dsn(), "SELECT 1") == 1
