"""Hashing of passwords: argon2id, in threads of its own, so that the event loop never waits for it."""

from __future__ import annotations

import asyncio
import os
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from runtime.service import Resources
from runtime.settings import Settings


class Hasher:
    """Hashes and compares with the parameters of the settings; at most one at a time per processor, so that memory stays bounded."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(time_cost=settings.argon2_time_cost, memory_cost=settings.argon2_memory_kib, parallelism=1)
        self._threads = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="argon2")
        self._nobody = self._threads.submit(self._hasher.hash, secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """A hash with a salt of its own."""
        return await asyncio.wrap_future(self._threads.submit(self._hasher.hash, password))

    async def matches(self, known: str | None, password: str) -> bool:
        """Whether the password is the one that was hashed; without a known hash it takes as long to say no."""
        known_or_nobody = known if known is not None else await asyncio.wrap_future(self._nobody)
        same = await asyncio.wrap_future(self._threads.submit(self._compare, known_or_nobody, password))
        return same and known is not None

    def _compare(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, known: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(known)


def hasher_of(resources: Resources) -> Hasher:
    """The one hasher of the running service."""
    found = resources.state.get("hasher")
    if found is None:
        found = resources.state["hasher"] = Hasher(resources.settings)
    return found
