"""The private RabbitMQ, started, killed and started again for real."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import aio_pika
import pytest
from aio_pika.exceptions import ProbableAuthenticationError

from launch.provision.problems import SetUpProblem
from launch.provision.processes import executable_name, processes_in
from launch.provision.rabbitmq import DECLARATIONS_SETTLE_SECONDS, PrivateBroker

pytestmark = pytest.mark.broker
ROOT = Path(__file__).resolve().parents[2]
QUORUM = {"x-queue-type": "quorum"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    instance = PrivateBroker(tmp_path_factory.mktemp("provision") / "rabbitmq")
    with instance:
        yield instance
    instance.remove()


def home_of(server: PrivateBroker) -> Path:
    return Path(os.path.realpath(server.folder / "server"))


async def publish(url: str, body: bytes) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.declare_queue("kept", durable=True, arguments=QUORUM)
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, "kept", mandatory=True)


async def take(url: str) -> bytes:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True, arguments=QUORUM)
        message = await queue.get(timeout=30)
        await message.ack()
        return message.body


@pytest.mark.chaos
async def test_a_confirmed_message_outlives_a_kill_at_the_same_address(server):
    url = server.add_vhost("kill")
    await publish(url, b"41")
    await asyncio.sleep(DECLARATIONS_SETTLE_SECONDS)
    await publish(url, b"42")
    server.kill()
    assert not server.alive() and processes_in(home_of(server)) == []
    server.start()
    assert server.url("kill") == url
    assert [await take(url), await take(url)] == [b"41", b"42"]


@pytest.mark.chaos
@pytest.mark.slow
async def test_a_restart_and_a_start_by_another_process_find_the_same_data(server):
    url = server.add_vhost("restart")
    await publish(url, b"1")
    await publish(url, b"2")
    server.restart()
    assert await take(url) == b"1"
    server.stop()
    code = "import os, sys; from pathlib import Path; from launch.provision.rabbitmq import PrivateBroker\n"
    code += "PrivateBroker(Path(sys.argv[1])).start(); os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", code, str(server.folder)], cwd=ROOT, check=False).returncode == -9
    orphans = processes_in(home_of(server))
    assert orphans
    server.start()
    assert not set(orphans) & set(processes_in(home_of(server)))
    assert await take(url) == b"2"


async def test_a_virtual_host_is_made_once_and_keeps_what_it_holds(server):
    url = server.add_vhost("twice")
    await publish(url, b"kept")
    assert server.add_vhost("twice") == url
    assert await take(url) == b"kept"
    with pytest.raises(ValueError):
        server.add_vhost("not a name; really")


async def test_there_is_no_guest_and_the_password_is_on_no_command_line(server):
    assert server.control("list_users", "--no-table-headers").split() == ["huitong", "[administrator]"]
    with pytest.raises(ProbableAuthenticationError):
        await aio_pika.connect(server.url().replace("huitong:", "huitong:wrong"))
    password = (server.folder / "broker_password").read_text()
    lines = [Path(f"/proc/{pid}/cmdline").read_text() for pid in processes_in(home_of(server))]
    assert lines and not any(password in line for line in lines)
    assert (server.folder / "broker_password").stat().st_mode & 0o077 == 0


def test_every_port_is_on_the_loopback_interface(server):
    inodes = set()
    for pid in processes_in(home_of(server)):
        if executable_name(pid) in ("beam.smp", "epmd"):
            inodes |= {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    listening = {row[1].rpartition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in inodes}
    assert "0100007F" in listening  # 127.0.0.1 the way the kernel writes it
    assert listening <= {"0100007F", "00000000000000000000000001000000"}  # and at most ::1 beside it


def test_two_banks_do_not_share_a_broker(server):
    with pytest.raises(SetUpProblem, match="already running"):
        PrivateBroker(server.folder).start()
    with pytest.raises(SetUpProblem, match="already running"):
        PrivateBroker(server.folder).remove()
    assert server.alive()
