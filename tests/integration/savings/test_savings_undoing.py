"""What savings does with an opening or a closing while the ledger undoes it: held, given up, done; cheques and statements come along."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.integration.savings.test_savings_movements import decide, movement, pend
from tests.integration.savings.test_savings_personal_cheques import sold
from tests.support.savings import SavingsAlone

UNDO_OPEN, UNDO_CLOSE = "savings.account.undo_open", "savings.account.undo_close"
DEPOSIT = "savings.demand.deposit"


async def undoing(savings: SavingsAlone, account: str, code: str, amount_minor: int) -> dict[str, Any]:
    """What the ledger asks for: the movement of the account's last transaction taken back, as of its day."""
    what = "opening" if code == UNDO_OPEN else "closing"
    made = (await savings.internal("GET", f"/internal/accounts/{account}/undoable", undoing=what)).json()
    lines = {"initiator": "ledger", "transaction_code": code, "correction": True, "value_date": made["business_date"]}
    return movement(savings, account, amount_minor, reverses=made["posting_id"], **lines)


async def kept(savings: SavingsAlone, account: str) -> tuple[Any, ...]:
    columns = "status, balance_minor, held_minor, incoming_minor, products, closed_on"
    [row] = await savings.rows(f"SELECT {columns} FROM savings.account WHERE account = $1", account)
    return tuple(row)


async def test_an_opening_that_is_not_undone_after_all_leaves_the_account_as_it_was(savings: SavingsAlone) -> None:
    account = await savings.demand("600.00")
    body = await undoing(savings, account, UNDO_OPEN, -60_000)
    await pend(savings, body)
    assert (await kept(savings, account))[:3] == ("cancelled", 60_000, 60_000)
    await savings.refuse("S0211", DEPOSIT, {"account": account, "amount": "1.00"}, "account.status")
    await decide(savings, body, "void")
    assert (await kept(savings, account))[:3] == ("normal", 60_000, 0)
    await savings.run("S0211", DEPOSIT, {"account": account, "amount": "1.00"})
    late = await undoing_refused(savings, account, "opening")
    assert late == "account.moved_since_opening"


async def undoing_refused(savings: SavingsAlone, account: str, what: str) -> str:
    return (await savings.internal("GET", f"/internal/accounts/{account}/undoable", undoing=what)).json()["code"]


async def test_a_closing_comes_back_with_its_products_and_its_statement_in_red(savings: SavingsAlone) -> None:
    """10,000.00 for ten days: 2.00 less 0.40; after the undoing the ten days stand as 10,000.00 x 10 = 10,000,000 fen days."""
    account = await savings.demand("10000.00")
    first = savings.business_date
    await savings.open_day(date.fromordinal(first.toordinal() + 10))
    await savings.run("S0211", "savings.demand.close", {"account": account})
    body = await undoing(savings, account, UNDO_CLOSE, 1_000_000)
    await pend(savings, body)
    other = movement(
        savings, account, 1_000_000, **{key: body[key] for key in ("transaction_code", "correction", "value_date", "reverses")}
    )
    assert (await pend(savings, other, status=409))["code"] == "account.movements_pending"
    await decide(savings, body, "void")
    assert (await kept(savings, account))[:4] == ("closed", 0, 0, 0)
    again = await undoing(savings, account, UNDO_CLOSE, 1_000_000)
    await pend(savings, again)
    for _ in range(2):
        await decide(savings, again, "post", number="02015000001")
    assert await kept(savings, account) == ("normal", 1_000_000, 0, 0, 10_000_000, None)
    paid = await savings.rows(
        "SELECT interest_minor, tax_minor, segments FROM savings.interest_paid WHERE account = $1 ORDER BY interest_minor", account
    )
    assert [(row[0], row[1]) for row in paid] == [(-200, -40), (200, 40)]
    assert paid[0][2][0]["interest"] == "-2.000" and paid[0][2][0]["products"] == -10_000_000
    assert await undoing_refused(savings, account, "closing") == "account.status"
    stale = movement(
        savings, account, 1_000_000, **{key: again[key] for key in ("transaction_code", "correction", "value_date", "reverses")}
    )
    assert (await pend(savings, stale, status=409))["code"] == "account.not_the_last_transaction"


async def test_cheques_voided_by_the_closing_are_what_they_were(savings: SavingsAlone) -> None:
    """Of four one closes the account and stays used, one was lost and stays lost, two are good again; the account is settled as before."""
    customer = savings.customers.person()
    account = (await savings.result("S0211", "savings.personal_cheque.open", {"customer_number": customer, "amount": "5000.00"}))["account"]
    numbers = await sold(savings, account, "CCKZ", 81_001, 4)
    assert await undoing_refused(savings, account, "opening") == "account.has_cheques"
    lost = {"account": account, "kind": "CCKZ", "first": numbers[3], "last": numbers[3], "loss_kind": "A", "id_type": "Z", "id_number": "1"}
    await savings.run("S0211", "savings.cheque.report_lost", lost)
    await savings.run("S0211", "savings.personal_cheque.settle", {"account": account})
    draft = {"account": account, "amount": "5000.00", "voucher_number": numbers[0], "seal_checked": True}
    assert (await savings.result("S0211", "savings.personal_cheque.close", draft))["cheques_voided"] == 3
    body = await undoing(savings, account, UNDO_CLOSE, 500_000)
    await pend(savings, body)
    await decide(savings, body, "post", number="02015000002")
    assert (await kept(savings, account))[:2] == ("settled", 500_000)
    states = await savings.rows("SELECT state FROM savings.cheque WHERE account = $1 ORDER BY number", account)
    assert [row[0] for row in states] == ["used", "unused", "unused", "reported_lost"]
    assert (await savings.result("S0211", "savings.personal_cheque.close", {**draft, "voucher_number": numbers[1]}))["cheques_voided"] == 2


async def test_an_opening_with_money_another_service_sent_is_not_undone_here(savings: SavingsAlone) -> None:
    """A cheque account entered without money, activated by a credit of lending: no transaction of savings put its first line there."""
    made = await savings.result("S0211", "savings.personal_cheque.pre_open", {"customer_number": savings.customers.person()})
    body = movement(savings, made["account"], 500_000)
    await pend(savings, body)
    await decide(savings, body, "post", number="02015000003")
    assert (await kept(savings, made["account"]))[:2] == ("normal", 500_000)
    assert await undoing_refused(savings, made["account"], "opening") == "account.moved_since_opening"
