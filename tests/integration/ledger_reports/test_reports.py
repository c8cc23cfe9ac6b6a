"""The sheets of the small day: figures worked out by hand, totals proved against the journal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.integration.ledger_reports.conftest import DAY, PAYABLE, RECEIVABLE

BOX = "902011010100001"
JOURNAL = """
    SELECT sum(CASE WHEN leg.red THEN -leg.amount_minor ELSE leg.amount_minor END) FILTER (WHERE is_debit)::bigint AS debit,
           sum(CASE WHEN leg.red THEN -leg.amount_minor ELSE leg.amount_minor END) FILTER (WHERE NOT is_debit)::bigint AS credit,
           count(*) AS entries
    FROM ledger.leg JOIN ledger.posting_set USING (posting_id) WHERE {condition}
"""


async def journal(day, condition):
    [row] = await day.bank.sql(JOURNAL.format(condition=condition))
    return row


def cents(text):
    return int(Decimal(text) * 100)


def row_of(table, **wanted):
    [row] = [row for row in table["rows"] if all(row.get(key) == value for key, value in wanted.items())]
    return row


async def test_subject_sheets_count_entries_and_amounts_by_side_and_way(day):
    table = await day.bank.report("S0212", "subject_day", date=DAY, outlet="0201")
    cash = row_of(table, subject="101")
    of_journal = await journal(day, "leg.outlet = '0201' AND leg.subject = '101' AND leg.cash")
    assert (cents(cash["debit_cash_amount"]), cents(cash["credit_cash_amount"])) == (of_journal["debit"], of_journal["credit"])
    assert cash["debit_cash_count"] + cash["credit_cash_count"] == of_journal["entries"]
    assert cash["debit_transfer_count"] == 0 and "debit_cash_attachments" not in cash
    entry = row_of(table, subject="13901")
    assert (entry["debit_transfer_count"], entry["debit_transfer_amount"], entry["credit_count"]) == (1, "12.34", 0)
    whole = await journal(day, "leg.outlet = '0201'")
    assert cents(table["totals"]["debit_amount"]) == whole["debit"] == cents(table["totals"]["credit_amount"])
    asked = await day.bank.ask("S0212", "ledger.subject_day", date=DAY)
    assert {row["subject"] for row in asked["rows"]} == {row["subject"] for row in table["rows"]}


async def test_the_off_sheet_sheet_and_trial_agree_with_the_journal(day):
    sheet = await day.bank.report("S0009", "off_sheet_day", date=DAY)
    trial = await day.bank.report("S0009", "off_sheet_trial", date=DAY)
    [moved] = await day.bank.sql(
        "SELECT sum(amount_minor) FILTER (WHERE is_receive)::bigint AS received, "
        "coalesce(sum(amount_minor) FILTER (WHERE NOT is_receive), 0)::bigint AS paid FROM ledger.off_sheet_leg WHERE NOT red"
    )
    assert cents(sheet["totals"]["receive_amount"]) == cents(trial["totals"]["received"]) == moved["received"] > 0
    assert cents(sheet["totals"]["pay_amount"]) == cents(trial["totals"]["paid"]) == moved["paid"]
    assert cents(trial["totals"]["closing"]) == moved["received"] - moved["paid"]


@pytest.mark.parametrize(("period", "title"), [("day", "日计表"), ("month", "月计表"), ("quarter", "季报表"), ("year", "年度报表")])
async def test_trial_balances_of_any_period(day, period, title):
    table = await day.bank.report("S0009", "daily_trial", date=DAY, period=period)
    totals = table["totals"]
    assert table["title"]["zh"] == title
    for one, other in (("debit", "credit"), ("closing_debit", "closing_credit"), ("opening_debit", "opening_credit")):
        assert totals[one] == totals[other]
    assert cents(totals["debit"]) == (await journal(day, "true"))["debit"]


async def test_the_general_ledger_of_a_subject_day_by_day(day):
    table = await day.bank.report("S0212", "general_ledger", subject="139", outlet="0201", date=DAY)
    lines = {row["date"]["zh"] if isinstance(row["date"], dict) else row["date"]: row for row in table["rows"]}
    assert list(lines) == ["上年底余额", "本年累计发生额", "上月底余额", DAY, "本月合计", "自年初累计"]
    assert (lines[DAY]["debit"], lines[DAY]["credit"], lines[DAY]["debit_balance"]) == ("12.34", "0.00", "12.34")
    assert lines["上年底余额"]["debit_balance"] == lines["上月底余额"]["debit_balance"] == "0.00"
    assert lines["自年初累计"]["debit"] == lines["本月合计"]["debit"] == "12.34"
    assert lines["本年累计发生额"]["debit"] == "0.00"


async def test_a_statement_carries_the_balance_forward(day):
    table = await day.bank.report("S0312", "account_statement", account=day.account, date_from=DAY)
    assert [row["balance"] for row in table["rows"]] == ["0.00", "5000.00", "6000.00", "5700.00", "5760.00", "5700.00"]
    assert table["rows"][0]["summary"]["zh"] == "承前页"
    assert [row.get("credit") for row in table["rows"]] == [None, "5000.00", "1000.00", None, "60.00", "-60.00"]
    assert table["rows"][3]["debit"] == "300.00" and table["rows"][3]["teller"] == "S0111"
    later = await day.bank.report("S0312", "account_statement", account=day.account, date_from="2005-09-02", date_to="2005-09-02")
    assert [row["balance"] for row in later["rows"]] == ["5700.00"]
    headings = {heading["label"]["zh"]: heading["value"] for heading in table["headers"]}
    assert headings["户名"] == "张三" and headings["年度"] == "2005" and headings["页数"] == "1"


async def test_the_index_numbers_the_pages_of_a_subject(day):
    table = await day.bank.report("S0212", "account_index", subject="139", date_from=DAY)
    assert [(row["position"], row["account"], row["pages_from"], row["pages_to"]) for row in table["rows"]] == [(1, RECEIVABLE, 1, 1)]


async def test_the_journal_has_every_entry_made_here_and_the_supplements_those_made_elsewhere(day):
    table = await day.bank.report("S0212", "journal", date=DAY)
    made_here = await journal(day, "posting_set.outlet = '0201'")
    assert len(table["rows"]) == made_here["entries"] and table["next"] is None
    last_of_box = [row for row in table["rows"] if row["account"] == BOX][-1]
    [box] = await day.bank.sql("SELECT balance_minor FROM ledger.account WHERE account = $1", BOX)
    assert cents(last_of_box["balance_after"]) == box["balance_minor"]
    first = await day.bank.report("S0212", "journal", date=DAY, limit="5")
    rest = await day.bank.report("S0212", "journal", date=DAY, after=first["next"])
    assert [*first["rows"], *rest["rows"]] == table["rows"]
    supplements = await day.bank.report("S0312", "supplement_vouchers", date=DAY)
    elsewhere = "leg.outlet = '0301' AND (leg.automatic OR posting_set.outlet <> '0301' OR posting_set.teller LIKE 'A%')"
    assert len(supplements["rows"]) == (await journal(day, elsewhere))["entries"] >= 8
    assert {row["transaction_number"] for row in supplements["rows"]} >= {day.number("deposit"), day.number("withdrawal")}


async def test_account_balances_add_up_to_the_books(day):
    table = await day.bank.report("S0009", "account_balances", date=DAY)
    [books] = await day.bank.sql(
        "SELECT sum(balance_minor) FILTER (WHERE balance_minor > 0)::bigint AS debit, -sum(balance_minor) FILTER (WHERE balance_minor < 0)"
        "::bigint AS credit FROM ledger.account WHERE business_code < '700' AND currency = 'CNY'"
    )
    assert (cents(table["totals"]["debit"]), cents(table["totals"]["credit"])) == (books["debit"], books["credit"])
    assert table["totals"]["debit"] == table["totals"]["credit"]
    customer = row_of(table, account=day.account)
    assert (customer["credit"], customer["name"], customer["products"]) == ("5700.00", "张三", "0.00")
    assert row_of(table, account=PAYABLE)["credit"] == "12.34"
    page = await day.bank.report("S0009", "account_balances", date=DAY, limit="3")
    rest = await day.bank.report("S0009", "account_balances", date=DAY, after=page["next"])
    assert [*page["rows"], *rest["rows"]] == table["rows"]
    before = await day.bank.report("S0009", "account_balances", date="2005-08-31")
    assert before["rows"] == []


async def test_large_amounts_are_registered_from_a_threshold_on(day):
    async def registered(name, **asked):
        table = await day.bank.report("S0009", name, date=DAY, **asked)
        return [(row["account"], row["amount"]) for row in table["rows"]], table["totals"]["amount"]

    assert await registered("large_cash") == ([], "0.00")
    assert await registered("large_cash", amount_from="300.00") == ([(day.account, "300.00")], "300.00")
    deposits = [(day.account, "5000.00"), (day.account, "1000.00")]
    rows, total = await registered("large_deposits", amount_from="1000.00")
    assert sorted(rows) == sorted(deposits) and total == "6000.00"
    corrected, total = await registered("large_deposits", amount_from="60.00", outlet="0201")
    assert sorted(amount for _, amount in corrected) == ["-60.00", "1000.00", "60.00"] and total == "1000.00"
    table = await day.bank.report("S0312", "large_depositors", amount_from="5700.00")
    assert [(row["account"], row["name"], row["balance"]) for row in table["rows"]] == [(day.account, "张三", "5700.00")]
    assert (await day.bank.report("S0312", "large_depositors"))["rows"] == []


@pytest.mark.parametrize(
    ("name", "asked"),
    [("large_deposits", {"amount_from": "60.00"}), ("large_cash", {"amount_from": "1.00"}), ("account_index", {"subject": "101"})],
)
async def test_a_long_sheet_goes_on_where_its_page_ended(day, name, asked):
    """Its pages one after the other are the whole; as a file it comes whole, with the totals of all pages."""
    headers = {"Authorization": f"Bearer {await day.bank.sign_on('S0009')}", "Accept-Language": "en"}
    dates = {"date_from": DAY} if name == "account_index" else {"date": DAY}
    whole = await day.bank.report("S0009", name, **dates, **asked)
    assert whole["rows"] and whole["next"] is None
    pages, after = [], {}
    while after is not None:
        pages.append(await day.bank.report("S0009", name, limit="1", **dates, **asked, **after))
        after = {"after": pages[-1]["next"]} if pages[-1]["next"] else None
    assert len(pages) == len(whole["rows"]) and [row for page in pages for row in page["rows"]] == whole["rows"]
    files = [
        await day.bank.client.get(f"/api/reports/{name}", params={"format": "csv", **dates, **asked, **more}, headers=headers)
        for more in ({}, {"limit": "1"})
    ]
    assert files[0].content == files[1].content and files[0].content.count(b"\r\n") > len(whole["rows"])


async def test_business_between_outlets_and_its_net(day):
    table = await day.bank.report("S0212", "remote_business", date=DAY)
    told = [(row["kind"]["zh"], row["outlet"], row.get("received")) for row in table["rows"]]
    assert told == [("本代它收", "0301", "1000.00"), ("本代它收", "0301", "60.00"), ("本代它收", "0301", "-60.00")]
    theirs = await day.bank.report("S0312", "remote_business", date=DAY)
    assert sorted(row["kind"]["zh"] for row in theirs["rows"]) == ["它代本付", "它代本收", "它代本收", "它代本收"]
    net = await day.bank.report("S0009", "remote_business", date=DAY, sheet="net")
    assert {row["outlet"]: row["net"] for row in net["rows"]} == {"0101": "-300.00", "0201": "1000.00", "0301": "-700.00"}
    assert net["totals"]["net"] == "0.00"
    moved = await day.bank.sql(
        "SELECT outlet, (credit_transfer_minor + credit_cash_minor - debit_transfer_minor - debit_cash_minor)::bigint AS net "
        "FROM ledger.subject_total WHERE business_code = '417'"
    )
    assert {row["outlet"]: row["net"] for row in moved} == {row["outlet"]: cents(row["net"]) for row in net["rows"]}


async def test_the_sheet_of_openings(day):
    table = await day.bank.report("S0312", "openings")
    assert [(row["account"], row["event"]["zh"], row["amount"]) for row in table["rows"]] == [(day.account, "开户", "5000.00")]


async def test_every_sheet_prints(day):
    headers = {"Authorization": f"Bearer {await day.bank.sign_on('S0009')}"}
    catalogue = (await day.bank.client.get("/api/catalogue", headers=headers)).json()
    more = {"general_ledger": {"subject": "101"}, "account_statement": {"account": day.account}, "account_index": {"subject": "101"}}
    names = [each["name"] for each in catalogue["reports"]]
    assert {"subject_day", "journal", "account_balances", "large_cash", "remote_business"} <= set(names)
    for name in ("subject_day", "general_ledger", "account_statement", "account_index", "account_balances", "openings", "journal"):
        for format, start in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")):
            params = {"format": format, **more.get(name, {})}
            answer = await day.bank.client.get(f"/api/reports/{name}", params=params, headers=headers)
            assert answer.status_code == 200 and answer.content.startswith(start), (name, format, answer.text[:300])


async def test_special_business_of_all_services_is_one_sheet(day):
    table = await day.bank.report("S0212", "special_business", date=DAY)
    told = [(row["account"], row["name"], row["category"]["zh"], row["teller"], row["second"]) for row in table["rows"]]
    assert told == [(day.account, "张三", "冲账", "S0211", "S0219")]
    assert table["rows"][0]["content"].endswith(day.number("mistake")) and table["rows"][0]["balance"] == "5700.00"
    assert (await day.bank.report("S0112", "special_business", date=DAY))["rows"] == []
