"""Hashing of tellers' passwords: as everywhere in the bank."""

from runtime.hashing import Hasher, hasher_of

__all__ = ["Hasher", "hasher_of"]
