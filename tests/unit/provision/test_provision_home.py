"""The folder of a server: locked against a second start, placed where the server's account reaches it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch.provision import home
from launch.provision.home import ServerHome, shared_copy, unprivileged_account
from launch.provision.problems import SetUpProblem

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers under another account")


@pytest.fixture
def reachable(tmp_path) -> Iterator[Path]:
    """A folder every account of the machine can go into: pytest's own are for their owner alone."""
    changed = []
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o001 == 0:
            changed.append((folder, folder.stat().st_mode))
            folder.chmod(folder.stat().st_mode | 0o011)
    yield tmp_path
    for folder, mode in changed:
        folder.chmod(mode)


@pytest.fixture
def shared(reachable, monkeypatch) -> Path:
    folder = reachable / "shared"
    monkeypatch.setattr(home, "SHARED", folder)
    return folder


@pytest.fixture(params=[True, False], ids=["memory", "disk"])
def memory(reachable, monkeypatch, request) -> bool:
    """Whether there is room in memory."""
    folder = reachable / "memory"
    folder.mkdir()
    monkeypatch.setattr(home, "MEMORY", folder)
    monkeypatch.setattr(home, "MEMORY_NEEDED_BYTES", 0 if request.param else 2**62)
    monkeypatch.setattr(home.os.path, "ismount", lambda path: path == folder)
    return request.param


def test_a_second_start_on_the_same_folder_is_refused_and_a_later_one_is_not(reachable):
    first, second = ServerHome(reachable / "data"), ServerHome(reachable / "data")
    first.open()
    with pytest.raises(SetUpProblem, match="already running"):
        second.open()
    first.close()
    second.open()
    second.close()


@as_root
def test_root_hands_the_files_to_nobody_and_keeps_the_folder(reachable):
    server = ServerHome(reachable / "data")
    server.open()
    assert server.account == unprivileged_account() and server.account.user != 0
    assert server.path == reachable / "data" / "server"
    assert server.path.stat().st_uid == server.account.user and server.path.stat().st_mode & 0o777 == 0o700
    assert (reachable / "data").stat().st_uid == 0
    server.close()


@as_root
def test_out_of_reach_the_files_lie_in_the_shared_folder_and_the_data_folder_can_be_moved(reachable, shared):
    (reachable / "closed").mkdir(mode=0o700)
    server = ServerHome(reachable / "closed" / "data")
    server.open()
    assert server.link.is_symlink() and server.path.parent == shared
    (server.path / "kept").write_text("1")
    server.close()
    (reachable / "closed" / "data").rename(reachable / "closed" / "moved")
    moved, new = ServerHome(reachable / "closed" / "moved"), ServerHome(reachable / "closed" / "data")
    moved.open()
    new.open()
    assert (moved.path / "kept").exists() and not (new.path / "kept").exists()
    moved.remove()
    new.remove()
    assert list(shared.iterdir()) == [] and list((reachable / "closed").iterdir()) == []


@as_root
def test_throw_away_files_go_once_their_folder_is_gone_and_others_stay(reachable, shared, memory):
    (reachable / "closed").mkdir(mode=0o700)
    homes = {name: ServerHome(reachable / "closed" / name, throwaway=name != "bank") for name in ("deleted", "killed", "used", "bank")}
    for server in homes.values():
        server.open()
        server.close()
    paths = {name: server.path for name, server in homes.items()}
    gone = subprocess.Popen(["true"])
    gone.wait()
    (paths["killed"] / home.LINKED_FROM).write_text(f"{gone.pid} {homes['killed'].link}")
    assert {path.parent.name for name, path in paths.items() if name != "bank"} == {"memory" if memory else "shared"}
    assert paths["bank"].parent == shared
    shutil.rmtree(reachable / "closed" / "deleted")
    shutil.rmtree(reachable / "closed" / "bank")
    ServerHome(reachable / "closed" / "next", throwaway=True).open()
    assert {name: path.exists() for name, path in paths.items()} == {"deleted": False, "killed": False, "used": True, "bank": True}
    homes["used"].lock()
    homes["used"].remove()
    assert not paths["used"].exists()


@as_root
def test_files_that_vanished_are_not_replaced_by_an_empty_bank(reachable, shared):
    (reachable / "closed").mkdir(mode=0o700)
    server = ServerHome(reachable / "closed" / "data")
    server.open()
    server.close()
    server.path.rmdir()
    with pytest.raises(SetUpProblem, match="no longer exists"):
        server.open()


@as_root
def test_root_keeps_the_account_of_a_folder_that_another_user_made(reachable):
    (reachable / "data" / "server").mkdir(parents=True)
    os.chown(reachable / "data" / "server", 12345, 12345)
    server = ServerHome(reachable / "data")
    server.open()
    assert (server.account.user, server.account.group) == (12345, 12345)
    server.close()


def test_private_files_are_for_the_account_alone_and_replace_older_ones(reachable):
    server = ServerHome(reachable / "data")
    server.open()
    server.write_private("secret", "old")
    path = server.write_private("secret", "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600 and path.stat().st_uid == server.account.user
    server.close()


def test_a_shared_copy_is_whole_and_made_once(reachable, shared):
    source = reachable / "source"
    (source / "bin").mkdir(parents=True)
    (source / "bin" / "program").write_text("1")
    first = shared_copy("programs", source, ["bin"])
    (source / "bin" / "program").write_text("2")
    assert shared_copy("programs", source, ["bin"]) == first
    assert (first / "bin" / "program").read_text() == "1"
    assert list(shared.iterdir()) == [first]
    with pytest.raises(SetUpProblem):
        shared_copy("other", source, ["missing"])
