"""Asking what several services have a part in: a list or a report that is one at the door.

With the whole number of an account, the service that keeps it is asked. Without one, a list is that of the first service, then that of the
next, and a report has the rows of all; a service whose form does not know a condition has nothing that fits it.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from contracts.report import is_amount
from gateway.catalogue import Catalogue
from gateway.forwarding import forward
from kernel.errors import DomainError
from kernel.numbers import check_account

BETWEEN = "~"
"""Stands in a cursor between the service and its own cursor; no service's cursor begins with it."""

Json = dict[str, Any]


async def ask_parts(request: Request, catalogue: Catalogue, kind: str, name: str, asked: dict[str, str], more: dict[str, str]) -> Response:
    """The answer to a query (`kind` "queries") or a report ("reports") from whichever services have a part in it."""
    parts = catalogue.parts[name]
    owners = _fitting(parts, asked) or list(parts)[:1]
    keeper = _keeper(catalogue, asked)
    if keeper in parts:
        owners = [keeper]
    if len(owners) == 1 and BETWEEN not in asked.get("after", ""):
        return await forward(request, owners[0], "GET", f"/{kind}/{name}", params=asked, more=more)
    if kind == "queries":
        return await _list(request, owners, name, asked, more)
    return await _report(request, owners, name, asked, more)


def _fitting(parts: dict[str, Json], asked: dict[str, str]) -> list[str]:
    """The services whose form knows every condition."""
    return [owner for owner, part in parts.items() if asked.keys() <= part["schema"].get("properties", {}).keys()]


def _keeper(catalogue: Catalogue, asked: dict[str, str]) -> str | None:
    """The service that keeps the account asked about, if its whole number is given."""
    try:
        return catalogue.account_kinds.get(check_account(asked.get("account", "")).value)
    except DomainError:
        return None


async def _list(request: Request, owners: list[str], name: str, asked: dict[str, str], more: dict[str, str]) -> Response:
    """The page of the first service that still has rows; the cursor says which one comes next and where it goes on."""
    owner, between, after = asked.get("after", "").rpartition(BETWEEN)
    position = owners.index(owner) if between and owner in owners else 0
    while True:
        params = {key: value for key, value in asked.items() if key != "after"} | ({"after": after} if after else {})
        answer = await forward(request, owners[position], "GET", f"/queries/{name}", params=params, more=more)
        if answer.status_code != 200:
            return answer
        found = json.loads(bytes(answer.body))
        last = position + 1 == len(owners)
        if found.get("next") is not None:
            return JSONResponse({**found, "next": f"{owners[position]}{BETWEEN}{found['next']}"})
        if found.get("rows") or last:
            return JSONResponse({**found, "next": None if last else f"{owners[position + 1]}{BETWEEN}"})
        position, after = position + 1, ""


async def _report(request: Request, owners: list[str], name: str, asked: dict[str, str], more: dict[str, str]) -> Response:
    """One table of the tables of all services, in their order, with totals over all."""
    whole: Json = {}
    for owner in owners:
        answer = await forward(request, owner, "GET", f"/reports/{name}", params=asked, more=more)
        if answer.status_code != 200:
            return answer
        table = json.loads(bytes(answer.body))
        if not whole:
            whole = table
            continue
        add_table(whole, table)
    return JSONResponse(whole)


def add_table(whole: Json, table: Json) -> None:
    """Add the rows of another table of the same columns to one, and its totals to its totals."""
    whole["rows"] += table["rows"]
    for key, total in table["totals"].items():
        whole["totals"][key] = _sum(whole["totals"].get(key), total)


def _sum(one: Any, other: Any) -> Any:
    if is_amount(one) and is_amount(other):
        return str(Decimal(one) + Decimal(other))
    return one + other if isinstance(one, int) and isinstance(other, int) else other
