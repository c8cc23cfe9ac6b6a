"""Personal cheque accounts: opened against a document, paid in freely, drawn on by cheque and seal alone, settled before they close."""

from __future__ import annotations

from datetime import date

from tests.support.savings import SavingsAlone

OPEN, PRE_OPEN, DEPOSIT, WITHDRAW, SETTLE, CLOSE = (
    f"savings.personal_cheque.{verb}" for verb in ("open", "pre_open", "deposit", "withdraw", "settle", "close")
)


async def sold(savings: SavingsAlone, account: str, kind: str, first: int, count: int = 3) -> list[str]:
    """Cheques in the hands of the customer."""
    savings.neighbours.vouchers.box |= {(kind, first + position) for position in range(count)}
    numbers = [f"{first + position:08d}" for position in range(count)]
    await savings.run("K0211", "savings.cheque.sell", {"account": account, "kind": kind, "first": numbers[0], "last": numbers[-1]})
    return numbers


async def test_from_opening_to_closing(savings: SavingsAlone) -> None:
    """10,000.00 for ten days less 1,000.00 from the fifth on: (100000 - 5000) x 0.72 % / 360 = 1.90, tax 0.38."""
    customer = savings.customers.person()
    made = await savings.result("S0211", OPEN, {"customer_number": customer, "amount": "10000.00"})
    account = made["account"]
    cash = await sold(savings, account, "CCKZ", 70_001)
    transfer = await sold(savings, account, "TCKZ", 70_101)
    await savings.open_day(date(2005, 9, 6))
    draft = {"account": account, "amount": "1000.00", "voucher_number": cash[0], "seal_checked": True}
    await savings.refuse("S0211", WITHDRAW, {**draft, "seal_checked": False}, "seal.required")
    await savings.refuse("S0211", WITHDRAW, {**draft, "voucher_number": "00079999"}, "cheque.not_sold")
    await savings.refuse("S0211", WITHDRAW, {**draft, "voucher_type": "TCKZ", "voucher_number": transfer[0]}, "cheque.wrong_kind")
    await savings.refuse("S0221", WITHDRAW, draft, "account.other_outlet")
    await savings.refuse(
        "S0211", "savings.demand.withdraw", {"account": account, "amount": "1.00", "seal_checked": True}, "account.cheques_only"
    )
    await savings.refuse("S0211", "savings.demand.close", {"account": account, "seal_checked": True}, "account.wrong_kind")
    assert (await savings.result("S0211", WITHDRAW, draft))["balance"] == "9000.00"
    await savings.refuse("S0211", WITHDRAW, draft, "cheque.state")
    await savings.open_day(date(2005, 9, 11))
    settled = await savings.result("S0211", SETTLE, {"account": account})
    assert settled == {"account": account, "interest": "1.90", "tax": "0.38", "balance": "9001.52"}
    await savings.refuse("S0211", DEPOSIT, {"account": account, "amount": "1.00"}, "account.status")
    closing = {"account": account, "voucher_type": "TCKZ", "voucher_number": transfer[0], "seal_checked": True, "settlement": "transfer"}
    demand = await savings.demand("1.00")
    closing["counter_account"] = demand
    await savings.refuse("S0211", CLOSE, {**closing, "amount": "9000.00"}, "account.amount_is_not_balance")
    closed = await savings.result("S0211", CLOSE, {**closing, "amount": "9001.52"})
    assert closed == {"account": account, "paid": "9001.52", "cheques_voided": 4}
    assert (await savings.panel(account))["status"] == "closed"
    assert (await savings.panel(demand))["balance"] == "9002.52"


async def test_pre_opened_and_activated(savings: SavingsAlone) -> None:
    customer = savings.customers.person()
    account = (await savings.result("S0211", PRE_OPEN, {"customer_number": customer}))["account"]
    deposit = {"account": account, "amount": "4999.99"}
    await savings.refuse("S0211", DEPOSIT, deposit, "product.below_opening_minimum")
    assert (await savings.result("S0211", DEPOSIT, {**deposit, "amount": "5000.00"}))["balance"] == "5000.00"
    assert (await savings.result("S0211", DEPOSIT, {**deposit, "amount": "0.01"}))["balance"] == "5000.01"


async def test_who_may_not_open(savings: SavingsAlone) -> None:
    nobody = savings.customers.person()
    savings.neighbours.customers[nobody] = {"id_type": "Z", "id_number": ""}
    await savings.refuse("S0211", PRE_OPEN, {"customer_number": nobody}, "customer.document_needed")
    organisation = savings.customers.organisation()
    await savings.refuse("S0211", PRE_OPEN, {"customer_number": organisation}, "product.wrong_owner")
    opening = {"customer_number": savings.customers.person(), "amount": "4999.99"}
    await savings.refuse("S0211", OPEN, opening, "product.below_opening_minimum")


async def test_it_pays_for_nothing_else_without_a_cheque(savings: SavingsAlone) -> None:
    account = (await savings.result("S0211", OPEN, {"customer_number": savings.customers.person(), "amount": "5000.00"}))["account"]
    body = {
        "account": await savings.demand("1.00"),
        "amount": "10.00",
        "settlement": "transfer",
        "counter_account": account,
        "seal_checked": True,
    }
    assert (await savings.refuse("S0211", "savings.demand.deposit", body, "account.cheques_only"))["field"] == "counter_account"
