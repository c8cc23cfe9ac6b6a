"""Bad input at the door: each kind has its own code, status and field, speaks both languages, and changes nothing."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.support.bank import TestBank
from tests.support.premises import Premises, changed, everything
from tests.support.refusals import is_problem

DEPOSIT, WITHDRAW, OPEN = "savings.demand.deposit", "savings.demand.withdraw", "savings.demand.open"
CASH_OUT, PRE_OPEN = "savings.corporate.withdraw_cash", "savings.corporate.pre_open"
OPENING = {"customer_number": "$person", "amount": "100.00", "withdrawal_mode": "C"}
YEN = {**OPENING, "currency": "JPY", "amount": "2000"}
FROM_ACCOUNT = {"settlement": "transfer", "counter_account": "$account"}
ONE_YUAN = {"account": "$account", "amount": "1.00"}
NOTED = frozenset({"register", "wrong_password", "teller", "teller_day", "outlet_day"})
"""What a refusal may leave behind: posting ids given up, attempts at passwords, and that the teller signed on."""


@dataclass(frozen=True)
class Bad:
    """One bad transaction and what it must be answered with; `sent` is merged into the headers, None removes one."""

    what: str
    code: str
    body: Any
    problem: str
    status: int
    field: str | None = None
    teller: str = "S0211"
    sent: dict[str, str | None] = dataclasses.field(default_factory=dict)


def deposit(what: str, problem: str, status: int, field: str | None, teller: str = "S0211", **body: Any) -> Bad:
    """A deposit of 100.00 with something wrong about it."""
    given = {"account": "$account", "amount": "100.00", **body}
    return Bad(what, DEPOSIT, {name: value for name, value in given.items() if value is not None}, problem, status, field, teller)


def withdrawal(what: str, problem: str, status: int, field: str | None, teller: str = "S0211", **body: Any) -> Bad:
    """A withdrawal of 100.00 with something wrong about it."""
    return Bad(what, WITHDRAW, {"account": "$account", "amount": "100.00", **body}, problem, status, field, teller)


TRANSACTIONS = (
    # accounts
    deposit("unknown account", "account.unknown", 404, "account", account="$unknown"),
    deposit("14 digits", "request.invalid", 422, "account", account="00000000000000"),
    deposit("letters", "request.invalid", 422, "account", account="62220000000000A"),
    deposit("wrong check digit", "account.check_digit", 422, "account", account="000000000000001"),
    deposit("segment that corporate customers do not have", "account.malformed", 422, "account", account="400000000980000"),
    deposit("internal account", "account.unknown", 404, "account", account="902011010100001"),
    deposit("closed account", "account.status", 409, "account", account="$closed"),
    deposit("corporate account at the savings counter", "account.wrong_kind", 409, "account", account="$current"),
    deposit("account of another outlet only", "account.not_cross_outlet", 409, "account", "S0311", account="$local"),
    withdrawal("no password, other outlet", "account.cross_outlet_needs_password", 409, "account", "S0311"),
    deposit("no account", "request.invalid", 422, "account", account=None),
    deposit("unknown field", "request.invalid", 422, "acount", acount="1"),
    # amounts
    deposit("too many decimals", "amount.too_many_decimals", 422, "amount", amount="1.001"),
    deposit("negative", "amount.not_positive", 422, "amount", amount="-100.00"),
    deposit("zero", "amount.not_positive", 422, "amount", amount="0.00"),
    deposit("more than the books hold", "amount.too_large", 422, "amount", amount="99999999999999.00"),
    deposit("absurdly large", "request.invalid", 422, "amount", amount="9" * 400),
    deposit("a JSON number", "request.invalid", 422, "amount", amount=100.00),
    deposit("a word", "amount.malformed", 422, "amount", amount="hundred"),
    deposit("thousands separators", "amount.malformed", 422, "amount", amount="1,000.00"),
    deposit("exponent", "amount.malformed", 422, "amount", amount="1e3"),
    deposit("full-width digits", "amount.malformed", 422, "amount", amount="１００"),
    deposit("no number", "amount.malformed", 422, "amount", amount="NaN"),
    withdrawal("more than is there", "account.insufficient", 409, "amount", amount="1000.01"),
    withdrawal("more than the box holds", "account.insufficient", 409, "amount", amount="900000.00"),
    # currencies
    Bad("unknown currency", OPEN, {**OPENING, "currency": "XXX"}, "currency.unknown", 422, "currency"),
    Bad("paid in another currency", OPEN, {**YEN, **FROM_ACCOUNT}, "account.currency_differs", 422, "counter_account"),
    Bad("yen have no decimals", OPEN, {**YEN, "amount": "2000.5"}, "amount.too_many_decimals", 422, "amount"),
    Bad("less than accounts open with", OPEN, {**OPENING, "amount": "0.99"}, "product.below_opening_minimum", 422, "amount"),
    Bad("currency in words", OPEN, {**OPENING, "currency": "yuan"}, "request.invalid", 422, "currency"),
    # customers and proofs
    Bad("unknown customer", OPEN, {**OPENING, "customer_number": "3999999998"}, "customer.number.check_digit", 422, "customer_number"),
    Bad("company at the savings counter", OPEN, {**OPENING, "customer_number": "$company"}, "product.wrong_owner", 422, "customer_number"),
    withdrawal("no password", "password.required", 422, "password", account="$guarded"),
    withdrawal("wrong password", "password.wrong", 403, "password", account="$guarded", password="654321"),
    # settlement
    deposit("transfer from nowhere", "settlement.counter_account_required", 422, "counter_account", settlement="transfer"),
    deposit("cash from an account", "settlement.counter_account_not_wanted", 422, "counter_account", counter_account="$guarded"),
    deposit("from itself", "account.same", 422, "counter_account", settlement="transfer", counter_account="$account"),
    deposit("unknown settlement", "request.invalid", 422, "settlement", settlement="barter"),
    deposit("no cash box", "counter.cash_box_required", 409, "settlement", "S0212"),
    # outlets
    Bad("another outlet", CASH_OUT, {"account": "$current", "amount": "1.00"}, "account.other_outlet", 409, "account", "K0221"),
    # rights
    deposit("letter K", "right.missing", 403, None, "K0211"),
    deposit("level A", "right.missing", 403, None, "S0219"),
    Bad("letter S", CASH_OUT, {"account": "$current", "amount": "1.00"}, "right.missing", 403),
    Bad("centre only", "recon.books.prove", {}, "right.missing", 403),
    Bad("city only", "clearing.netting.run", {}, "right.missing", 403, teller="S0219"),
    # addresses
    Bad("unknown transaction", "savings.demand.depositt", {}, "transaction.unknown", 404),
    Bad("case matters", "SAVINGS.DEMAND.DEPOSIT", {}, "transaction.unknown", 404),
    # idempotency keys
    Bad("no key", DEPOSIT, ONE_YUAN, "idempotency.key_missing", 400, sent={"Idempotency-Key": None}),
    Bad("empty key", DEPOSIT, ONE_YUAN, "idempotency.key_missing", 400, sent={"Idempotency-Key": ""}),
    Bad("long key", DEPOSIT, ONE_YUAN, "idempotency.key_malformed", 400, sent={"Idempotency-Key": "k" * 201}),
    # tokens
    Bad("no token", DEPOSIT, ONE_YUAN, "auth.token_missing", 401, sent={"Authorization": None}),
    Bad("another scheme", DEPOSIT, {}, "auth.token_missing", 401, sent={"Authorization": "Basic UzAyMTE6"}),
    Bad("no JWT", DEPOSIT, {}, "auth.token_invalid", 401, sent={"Authorization": "Bearer abc"}),
    Bad("signed by nobody", DEPOSIT, {}, "auth.token_invalid", 401, sent={"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}),
    # bodies
    Bad("an array", DEPOSIT, [], "request.invalid", 422, "body"),
    Bad("a text", DEPOSIT, "account", "request.invalid", 422, "body"),
    Bad("null", DEPOSIT, None, "request.invalid", 422, "body"),
    Bad("cut off", DEPOSIT, b'{"account": ', "request.malformed_json", 400),
    Bad("larger than a request may be", DEPOSIT, {"account": "1" * 1_100_000}, "request.too_large", 413),
)


@pytest.fixture(scope="module")
async def before(bank: TestBank, premises: Premises) -> dict[str, tuple[int, str]]:
    """Everything the bank has written down before anything bad comes."""
    return await everything(bank)


@pytest.mark.parametrize("bad", TRANSACTIONS, ids=lambda bad: f"{bad.code}-{bad.what}")
async def test_bad_transactions(bank: TestBank, premises: Premises, before: dict[str, tuple[int, str]], bad: Bad) -> None:
    token = await bank.sign_on(bad.teller)
    said = {}
    for language in ("en", "zh"):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex, "Accept-Language": language, **bad.sent}
        content = {"content": bad.body} if isinstance(bad.body, bytes) else {"json": premises.filled(bad.body)}
        headers = {"Content-Type": "application/json"} | {name: value for name, value in headers.items() if value is not None}
        said[language] = await bank.client.post(f"/api/transactions/{bad.code}", headers=headers, **content)
        is_problem(said[language], bad.problem, bad.status, bad.field, language)
    assert said["en"].json()["detail"] != said["zh"].json()["detail"]
    assert changed(before, await everything(bank), but=NOTED) == []


NO_NUMBER = {"transaction_number": "02012999999"}
READS = (
    ("unknown query", "/api/queries/ledger.nothing", {}, "query.unknown", 404, None),
    ("unknown report", "/api/reports/nothing", {}, "report.unknown", 404, None),
    ("no date", "/api/queries/ledger.subject", {"date": "2005-02-30"}, "request.invalid", 422, "date"),
    ("no outlet", "/api/queries/ledger.differences", {"outlet": "02"}, "request.invalid", 422, "outlet"),
    ("unknown parameter", "/api/queries/ledger.differences", {"outlets": "0201"}, "request.invalid", 422, "outlets"),
    ("unknown currency", "/api/queries/ledger.subject", {"currency": "XXX"}, "currency.unknown", 422, "currency"),
    ("unknown format", "/api/reports/daily_trial", {"format": "docx"}, "request.invalid", 422, "format"),
    ("no transaction", "/api/queries/transaction.entries", NO_NUMBER, "ledger.transaction.unknown", 404, "transaction_number"),
    ("unknown account", "/api/accounts/$unknown", {}, "account.unknown", 404, "account"),
    ("misshapen account", "/api/accounts/123", {}, "account.malformed", 422, "account"),
    ("wrong check digit", "/api/accounts/000000000000001", {}, "account.check_digit", 422, "account"),
    ("no run", "/api/day-end/00000000-0000-0000-0000-000000000000", {}, "day_end.unknown", 404, None),
    ("no run number", "/api/day-end/yesterday", {}, "request.invalid", 422, "run"),
    ("no address", "/api/nothing", {}, "request.no_such_route", 404, None),
)


@pytest.mark.parametrize("case", READS, ids=lambda case: case[0])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_bad_questions(bank: TestBank, premises: Premises, case: tuple[Any, ...], language: str) -> None:
    _, path, parameters, problem, status, field = case
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0211')}", "Accept-Language": language}
    answer = await bank.client.get(path.replace("$unknown", premises.unknown), params=parameters, headers=headers)
    is_problem(answer, problem, status, field, language)


async def test_an_address_that_takes_no_such_method(bank: TestBank) -> None:
    answer = await bank.client.delete("/api/catalogue")
    is_problem(answer, "request.method_not_allowed", 405, None, "zh")
    assert answer.headers["allow"] == "GET"


async def test_a_body_that_grows_over_the_limit_while_it_comes(bank: TestBank, before: dict[str, tuple[int, str]]) -> None:
    async def pieces():
        yield b'{"account": "'
        for _ in range(40):
            yield b"1" * 32_768
        yield b'"}'

    headers = {"Authorization": f"Bearer {await bank.sign_on('S0211')}", "Idempotency-Key": uuid4().hex}
    answer = await bank.client.post(f"/api/transactions/{DEPOSIT}", content=pieces(), headers=headers)
    assert "content-length" not in answer.request.headers
    is_problem(answer, "request.too_large", 413, None, "zh")
    assert changed(before, await everything(bank), but=NOTED) == []


async def test_a_preview_refuses_what_the_transaction_refuses(bank: TestBank, premises: Premises) -> None:
    headers = {"Authorization": f"Bearer {await bank.sign_on('S0211')}"}
    for bad in TRANSACTIONS:
        if bad.teller != "S0211" or bad.sent or not isinstance(bad.body, dict) or bad.problem == "password.wrong":
            continue
        answer = await bank.client.post(f"/api/transactions/{bad.code}/preview", json=premises.filled(bad.body), headers=headers)
        is_problem(answer, bad.problem, bad.status, bad.field, "zh")
