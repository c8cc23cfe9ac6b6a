"""The file of a batch: taken whole or not at all, once, by those who may; what it says is posted like lines entered by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from services.savings.agency.runs import run_batches

TELLER = "K0211"


async def upload(savings: Any, named: dict[str, Any], content: bytes, *, teller: str = TELLER, name: str = "wages.csv") -> httpx.Response:
    headers = {"Authorization": f"Bearer {savings.token(teller)}"}
    path = f"/agency/contracts/{named['contract']}/batches/{named['batch']}/file"
    return await savings.client.post(path, content=content, headers=headers, params={"file_name": name})


async def announced(savings: Any, count: int, total: str, source: str = "file") -> tuple[str, dict[str, Any]]:
    """An employer with 1,000.00 and a batch of its wages."""
    employer = await savings.current("1000.00")
    body = {"kind": "payroll", "account": employer, "currency": "CNY"}
    number = (await savings.result(TELLER, "savings.agency.enter_contract", body))["contract"]
    body = {"contract": number, "control_count": count, "control_total": total, "source": source}
    return employer, {"contract": number, "batch": (await savings.result(TELLER, "savings.agency.enter_batch", body))["batch"]}


async def lines(savings: Any, named: dict[str, Any]) -> list[tuple[str, str]]:
    rows = (await savings.ask(TELLER, "agency.items", **named)).json()["rows"]
    return [(row["account"], row["amount"]) for row in rows]


async def test_a_file_becomes_the_lines_of_its_batch_and_is_posted(savings):
    one, two = await savings.demand("1.00"), await savings.demand("1.00")
    employer, named = await announced(savings, 2, "300.50")
    content = f"账号,户名,金额\n{one},,100.25\n{two},,200.25\n".encode("gb18030")
    answer = await upload(savings, named, content)
    assert answer.json() == {**named, "file_name": "wages.csv", "count": 2, "total": "300.50"}
    assert (await upload(savings, named, content)).json() == answer.json()
    assert await lines(savings, named) == [(one, "100.25"), (two, "200.25")]
    swapped = f"account,amount\n{two},200.25\n{one},100.25\n".encode()
    assert (await upload(savings, named, swapped, name="better.csv")).status_code == 200, "a better file takes the place of the first"
    assert await lines(savings, named) == [(two, "200.25"), (one, "100.25")]
    await savings.run(TELLER, "savings.agency.run_batch", named)
    assert (await upload(savings, named, content)).json()["code"] == "agency.batch_state"
    await run_batches(savings.resources)
    assert [(await savings.panel(each, TELLER))["balance"] for each in (employer, one, two)] == ["699.50", "101.25", "201.25"]
    assert (await upload(savings, named, content)).json()["code"] == "agency.batch_state"


async def test_what_does_not_match_the_control_figures_is_not_taken(savings):
    one = await savings.demand("1.00")
    _, named = await announced(savings, 2, "2.00")
    for content, code in (
        (f"account,amount\n{one},2.00\n", "agency.count_differs"),
        (f"account,amount\n{one},1.00\n{one},1.01\n", "agency.total_differs"),
        (f"account,amount\n{one},1.00\n{one},=1\n", "file.lines"),
    ):
        refused = await upload(savings, named, content.encode())
        assert refused.status_code in (409, 422) and refused.json()["code"] == code
    assert refused.json()["errors"] == [
        {
            "line": 3,
            "column": {"zh": "金额", "en": "amount"},
            "message": {"zh": "是公式,请改为数值", "en": "is a formula: put its value there"},
        }
    ]
    assert await lines(savings, named) == []


async def test_who_may_send_a_file_and_for_what(savings):
    one = await savings.demand("1.00")
    content = f"account,amount\n{one},1.00\n".encode()
    _, by_hand = await announced(savings, 1, "1.00", source="manual")
    assert (await upload(savings, by_hand, content)).json()["code"] == "agency.batch_by_hand"
    _, named = await announced(savings, 1, "1.00")
    assert (await upload(savings, named, content, teller="K0311")).json()["code"] == "agency.other_outlet"
    assert (await upload(savings, named, b"", teller="K0311")).json()["code"] == "agency.other_outlet", "others' files are not read"
    assert (await upload(savings, {**named, "batch": 99}, content)).json()["code"] == "agency.batch_unknown"
    assert (await upload(savings, named, b"x" * (16 * 2**20 + 1))).status_code == 413
    path = f"/agency/contracts/{named['contract']}/batches/1/file"
    assert (await savings.client.post(path, content=content)).status_code == 401
    manager = {"Authorization": f"Bearer {savings.token('K0219', level='A')}"}
    assert (await savings.client.post(path, content=content, headers=manager)).json()["code"] == "right.missing"
    refused = await savings.refuse(TELLER, "savings.agency.add_item", {**named, "account": one, "amount": "1.00"}, "agency.batch_from_file")
    assert refused["field"] == "batch"
    answers = await asyncio.gather(*(upload(savings, named, content) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200} and await lines(savings, named) == [(one, "1.00")]
