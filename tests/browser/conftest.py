"""The fake bank on a port of its own, and a browser that notes everything it should not do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from launch.provision.browser import find_browser
from tests.browser.fake_bank import FakeBank
from tests.browser.watched import ARGUMENTS, Watched

expect.set_options(timeout=60_000)  # what is not there by then never will be: a machine that is slow must not fail a page


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium. Its driver keeps an event loop running, so it ends with this package, before asynchronous tests begin."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(find_browser()), args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[FakeBank, str]]:
    """The fake bank, served in a thread."""
    bank = FakeBank()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(bank.app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield bank, f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture
def bank(served: tuple[FakeBank, str]) -> FakeBank:
    """The fake bank as nobody has used it yet."""
    served[0].reset()
    return served[0]


@pytest.fixture
def watched(browser: Browser, served: tuple[FakeBank, str]) -> Iterator[Watched]:
    """A page in a fresh context. When the test ends: no violation of the policy, no error, no request that left this machine."""
    context = browser.new_context(base_url=served[1], locale="zh-CN", viewport={"width": 1280, "height": 800}, accept_downloads=True)
    guard = Watched(context)
    yield guard
    context.close()
    guard.assert_clean()


@pytest.fixture
def page(bank: FakeBank, watched: Watched) -> Page:
    """The watched page."""
    return watched.page
