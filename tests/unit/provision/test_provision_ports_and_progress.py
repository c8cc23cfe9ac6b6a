"""Ports of the loopback interface, and how a set-up shows where it is."""

import io
import socket

import pytest

from launch.provision.ports import LOOPBACK, free_port, is_free, require_free
from launch.provision.problems import SetUpProblem
from launch.provision.progress import Step


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_named_together_with_the_option_that_changes_it(taken_port):
    with pytest.raises(SetUpProblem) as caught:
        require_free(taken_port, "--port")
    assert str(taken_port) in caught.value.en and "--port" in caught.value.en
    assert str(taken_port) in caught.value.zh and "--port" in caught.value.zh


@pytest.mark.parametrize("number", [0, -1, 65536])
def test_what_is_no_port_is_refused_in_a_sentence(number):
    with pytest.raises(SetUpProblem, match=f"{number} is not a port"):
        require_free(number)


def test_a_free_port_can_be_listened_on_and_lies_below_the_ports_of_outgoing_connections():
    port = free_port()
    require_free(port)
    assert 20000 <= port < 32768
    with socket.socket() as listener:
        listener.bind((LOOPBACK, port))
        listener.listen()
        assert not is_free(port)
    assert len({free_port() for _ in range(300)} | {port}) == 301, "never the same one twice"


def test_a_terminal_sees_one_line_rewritten():
    terminal = Terminal()
    with Step("Python packages", number=1, of=3, stream=terminal) as step:
        step.update("fetching 1 of 80")
        step.update("fetching 2 of 80")
        step.done("80 installed")
    written = terminal.getvalue()
    assert written.count("\n") == 1
    assert written.endswith("\r\x1b[2K[1/3] Python packages: 80 installed\n")
    assert "[1/3] Python packages: fetching 2 of 80" in written


def test_a_log_file_is_not_flooded_and_holds_no_control_characters():
    log = io.StringIO()
    with Step("Python packages", number=1, of=3, stream=log) as step:
        for count in range(80):
            step.update(f"fetching {count} of 80")
        step.done("80 installed")
    assert log.getvalue() == "[1/3] Python packages: fetching 0 of 80\n[1/3] Python packages: 80 installed\n"


def test_what_follows_a_failed_step_starts_on_a_line_of_its_own():
    terminal = Terminal()
    with pytest.raises(SetUpProblem), Step("RabbitMQ", stream=terminal) as step:
        step.update("installing")
        raise SetUpProblem("No.")
    assert terminal.getvalue().endswith("installing\n")


def test_a_problem_says_its_sentence_in_both_languages():
    assert str(SetUpProblem("Port 1 is in use.", "端口 1 已被占用。")) == "Port 1 is in use. 端口 1 已被占用。"
    assert str(SetUpProblem("Port 1 is in use.")) == "Port 1 is in use."
