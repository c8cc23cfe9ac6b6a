"""Signing on, lockout, first password, approvals, loading, on a running bank."""

import asyncio
from typing import Any

import httpx
import pytest

from banking.approval import request_digest
from banking.principal import APPROVAL_TOKEN
from contracts.counter import ApprovalRequest, BoxToLoad, CounterClient, SignedOn, SignOn, TellersToLoad, TellerToLoad
from kernel.errors import DomainError
from launch.demo import PASSWORD
from runtime.hashing import Hasher
from tests.support.bank import TestBank

NEW_PASSWORD = "better-2006"
PERSON = {"name": "张三", "id_type": "Z"}


def client(bank: TestBank) -> CounterClient:
    """The counter without the door's limit on sign-ons."""
    return CounterClient(bank.bank.transport)


async def signed_on(bank: TestBank, teller: str, password: str = PASSWORD, cash_box: str | None = None) -> SignedOn:
    return await client(bank).sign_on(SignOn(teller=teller, password=password, cash_box=cash_box))


async def refused(bank: TestBank, teller: str, password: str = PASSWORD, cash_box: str | None = None) -> str:
    """The code a sign-on is refused with."""
    with pytest.raises(DomainError) as problem:
        await signed_on(bank, teller, password, cash_box)
    return problem.value.code


async def send(bank: TestBank, token: str, code: str, body: dict[str, Any], key: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    return await bank.client.post(f"/api/transactions/{code}", json=body, headers=headers)


async def reset(bank: TestBank, teller: str, password: str) -> None:
    await bank.run("S0001", "counter.teller.reset_password", {"teller": teller, "new_password": password}, second="S0009")


async def test_a_teller_signs_on_with_his_box(bank: TestBank) -> None:
    answer = await signed_on(bank, "S0211", cash_box="00001")
    assert answer.model_dump(exclude={"token", "name", "minutes"}, mode="json") == {
        "teller": "S0211",
        "outlet": "0201",
        "level": "C",
        "business_date": "2005-09-01",
        "cash_box": "00001",
        "must_change_password": False,
        "password_reminder": False,
    }
    assert (await signed_on(bank, "S0212")).cash_box is None
    assert (await signed_on(bank, "S0212", cash_box="00000")).cash_box == "00000"


async def test_boxes_of_others_and_boxes_that_are_not_there(bank: TestBank) -> None:
    assert await refused(bank, "S0212", cash_box="00001") == "counter.box.not_own"
    assert await refused(bank, "S0212", cash_box="00077") == "counter.box.unknown"


async def test_wrong_password_and_unknown_teller_are_refused_alike(bank: TestBank) -> None:
    wrong = await bank.client.post("/api/sign-on", json={"teller": "S0221", "password": "wrong-2005"})
    unknown = await bank.client.post("/api/sign-on", json={"teller": "S9999", "password": "wrong-2005"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.json()["code"] == "teller.credentials_wrong"


async def test_racing_wrong_passwords_lock_exactly_at_five(bank: TestBank) -> None:
    codes = await asyncio.gather(*(refused(bank, "S0222", "wrong-2005") for _ in range(10)))
    assert sorted(codes) == ["teller.credentials_wrong"] * 5 + ["teller.locked"] * 5
    [row] = await bank.sql("SELECT failed_attempts FROM counter.teller WHERE teller = 'S0222'")
    assert row["failed_attempts"] == 5
    assert await refused(bank, "S0222") == "teller.locked"
    tellers = await bank.ask("S0211", "counter.tellers")
    assert not any(row["locked"] for row in tellers["rows"])
    tellers = await bank.ask("S0221", "counter.tellers")
    assert [row["teller"] for row in tellers["rows"] if row["locked"]] == ["S0222"]

    await reset(bank, "S0222", NEW_PASSWORD)
    assert (await signed_on(bank, "S0222", NEW_PASSWORD)).must_change_password


async def test_the_right_password_clears_the_count(bank: TestBank) -> None:
    for _ in range(2):
        for _ in range(4):
            assert await refused(bank, "K0222", "wrong-2005") == "teller.credentials_wrong"
        await signed_on(bank, "K0222")


async def test_guessing_through_approvals_and_password_changes_counts_too(bank: TestBank) -> None:
    asked = ApprovalRequest(teller="K0229", password="wrong-2005", transaction="x", body={})
    for _ in range(4):
        with pytest.raises(DomainError):
            await client(bank).approve(asked)
    assert await refused(bank, "K0229", "wrong-2005") == "teller.credentials_wrong"
    assert await refused(bank, "K0229") == "teller.locked"

    body = {"teller": "K0221", "old_password": "wrong-2005", "new_password": NEW_PASSWORD}
    for _ in range(4):
        await bank.refuse("K0221", "counter.teller.change_password", body, "teller.credentials_wrong")
    headers = {"Authorization": f"Bearer {await bank.sign_on('K0221')}"}
    preview = await bank.client.post("/api/transactions/counter.teller.change_password/preview", json=body, headers=headers)
    assert preview.json()["code"] == "teller.credentials_wrong"
    assert await refused(bank, "K0221") == "teller.locked"


async def test_the_first_password_must_be_changed_before_anything_else(bank: TestBank) -> None:
    teller = {"teller": "S0233", "name": "新柜员", "outlet": "0201", "level": "C", "password": "initial-1"}
    await bank.refuse("S0001", "counter.teller.create", teller, "approval.required")
    await bank.refuse("S0211", "counter.teller.create", teller, "right.missing", second="S0219")
    await bank.run("S0001", "counter.teller.create", teller, second="S0009")
    await bank.refuse("S0001", "counter.teller.create", teller, "teller.exists", second="S0009")
    await bank.refuse("S0001", "counter.teller.create", {**teller, "teller": "S0333"}, "teller.outlet_unfit", second="S0009")
    await bank.refuse("S0001", "counter.teller.create", {**teller, "teller": "S0234", "outlet": "0277"}, "outlet.unknown", second="S0009")

    first = await signed_on(bank, "S0233", "initial-1")
    assert first.must_change_password
    barred = await send(bank, first.token, "customer.personal.open", PERSON, "first-1")
    assert (barred.status_code, barred.json()["code"]) == (403, "auth.password_change_required")
    for path in ("/api/queries/counter.boxes", "/api/queries/customer.search"):
        answer = await bank.client.get(path, headers={"Authorization": f"Bearer {first.token}"})
        assert answer.json()["code"] == "auth.password_change_required"
    with pytest.raises(DomainError) as problem:
        await client(bank).renew(first.token)
    assert problem.value.code == "auth.token_invalid"
    with pytest.raises(DomainError) as problem:
        await client(bank).approve(ApprovalRequest(teller="S0233", password="initial-1", transaction="x", body={}))
    assert problem.value.code == "auth.password_change_required"

    change = {"teller": "S0233", "old_password": "initial-1", "new_password": NEW_PASSWORD}
    same = await send(bank, first.token, "counter.teller.change_password", {**change, "new_password": "initial-1"}, "first-2")
    assert same.json()["code"] == "teller.password.unchanged"
    short = await send(bank, first.token, "counter.teller.change_password", {**change, "new_password": "short-7"}, "first-3")
    assert short.json()["code"] == "teller.password.too_short"
    other = await send(bank, first.token, "counter.teller.change_password", {**change, "teller": "S0211"}, "first-4")
    assert other.json()["code"] == "teller.password.not_own"
    done = await send(bank, first.token, "counter.teller.change_password", change, "first-5")
    assert done.status_code == 200, done.text
    assert "initial-1" not in done.text and NEW_PASSWORD not in done.text
    again = await send(bank, first.token, "counter.teller.change_password", change, "first-5")
    assert again.json() == done.json()

    assert await refused(bank, "S0233", "initial-1") == "teller.credentials_wrong"
    answer = await signed_on(bank, "S0233", NEW_PASSWORD)
    assert not answer.must_change_password
    assert (await send(bank, answer.token, "customer.personal.open", PERSON, "first-6")).status_code == 200


async def test_racing_changes_of_one_password_change_it_once(bank: TestBank) -> None:
    token = (await signed_on(bank, "K0311")).token
    news = [f"racing-{number}-pass" for number in range(5)]
    body = {"teller": "K0311", "old_password": PASSWORD}
    change = "counter.teller.change_password"
    answers = await asyncio.gather(*(send(bank, token, change, {**body, "new_password": new}, f"race-{new}") for new in news))
    [winner] = [new for new, answer in zip(news, answers, strict=True) if answer.status_code == 200]
    await signed_on(bank, "K0311", winner)


async def test_a_lost_password_is_reset_by_the_centre(bank: TestBank) -> None:
    lost = {"teller": "S0302", "summary": "遗忘"}
    token = (await signed_on(bank, "S0302")).token
    await bank.refuse("S0302", "counter.teller.report_password_lost", lost, "teller.password.own")
    await bank.refuse("S0211", "counter.teller.report_password_lost", lost, "teller.elsewhere")
    await bank.refuse("S0301", "counter.teller.report_password_lost", {"teller": "S0377"}, "teller.unknown")
    await bank.run("S0301", "counter.teller.report_password_lost", lost)
    await bank.refuse("S0301", "counter.teller.report_password_lost", lost, "teller.password.already_lost")
    assert await refused(bank, "S0302") == "teller.password_lost"
    with pytest.raises(DomainError) as problem:
        await client(bank).renew(token)
    assert problem.value.code == "teller.sign_on_again"

    body = {"teller": "S0302", "new_password": NEW_PASSWORD}
    await bank.refuse("S0301", "counter.teller.reset_password", body, "right.missing", second="S0309")
    await bank.refuse("S0001", "counter.teller.reset_password", body, "approval.outside", second="S0309")
    await reset(bank, "S0302", NEW_PASSWORD)
    assert (await signed_on(bank, "S0302", NEW_PASSWORD)).must_change_password


async def test_renewing_keeps_the_session(bank: TestBank) -> None:
    first = await signed_on(bank, "S0201", cash_box="00001")
    second = await client(bank).renew(first.token)
    verify = bank.bank.applications["counter"].resources.verifier.verify
    old, new = verify(first.token, "teller"), verify(second.token, "teller")
    assert {name: old[name] for name in ("teller", "outlet", "level", "cash_box", "session")} == {
        name: new[name] for name in ("teller", "outlet", "level", "cash_box", "session")
    }
    assert (await bank.client.post("/api/sign-on/renew", headers={"Authorization": f"Bearer {second.token}"})).status_code == 200


async def test_an_approval_is_bound_to_its_request(bank: TestBank) -> None:
    body = {"teller": "K0201", "new_password": NEW_PASSWORD}
    asked = ApprovalRequest(teller="S0009", password=PASSWORD, transaction="counter.teller.reset_password", body=body)
    approval = (await client(bank).approve(asked)).approval
    claims = bank.bank.applications["counter"].resources.verifier.verify(approval, APPROVAL_TOKEN)
    assert claims["digest"] == request_digest(bank.bank.settings, "counter.teller.reset_password", body)
    assert (claims["teller"], claims["outlet"], claims["level"]) == ("S0009", "0001", "A")

    headers = {"Authorization": f"Bearer {await bank.sign_on('S0001')}", "X-Approval": approval}
    path = "/api/transactions/counter.teller.reset_password"
    other = await bank.client.post(path, json={**body, "teller": "K0202"}, headers={**headers, "Idempotency-Key": "bound-1"})
    assert other.json()["code"] == "approval.other_request"
    as_token = {"Authorization": f"Bearer {approval}", "Idempotency-Key": "bound-2"}
    assert (await bank.client.post("/api/transactions/customer.personal.open", json=PERSON, headers=as_token)).status_code == 401
    reordered = {"new_password": NEW_PASSWORD, "teller": "K0201"}
    assert (await bank.client.post(path, json=reordered, headers={**headers, "Idempotency-Key": "bound-3"})).status_code == 200
    again = await bank.client.post(path, json=body, headers={**headers, "Idempotency-Key": "bound-4"})
    assert again.json()["code"] == "approval.used"


async def test_nobody_approves_alone(bank: TestBank) -> None:
    body = {"teller": "K0202", "new_password": NEW_PASSWORD}
    await bank.refuse("S0009", "counter.teller.reset_password", body, "approval.own", second="S0009")
    await bank.refuse("S0001", "counter.teller.reset_password", body, "approval.level", second="S0002")


async def test_loading_again_changes_nothing(bank: TestBank) -> None:
    before = await bank.sql("SELECT * FROM counter.teller ORDER BY teller")
    assert len({row["password_hash"] for row in before}) == len(before) >= 60
    people = TellersToLoad(
        tellers=[TellerToLoad(teller="S0211", name="别名", outlet="0201", level="A")],
        boxes=[BoxToLoad(outlet="0201", number="00001", name="别名", tellers=["S0211"])],
        password="another-1",
    )
    await client(bank).load(people)
    assert await bank.sql("SELECT * FROM counter.teller ORDER BY teller") == before


async def test_loading_checks_what_it_is_given(bank: TestBank) -> None:
    for changes, code in (
        ({"teller": "X0211"}, "teller.number.malformed"),
        ({"level": "D"}, "teller.level.malformed"),
        ({"outlet": "21"}, "outlet.malformed"),
    ):
        teller = TellerToLoad.model_validate({"teller": "S0244", "outlet": "0201", "level": "C", **changes})
        with pytest.raises(DomainError) as problem:
            await client(bank).load(TellersToLoad(tellers=[teller], password="another-1"))
        assert problem.value.code == code


async def test_internal_routes_need_the_services_key(bank: TestBank) -> None:
    app = bank.bank.applications["counter"].app
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://counter") as outside:
        answer = await outside.post("/internal/sign-on", json={"teller": "S0211", "password": PASSWORD})
        assert answer.json()["code"] == "auth.service_only"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"teller": "S0211\u0000", "password": PASSWORD}, "teller.credentials_wrong"),
        ({"teller": "s0211", "password": PASSWORD}, "teller.credentials_wrong"),
        ({"teller": "", "password": ""}, "teller.credentials_wrong"),
        ({"teller": "S0211", "password": "x" * 129}, "request.invalid"),
        ({"teller": "S0211"}, "request.invalid"),
        ({"teller": "S0212", "password": PASSWORD, "cash_box": "0000\u0000"}, "counter.box.unknown"),
    ],
)
async def test_nonsense_is_refused_plainly(bank: TestBank, body: dict[str, str], code: str) -> None:
    with pytest.raises(DomainError) as problem:
        await bank.bank.transport.call("counter", "POST", "/internal/sign-on", json=body)
    assert problem.value.code == code


async def test_an_approval_may_be_asked_for_any_json(bank: TestBank) -> None:
    asked = b'{"teller": "S0219", "password": "%s", "transaction": "x", "body": {"\\ud800": ["\\u0000", 1.5, null]}}' % PASSWORD.encode()
    answer = await bank.client.post("/api/approvals", content=asked, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


async def test_hashes_follow_the_settings(bank: TestBank) -> None:
    resources = bank.bank.applications["counter"].resources
    earlier = resources.state["hasher"]
    resources.state["hasher"] = Hasher(resources.settings.model_copy(update={"argon2_time_cost": 2}))
    try:
        await signed_on(bank, "K0301")
        [row] = await bank.sql("SELECT password_hash FROM counter.teller WHERE teller = 'K0301'")
        assert "t=2" in row["password_hash"]
        await signed_on(bank, "K0301")
    finally:
        resources.state["hasher"] = earlier
