"""Transactions, entries, accounts: conditions alone and together, pages, and who sees what."""

from __future__ import annotations

from tests.integration.ledger_reports.conftest import DAY, PAYABLE, RECEIVABLE


async def refused(bank, teller, name, problem, /, **parameters):
    headers = {"Authorization": f"Bearer {await bank.sign_on(teller)}"}
    answer = await bank.client.get(f"/api/queries/{name}", params=parameters, headers=headers)
    assert answer.status_code >= 400 and answer.json()["code"] == problem, answer.text


def numbers(answer):
    return [row["transaction_number"] for row in answer["rows"]]


async def test_transactions_of_the_own_outlet_in_the_order_of_their_numbers(day):
    found = await day.bank.ask("S0212", "transaction.search", date=DAY)
    assert numbers(found) == sorted(numbers(found)) and {number[:4] for number in numbers(found)} == {"0201"}
    shown = {row["transaction_number"]: (row["amount"], row["state"], row["teller"]) for row in found["rows"]}
    assert shown[day.number("deposit")] == ("1000.00", "normal", "S0211")
    assert shown[day.number("mistake")] == ("60.00", "reversed", "S0211")
    assert shown[day.number("reversal")] == ("-60.00", "reversal", "S0211")
    assert shown[day.number("entry")] == ("12.34", "normal", "K0211")


async def test_conditions_narrow_together(day):
    async def search(teller="S0212", **conditions):
        return numbers(await day.bank.ask(teller, "transaction.search", date=DAY, **conditions))

    assert await search(amount="60.00") == sorted([day.number("mistake"), day.number("reversal")])
    assert await search(amount="60.00", state="reversed") == [day.number("mistake")]
    assert await search(amount="60.00", state="supplemented") == []
    assert await search(account=day.account, state="normal") == [day.number("deposit")]
    assert await search(customer_number=day.account[:10], amount="1000.00") == [day.number("deposit")]
    assert await search(teller="S0212", account=RECEIVABLE) == [day.number("entry")]
    first, last = day.number("deposit"), day.number("mistake")
    assert await search(number_from=first, number_to=last) == [first, last]
    everywhere = await search("S0009", account=day.account, state="normal")
    assert everywhere == sorted(everywhere) and {number[:4] for number in everywhere} == {"0101", "0201", "0301"}
    assert await search("S0009", account=day.account, outlet="0101") == [day.number("withdrawal")]
    assert numbers(await day.bank.ask("S0212", "transaction.search", date="2005-08-31")) == []


async def test_pages_hold_every_transaction_once(day):
    whole = numbers(await day.bank.ask("S0009", "transaction.search", date=DAY, limit="200"))
    pieces, after = [], {}
    while True:
        answer = await day.bank.ask("S0009", "transaction.search", date=DAY, limit="3", **after)
        pieces += numbers(answer)
        if answer["next"] is None:
            break
        after = {"after": answer["next"]}
    assert pieces == whole and len(whole) > 6
    await refused(day.bank, "S0009", "transaction.search", "request.invalid", after="no place")
    await refused(day.bank, "S0009", "transaction.entries", "query.cursor", after="02015000001")


async def test_an_outlet_sees_its_own_and_a_business_department_its_sub_branch(day):
    await refused(day.bank, "S0212", "transaction.search", "outlet.outside", outlet="0301")
    await refused(day.bank, "S0202", "transaction.search", "outlet.outside", outlet="0101")
    assert set(numbers(await day.bank.ask("S0202", "transaction.search", date=DAY, outlet="0201"))) > {day.number("deposit")}
    await refused(day.bank, "S0212", "transaction.account", "account.outside", account=day.account, date_from=DAY)
    await refused(day.bank, "S0212", "account.detail", "account.outside", account="903011010100001")
    await refused(day.bank, "S0222", "transaction.entries", "outlet.outside", transaction_number=day.number("withdrawal"), date=DAY)
    touched = await day.bank.ask("S0312", "transaction.entries", transaction_number=day.number("withdrawal"), date=DAY)
    assert touched["outlet"] == "0101"


async def test_from_a_transaction_to_its_entries_and_its_rule(day):
    whole = await day.bank.ask("S0212", "transaction.entries", transaction_number=day.number("mistake"), date=DAY)
    assert whole["rule"]["name"] == "savings.demand.deposit" and whole["reversed_by"]["number"] == day.number("reversal")
    assert sum(float(entry["amount"]) for entry in whole["entries"] if entry["direction"] == "debit") == 120.0
    reversal = await day.bank.ask("S0212", "transaction.entries", transaction_number=day.number("reversal"), date=DAY)
    assert reversal["corrects"] == [{"number": day.number("mistake"), "date": DAY}]


async def test_entries_by_condition(day):
    async def entries(teller="S0212", **conditions):
        rows = (await day.bank.ask(teller, "transaction.entries", date=DAY, **conditions))["rows"]
        return [(row["transaction_number"], row["account"], row["direction"], row["amount"]) for row in rows]

    assert await entries(account=PAYABLE) == [(day.number("entry"), PAYABLE, "credit", "12.34")]
    of_customer = await entries(customer_number=day.account[:10], amount="1000.00")
    assert of_customer == [(day.number("deposit"), day.account, "credit", "1000.00")]
    cash = await entries(subject="101", settlement="cash", amount="1000.00")
    assert cash == [(day.number("deposit"), "902011010100001", "debit", "1000.00")]
    assert await entries(subject="101", settlement="transfer") == []
    both = await entries(transaction_number=day.number("entry"), amount="12.34")
    assert [row[0] for row in both] == [day.number("entry")] * 2


async def test_the_entries_of_an_account_with_the_balance_behind_each(day):
    found = await day.bank.ask("S0312", "transaction.account", account=day.account, date_from=DAY)
    told = [(row["direction"], row["amount"], row["red"], row["balance_after"]) for row in found["rows"]]
    assert told == [
        ("credit", "5000.00", False, "5000.00"),
        ("credit", "1000.00", False, "6000.00"),
        ("debit", "300.00", False, "5700.00"),
        ("credit", "60.00", False, "5760.00"),
        ("credit", "60.00", True, "5700.00"),
    ]
    assert {row["balance_side"] for row in found["rows"]} == {"credit"} and found["name"] == "张三"
    first = await day.bank.ask("S0312", "transaction.account", account=day.account, date_from=DAY, limit="2")
    rest = await day.bank.ask("S0312", "transaction.account", account=day.account, date_from=DAY, after=first["next"])
    assert [*first["rows"], *rest["rows"]] == found["rows"]
    await refused(day.bank, "S0312", "transaction.account", "query.dates", account=day.account, date_from=DAY, date_to="2005-08-01")
    await refused(day.bank, "S0312", "transaction.account", "ledger.account.unknown", account="903011013700009", date_from=DAY)


async def test_an_amount_on_any_date(day):
    async def accounts(teller, **conditions):
        rows = (await day.bank.ask(teller, "transaction.by_amount", amount="60.00", **conditions))["rows"]
        return [(row["outlet"], row["direction"], row["red"]) for row in rows]

    ours = await accounts("S0212", date_from="2005-08-01", date_to=DAY)
    assert ours == [("0201", "debit", False), ("0201", "credit", False), ("0201", "debit", True), ("0201", "credit", True)]
    assert len(await accounts("S0009")) == 8
    assert await accounts("S0212", direction="credit") == [("0201", "credit", False), ("0201", "credit", True)]
    page = await day.bank.ask("S0009", "transaction.by_amount", amount="60.00", limit="5")
    rest = await day.bank.ask("S0009", "transaction.by_amount", amount="60.00", after=page["next"])
    assert len(page["rows"]) == 5 and len(rest["rows"]) == 3 and rest["next"] is None
    await refused(day.bank, "S0212", "transaction.by_amount", "query.too_long", amount="1.00", date_from="2004-01-01")


async def test_internal_accounts_are_searched_behind_the_customers(day):
    ours = await day.bank.ask("S0212", "account.search", account="9", limit="200")
    assert RECEIVABLE in [row["account"] for row in ours["rows"]] and {row["outlet"] for row in ours["rows"]} == {"0201"}
    assert {row["business_code"][0] for row in ours["rows"]} <= set("123456")
    pages, after = [], {}
    while True:
        answer = await day.bank.ask("S0312", "account.search", limit="2", **after)
        pages += [row["account"] for row in answer["rows"]]
        if answer["next"] is None:
            break
        after = {"after": answer["next"]}
    assert pages == sorted(pages) and pages[0] == day.account and "903011010100001" in pages
    one = await day.bank.ask("S0212", "account.detail", account=RECEIVABLE)
    assert (one["account"]["balance"], one["account"]["side"], one["rows"][0]["amount"]) == ("12.34", "debit", "12.34")
    customer = await day.bank.ask("S0312", "account.detail", account=day.account)
    assert customer["account"]["balance"] == "5700.00"


async def test_openings_of_all_services_are_one_list(day):
    rows = (await day.bank.ask("S0312", "transaction.openings", date_from=DAY))["rows"]
    assert [(row["account"], row["event"], row["amount"], row["teller"]) for row in rows] == [(day.account, "opened", "5000.00", "S0311")]
    assert (await day.bank.ask("S0212", "transaction.openings", date_from=DAY))["rows"] == []


async def test_off_sheet_accounts_and_entries_are_of_the_outlet(day):
    accounts = (await day.bank.ask("S0009", "account.off_sheet_search", business_code="702"))["rows"]
    assert accounts and {row["business_code"] for row in accounts} == {"702"}
    one = await day.bank.ask("S0009", "account.off_sheet_detail", account=accounts[0]["account"])
    assert one["account"]["balance"] == accounts[0]["balance"] and one["rows"][0]["direction"] in ("receive", "pay")
    rows = (await day.bank.ask("S0009", "transaction.off_sheet", date=DAY, subject="702", limit="200"))["rows"]
    of_account = [row for row in rows if row["account"] == accounts[0]["account"]]
    assert of_account[-1]["balance_after"] == accounts[0]["balance"]
    await refused(day.bank, "S0009", "account.off_sheet_detail", "ledger.account.unknown", account=RECEIVABLE)


async def test_lists_describe_their_columns(day):
    catalogue = (await day.bank.client.get("/api/catalogue", headers={"Authorization": "Bearer x"})).json()
    declared = {each["name"]: {column["key"] for column in each["columns"]} for each in catalogue["queries"]}
    for name in ("transaction.search", "transaction.entries", "transaction.account", "transaction.by_amount", "account.search"):
        rows = {"transaction.search": {}, "transaction.entries": {"amount": "12.34"}}.get(name)
        if rows is None:
            continue
        answer = await day.bank.ask("S0212", name, date=DAY, **rows)
        assert declared[name] <= answer["rows"][0].keys()
