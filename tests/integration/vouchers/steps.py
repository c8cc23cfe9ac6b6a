"""The steps of vouchers as tests take them; tellers of 0002, 0200 and 0201, who work in the vault without a box of their own."""

from __future__ import annotations

from typing import Any

from tests.support.bank import TestBank

BUYER, BRANCH, OUTLET = "K0021", "K0201", "K0211"


def numbers(first: int, last: int, kind: str = "CCKZ") -> dict[str, Any]:
    return {"kind": kind, "first": f"{first:08d}", "last": f"{last:08d}"}


def counted(first: int, last: int, kind: str = "CCKZ") -> dict[str, Any]:
    return {**numbers(first, last, kind), "sheets": last - first + 1}


async def vault(bank: TestBank, teller: str, code: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
    """A transaction in the vault."""
    return await bank.run(teller, f"counter.voucher.{code}", body, cash_box=None, **options)


async def refused(bank: TestBank, teller: str, code: str, body: dict[str, Any], problem: str, **options: Any) -> dict[str, Any]:
    return await bank.refuse(teller, f"counter.voucher.{code}", body, problem, **{"cash_box": None, **options})


async def bought(bank: TestBank, first: int, last: int, kind: str = "CCKZ") -> None:
    await vault(bank, BUYER, "purchase", counted(first, last, kind))


async def at_branch(bank: TestBank, first: int, last: int, kind: str = "CCKZ") -> None:
    await bought(bank, first, last, kind)
    await vault(bank, BUYER, "issue", {**numbers(first, last, kind), "to_outlet": "0200"})
    await vault(bank, BRANCH, "receive", counted(first, last, kind))


async def at_outlet(bank: TestBank, first: int, last: int, kind: str = "CCKZ") -> None:
    await at_branch(bank, first, last, kind)
    await vault(bank, BRANCH, "issue", {**numbers(first, last, kind), "to_outlet": "0201"})
    await vault(bank, OUTLET, "receive", counted(first, last, kind))


async def where(bank: TestBank, number: int, kind: str = "CCKZ") -> tuple[str, str | None, str | None]:
    """State, outlet and box of a number."""
    [row] = await bank.sql("SELECT state, outlet, cash_box FROM counter.voucher WHERE kind = $1 AND number = $2", kind, number)
    return row["state"], row["outlet"], row["cash_box"]


def off_sheet(receipt: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """The off-sheet entries of a receipt: account, direction, amount, red."""
    return [(each["account"], each["direction"], each["amount"], each["red"]) for each in receipt["off_sheet"]]


async def books_agree(bank: TestBank) -> None:
    """What 702 says of every outlet is what its vault and boxes hold, at one yuan a sheet (held ones are still the outlet's)."""
    await bank.settle()
    held = await bank.sql(
        "SELECT outlet, count(*) * 100 AS minor FROM counter.voucher WHERE state IN ('stock', 'held') GROUP BY outlet ORDER BY outlet"
    )
    kept = await bank.sql(
        "SELECT outlet, balance_minor AS minor FROM ledger.account WHERE business_code = '702' AND balance_minor <> 0 ORDER BY outlet"
    )
    assert [tuple(row) for row in kept] == [tuple(row) for row in held]
