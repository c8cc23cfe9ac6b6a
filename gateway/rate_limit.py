"""Limits on what a stranger may do: sign-ons and approvals per address and per teller, quotes per address."""

from __future__ import annotations

import json

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from kernel.errors import ErrorType, Kind
from runtime.service import resources_of

TOO_MANY = ErrorType("request.too_many", Kind.TOO_MANY, "尝试过于频繁,请稍后再试", "too many tries; wait a minute")
PER_TELLER = RateLimitItemPerMinute(60)
PER_ADDRESS = RateLimitItemPerMinute(1200)
QUOTES_PER_ADDRESS = RateLimitItemPerMinute(300)
PORTAL_PER_ADDRESS = RateLimitItemPerMinute(600)


async def sign_on_limit(request: Request) -> None:
    """A route dependency. Raises `request.too_many`."""
    try:
        body = json.loads(await request.body())
        teller = str(body.get("teller"))[:10] if isinstance(body, dict) else ""
    except (ValueError, RecursionError):
        teller = ""
    limiter, address = _limiter(request), _address(request)
    if not await limiter.hit(PER_ADDRESS, "address", address) or not await limiter.hit(PER_TELLER, "teller", address, teller):
        raise TOO_MANY()


async def quote_limit(request: Request) -> None:
    """A route dependency: anybody may ask for a quote, and each costs a moment's reckoning. Raises `request.too_many`."""
    if not await _limiter(request).hit(QUOTES_PER_ADDRESS, "quotes", _address(request)):
        raise TOO_MANY()


async def portal_limit(request: Request) -> None:
    """Customers' browsers share an address at most with their colleagues. Raises `request.too_many`."""
    if not await _limiter(request).hit(PORTAL_PER_ADDRESS, "portal", _address(request)):
        raise TOO_MANY()


def _limiter(request: Request) -> MovingWindowRateLimiter:
    limiter: MovingWindowRateLimiter = resources_of(request).state.setdefault("sign_on_limiter", MovingWindowRateLimiter(MemoryStorage()))
    return limiter


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
