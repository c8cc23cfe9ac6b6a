"""Who may run a transaction, who may approve it, and what the second person signs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from banking.approval import check_approval, request_digest
from banking.execution import check_right
from banking.principal import Principal
from banking.transaction import Outcome, Transaction
from banking.work import Work
from kernel.clock import SystemClock
from kernel.errors import DomainError
from kernel.text import Text
from runtime.auth import Signer, Verifier, make_key_pair
from runtime.settings import Settings

PRIVATE, PUBLIC = make_key_pair()
BODY = {"account": "1", "amount": "2.00"}


def who(teller: str, outlet: str, level: str = "C") -> Principal:
    """A teller at an outlet."""
    return Principal(teller, outlet, level, None, "s")


def declared(**options: Any) -> Transaction:
    """A transaction with these rights."""

    async def run(work: Work, form: Any) -> Outcome:
        raise AssertionError("only its declaration is looked at")

    return Transaction("test.run", Text("测试", "Test"), (), "IB 1", BaseModel, run, **options)


@pytest.mark.parametrize(
    ("options", "principal", "allowed"),
    [
        ({}, who("S0211", "0201", "C"), True),
        ({}, who("K0211", "0201", "B"), True),
        ({}, who("S0219", "0201", "A"), False),
        ({}, who("A0211", "0201", "C"), False),
        ({"operators": "S"}, who("K0211", "0201"), False),
        ({"operators": "K"}, who("K0211", "0201"), True),
        ({"levels": "A"}, who("S0219", "0201", "A"), True),
        ({"levels": "A"}, who("S0211", "0201", "C"), False),
        ({"outlets": "centre"}, who("S0001", "0001"), True),
        ({"outlets": "centre"}, who("S0021", "0002"), False),
        ({"outlets": "city"}, who("S0021", "0002"), True),
        ({"outlets": "city"}, who("S0201", "0200"), False),
        ({"outlets": "branch"}, who("S0201", "0200"), True),
        ({"outlets": "branch"}, who("S0021", "0002"), True),
        ({"outlets": "branch"}, who("S0211", "0201"), False),
        ({"outlets": "centre", "levels": "A"}, who("S0001", "0001", "C"), False),
    ],
)
def test_letter_level_and_department_decide(options: dict[str, Any], principal: Principal, allowed: bool) -> None:
    transaction = declared(**options)
    if allowed:
        check_right(principal, transaction)
        return
    with pytest.raises(DomainError) as refused:
        check_right(principal, transaction)
    assert refused.value.code == "right.missing"


@pytest.mark.parametrize(
    ("approver", "outlet", "oversees"),
    [
        (who("S0219", "0201"), "0201", True),
        (who("S0209", "0200"), "0201", True),
        (who("S0009", "0001"), "0201", True),
        (who("S0009", "0001"), "0002", True),
        (who("S0219", "0201"), "0200", False),
        (who("S0219", "0201"), "0202", False),
        (who("S0309", "0300"), "0201", False),
        (who("S0029", "0002"), "0201", False),
    ],
)
def test_an_approver_is_of_the_outlet_or_above_it(approver: Principal, outlet: str, oversees: bool) -> None:
    assert approver.oversees(outlet) is oversees


def resources() -> Any:
    """As much of a running service as approvals need."""
    settings = Settings(service_key="secret", token_public_key=PUBLIC)  # type: ignore[arg-type]
    return SimpleNamespace(settings=settings, verifier=Verifier(PUBLIC, SystemClock()))


def approval(second: Principal, body: dict[str, Any] = BODY, code: str = "test.run", use: str = "approval") -> str:
    """What the counter signs for a second person."""
    claims = {"approval_id": "a1", "digest": request_digest(resources().settings, code, body)}
    return Signer(PRIVATE, SystemClock()).sign(use, second.claims() | claims, 5)


def judged(token: str | None, dual: str = "a", body: dict[str, Any] = BODY) -> str | None:
    """The code an approval is refused with; None if it is good."""
    try:
        check_approval(resources(), declared(dual=dual), who("S0211", "0201"), body, token)
    except DomainError as refused:
        return refused.code
    return None


def test_the_second_person_must_be_another_one_entitled_to_this_very_request() -> None:
    good = approval(who("S0219", "0201", "A"))
    assert judged(good) is None
    assert judged(good, body={"amount": "2.00", "account": "1"}) is None, "the order of the fields is not signed"
    assert judged(None) == "approval.required"
    assert judged(None, dual="") is None, "nobody is needed"
    assert judged(good, body={**BODY, "amount": "2.01"}) == "approval.other_request"
    assert judged(approval(who("S0219", "0201", "A"), code="test.other")) == "approval.other_request"
    assert judged(approval(who("S0211", "0201", "A"))) == "approval.own"
    assert judged(approval(who("S0212", "0201", "C"))) == "approval.level"
    assert judged(approval(who("S0212", "0201", "C")), dual="c") is None, "a checker may be of any level"
    assert judged(approval(who("S0309", "0300", "A"))) == "approval.outside"
    assert judged(approval(who("S0219", "0201", "A"), use="teller")) == "auth.token_invalid"


def test_the_digest_tells_requests_apart_and_hides_them() -> None:
    settings = resources().settings
    digest = request_digest(settings, "test.run", BODY)
    assert digest == request_digest(settings, "test.run", dict(reversed(BODY.items())))
    others = [
        ("test.ran", BODY),
        ("test.run", {**BODY, "amount": 2}),
        ("test.run", {**BODY, "more": None}),
        ("test.run", {"account": "12.00"}),
    ]
    assert digest not in {request_digest(settings, code, body) for code, body in others}
    other_bank = Settings(service_key="another", token_public_key=PUBLIC)  # type: ignore[arg-type]
    assert digest != request_digest(other_bank, "test.run", BODY)
