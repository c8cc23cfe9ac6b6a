"""Entering, changing and finding loan notes 借据 (IB 1896-1914)."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from tests.support.lending import LendingBank

ENTER, MAINTAIN = "lending.note.enter", "lending.note.maintain"


def contract() -> str:
    return f"N{uuid4().hex[:12]}"


@pytest.fixture(scope="module")
async def borrower(bank: LendingBank) -> tuple[str, str]:
    """A company and its account."""
    customer = await bank.company()
    return customer, await bank.account(customer)


async def test_notes_are_numbered_under_their_contract(bank: LendingBank, borrower):
    """Generated numbers count from 01 and go on after one that was given by hand."""
    number = contract()
    assert await bank.note(*borrower, contract_number=number) == f"{number}01"
    assert await bank.note(*borrower, contract_number=number, note_number=f"{number}07") == f"{number}07"
    assert await bank.note(*borrower, contract_number=number) == f"{number}08"
    assert await bank.note(*borrower, contract_number=number, note_number=f"{number}03") == f"{number}03"
    assert await bank.note(*borrower, contract_number=number) == f"{number}09"
    taken = bank.terms(*borrower, contract_number=number, note_number=f"{number}03")
    await bank.refuse(ENTER, taken, "note.exists", "note_number")


async def test_a_contract_has_ninety_nine_notes(bank: LendingBank, borrower):
    number = contract()
    await bank.note(*borrower, contract_number=number, note_number=f"{number}99")
    await bank.refuse(ENTER, bank.terms(*borrower, contract_number=number), "contract.full", "contract_number")
    assert await bank.note(*borrower, contract_number=number, note_number=f"{number}98") == f"{number}98"


async def test_racing_entries_get_numbers_of_their_own(bank: LendingBank, borrower):
    number = contract()
    found = await asyncio.gather(*(bank.note(*borrower, contract_number=number) for _ in range(8)))
    assert sorted(found) == [f"{number}{sequence:02d}" for sequence in range(1, 9)]


async def test_a_note_makes_no_entries(bank: LendingBank, borrower):
    receipt = await bank.run(ENTER, bank.terms(*borrower))
    assert (receipt["entries"], receipt["posting_id"], receipt["rule"]) == ([], None, None)
    assert receipt["transaction_number"][4] == "3"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"rate": "5.22"}, "loan.rate.outside_band", "rate"),
        ({"rate": "0"}, "loan.rate.not_positive", "rate"),
        ({"rate": "-5.58"}, "request.invalid", "rate"),
        ({"rate": "5,58"}, "request.invalid", "rate"),
        ({"principal": "0.00"}, "amount.not_positive", "principal"),
        ({"principal": "1.001"}, "amount.too_many_decimals", "principal"),
        ({"currency": "XYZ"}, "currency.unknown", "currency"),
        ({"currency": "USD"}, "note.deposit.currency", "deposit_account"),
        ({"starts_on": "2005-09-02"}, "note.not_today", "starts_on"),
        ({"due_on": "2005-09-01"}, "note.dates", "due_on"),
        ({"due_on": "2006-09-02"}, "loan.kind.term", "kind"),
        ({"kind": "122"}, "loan.kind.elsewhere", "kind"),
        ({"kind": "129"}, "loan.kind.elsewhere", "kind"),
        ({"kind": "130"}, "loan.kind.unknown", "kind"),
        ({"contract_number": "2005/1"}, "request.invalid", "contract_number"),
        ({"note_number": "OTHER/01"}, "request.invalid", "note_number"),
        ({"customer_number": "4000000001"}, "customer.number.check_digit", "customer_number"),
        ({"deposit_account": "400000001001012"}, "account.check_digit", "deposit_account"),
        ({"purpose": "x"}, "request.invalid", "purpose"),
    ],
)
async def test_what_is_refused(bank: LendingBank, borrower, changes, code, field):
    number = contract()
    await bank.refuse(ENTER, bank.terms(*borrower, **{"contract_number": number, **changes}), code, field)
    assert (await bank.ask("loan.notes", contract_number=number))["rows"] == []


async def test_the_deposit_account_is_the_borrowers_and_takes_deposits(bank: LendingBank, borrower):
    customer, deposit = borrower
    other = await bank.company()
    await bank.refuse(ENTER, bank.terms(other, deposit), "note.deposit.other_customer", "deposit_account")
    unused = deposit[:12] + "9"
    unused = next(f"{unused}{rest:02d}" for rest in range(100) if _luhn(f"{unused}{rest:02d}"))
    await bank.refuse(ENTER, bank.terms(customer, unused), "account.unknown", "deposit_account")
    stranger = next(f"49999999{rest:02d}" for rest in range(100) if _luhn(f"49999999{rest:02d}"))
    await bank.refuse(ENTER, bank.terms(stranger, deposit), "customer.unknown", "customer_number")
    closed = await bank.account(other)
    await bank.run("savings.corporate.close", {"account": closed})
    await bank.refuse(ENTER, bank.terms(other, closed), "note.deposit.status", "deposit_account")


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + position % 2) for position, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


async def test_long_loans_have_their_own_kinds_and_rates(bank: LendingBank, borrower):
    """One to three years at 5.76 %, with 30 % on top 7.488 %."""
    for rate in ("5.76", "7.488"):
        await bank.note(*borrower, kind="126", rate=rate, due_on="2008-09-01")


async def test_a_note_is_changed_by_who_entered_it(bank: LendingBank, borrower):
    terms = bank.terms(*borrower)
    note = (await bank.run(ENTER, terms))["result"]["note_number"]
    changed = {**terms, "note_number": note, "principal": "90000.00", "rate": "6.138"}
    await bank.refuse(MAINTAIN, changed, "note.other_teller", None, teller="K0212")
    await bank.refuse(MAINTAIN, {**changed, "rate": "6.1"}, "loan.rate.outside_band", "rate")
    await bank.refuse(MAINTAIN, {**changed, "note_number": f"{note[:-2]}55"}, "note.unknown", "note_number")
    await bank.run(MAINTAIN, changed)
    [row] = (await bank.ask("loan.notes", contract_number=terms["contract_number"]))["rows"]
    assert (row["principal"], row["rate"], row["entered_by"], row["status"]) == ("90000.00", "6.138", "K0211", "entered")
    released = await bank.run("lending.loan.release", {"note_number": note})
    assert released["result"]["balance"] == "90000.00"
    await bank.refuse(MAINTAIN, changed, "note.released", "note_number")


async def test_notes_are_found_page_by_page(bank: LendingBank, borrower):
    number = contract()
    notes = [await bank.note(*borrower, contract_number=number) for _ in range(3)]
    await bank.run("lending.loan.release", {"note_number": notes[1]})
    first = await bank.ask("loan.notes", contract_number=number, limit=2)
    assert [row["note_number"] for row in first["rows"]] == notes[:2]
    rest = await bank.ask("loan.notes", contract_number=number, limit=2, after=first["next"])
    assert ([row["note_number"] for row in rest["rows"]], rest["next"]) == (notes[2:], None)
    for status, expected in (("entered", [notes[0], notes[2]]), ("released", [notes[1]]), ("lapsed", [])):
        found = await bank.ask("loan.notes", contract_number=number, status=status, outlet="0201", customer_number=borrower[0])
        assert [row["note_number"] for row in found["rows"]] == expected
    elsewhere = await bank.clients["lending"].get("/queries/loan.notes", params={"outlet": "0202"}, headers=bank.headers("K0211"))
    assert elsewhere.status_code == 403 and elsewhere.json()["code"] == "outlet.outside"


async def test_a_note_lapses_with_its_day(bank: LendingBank, borrower):
    """The record stays (IB 1928)."""
    terms = bank.terms(*borrower)
    note = (await bank.run(ENTER, terms))["result"]["note_number"]
    await bank.open_day(bank.today.replace(day=2))
    await bank.refuse("lending.loan.release", {"note_number": note}, "note.lapsed", "note_number")
    changed = {**terms, "note_number": note, "starts_on": bank.today.isoformat()}
    await bank.refuse(MAINTAIN, changed, "note.lapsed", "note_number")
    [row] = (await bank.ask("loan.notes", contract_number=terms["contract_number"], status="lapsed"))["rows"]
    assert row["note_number"] == note


async def test_the_catalogue_describes_the_forms(bank: LendingBank):
    catalogue = await bank.wires.call("lending", "GET", "/internal/catalogue")
    declared = {each["code"]: each for each in catalogue["transactions"]}
    assert set(declared) == {ENTER, MAINTAIN, "lending.loan.release", "lending.loan.repay_part", "lending.loan.repay_full"}
    for each in declared.values():
        assert (each["operators"], each["levels"]) == ("K", "BC")
        assert all(field["x-label"]["zh"] and field["x-label"]["en"] for field in each["schema"]["properties"].values())
    choices = declared[ENTER]["schema"]["properties"]["kind"]["x-choices"]
    assert [choice["value"] for choice in choices] == ["123", "124", "125", "126", "127", "128"]
    assert catalogue["account_kinds"] == ["loan"]
