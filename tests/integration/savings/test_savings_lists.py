"""Products, freezes, cheques asked about: conditions together, pages by key, own department only."""

from __future__ import annotations

import itertools
from datetime import date

FREEZE, FREEZE_PART = "savings.account.freeze", "savings.account.freeze_part"
_next = itertools.count(70_001, 25)


async def ask(savings, teller, name, /, **parameters):
    answer = await savings.ask(teller, name, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(savings, teller, name, code, /, **parameters):
    answer = await savings.ask(teller, name, **parameters)
    assert answer.status_code >= 400 and answer.json()["code"] == code, answer.text
    return answer.json()


async def all_pages(savings, teller, name, /, **parameters):
    """Every row, page by page; every page but the last is full."""
    rows, after = [], {}
    while True:
        found = await ask(savings, teller, name, limit=2, **parameters, **after)
        rows += found["rows"]
        if found["next"] is None:
            return rows
        assert len(found["rows"]) == 2
        after = {"after": found["next"]}


async def sold(savings, account, kind, count):
    first = next(_next)
    savings.neighbours.vouchers.box |= {(kind, number) for number in range(first, first + count)}
    numbers = [f"{number:08d}" for number in range(first, first + count)]
    await savings.run("K0211", "savings.cheque.sell", {"account": account, "kind": kind, "first": numbers[0], "last": numbers[-1]})
    return numbers


async def test_products_are_those_of_the_days_behind(savings):
    """IB 2740, domain.md section 3: 1,000 yuan for 2 days, then 1,500 for one: 3,500 yuan-days; at 0.72% a year 0.07."""
    account = await savings.current("1000.99")
    await savings.open_day(date(2005, 9, 3))
    await savings.run("K0211", "savings.corporate.deposit_cash", {"account": account, "amount": "500.00"})
    [row] = (await ask(savings, "K0211", "account.products", account=account))["rows"]
    assert (row["products"], row["since"], row["days"], row["interest"]) == ("2000.00", "2005-09-01", 2, "0.04")
    await savings.open_day(date(2005, 9, 4))
    [row] = (await ask(savings, "K0211", "account.products", account=account))["rows"]
    assert (row["balance"], row["products"], row["days"], row["rate"], row["interest"]) == ("1500.99", "3500.00", 3, "0.72", "0.07")


async def test_products_by_code_and_department(savings):
    mine = sorted([await savings.current("1.00", kind="204") for _ in range(3)])
    await savings.current("1.00", kind="235")
    away = await savings.current("1.00", kind="204", teller="K0311")
    unborn = await savings.current(None, kind="204")
    rows = await all_pages(savings, "K0211", "account.products", business_code="204")
    assert [row["account"] for row in rows] == mine and unborn not in mine
    assert (await ask(savings, "K0211", "account.products", business_code="235"))["rows"] == []
    assert away in {row["account"] for row in (await ask(savings, "K0011", "account.products", business_code="204"))["rows"]}
    assert (await ask(savings, "K0201", "account.products", account=away))["rows"] == []
    await refused(savings, "K0211", "account.products", "outlet.outside", outlet="0301")
    await refused(savings, "K0211", "account.products", "request.invalid", account="x")


async def test_freezes_are_found_by_whom_when_and_where(savings):
    day = savings.business_date.isoformat()
    one, two = await savings.demand("100.00"), await savings.demand("100.00")
    away = await savings.demand("100.00", teller="S0311")
    order = {"reason": "B", "id_type": "Z", "id_number": "检字7", "legal_document": "(2005)执7号", "summary": "市检察院"}
    await savings.run("S0211", FREEZE_PART, {"account": one, "amount": "30.00", "until": "2006-03-01", **order})
    await savings.run("K0211", FREEZE, {"account": one, "reason": "A"})
    await savings.run("S0211", FREEZE_PART, {"account": two, "amount": "1.00", "reason": "C"})
    await savings.run("S0211", "savings.account.unfreeze_part", {"account": two, "amount": "1.00", "summary": "还清"})
    await savings.run("S0311", FREEZE, {"account": away, "reason": "A"})
    of_one = await all_pages(savings, "S0211", "account.freezes", account=one)
    assert [(row["freeze_number"], row["amount"], row["extent"]["zh"], row["state"]) for row in of_one] == [
        (1, "30.00", "部分", "in_force"),
        (2, None, "全部", "in_force"),
    ]
    part = of_one[0]
    assert (part["reason"], part["until"], part["id_number"], part["legal_document"]) == ("B", "2006-03-01", "检字7", "(2005)执7号")
    assert (part["frozen_by"], part["frozen_on"], part["summary"], part["outlet"]) == ("S0211", day, "市检察院", "0201")
    [over] = (await ask(savings, "S0211", "account.freezes", state="lifted", account=two))["rows"]
    assert (over["ended_on"], over["ended_by"], over["ended_summary"]) == (day, "S0211", "还清")
    by_teller = await all_pages(savings, "S0211", "account.freezes", teller="K0211", date_from=day, date_to=day)
    assert one in {row["account"] for row in by_teller} and {row["frozen_by"] for row in by_teller} == {"K0211"}
    assert (await ask(savings, "S0211", "account.freezes", account=one, date_to="2005-01-01"))["rows"] == []
    for teller, seen in (("S0211", False), ("S0201", False), ("S0301", True), ("S0011", True)):
        rows = await all_pages(savings, teller, "account.freezes")
        assert (away in {row["account"] for row in rows}) is seen
        assert rows == sorted(rows, key=lambda row: (row["frozen_on"], row["account"], row["freeze_number"]))
    await refused(savings, "S0211", "account.freezes", "outlet.outside", outlet="0301")
    await refused(savings, "S0211", "account.freezes", "query.dates", date_from="2005-09-02", date_to="2005-09-01")
    await refused(savings, "S0211", "account.freezes", "query.cursor", after="nowhere")


async def test_a_cheque_is_found_with_its_history(savings):
    payer, payee = await savings.current("100.00"), await savings.current("100.00")
    [number] = await sold(savings, payer, "TCKZ", 1)
    body = {"account": payer, "kind": "TCKZ", "first": number, "last": number}
    await savings.run("K0211", "savings.cheque.report_lost", {**body, "loss_kind": "K"})
    await savings.run("K0211", "savings.cheque.lift_loss", body)
    order = {"from_account": payer, "to_account": payee, "amount": "12.00", "voucher_type": "TCKZ", "voucher_number": number}
    used = await savings.run("K0211", "savings.corporate.transfer", order)
    found = await ask(savings, "K0211", "voucher.cheque_by_number", kind="TCKZ", number=number)
    cheque = found["cheque"]
    assert (cheque["account"], cheque["state"], cheque["sold_by"], cheque["name"]) == (payer, "used", "K0211", f"客户{payer[:10]}")
    assert [row["action"]["zh"] for row in found["rows"]] == ["出售", "挂失", "取消挂失", "使用"]
    assert found["rows"][-1]["transaction_number"] == used["transaction_number"] and found["rows"][1]["loss_kind"] == "K"
    await refused(savings, "K0311", "voucher.cheque_by_number", "account.outside", kind="TCKZ", number=number)
    await refused(savings, "K0211", "voucher.cheque_by_number", "cheque.not_sold", kind="CCKZ", number=number)
    missing = await savings.ask("K0211", "voucher.cheque_by_number", number=number)
    assert missing.status_code == 422 and missing.json()["field"] == "kind"


async def test_the_cheques_of_an_account(savings):
    account = await savings.current("100.00")
    transfers, in_cash = await sold(savings, account, "TCKZ", 5), await sold(savings, account, "CCKZ", 1)
    await savings.run(
        "K0211", "savings.cheque.write_off", {"account": account, "kind": "TCKZ", "first": transfers[1], "last": transfers[1]}
    )
    rows = await all_pages(savings, "K0211", "voucher.cheque_by_account", kind="TCKZ", account=account)
    assert [row["number"] for row in rows] == transfers
    found = await ask(savings, "K0211", "voucher.cheque_by_account", kind="TCKZ", account=account, state="unused")
    assert [row["number"] for row in found["rows"]] == [transfers[0], *transfers[2:]] and found["unused"] == 4
    cash = await ask(savings, "K0201", "voucher.cheque_by_account", kind="CCKZ", account=account)
    assert [(row["number"], row["state"]) for row in cash["rows"]] == [(in_cash[0], "unused")]
    last = {"account": account, "kind": "CCKZ", "first": in_cash[0], "last": in_cash[0]}
    await savings.run("K0211", "savings.cheque.undo_sale", last)
    assert (await ask(savings, "K0211", "voucher.cheque_by_account", kind="CCKZ", account=account))["rows"] == []
    await refused(savings, "K0211", "voucher.cheque_by_number", "cheque.not_sold", kind="CCKZ", number=in_cash[0])
    await refused(savings, "K0311", "voucher.cheque_by_account", "account.outside", kind="CCKZ", account=account)


async def test_what_a_cheque_paid(savings):
    payer, payee = await savings.current("100.00"), await savings.current("100.00")
    [number] = await sold(savings, payer, "TCKZ", 1)
    assert (await ask(savings, "K0211", "transaction.cheque", number=number))["rows"] == []
    order = {"from_account": payer, "to_account": payee, "amount": "12.00", "voucher_type": "TCKZ", "voucher_number": number}
    used = await savings.run("K0211", "savings.corporate.transfer", order)
    [row] = (await ask(savings, "K0211", "transaction.cheque", number=number, kind="TCKZ"))["rows"]
    assert (row["account"], row["amount"], row["transaction_number"]) == (payer, "12.00", used["transaction_number"])
    assert (row["business_date"], row["code"], row["teller"]) == (savings.business_date.isoformat(), "savings.corporate.transfer", "K0211")
    assert (await ask(savings, "K0211", "transaction.cheque", number=number, kind="CCKZ"))["rows"] == []
    assert (await ask(savings, "K0211", "transaction.cheque", number=number, date_from="2030-01-01"))["rows"] == []
    assert (await ask(savings, "K0311", "transaction.cheque", number=number))["rows"] == []
    assert len((await ask(savings, "K0201", "transaction.cheque", number=number))["rows"]) == 1


async def test_lists_say_what_their_columns_are(savings):
    listed = {each["name"]: each for each in (await savings.internal("GET", "/internal/catalogue")).json()["queries"]}
    for name in ("account.search", "account.detail", "account.products", "account.freezes", "voucher.cheque_by_number",
                 "voucher.cheque_by_account", "transaction.cheque"):  # fmt: skip
        keys = [column["key"] for column in listed[name]["columns"]]
        assert len(keys) == len(set(keys)) >= 5, name


async def test_pages_follow_an_index(savings):
    """Whatever department asks, a page reads its own rows only: no sort, no sequential scan."""
    for condition in ("outlet = '0201'", "branch = '02'", "outlet = '0201' AND business_code = '201'", "account BETWEEN '4' AND '5'"):
        statement = f"SELECT * FROM savings.account WHERE {condition} AND account > '400000000' ORDER BY account LIMIT 51"
        async with savings.resources.database.reading() as connection:
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            await connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            plan = "\n".join(row[0] for row in await connection.exec_driver_sql(f"EXPLAIN {statement}"))
        assert "Sort" not in plan and "Index Scan" in plan, plan
