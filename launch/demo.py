"""The demo bank: its departments, tellers, boxes and opening entries, loaded over the services' own doors by real posting sets.

Repeating it changes nothing, so a load that was interrupted is simply run again. Figures: design decision "demo bank" in docs/decisions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.vouchers import VoucherClient, VouchersToLoad, VoucherSupply
from kernel.numbers import CITY, business_department_of, is_business_department, superior_of
from kernel.vouchers import BOOK, CARD, CASH_CHEQUE, KINDS, PASSBOOK, SLIP, TIME_DEPOSIT_CERTIFICATE, TRANSFER_CHEQUE
from runtime.transport import HttpTransport

BUSINESS_DATE = date(2005, 9, 1)
PASSWORD = "demo-2005"
CAPITAL_MINOR = 500_000_000_00
BRANCH_FUNDS_MINOR = 20_000_000_00
OUTLET_FUNDS_MINOR = 5_000_000_00
CASH_MINOR = 1_000_000_00
BOX_CASH_MINOR = 200_000_00

DEPARTMENTS: tuple[tuple[str, str, str], ...] = (
    ("0001", "清算中心", "Clearing centre"),
    ("0002", "财会部", "Accounting department"),
    ("0100", "市行营业部", "City business department"),
    ("0101", "市行营业部一分理处", "City business department, outlet 1"),
    ("0102", "市行营业部二分理处", "City business department, outlet 2"),
    ("0200", "02支行营业部", "Sub-branch 02 business department"),
    ("0201", "02支行一分理处", "Sub-branch 02, outlet 1"),
    ("0202", "02支行二分理处", "Sub-branch 02, outlet 2"),
    ("0300", "03支行营业部", "Sub-branch 03 business department"),
    ("0301", "03支行一分理处", "Sub-branch 03, outlet 1"),
)
VAULT = "00000"
BOXES = {"S": "00001", "K": "00002"}
PLACES = {"S": "储蓄", "K": "对公"}


@dataclass(frozen=True)
class Opening:
    """One opening entry: the books it stands in, its rule, the amount, and the unit on the other side."""

    outlet: str
    rule: str
    amount_minor: int
    counterparty: str = ""
    cash_box: str = ""

    def item(self) -> dict[str, Any]:
        references = {"counterparty": self.counterparty} if self.counterparty else {}
        key = "|".join((self.outlet, self.rule, self.counterparty, self.cash_box))
        item = {
            "key": key,
            "outlet": self.outlet,
            "rule": self.rule,
            "amounts_minor": {"amount": self.amount_minor},
            "references": references,
        }
        return {**item, "cash_box": self.cash_box or None}


def teller_number(letter: str, outlet: str, last: str) -> str:
    """The number of a demo teller: the outlet's last digit stands fourth; the computing centre 0001 has 0, as a business department has."""
    return f"{letter}{outlet[:2]}{'0' if outlet == CITY else outlet[3]}{last}"


def tellers() -> list[dict[str, Any]]:
    """Letter, sub-branch, last digit of the outlet, then 1 or 2 (level C) or 9 (level A), for savings `S` and corporate `K`."""
    found = []
    for outlet, zh, _en in DEPARTMENTS:
        for letter, business in PLACES.items():
            for last, level in (("1", "C"), ("2", "C"), ("9", "A")):
                number = teller_number(letter, outlet, last)
                found.append({"teller": number, "name": f"{zh}{business}{last}号柜员", "outlet": outlet, "level": level})
    return found


def boxes() -> list[dict[str, Any]]:
    """The vault of every department, and the box of every 1-teller."""
    found = []
    for outlet, _zh, _en in DEPARTMENTS:
        found.append({"outlet": outlet, "number": VAULT, "name": "库钱箱", "tellers": []})
        for letter, number in BOXES.items():
            found.append(
                {"outlet": outlet, "number": number, "name": f"{PLACES[letter]}钱箱", "tellers": [teller_number(letter, outlet, "1")]}
            )
    return found


def opening_entries() -> list[Opening]:
    """Capital, working capital down the chain, cash down the chain, and cash from the vaults to the boxes; no entry uses 416."""
    entries = [Opening(CITY, "bank.open.capital", CAPITAL_MINOR)]
    for outlet, _zh, _en in DEPARTMENTS:
        superior = superior_of(outlet)
        if superior is None:
            continue
        of_branch = is_business_department(outlet)
        funds = BRANCH_FUNDS_MINOR if of_branch else OUTLET_FUNDS_MINOR
        entries.append(Opening(superior, f"bank.open.allocate_to_{'branch' if of_branch else 'outlet'}", funds, outlet))
        entries.append(Opening(outlet, f"bank.open.receive_from_{'city' if of_branch else 'branch'}", funds, superior))
    for outlet, _zh, _en in DEPARTMENTS:
        entries.extend(_cash(outlet))
        entries.extend(Opening(outlet, "counter.cash.out", BOX_CASH_MINOR, cash_box=box) for box in BOXES.values())
    return entries


def _cash(outlet: str) -> list[Opening]:
    superior = superior_of(outlet)
    if superior is None:
        return [Opening(outlet, "bank.open.cash.city_receives", CASH_MINOR)]
    if is_business_department(outlet):
        return [
            Opening(CITY, "bank.open.cash.city_pays_branch", CASH_MINOR, outlet),
            Opening(outlet, "bank.open.cash.branch_receives", CASH_MINOR),
        ]
    received = Opening(outlet, "bank.open.cash.outlet_receives", CASH_MINOR, superior)
    if superior == CITY:
        return [Opening(CITY, "bank.open.cash.city_pays_department", CASH_MINOR, outlet), received]
    branch = business_department_of(outlet)
    return [
        Opening(CITY, "bank.open.cash.city_pays_branch", CASH_MINOR, branch),
        Opening(branch, "bank.open.cash.branch_passes_on", CASH_MINOR, outlet),
        received,
    ]


@dataclass(frozen=True)
class Supply:
    """Sheets of the kinds that tellers of a letter work with, for a box of theirs and for the vault behind it."""

    box_sheets: int
    vault_sheets: int


SUPPLIES = {
    PASSBOOK: Supply(2000, 200),
    SLIP: Supply(500, 100),
    CARD: Supply(200, 50),
    BOOK: Supply(200, 50),
    CASH_CHEQUE: Supply(250, 50),
    TRANSFER_CHEQUE: Supply(250, 50),
    TIME_DEPOSIT_CERTIFICATE: Supply(200, 50),
}
OTHER_SUPPLY = Supply(25, 5)


def vouchers() -> list[VoucherSupply]:
    """The stock of vaults and boxes: of each kind the numbers from 1 on, department by department, so that every sub-branch gets one
    range."""
    found = []
    for kind in KINDS.values():
        supply, following = SUPPLIES.get(kind.code, OTHER_SUPPLY), 1
        for outlet, _zh, _en in DEPARTMENTS:
            for box, sheets in ((BOXES[kind.used_by], supply.box_sheets), (VAULT, supply.vault_sheets)):
                last = following + sheets - 1
                found.append(VoucherSupply(outlet=outlet, cash_box=box, kind=kind.code, first=f"{following:08d}", last=f"{last:08d}"))
                following = last + 1
    return found


async def load_demo(transport: HttpTransport, business_date: date = BUSINESS_DATE, say: Callable[[str], None] = lambda line: None) -> None:
    """Load the demo bank through the services, and wait until its opening entries stand in the journal."""
    say("departments")
    departments = [{"outlet": outlet, "zh": zh, "en": en} for outlet, zh, en in DEPARTMENTS]
    await transport.call(
        "ledger", "POST", "/internal/organisation", json={"business_date": business_date.isoformat(), "outlets": departments}
    )
    say("tellers and cash boxes")
    people = {"tellers": tellers(), "boxes": boxes(), "password": PASSWORD, "must_change_password": False}
    await transport.call("counter", "POST", "/internal/tellers", json=people)
    say("opening entries and vouchers")
    entries = numbered(opening_entries())
    posted = transport.call("ledger", "POST", "/internal/automatic", json={"code": "bank.open", "items": entries})
    stocked, _ = await asyncio.gather(VoucherClient(transport).load(VouchersToLoad(supplies=vouchers())), posted)
    await _wait_until_posted(transport, business_date, len(entries) + stocked.sets)


def numbered(entries: list[Opening]) -> list[dict[str, Any]]:
    """The items, each with a key of its own although some entries repeat (the city pays a sub-branch once for each of its outlets)."""
    items = []
    for position, entry in enumerate(entries):
        item = entry.item()
        items.append({**item, "key": f"{position:04d}|{item['key']}"})
    return items


async def _wait_until_posted(transport: HttpTransport, business_date: date, expected: int) -> None:
    for _ in range(600):
        answer = await transport.call("ledger", "GET", "/internal/totals", params={"date": business_date.isoformat()})
        if sum(row["postings"] for row in answer["totals"]) >= expected:
            return
        await asyncio.sleep(0.05)
    raise TimeoutError("the opening entries were not posted within 30 seconds; see the parked messages")


__all__ = ["BUSINESS_DATE", "DEPARTMENTS", "PASSWORD", "load_demo", "opening_entries", "tellers"]
