"""Who may run a transaction, who may approve it, and what the second person signs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from banking.approval import check_approval, request_digest
from banking.execution import approval_by_amount
from banking.principal import Principal
from banking.rights import Needed, RightsInForce, check_level, check_place, moved_by
from banking.transaction import Outcome, Transaction
from banking.work import Work
from contracts.ledger import Entry
from contracts.rights import RightRule
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
    assert refusal(principal, RightsInForce(declared(**options))) == (None if allowed else "right.missing")


def refusal(principal: Principal, rights: RightsInForce) -> str | None:
    """The code with which a teller is turned away; None if he may run the transaction."""
    try:
        check_place(principal, rights.transaction)
        check_level(principal, rights)
    except DomainError as refused:
        return refused.code
    return None


def rule(level: str = "C", code: str = "test.run", **content: Any) -> RightRule:
    """One line of the administrator's."""
    return RightRule(transaction_code=code, level=level, **content)


def limit(level: str, limit_minor: int, above: str = "approval", settlement: str = "cash", code: str = "test.run") -> RightRule:
    """A limit in CNY."""
    return rule(level, code, settlement=settlement, currency="CNY", limit_minor=limit_minor, above=above)


def test_rules_give_and_take_transactions_by_level_but_never_by_letter_or_department() -> None:
    given = (rule("A", allowed=True), rule("C", allowed=False), rule("B", dual="c"), rule("B", code="test.other", allowed=False))
    rights = RightsInForce(declared(), given)
    assert refusal(who("S0219", "0201", "A"), rights) is None
    assert refusal(who("S0211", "0201", "C"), rights) == "right.missing"
    assert refusal(who("S0211", "0201", "B"), rights) is None
    elsewhere = RightsInForce(declared(outlets="centre", operators="S"), given)
    assert refusal(who("S0219", "0201", "A"), elsewhere) == "right.missing"
    assert refusal(who("K0009", "0001", "A"), elsewhere) == "right.missing"


@pytest.mark.parametrize(
    ("dual", "added", "together"), [("", None, ""), ("", "c", "c"), ("a", None, "a"), ("a", "c", "ca"), ("c", "a", "ca")]
)
def test_rules_ask_for_a_second_person_and_never_spare_one(dual: str, added: str | None, together: str) -> None:
    rights = RightsInForce(declared(dual=dual), (rule("C", dual=added),))
    assert rights.dual("C") == together
    assert rights.dual("B") == dual


def needs(rights: RightsInForce, minor: int, level: str = "C", settlement: str = "cash", currency: str = "CNY") -> str | None:
    """The level an amount needs the approval of, or the refusal."""
    try:
        needed = rights.approval_for(level, currency, {settlement: minor})
    except DomainError as refused:
        return refused.code
    return needed.level if needed else None


def test_amounts_up_to_the_limit_need_nobody() -> None:
    rights = RightsInForce(declared(), (limit("C", 50_000_00),))
    assert needs(rights, 50_000_00) is None
    assert needs(rights, 50_000_01) == "A"
    assert needs(rights, 50_000_01, level="B") is None, "without a limit of its own a level decides as declared"
    assert needs(rights, 50_000_01, settlement="transfer") is None
    assert needs(rights, 50_000_01, currency="USD") is None
    needed = rights.approval_for("C", "CNY", {"cash": 60_000_00})
    assert needed == Needed("A", "50000.00", "60000.00", "cash")


def test_a_head_teller_approves_small_amounts_and_management_the_rest() -> None:
    rights = RightsInForce(declared(), (limit("C", 10_000_00), limit("B", 50_000_00), limit("A", 1_000_000_00)))
    assert [needs(rights, minor) for minor in (10_000_00, 10_000_01, 50_000_01, 1_000_000_01)] == [None, "B", "A", "right.amount_exceeded"]
    assert needs(rights, 50_000_01, level="B") == "A"


def test_of_several_amounts_the_one_that_needs_the_highest_decides() -> None:
    """CNY 60,000.00 needs level A, whatever stands beside it and in which order: USD 20.00 would need B only."""
    dollars = [
        RightRule.model_validate({**limit(level, minor).model_dump(), "currency": "USD"}) for level, minor in (("C", 10_00), ("B", 50_00))
    ]
    rights = RightsInForce(declared(), (limit("C", 10_000_00), limit("B", 50_000_00), *dollars))
    amounts = {"CNY": 60_000_00, "USD": 20_00}
    for outcome in (Outcome({}, cash_minor=amounts), Outcome({}, cash_minor=dict(reversed(amounts.items())))):
        assert approval_by_amount(rights, "C", outcome, None) == Needed("A", "10000.00", "60000.00", "cash")
    assert approval_by_amount(rights, "C", Outcome({}, cash_minor={"USD": 20_00}), None) == Needed("B", "10.00", "20.00", "cash")


def test_a_limit_may_refuse_and_one_for_the_transaction_goes_before_one_for_all() -> None:
    every = limit("C", 10_000_00, above="refusal", code="*")
    assert needs(RightsInForce(declared(), (every,)), 10_000_01) == "right.amount_exceeded"
    assert needs(RightsInForce(declared(), (every, limit("C", 20_000_00))), 20_000_01) == "A"
    assert needs(RightsInForce(declared(), (limit("C", 20_000_00), every)), 10_000_01) is None


def entry(business_code: str, direction: str, amount: str, automatic: bool = False) -> Entry:
    """One leg of a receipt."""
    content = {"outlet": "0201", "account": "1", "subject": business_code}
    return Entry(business_code=business_code, direction=direction, amount=amount, automatic=automatic, **content)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("legs", "moved"),
    [
        ([("101", "debit", "10.00"), ("211", "credit", "10.00")], {"cash": 1000}),
        (
            [("211", "debit", "10.00"), ("521", "debit", "0.50"), ("101", "credit", "10.40"), ("269", "credit", "0.10")],
            {"cash": 1040, "transfer": 10},
        ),
        ([("211", "debit", "7.00"), ("201", "credit", "7.00")], {"transfer": 700}),
        ([("101", "debit", "5.00"), ("101", "credit", "5.00")], {"cash": 500}),
        ([], {}),
    ],
)
def test_what_is_moved_is_read_off_the_entries(legs: list[tuple[str, str, str]], moved: dict[str, int]) -> None:
    entries = [entry(*leg) for leg in legs]
    assert moved_by([*entries, entry("417", "debit", "99.00", automatic=True)], "CNY") == moved


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
