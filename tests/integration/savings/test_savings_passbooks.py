"""补打存折 and 重打最后交易: every line once, where the last printing ended; new books begin with what stands in the old ones."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from tests.support.savings import DOCUMENT, SavingsAlone

PRINT, REPRINT = "savings.passbook.print_missing", "savings.passbook.reprint_last"
DEPOSIT = "savings.demand.deposit"


async def own(savings: SavingsAlone, amount: str = "1000.00") -> tuple[str, dict[str, str]]:
    """A demand account and what its customer shows to have the passbook printed."""
    account = await savings.demand(amount)
    return account, {"account": account, "voucher_number": (await savings.panel(account))["voucher_number"]}


def read_as(rows):
    return [(row["page"], row["row"], row["direction"], row["amount"], row["balance_after"]) for row in rows]


async def test_missing_lines_are_printed_once(savings: SavingsAlone) -> None:
    account, shown = await own(savings)
    await savings.run("S0211", DEPOSIT, {"account": account, "amount": "20.00"})
    await savings.refuse("S0211", PRINT, {**shown, "voucher_number": "99999999"}, "voucher.mismatch")
    await savings.refuse("S0221", PRINT, shown, "account.not_cross_outlet")
    preview = await savings.preview("S0211", PRINT, shown)
    assert preview.status_code == 200
    printed = await savings.result("S0211", PRINT, shown)
    assert read_as(printed["printed"]) == [(1, 1, "credit", "1000.00", "1000.00"), (1, 2, "credit", "20.00", "1020.00")]
    assert printed["left_to_print"] == 0
    await savings.refuse("S0211", PRINT, shown, "passbook.nothing_missing")
    await savings.run("S0211", "savings.demand.withdraw", {"account": account, "amount": "5.00"})
    assert read_as((await savings.result("S0211", PRINT, shown))["printed"]) == [(1, 3, "debit", "5.00", "1015.00")]


async def test_ten_printers_print_a_line_once(savings: SavingsAlone) -> None:
    _, shown = await own(savings)
    answers = await asyncio.gather(*(savings.send("S0211", PRINT, shown) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9


async def test_a_new_passbook_begins_with_the_balance_of_the_old_one(savings: SavingsAlone) -> None:
    account, shown = await own(savings, "300.00")
    await savings.run("S0211", PRINT, shown)
    await savings.run("S0211", DEPOSIT, {"account": account, "amount": "1.00"})
    holder = {"account": account, "id_type": "A", "id_number": DOCUMENT}
    new = await savings.result("S0211", "savings.instrument.replace", {**holder, "voucher_number": shown["voucher_number"]})
    await savings.refuse("S0211", PRINT, shown, "voucher.mismatch")
    rows = (await savings.result("S0211", PRINT, {**shown, "voucher_number": new["voucher_number"]}))["printed"]
    assert (rows[0]["summary"], rows[0]["balance_after"], rows[0]["row"]) == ("承前页", "300.00", 1)
    assert read_as(rows[1:]) == [(1, 2, "credit", "1.00", "301.00")]


async def test_a_book_shows_all_its_accounts_and_follows_an_adjustment(savings: SavingsAlone) -> None:
    customer = savings.customers.person()
    book = {"kind": "book", "number": "00000777", "withdrawal_mode": "C", "cross_outlet": True, "password_hash": "-"}
    savings.neighbours.customers[customer] = {"instruments": [book]}
    one, two = [await savings.demand(amount, customer_number=customer, instrument="book") for amount in ("10.00", "20.00")]
    await savings.run("S0211", DEPOSIT, {"account": one, "amount": "5.00"})
    shown = {"account": two, "voucher_number": "00000777"}
    rows = (await savings.result("S0211", PRINT, shown))["printed"]
    assert [(row["row"], row["account"], row["book_line"]) for row in rows] == [(1, one, 1), (2, two, 2), (3, one, 3)]
    adjusted = {**book, "printed_line": 1, "next_row": 10, "adjusted_by": str(uuid4())}
    savings.neighbours.customers[customer] = {"instruments": [adjusted]}
    again = (await savings.result("S0211", PRINT, shown))["printed"]
    assert [(row["row"], row["account"], row["book_line"]) for row in again] == [(10, two, 2), (11, one, 3)]
    await savings.refuse("S0211", PRINT, shown, "passbook.nothing_missing")
    card = {**book, "kind": "card", "number": "00000778"}
    savings.neighbours.customers[customer] = {"instruments": [adjusted, card]}
    on_card = await savings.demand("10.00", customer_number=customer, instrument="card")
    await savings.refuse("S0211", PRINT, {**shown, "account": on_card}, "passbook.none")


async def test_a_lost_passbook_is_not_printed(savings: SavingsAlone) -> None:
    account, shown = await own(savings)
    report = {"account": account, "id_type": "A", "id_number": DOCUMENT, "loss_kind": "K"}
    await savings.run("S0211", "savings.instrument.report_lost", report)
    await savings.refuse("S0211", PRINT, shown, "account.reported_lost")


async def test_the_last_five_of_a_teller_are_printed_again(savings: SavingsAlone) -> None:
    account, shown = await own(savings)
    numbers = []
    for count in range(1, 6):
        receipt = await savings.run("S0211", DEPOSIT, {"account": account, "amount": f"{count}.00"})
        numbers.append(receipt["transaction_number"])
    other = (await savings.run("S0212", DEPOSIT, {"account": account, "amount": "9.00"}, cash_box="00002"))["transaction_number"]
    printed = (await savings.run("S0211", PRINT, shown))["transaction_number"]
    again = await savings.result("S0211", REPRINT, {})
    assert again["transaction_number"] == printed and len(again["printed"]) == 7
    assert again["last_transactions"] == [printed, *reversed(numbers[1:])]
    second = await savings.result("S0211", REPRINT, {"transaction_number": numbers[1]})
    [line] = second["lines"]
    assert (line["account"], line["amount"], line["balance_after"]) == (account, "2.00", "1003.00")
    for missing in (numbers[0], other):
        await savings.refuse("S0211", REPRINT, {"transaction_number": missing}, "printing.not_among_the_last")
    headers = {"Authorization": f"Bearer {savings.token('S0211')}"}
    sheet = (await savings.client.get("/reports/printout", params={"transaction_number": printed}, headers=headers)).json()
    assert [(row["row"], row.get("credit"), row["balance"]) for row in sheet["rows"][:2]] == [
        (1, "1000.00", "1000.00"),
        (2, "1.00", "1001.00"),
    ]
    strange = await savings.client.get("/reports/printout", params={"transaction_number": "02012999999"}, headers=headers)
    assert strange.json()["code"] == "printing.unknown"
