"""What of a browser's request goes to the portal's service, and how its session comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from gateway.portal import ROUTES, _with_session, portal_headers
from kernel.errors import DomainError


def request(method: str = "POST", scheme: str = "http", **headers: str) -> Request:
    given = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in {"host": "bank.example", **headers}.items()]
    scope: dict[str, Any] = {"type": "http", "method": method, "scheme": scheme, "path": "/", "query_string": b"", "headers": given}
    return Request({**scope, "client": ("203.0.113.7", 1), "server": ("bank.example", 443)})


def test_the_cookie_becomes_a_header_beside_token_and_address() -> None:
    sent = portal_headers(
        request(cookie="huitong_portal=abc-DEF_1; other=x", x_csrf_token="f00", x_client_address="10.9.9.9", x_portal_session="forged")
    )
    assert sent == {"X-Client-Address": "203.0.113.7", "X-Portal-Session": "abc-DEF_1", "X-CSRF-Token": "f00"}


@pytest.mark.parametrize("value", ["ü", '"a\\012X-Service-Key: b"', "a b", "x" * 129, ""])
def test_what_cannot_be_a_session_is_none(value: str) -> None:
    assert portal_headers(request(cookie=f"huitong_portal={value}", x_csrf_token=value)) == {"X-Client-Address": "203.0.113.7"}


@pytest.mark.parametrize(
    ("origin", "fits"),
    [("https://bank.example", True), ("https://elsewhere.example", False), ("null", False), ("https://bank.example.evil", False)],
)
def test_pages_of_other_sites_change_nothing(origin: str, fits: bool) -> None:
    portal_headers(request("GET", origin=origin))
    if fits:
        portal_headers(request(origin=origin))
        return
    with pytest.raises(DomainError) as refusal:
        portal_headers(request(origin=origin))
    assert refusal.value.code == "portal.other_origin"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_secret_moves_from_the_body_into_the_cookie(scheme: str) -> None:
    answer = _with_session(request(scheme=scheme), Response(json.dumps({"secret": "s3", "name": "钱会计"})))
    assert json.loads(bytes(answer.body)) == {"name": "钱会计"}
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("huitong_portal=s3;") and "httponly" in cookie and "samesite=strict" in cookie and "path=/api/portal" in cookie
    assert ("secure" in cookie) is (scheme == "https")


def test_only_ways_in_and_the_check_of_papers_are_open() -> None:
    assert all(route.path.startswith("/sign-on") or route.path == "/verify" for route in ROUTES if route.open)
