"""Tellers come, move, change and leave; their passwords' life (IB 310-328, 686-696, 1586-1596, 3569-3587)."""

import asyncio
from datetime import date

import pytest

from contracts.counter import CounterClient, SignedOn, SignOn
from kernel.errors import DomainError
from launch.demo import PASSWORD
from tests.support.bank import TestBank

NEW_PASSWORD = "better-2006"
PERSON = {"name": "张三", "id_type": "Z"}
CHANGE = "counter.teller.change_password"


async def signed_on(bank: TestBank, teller: str, password: str = PASSWORD, cash_box: str | None = None) -> SignedOn:
    return await CounterClient(bank.bank.transport).sign_on(SignOn(teller=teller, password=password, cash_box=cash_box))


async def refused(bank: TestBank, teller: str, password: str = PASSWORD, cash_box: str | None = None) -> str:
    with pytest.raises(DomainError) as problem:
        await signed_on(bank, teller, password, cash_box)
    return problem.value.code


async def maintain(bank: TestBank, teller: str, **content: str) -> dict[str, object]:
    receipt = await bank.run("S0001", "counter.teller.maintain", {"teller": teller, **content}, second="S0009")
    return receipt["result"]


async def not_maintained(bank: TestBank, problem: str, teller: str, **content: str) -> None:
    await bank.refuse("S0001", "counter.teller.maintain", {"teller": teller, **content}, problem, second="S0009")


async def test_a_new_teller_has_the_default_password_until_he_signs_on(bank: TestBank) -> None:
    new = {"teller": "K0241", "name": "新柜员", "outlet": "0201", "level": "C", "card_number": "62001234"}
    await bank.run("S0001", "counter.teller.create", new, second="S0009")
    first = await signed_on(bank, "K0241", "888888")
    assert first.must_change_password

    async def change(body: dict[str, str], token: str) -> str:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(body)}
        answer = await bank.client.post(f"/api/transactions/{CHANGE}", json={"teller": "K0241", **body}, headers=headers)
        return answer.json().get("code", "")

    body = {"old_password": "888888", "new_password": NEW_PASSWORD}
    assert await change({**body, "new_password_again": "something-else"}, first.token) == "teller.password.repeat_differs"
    assert await change({**body, "new_password": "888888"}, first.token) == "teller.password.too_short"
    assert await change({**body, "new_password_again": NEW_PASSWORD}, first.token) == CHANGE
    second = await signed_on(bank, "K0241", NEW_PASSWORD)
    assert not second.must_change_password
    # from now on the card is asked for
    again = {"old_password": NEW_PASSWORD, "new_password": "better-2007"}
    assert await change(again, second.token) == "teller.card_wrong"
    assert await change({**again, "card_number": "62001235"}, second.token) == "teller.card_wrong"
    assert await change({**again, "card_number": "62001234"}, second.token) == CHANGE


async def test_the_centre_resets_to_the_default_password(bank: TestBank) -> None:
    await bank.run("S0221", "counter.teller.report_password_lost", {"teller": "S0222", "summary": "遗忘"})
    assert await refused(bank, "S0222") == "teller.password_lost"
    await bank.run("S0001", "counter.teller.reset_password", {"teller": "S0222"}, second="S0009")
    assert await refused(bank, "S0222") == "teller.credentials_wrong"
    assert (await signed_on(bank, "S0222", "888888")).must_change_password
    rows = (await bank.ask("S0221", "counter.teller_changes", teller="S0222"))["rows"]
    assert [(row["change"], row["made_by"], row["second"]) for row in rows] == [
        ("password_reset", "S0001", "S0009"),
        ("password_lost", "S0221", None),
    ]
    assert rows[1]["summary"] == "遗忘"
    assert "888888" not in str(rows)


async def test_a_month_after_the_last_change_a_teller_is_reminded(bank: TestBank) -> None:
    async def reminded(changed_on: date) -> bool:
        await bank.sql("UPDATE counter.teller SET password_changed_on = $1 WHERE teller = 'K0302'", changed_on)
        return (await signed_on(bank, "K0302")).password_reminder

    assert not await reminded(date(2005, 8, 2))
    assert await reminded(date(2005, 8, 1))


async def test_a_teller_moves_inside_his_sub_branch_before_he_signs_on(bank: TestBank) -> None:
    await not_maintained(bank, "teller.outlet_unfit", "K0111", outlet="0201")
    await not_maintained(bank, "outlet.unknown", "K0111", outlet="0177")
    await not_maintained(bank, "teller.unknown", "K0177", outlet="0102")
    await not_maintained(bank, "teller.nothing_changed", "K0111", outlet="0101", level="C")
    await not_maintained(bank, "teller.own_record", "S0001", name="别名")
    await not_maintained(bank, "counter.box.not_empty", "K0111", outlet="0102")
    old = await signed_on(bank, "S0111", cash_box="00001")
    await not_maintained(bank, "teller.present_today", "S0111", outlet="0102")

    moved = await maintain(bank, "K0112", outlet="0102", name="李四")
    assert moved == {"teller": "K0112", "outlet": "0102", "name": "李四"}
    assert (await signed_on(bank, "K0112")).outlet == "0102"
    tellers = (await bank.ask("S0121", "counter.tellers"))["rows"]
    assert ("K0112", "李四") in {(row["teller"], row["name"]) for row in tellers}
    assert (await CounterClient(bank.bank.transport).renew(old.token)).outlet == "0101"


async def test_a_level_changes_and_a_teller_leaves_when_nothing_is_left_to_balance(bank: TestBank) -> None:
    token = (await signed_on(bank, "S0301", cash_box="00001")).token
    await not_maintained(bank, "teller.still_working", "S0301", level="B")
    await not_maintained(bank, "teller.still_working", "S0301", state="left")
    await bank.run("S0301", "counter.box.cash_in", {"amount": "200000.00"})
    await bank.run("S0301", "counter.teller.balance", {})
    await maintain(bank, "S0301", level="B")
    with pytest.raises(DomainError) as problem:
        await CounterClient(bank.bank.transport).renew(token)
    assert problem.value.code == "teller.sign_on_again"
    assert (await signed_on(bank, "S0301", cash_box="00001")).level == "B"

    await bank.settle()
    held = await bank.sql("SELECT count(*) FROM counter.voucher WHERE outlet = '0300' AND cash_box = '00001' AND state = 'stock'")
    if held[0][0]:
        await not_maintained(bank, "counter.box.not_empty", "S0301", state="left")
        await bank.sql("DELETE FROM counter.voucher WHERE outlet = '0300' AND cash_box = '00001'")
    await maintain(bank, "S0301", state="left")
    assert await refused(bank, "S0301") == "teller.left"
    assert await refused(bank, "S0301", "wrong-pass") == "teller.credentials_wrong"
    await bank.refuse("S0302", "counter.teller.report_password_lost", {"teller": "S0301"}, "teller.left")
    await bank.refuse("S0001", "counter.teller.reset_password", {"teller": "S0301"}, "teller.left", second="S0009")
    await maintain(bank, "S0301", state="active", level="C")
    assert await refused(bank, "S0301", cash_box="00001") == "counter.box.not_own"
    [change, *_] = (await bank.ask("S0309", "counter.teller_changes", teller="S0301"))["rows"]
    assert change["before"] == {"state": "left", "level": "B"} and change["after"] == {"state": "active", "level": "C"}


async def test_only_the_centre_with_management_maintains_tellers(bank: TestBank) -> None:
    body = {"teller": "S0122", "name": "王五"}
    code = "counter.teller.maintain"
    await bank.refuse("S0001", code, body, "approval.required")
    await bank.refuse("S0001", code, body, "approval.level", second="S0002")
    await bank.refuse("S0101", code, body, "right.missing", second="S0109")
    await bank.refuse("S0021", code, body, "right.missing", second="S0009")


async def test_moving_and_signing_on_at_once(bank: TestBank) -> None:
    """Either he is at work at his old outlet and stays there, or he has moved: never both."""

    async def sign_on() -> str | None:
        try:
            return (await signed_on(bank, "K0102")).outlet
        except DomainError as error:
            return error.code

    await bank.sign_on("S0001")
    moving = bank.send("S0001", "counter.teller.maintain", {"teller": "K0102", "outlet": "0101"}, second="S0009")
    moved, *outlets = await asyncio.gather(moving, *(sign_on() for _ in range(4)))
    [row] = await bank.sql("SELECT outlet FROM counter.teller WHERE teller = 'K0102'")
    days = await bank.sql("SELECT outlet FROM counter.teller_day WHERE teller = 'K0102'")
    assert row["outlet"] == ("0101" if moved.status_code == 200 else "0100")
    assert {day["outlet"] for day in days} <= {row["outlet"]}
    assert set(outlets) <= {row["outlet"], "teller.sign_on_again"}
