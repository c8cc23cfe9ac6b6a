"""What `./huitong test` insists on before it runs anything."""

import subprocess
from pathlib import Path

import pytest

from launch.provision import debian, testing
from launch.provision.problems import SetUpProblem
from launch.provision.progress import Step


@pytest.fixture
def machine(monkeypatch):
    """A machine with a broker and without a browser."""

    def broker(step: Step) -> Path:
        return Path("/usr/lib/rabbitmq/bin")

    def browser(step: Step) -> Path:
        raise SetUpProblem("A Chromium browser is missing.", "缺少浏览器。")

    monkeypatch.delenv("HUITONG_SKIP_BROKER", raising=False)
    monkeypatch.delenv("HUITONG_SKIP_BROWSER", raising=False)
    needs = {"broker": ("RabbitMQ", "HUITONG_SKIP_BROKER", broker), "browser": ("Chromium", "HUITONG_SKIP_BROWSER", browser)}
    monkeypatch.setattr(testing, "NEEDS", needs)
    return monkeypatch


@pytest.fixture
def commands(monkeypatch):
    """The commands the checks would run; each of them passes unless its words hold `failing`."""
    seen: list[list[str]] = []
    failing: list[str] = []

    def run(command, **rest):
        seen.append(command)
        return subprocess.CompletedProcess(command, 1 if set(failing) & set(command) else 0)

    class Beside:
        """A command that runs while others do."""

        def __init__(self, command, **rest):
            self.ended = run(command)

        def wait(self):
            return self.ended.returncode

        def terminate(self):
            """It has ended."""

    monkeypatch.setattr(testing.subprocess, "run", run)
    monkeypatch.setattr(testing.subprocess, "Popen", Beside)
    return seen, failing


def test_a_missing_browser_stops_the_whole_run_and_says_how_to_go_without(machine, commands, capsys):
    assert testing.main([]) == 2
    said = capsys.readouterr().err
    assert "A Chromium browser is missing." in said and "HUITONG_SKIP_BROWSER=1" in said
    assert commands[0] == []


def test_what_is_left_out_aloud_is_not_run(machine, commands):
    machine.setenv("HUITONG_SKIP_BROWSER", "1")
    assert testing.main([]) == 0
    halves = [command for command in commands[0] if command[1:3] == ["-m", "pytest"]]
    assert {command[-1] for command in halves} == {f"{half} and not browser" for half in testing.HALVES}


def test_a_failure_beside_the_live_half_fails_the_run(machine, commands):
    seen, failing = commands
    machine.setitem(testing.NEEDS, "browser", ("Chromium", "HUITONG_SKIP_BROWSER", lambda step: Path("/usr/bin/chromium")))
    assert testing.main([]) == 0
    failing.append(testing.HALVES[1])
    assert testing.main([]) == 1


def test_chosen_tests_run_without_what_they_may_not_need(machine, commands):
    assert testing.main(["tests/unit"]) == 0
    assert commands[0][-1][-1] == "tests/unit" and "not browser" not in commands[0][-1]


def test_one_failed_check_fails_the_run_and_the_others_still_run(machine, commands):
    seen, failing = commands
    failing.append("ruff")
    assert testing.main(["tests/unit"]) == 1
    assert len(seen) == 3


def test_apt_is_kept_from_starting_services_and_the_machine_is_left_as_it_was(tmp_path, monkeypatch):
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(debian, "POLICY", policy)
    with debian._no_service_starts():
        assert subprocess.run([policy], check=False).returncode == 101
    assert not policy.exists()
    policy.write_text("the owner's own")
    with debian._no_service_starts():
        assert policy.read_text() == "the owner's own"
    assert policy.read_text() == "the owner's own"


def test_without_the_right_to_install_the_packages_are_named(monkeypatch):
    monkeypatch.setattr(debian, "can_install", lambda: False)
    with pytest.raises(SetUpProblem, match="apt-get install rabbitmq-server"):
        debian.install(["rabbitmq-server"], "RabbitMQ", Step("RabbitMQ"))


def test_the_percentage_is_apts_own():
    assert debian._percentage("pmstatus:chromium:41.6667:Unpacking chromium") == "41 %"
    assert debian._percentage("dlstatus:1:9.9:Retrieving file 1 of 3") == "9 %"
