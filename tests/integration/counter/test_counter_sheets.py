"""轧账单: a teller's, an outlet's and a box's sheet agree with the journal (IB 803-812, 2844-2846)."""

from decimal import Decimal
from typing import Any

from tests.support.bank import TestBank

PERSON = {"name": "张三", "id_type": "Z"}
SIDES = ("debit_cash", "debit_transfer", "credit_cash", "credit_transfer")


async def account(bank: TestBank, teller: str, amount: str) -> str:
    customer = (await bank.run(teller, "customer.personal.open", PERSON))["result"]["customer_number"]
    opening = {"customer_number": customer, "amount": amount, "withdrawal_mode": "C", "cross_outlet": True}
    return (await bank.run(teller, "savings.demand.open", opening))["result"]["account"]


def by_subject(rows: list[dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    return {row["subject"]: tuple(row[f"{side}{what}"] for side in SIDES for what in ("", "_count")) for row in rows}


async def test_a_tellers_sheet_holds_his_business_subject_by_subject(bank: TestBank) -> None:
    other = await account(bank, "S0311", "500.00")
    own = await account(bank, "S0221", "1000.00")
    await bank.run("S0221", "savings.demand.withdraw", {"account": own, "amount": "200.00"})
    await bank.run("S0221", "savings.demand.deposit", {"account": other, "amount": "30.00"})  # 417: the account is kept at 0301
    await bank.run("S0221", "counter.box.cash_in", {"amount": "70.00"})
    table = await bank.report("S0221", "balancing", teller="S0221")
    rows = by_subject([row for row in table["rows"] if not row["subject"].startswith("7")])
    zero = ("0.00", 0)
    # cash: 1,000.00 and 30.00 in, 200.00 out, 70.00 from box to vault on both sides
    assert rows["101"] == ("1100.00", 3, *zero, "270.00", 2, *zero)
    assert rows["211"] == ("200.00", 1, *zero, "1000.00", 1, *zero)
    totals = table["totals"]
    debit = Decimal(totals["debit_cash"]) + Decimal(totals["debit_transfer"])
    assert debit == Decimal(totals["credit_cash"]) + Decimal(totals["credit_transfer"]) == Decimal("1300.00")
    assert {heading["label"]["en"]: heading["value"] for heading in table["headers"]}["Transactions"] == "4"

    receipt = (await bank.run("S0221", "counter.teller.balance", {}))["result"]
    assert receipt["complete"] is True
    assert by_subject([row for row in receipt["subjects"] if not row["subject"].startswith("7")]) == rows
    assert {(line["code"], line["count"], line["amount"]) for line in receipt["transactions"]} == {
        ("savings.demand.open", 1, "1000.00"),
        ("savings.demand.withdraw", 1, "200.00"),
        ("savings.demand.deposit", 1, "30.00"),
        ("counter.box.cash_in", 1, "70.00"),
    }
    [cash] = receipt["rows"]
    assert (cash["cash_box"], cash["balance"]) == ("00001", "200760.00")


async def journal(bank: TestBank, outlet: str) -> dict[str, tuple[int, int]]:
    """Debit and credit of the journal by the first three digits of the subject, on the balance sheet, red entries deducted."""
    rows = await bank.sql(
        "SELECT left(subject, 3) AS subject, "
        "coalesce(sum(CASE WHEN red THEN -amount_minor ELSE amount_minor END) FILTER (WHERE is_debit), 0)::bigint AS debit, "
        "coalesce(sum(CASE WHEN red THEN -amount_minor ELSE amount_minor END) FILTER (WHERE NOT is_debit), 0)::bigint AS credit "
        "FROM ledger.leg WHERE outlet = $1 AND business_date = '2005-09-01' GROUP BY 1",
        outlet,
    )
    return {row["subject"]: (row["debit"], row["credit"]) for row in rows}


def minor(row: dict[str, Any], side: str) -> int:
    return int((Decimal(row[f"{side}_cash"]) + Decimal(row[f"{side}_transfer"])) * 100)


async def test_an_outlets_sheet_is_its_journal_to_the_second_level_with_totals_of_the_first(bank: TestBank) -> None:
    number = await account(bank, "S0211", "1000.00")
    receipt = await bank.run("S0211", "savings.demand.deposit", {"account": number, "amount": "11.00"})
    body = {"transaction_number": receipt["transaction_number"], "business_date": "2005-09-01"}
    await bank.run("S0212", "ledger.correct.reverse", body, second="S0219")
    await bank.run("S0311", "savings.demand.deposit", {"account": number, "amount": "500.00"})  # comes from another outlet
    await bank.settle()
    table = await bank.report("S0211", "balancing")
    lines = [row for row in table["rows"] if not row["subject"].startswith("7")]
    firsts = {row["subject"]: (minor(row, "debit"), minor(row, "credit")) for row in lines if len(row["subject"]) == 3}
    assert firsts == await journal(bank, "0201")
    for first in firsts:
        seconds = [row for row in lines if len(row["subject"]) == 5 and row["subject"].startswith(first)]
        if seconds:
            assert (sum(minor(row, "debit") for row in seconds), sum(minor(row, "credit") for row in seconds)) == firsts[first]
    assert minor(table["totals"], "debit") == minor(table["totals"], "credit") == sum(debit for debit, _ in firsts.values())
    assert all(len(row["subject"]) in (3, 5) for row in table["rows"])
    # what S0211 made, what others made at the counter, and what came from elsewhere, is the outlet's
    assert await bank.report("S0201", "balancing", outlet="0201") == {**table, "headers": _by(table["headers"], "S0201")}


def _by(headers: list[dict[str, Any]], teller: str) -> list[dict[str, Any]]:
    return [{**each, "value": teller} if each["label"]["en"] == "Made by" else each for each in headers]


async def test_closing_an_outlet_gives_its_sheet(bank: TestBank) -> None:
    await account(bank, "S0301", "40.00")
    await bank.run("S0301", "counter.teller.balance", {})
    receipt = (await bank.run("S0309", "counter.outlet.close", {}))["result"]
    assert receipt["complete"] is True
    shown = {row["subject"]: (minor(row, "debit"), minor(row, "credit")) for row in receipt["subjects"] if len(row["subject"]) == 3}
    journalled = await journal(bank, "0300")
    assert {subject: sums for subject, sums in shown.items() if subject in journalled} == journalled
    assert shown["211"] == (0, 40_00)


async def test_sheets_are_for_those_who_may_see_the_outlet(bank: TestBank) -> None:
    async def refusal(teller: str, /, **parameters: str) -> str:
        headers = {"Authorization": f"Bearer {await bank.sign_on(teller)}"}
        answer = await bank.client.get("/api/reports/balancing", params=parameters, headers=headers)
        return answer.json().get("code", str(answer.status_code))

    assert await refusal("S0211", outlet="0202") == "outlet.outside"
    assert await refusal("S0211", teller="S0311") == "outlet.outside"
    assert await refusal("S0211", teller="S0299") == "teller.unknown"
    assert await refusal("S0211", currency="XXX") == "currency.unknown"
    assert await refusal("S0001", outlet="0202") == "200"
    assert await refusal("S0211", teller="S0212", date="2005-08-31") == "200"


async def test_the_sheet_of_a_box_prints_in_every_format(bank: TestBank) -> None:
    table = await bank.report("K0101", "box_balancing")
    cash = table["rows"][0]
    assert {name: cash[name] for name in ("opening", "out", "in", "received", "paid", "balance")} == {
        "opening": "0.00", "out": "200000.00", "in": "0.00", "received": "0.00", "paid": "0.00", "balance": "200000.00",
    }  # fmt: skip
    held = await bank.sql("SELECT count(*) FROM counter.voucher WHERE state = 'stock' AND outlet = '0100' AND cash_box = '00002'")
    sheets = {name: sum(int(row[name]) for row in table["rows"][1:]) for name in ("opening", "out", "in", "received", "paid", "balance")}
    assert sheets["balance"] == held[0][0] > 0
    assert sheets["opening"] + sheets["out"] - sheets["in"] + sheets["received"] - sheets["paid"] == sheets["balance"]
    vault = await bank.report("K0101", "box_balancing", cash_box="00000")
    assert vault["rows"][0]["balance"] == "600000.00"
    headers = {"Authorization": f"Bearer {await bank.sign_on('K0101')}"}
    for name in ("balancing", "box_balancing"):
        for kind, beginning in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf"), ("html", b"<!")):
            answer = await bank.client.get(f"/api/reports/{name}", params={"format": kind}, headers=headers)
            assert answer.status_code == 200, answer.text
            assert answer.content.lstrip().startswith(beginning), answer.content[:20]
    assert (await bank.client.get("/api/reports/box_balancing", params={"cash_box": "00044"}, headers=headers)).status_code == 404


async def test_a_limit_on_balancing_asks_for_empty_boxes(bank: TestBank) -> None:
    every = {"transaction": "*", "level": "C", "settlement": "cash", "limit": "0.00", "above": "refusal"}
    await bank.run("S0009", "counter.right.limit", every, second="K0009")
    await bank.run("K0121", "counter.teller.balance", {})  # a limit on what is moved says nothing of what lies in a box
    await bank.run("S0009", "counter.right.limit", {name: every[name] for name in ("transaction", "level", "settlement")}, second="K0009")
    limit = {"transaction": "counter.teller.balance", "level": "C", "settlement": "cash", "limit": "0.00", "above": "refusal"}
    await bank.run("S0009", "counter.right.limit", limit, second="K0009")
    await bank.refuse("S0111", "counter.teller.balance", {}, "right.amount_exceeded")
    await bank.run("S0112", "counter.teller.balance", {})  # has no box
    await bank.run("S0009", "counter.right.limit", {**limit, "above": "approval"}, second="K0009")
    problem = await bank.refuse("S0111", "counter.teller.balance", {}, "approval.required")
    assert problem["errors"][0]["amount"] == "200000.00"
    await bank.run("S0111", "counter.box.cash_in", {"amount": "200000.00"})
    await bank.settle()
    await bank.run("S0111", "counter.teller.balance", {})
    await bank.run("K0111", "counter.teller.balance", {}, second="K0119")
