"""Signed tokens (EdDSA) and the key services show each other."""

from __future__ import annotations

import hmac
import json
from collections import OrderedDict
from typing import Any

from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from kernel.clock import Clock
from kernel.errors import ErrorType, Kind

TOKEN_MISSING = ErrorType("auth.token_missing", Kind.UNAUTHENTICATED, "请先签到", "sign on first")
TOKEN_INVALID = ErrorType("auth.token_invalid", Kind.UNAUTHENTICATED, "登录凭据无效", "the token is not valid")
TOKEN_EXPIRED = ErrorType("auth.token_expired", Kind.UNAUTHENTICATED, "登录已过期,请重新签到", "the token has expired; sign on again")
SERVICE_ONLY = ErrorType("auth.service_only", Kind.FORBIDDEN, "仅供内部服务调用", "only services may call this")

SERVICE_KEY_HEADER = "X-Service-Key"
_REMEMBERED = 4096


def make_key_pair() -> tuple[str, str]:
    """A new signing key and its public half, as JSON texts."""
    key = OKPKey.generate_key("Ed25519")
    return json.dumps(key.as_dict(private=True)), json.dumps(key.as_dict(private=False))


class Signer:
    """Signs claims; only the service that knows the tellers has one."""

    def __init__(self, private_key: str, clock: Clock) -> None:
        self._key = OKPKey.import_key(json.loads(private_key))
        self._clock = clock

    def sign(self, use: str, claims: dict[str, Any], minutes: int) -> str:
        """A token for one use that expires after so many minutes."""
        now = int(self._clock.now().timestamp())
        return jwt.encode(
            {"alg": "Ed25519"}, {**claims, "use": use, "iat": now, "exp": now + minutes * 60}, self._key, algorithms=["Ed25519"]
        )


class Verifier:
    """Checks tokens with the public key, and remembers the ones it has checked until they expire."""

    def __init__(self, public_key: str, clock: Clock) -> None:
        self._key = OKPKey.import_key(json.loads(public_key))
        self._clock = clock
        self._known: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def verify(self, token: str, use: str) -> dict[str, Any]:
        """The claims of a token. Raises `auth.token_invalid` or `auth.token_expired`."""
        claims = self._known.get(token)
        if claims is None:
            try:
                claims = dict(jwt.decode(token, self._key, algorithms=["Ed25519"]).claims)
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise TOKEN_INVALID() from error
            self._known[token] = claims
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        if claims.get("use") != use or not isinstance(claims.get("exp"), int):
            raise TOKEN_INVALID()
        if claims["exp"] <= self._clock.now().timestamp():
            self._known.pop(token, None)
            raise TOKEN_EXPIRED()
        return claims


def bearer(request: Request) -> str:
    """The bearer token of a request. Raises `auth.token_missing`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TOKEN_MISSING()
    return token.strip()


async def service_only(request: Request) -> None:
    """A route dependency: lets only callers in that show the services' key. Raises `auth.service_only`."""
    expected = request.app.state.resources.settings.service_key.get_secret_value()
    shown = request.headers.get(SERVICE_KEY_HEADER, "")
    if not expected or not hmac.compare_digest(shown.encode(), expected.encode()):
        raise SERVICE_ONLY()
