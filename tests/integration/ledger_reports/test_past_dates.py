"""What stood in the books on a date that has ended is what every sheet of that date says ever after."""

from __future__ import annotations

from tests.support.business import open_demand

DAY, NEXT = "2005-09-01", "2005-09-02"


async def test_sheets_of_a_past_date_do_not_change_with_later_business(bank):
    account = await open_demand(bank, "S0311", "P1234567", "5000.00")
    await bank.settle()
    before = await bank.report("S0009", "account_balances", date=DAY)
    trial = await bank.report("S0009", "daily_trial", date=DAY)
    run = await bank.day_end()
    assert run["state"] == "done", run
    await bank.run("S0311", "savings.demand.deposit", {"account": account, "amount": "1.00"})
    await bank.settle()
    later = await bank.report("S0009", "account_balances", date=DAY)
    without_products = [{key: value for key, value in row.items() if key != "products"} for row in before["rows"]]
    assert [{key: value for key, value in row.items() if key != "products"} for row in later["rows"]] == without_products
    assert later["totals"] == before["totals"]
    today = await bank.report("S0312", "account_balances")
    [customer] = [row for row in today["rows"] if row["account"] == account]
    assert (customer["credit"], customer["products"]) == ("5001.00", "5000.00")
    assert (await bank.report("S0009", "daily_trial", date=DAY))["totals"] == trial["totals"]
    month = await bank.report("S0312", "general_ledger", subject="211", outlet="0301")
    lines = [(row["date"], row.get("debit"), row.get("credit"), row.get("credit_balance")) for row in month["rows"]]
    assert (DAY, "0.00", "5000.00", "5000.00") in lines and (NEXT, "0.00", "1.00", "5001.00") in lines
    statement = await bank.report("S0312", "account_statement", account=account, date_from=NEXT)
    assert [row["balance"] for row in statement["rows"]] == ["5000.00", "5001.00"]
