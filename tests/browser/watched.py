"""A browser page whose misdeeds are written down: policy violations, errors, requests that leave this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
NOTE_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""
ANSWERED_WITH_REFUSAL = "Failed to load resource: the server responded with a status of"


class Watched:
    """A context with one page; `assert_clean` fails when anything was noted."""

    def __init__(self, context: BrowserContext) -> None:
        self.noted: list[str] = []
        context.add_init_script(NOTE_VIOLATIONS)
        context.on("request", self._request)
        self.page = context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.noted.append(f"error: {error}"))

    def assert_clean(self) -> None:
        assert self.noted == []

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname != "127.0.0.1":
            self.noted.append(f"left this machine: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        refused_on_purpose = message.text.startswith(ANSWERED_WITH_REFUSAL)
        if message.type in ("error", "warning") and not refused_on_purpose:
            self.noted.append(f"{message.type}: {message.text}")
