"""A book matched on the portal, decisions on it, and papers that can be verified, with a real bank behind the door."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from tests.support.bank import TestBank, running_bank, test_settings
from tests.support.portal import CENTRE, CHECKER, CLERK, CORPORATE, SUPERVISOR, PortalBrowser, bind

FIRST_DAY, CLOSING, TODAY = date(2005, 9, 29), "2005-09-30", date(2005, 10, 1)
BOOK = """日期,借方,贷方,摘要,票据号
2005-09-29,83.00,,缴款,88000777
2005-09-29,20.00,,,
2005-09-30,30.00,,收海川贸易支票,880011
2005-09-30,,13.00,付水费,
"""


class World:
    """A company with a detail and a balance statement over 150.00, and a stranger with a statement of its own."""

    def __init__(self, bank: TestBank) -> None:
        self.bank = bank
        self.clerk, self.supervisor, self.stranger = (PortalBrowser(bank, f"203.0.113.{place}") for place in (1, 2, 3))
        self.detail = self.balance = ""
        self.account = ""

    async def upload(self, content: str | bytes, number: str = "", **params: Any) -> httpx.Response:
        """The file sent as the page sends it."""
        raw = content.encode("gb18030") if isinstance(content, str) else content
        headers = {"X-CSRF-Token": self.clerk.csrf, "Content-Type": "application/octet-stream"}
        path = f"/api/portal/matchings/{number or self.detail}"
        return await self.clerk.client.post(path, content=raw, headers=headers, params={"file_name": "单位账.csv", **params})

    async def matched(self, number: str = "") -> dict[str, Any]:
        answer = await self.upload(BOOK, number)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def company(bank: TestBank, name: str, document: str) -> tuple[str, str]:
    papers = {"name": name, "nature": "006", "id_type": "G", "id_number": document, "address": "解放路1号", "phone": "88880001"}
    customer = (await bank.run(CORPORATE, "customer.corporate.open", papers))["result"]["customer_number"]
    opening = {"customer_number": customer, "kind": "201", "account_flag": "0", "interest_bearing": True}
    account = (await bank.run(CORPORATE, "savings.corporate.pre_open", opening))["result"]["account"]
    deposits = [{"amount": "83.00", "voucher_type": "OTHER", "voucher_number": "88000777"}, {"amount": "20.00"}, {"amount": "50.00"}]
    for deposit in deposits:
        await bank.run(CORPORATE, "savings.corporate.deposit_cash", {"account": account, **deposit})
    await bank.run(CORPORATE, "savings.corporate.withdraw_cash", {"account": account, "amount": "3.00"})
    for kind in ("balance", "detail"):
        agreed = {"account": account, "kind": kind, "frequency": "on_demand", "days_until_due": 10}
        await bank.run(CORPORATE, "recon.arrangement.set", agreed, second=CHECKER)
    return customer, account


async def statement(bank: TestBank, account: str, kind: str) -> str:
    span = {"date_from": "2005-09-01", "date_to": CLOSING}
    return (await bank.run(CORPORATE, "recon.statement.generate", {"account": account, "kind": kind, **span}))["result"]["numbers"][0]


@pytest.fixture(scope="module")
async def world(bank_template: Any) -> AsyncIterator[World]:
    async with running_bank(bank_template, business_date=FIRST_DAY, settings=test_settings(sms_sender="show")) as bank:
        world = World(bank)
        east, world.account = await company(bank, "=东方商贸有限公司", "440100000012345")
        west, other = await company(bank, "西城机械厂", "440100000054321")
        phones = {CLERK: "13900000001", SUPERVISOR: "13900000002"}
        for number, phone in phones.items():
            await bind(bank, east, number, [world.account], phone=phone)
        await bind(bank, west, CLERK, [other], phone="13900000003")
        await bank.settle()
        await bank.day_end(through=TODAY)
        world.detail = await statement(bank, world.account, "detail")
        world.balance = await statement(bank, world.account, "balance")
        await world.clerk.sign_on(east + CLERK, phones[CLERK])
        await world.supervisor.sign_on(east + SUPERVISOR, phones[SUPERVISOR])
        await world.stranger.sign_on(west + CLERK, "13900000003")
        yield world


async def test_a_book_is_matched_and_the_same_book_again_changes_nothing(world: World) -> None:
    """83.00 by its document number; 20.00 is proposed; 30.00 and 13.00 of the book, 50.00 and 3.00 of the bank are open."""
    answers = await asyncio.gather(*(world.upload(BOOK) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200} and len({answer.json()["matching"] for answer in answers}) == 1
    counts = answers[0].json()
    assert [counts[key] for key in ("book_lines", "statement_lines", "book_total")] == [4, 4, "120.00"]
    assert [counts[key] for key in ("matched", "proposed", "ambiguous", "open_book", "open_statement")] == [1, 1, 0, 3, 3]
    [group] = (await world.clerk.call("GET", f"/matchings/{world.detail}/groups", params={"standing": "matched"}))["rows"]
    assert group["shape"] == "one_to_one" and "凭证号" in group["reason"]["zh"]
    assert [(line["side"], line["line"], line["amount"]) for line in group["lines"]] == [("book", 1, "83.00"), ("statement", 1, "83.00")]


async def test_a_balance_statement_is_matched_against_the_ledgers_entries(world: World) -> None:
    counts = await world.matched(world.balance)
    assert (counts["statement_lines"], counts["matched"], counts["proposed"]) == (4, 1, 1)
    items = (await world.clerk.call("GET", f"/matchings/{world.balance}/items"))["items"]
    assert {item["line"] for item in items} == {None}


async def test_the_clerk_joins_and_parts_and_ten_at_once_are_one(world: World) -> None:
    counts = await world.matched()
    path = f"/matchings/{world.detail}"
    chosen = {"matching": counts["matching"], "book": [2], "statement": [2]}
    joined = await asyncio.gather(*(world.clerk.call("POST", f"{path}/join", chosen) for _ in range(10)))
    assert {(each["confirmed"], each["proposed"]) for each in joined} == {(1, 0)}
    [group] = (await world.clerk.call("GET", f"{path}/groups", params={"standing": "confirmed"}))["rows"]
    for wrong, code in (
        ({"book": [3], "statement": [3]}, "matching.sums_differ"),
        ({"book": [2], "statement": [3]}, "matching.line_taken"),
        ({"book": [99], "statement": [3]}, "matching.line_unknown"),
        ({"matching": "00000000-0000-0000-0000-000000000000"}, "matching.replaced"),
    ):
        assert await world.clerk.refused("POST", f"{path}/join", {**chosen, **wrong}) == code
    parted = {"matching": counts["matching"], "group": group["group"]}
    answers = await asyncio.gather(*(world.clerk.call("POST", f"{path}/part", parted) for _ in range(3)))
    assert {(each["confirmed"], each["proposed"]) for each in answers} == {(0, 1)}


async def test_what_is_open_becomes_the_items_of_a_sheet_that_balances(world: World) -> None:
    """120 + 50 - 3 = 150 + 30 - 13 = 167."""
    counts = await world.matched()
    path = f"/matchings/{world.detail}"
    await world.clerk.call("POST", f"{path}/join", {"matching": counts["matching"], "book": [2], "statement": [2]})
    proposed = await world.clerk.call("GET", f"{path}/items")
    assert (proposed["count"], proposed["complete"], proposed["undecided"]) == (4, True, 0)
    assert [(item["kind"], item["amount"], item["line"]) for item in proposed["items"]] == [
        ("bank_received", "50.00", 3),
        ("bank_paid", "3.00", 4),
        ("company_received", "30.00", None),
        ("company_paid", "13.00", None),
    ]
    sheet = {"company_balance": counts["book_total"], "items": proposed["items"]}
    worked = await world.clerk.call("POST", f"/statements/{world.detail}/adjustment", sheet)
    assert (worked["company_adjusted"], worked["bank_adjusted"], worked["balances"]) == ("167.00", "167.00", True)


async def test_hostile_files_change_nothing(world: World) -> None:
    before = await world.matched()
    for content, code in (
        (b"\xff\xfe\x00", "file.encoding"),
        ("日期,金额\n2005-09-01,=1+1\n".encode(), "file.lines"),
        ("金额\n1.00\n".encode(), "file.columns"),
        (b"PK\x03\x04 not a workbook", "file.broken"),
        (b"", "file.columns"),
    ):
        answer = await world.upload(content)
        assert answer.status_code == 422 and answer.json()["code"] == code
    assert (await world.upload(b"x" * (16 * 2**20 + 1))).json()["code"] == "request.too_large"
    assert (await world.clerk.call("GET", f"/matchings/{world.detail}"))["matching"] == before["matching"]


async def test_who_may_match_and_see(world: World) -> None:
    await world.matched()
    path = f"/matchings/{world.detail}"
    assert await world.supervisor.refused("POST", path) == "portal.role"
    assert (await world.supervisor.call("GET", path))["matched"] == 1
    for method, end in (("POST", ""), ("GET", ""), ("GET", "/groups"), ("GET", "/open?side=book"), ("GET", "/items")):
        assert await world.stranger.refused(method, path + end) == "statement.unknown"
    assert await world.stranger.refused("GET", f"/papers/{world.detail}") == "statement.unknown"
    csrf, world.clerk.csrf = world.clerk.csrf, ""
    assert (await world.upload(BOOK)).json()["code"] == "portal.csrf"
    world.clerk.csrf = csrf


async def paper(world: World, number: str, format: str) -> bytes:
    answer = await world.clerk.send("GET", f"/papers/{number}", params={"format": format, "language": "zh"})
    assert answer.status_code == 200, answer.text
    return answer.content


async def code_of(world: World, number: str) -> str:
    found = re.search(r"校验码,([A-Z2-7-]{29})", (await paper(world, number, "csv")).decode("utf-8-sig"))
    assert found is not None
    return found[1]


async def test_a_statement_on_paper_in_every_format(world: World) -> None:
    rows = list(csv.reader(io.StringIO((await paper(world, world.detail, "csv")).decode("utf-8-sig"))))
    assert ["户名", "'=东方商贸有限公司"] in rows, "a name that begins like a formula is none"
    lines = [row for row in rows if len(row) == 8]
    assert [row[-1] for row in lines[1:5]] == ["83.00", "103.00", "153.00", "150.00"] and lines[5][5:7] == ["3.00", "153.00"]
    sheet = load_workbook(io.BytesIO(await paper(world, world.balance, "xlsx"))).active
    shown = [cell.value for row in sheet.iter_rows() for cell in row]
    assert (
        world.balance in shown and "期末余额" in shown and 150 in shown and not any(cell.data_type == "f" for row in sheet for cell in row)
    )
    for number in (world.detail, world.balance):
        assert (await paper(world, number, "pdf")).startswith(b"%PDF-")
        assert world.account in (await paper(world, number, "html")).decode()
    acts = (await world.clerk.call("GET", "/log", params={"act": "recon.statement.paper"}))["rows"]
    assert len(acts) >= 6 and {act["details"]["format"] for act in acts} == {"csv", "xlsx", "pdf", "html"}


async def test_anybody_can_verify_a_paper_and_learns_only_what_it_says(world: World) -> None:
    code = await code_of(world, world.detail)
    anybody = PortalBrowser(world.bank, "198.51.100.1")
    said = await anybody.call("POST", "/verify", {"number": world.detail, "code": code.lower().replace("-", " ")})
    assert said["genuine"] is True
    assert {key: said["facts"][key] for key in ("number", "account", "closing_balance", "lines")} == {
        "number": world.detail,
        "account": world.account,
        "closing_balance": "150.00",
        "lines": 4,
    }
    other = await code_of(world, world.balance)
    wrong = [(world.balance, code), (world.detail, other), (world.detail, code[:-1] + ("A" if code[-1] != "A" else "B")), ("9" * 16, code)]
    wrong.append((world.detail, f"{code[:9]}-AAAA-AAAA-AAAA-AAAA"))
    answers = [await anybody.send("POST", "/verify", {"number": number, "code": each}) for number, each in wrong]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, '{"genuine":false,"facts":null}')}


async def test_the_books_stand_side_by_side_and_by_date(world: World) -> None:
    rows = (await world.bank.ask(CENTRE, "books.proof_groups", outlet="0201", limit=200))["rows"]
    current = next(row for row in rows if row["business_code"] == "201")
    assert (current["owner"], current["kept"], current["ledger"], current["same"]) == ("savings", "300.00", "300.00", True)
    kept = (await world.bank.ask(CENTRE, "books.proof_groups", outlet="0201", date=CLOSING, limit=200))["rows"]
    assert current in kept
    history = (await world.bank.ask(CENTRE, "books.proof_history"))["rows"]
    assert [(row["business_date"], row["holds"]) for row in history] == [(CLOSING, True), ("2005-09-29", True)]
    assert (await world.bank.ask(CENTRE, "books.proof_groups", different=True))["rows"] == []
