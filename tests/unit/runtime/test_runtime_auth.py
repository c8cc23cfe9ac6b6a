"""Tokens: signed for one use, good for their minutes, worthless once anything about them was changed."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from kernel.clock import FixedClock
from kernel.errors import DomainError
from runtime.auth import Signer, Verifier, make_key_pair

PRIVATE, PUBLIC = make_key_pair()
NINE = datetime(2005, 9, 1, 9, tzinfo=UTC)


def bank(moment: datetime = NINE) -> tuple[Signer, Verifier, FixedClock]:
    """A signer, a verifier and their clock."""
    clock = FixedClock(moment)
    return Signer(PRIVATE, clock), Verifier(PUBLIC, clock), clock


def refusal(verifier: Verifier, token: str, use: str = "teller") -> str:
    """The code a token is refused with."""
    with pytest.raises(DomainError) as refused:
        verifier.verify(token, use)
    return refused.value.code


def test_a_token_carries_its_claims() -> None:
    signer, verifier, _ = bank()
    claims = verifier.verify(signer.sign("teller", {"teller": "S0211"}, 30), "teller")
    assert claims["teller"] == "S0211" and claims["exp"] - claims["iat"] == 30 * 60


def test_a_token_ends_with_its_last_minute_also_when_it_was_seen_before() -> None:
    signer, verifier, clock = bank()
    token = signer.sign("teller", {}, 30)
    for minutes in (0, 29):
        clock.moment = NINE + timedelta(minutes=minutes)
        verifier.verify(token, "teller")
    clock.moment = NINE + timedelta(minutes=30)
    assert refusal(verifier, token) == refusal(verifier, token) == "auth.token_expired"


def test_a_token_is_good_for_one_use() -> None:
    signer, verifier, _ = bank()
    assert refusal(verifier, signer.sign("password", {}, 30)) == "auth.token_invalid"
    assert refusal(verifier, signer.sign("teller", {}, 30), "approval") == "auth.token_invalid"


def test_what_was_changed_or_signed_elsewhere_is_refused() -> None:
    signer, verifier, clock = bank()
    head, _, signature = signer.sign("teller", {"level": "C"}, 30).split(".")
    raised = base64.urlsafe_b64encode(json.dumps({"use": "teller", "level": "A", "exp": 2**40}).encode()).rstrip(b"=").decode()
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    elsewhere = Signer(make_key_pair()[0], clock).sign("teller", {}, 30)
    for token in (f"{head}.{raised}.{signature}", f"{unsigned}.{raised}.", f"{head}.{raised}", elsewhere, "", "a.b.c", "é", "." * 1000):
        assert refusal(verifier, token) == "auth.token_invalid", token


def test_a_token_without_an_end_is_refused() -> None:
    """Nobody signs such tokens; if somebody did, they would be good for ever."""
    from joserfc import jwt
    from joserfc.jwk import OKPKey

    endless = jwt.encode({"alg": "Ed25519"}, {"use": "teller"}, OKPKey.import_key(json.loads(PRIVATE)), algorithms=["Ed25519"])
    assert refusal(bank()[1], endless) == "auth.token_invalid"


def test_the_public_half_signs_nothing() -> None:
    assert "d" in json.loads(PRIVATE) and "d" not in json.loads(PUBLIC)
