"""Every query of the catalogue is asked of a bank that has done business: whatever its answer says has its words in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gateway.pages.terms import TERMS, WRITTEN
from gateway.pages.values import VALUES
from tests.support.bank import TestBank
from tests.support.portal import CLERK, bind
from tests.support.premises import Premises

CODE = re.compile(r"^[a-z]+([_.][a-z]+)*$")
UNSHOWN = frozenset({"next", "posting_id", "entry"})
"""Said for clients, not for readers, or drawn by a page of its own."""
DRAWN = frozenset({"ledger.position", "books.proof"})
RULES = frozenset({"rule"})
"""Names of posting rules stand for themselves and lead to the rule."""
EVERYBODY = ("S0211", "K0211", "S0219", "S0009", "K0009")


async def test_every_answer_says_only_what_has_words(bank: TestBank, premises: Premises) -> None:
    receipt = await bank.run("S0211", "savings.demand.deposit", {"account": premises.account, "amount": "12.00"})
    wrong = (await bank.run("S0211", "savings.demand.deposit", {"account": premises.account, "amount": "13.00"}))["transaction_number"]
    taken_back = {"transaction_number": wrong, "business_date": receipt["business_date"]}
    await bank.run("S0211", "ledger.correct.reverse", taken_back, second="S0219")
    await bank.run("S0211", "customer.instrument.open", {"name": "赵一本", "id_type": "Z", "instrument": "book", "password": "123456"})
    await bind(bank, premises.company, CLERK, [premises.current], phone="13800000001")
    notice = {"action": "publish", "title": "系统维护", "content": "本周六暂停服务", "valid_until": "2005-09-30"}
    await bank.run("S0009", "recon.notice.publish", notice)
    await bank.settle()
    known = {
        "account": premises.account,
        "customer_number": premises.person,
        "transaction_number": receipt["transaction_number"],
        "date": receipt["business_date"],
        "business_date": receipt["business_date"],
        "date_from": "2005-09-01",
        "date_to": "2005-09-01",
        "name": "savings.demand.deposit",
        "outlet": "0201",
        "currency": "CNY",
        "kind": "passbook",
        "voucher_type": "passbook",
        "teller": "S0211",
        "cash_box": "00001",
        "number": "00000001",
        "subject": "101",
        "business_code": "101",
        "amount": "12.00",
    }
    catalogue = (await bank.client.get("/api/catalogue", headers={"Authorization": f"Bearer {await bank.sign_on('S0211')}"})).json()
    queries = catalogue["queries"]
    labelled = {
        name
        for each in [*queries, *catalogue["transactions"]]
        for name, shape in each["schema"].get("properties", {}).items()
        if "x-label" in shape
    }
    called = {each["code"] for each in catalogue["transactions"]} | set(VALUES)
    wordless: set[str] = set()
    answered = []
    for declared in queries:
        needed = declared["schema"].get("required", [])
        answer = await first_answer(
            bank, declared["name"], {name: corporate(declared["name"], premises) or known[name] for name in needed if name in known}
        )
        if answer is None:
            continue
        answered.append(declared["name"])
        choices = {each["value"] for shape in declared["schema"].get("properties", {}).values() for each in shape.get("x-choices", ())}
        columns = {column["key"] for column in declared.get("columns", ())}
        for key, value, in_rows in said(answer):
            if in_rows and columns and key not in columns or key in UNSHOWN:
                continue
            if key not in columns and key.removesuffix("_name") not in TERMS and key not in labelled:
                wordless.add(f"{declared['name']}: {key}")
            if isinstance(value, str) and CODE.match(value) and key not in RULES and key not in WRITTEN and value not in called | choices:
                wordless.add(f"{declared['name']}: {key} = {value}")
    assert wordless == set()
    assert len(answered) > len(queries) * 2 // 3, sorted({each["name"] for each in queries} - set(answered))


def corporate(name: str, premises: Premises) -> str | None:
    return premises.company if name == "customer.corporate" else None


async def first_answer(bank: TestBank, name: str, parameters: dict[str, str]) -> dict[str, Any] | None:
    """The answer of the first teller who may ask."""
    if name in DRAWN:
        return None
    for teller in EVERYBODY:
        headers = {"Authorization": f"Bearer {await bank.sign_on(teller)}"}
        answer = await bank.client.get(f"/api/queries/{name}", params=parameters, headers=headers)
        if answer.status_code == 200:
            return answer.json()
    return None


def said(value: Any, *, in_rows: bool = False) -> Iterator[tuple[str, Any, bool]]:
    """The keys of an answer with their values, however deep; texts in two languages are values, and what has a name shows the name."""
    if isinstance(value, list):
        for each in value:
            yield from said(each, in_rows=in_rows)
    elif isinstance(value, dict):
        for key, each in value.items():
            if each is None or each == [] or (isinstance(each, dict) and each.keys() == {"zh", "en"} and not key.endswith("_name")):
                yield key, None, in_rows
                continue
            yield key, None if f"{key}_name" in value else each, in_rows
            if not (isinstance(each, dict) and each.keys() <= {"zh", "en"}):
                yield from said(each, in_rows=in_rows or key == "rows")
