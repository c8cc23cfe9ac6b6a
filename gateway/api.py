"""The REST door: sign-on, approvals, transactions, queries, reports, day end, operations. No business rules, only routing and rendering."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from banking.counter_routes import UNKNOWN_ACCOUNT
from banking.principal import teller
from banking.rights import RIGHT_MISSING
from contracts.agency import FILE_NAME, FILE_TYPE, MOST_BYTES, FileTaken
from contracts.counter import ApprovalGiven, ApprovalRequest, SignedOn, SignOn
from contracts.interest import Quote, QuoteRequest
from gateway.asking import ask_parts
from gateway.catalogue import SERVICES, catalogue_of
from gateway.exporting import export, export_report
from gateway.forwarding import forward, forward_body
from gateway.freshness import LatestPostings
from gateway.openapi import openapi_of, takes, takes_file
from gateway.rate_limit import quote_limit, sign_on_limit
from kernel.errors import DomainError
from kernel.numbers import CITY, check_account
from kernel.text import Text
from runtime.auth import bearer
from runtime.problems import language_of
from runtime.service import resources_of

POLL_SECONDS = 0.3

router = APIRouter(prefix="/api")
system_router = APIRouter()


def latest_postings(request: Request) -> LatestPostings:
    """The postings of the receipts this door handed out a moment ago."""
    return resources_of(request).state.setdefault("latest_postings", LatestPostings())


@router.post("/sign-on", dependencies=[Depends(sign_on_limit)], openapi_extra=takes(SignOn), responses={200: {"model": SignedOn}})
async def sign_on(request: Request) -> Response:
    """A teller signs on; the answer carries the token."""
    return await forward_body(request, "counter", "/internal/sign-on")


@router.post("/sign-on/renew", responses={200: {"model": SignedOn}})
async def renew(request: Request) -> Response:
    """A fresh token for a valid one."""
    return await forward(request, "counter", "POST", "/internal/sign-on/renew")


@router.post(
    "/approvals", dependencies=[Depends(sign_on_limit)], openapi_extra=takes(ApprovalRequest), responses={200: {"model": ApprovalGiven}}
)
async def approve(request: Request) -> Response:
    """A second person signs the digest of a request."""
    return await forward_body(request, "counter", "/internal/approvals")


@router.get("/transactions")
async def transactions(request: Request) -> dict[str, Any]:
    """The catalogue of counter transactions with the JSON schema of each form."""
    return {"transactions": (await catalogue_of(resources_of(request))).as_dict()["transactions"]}


@router.get("/catalogue")
async def catalogue(request: Request) -> dict[str, Any]:
    """Transactions, queries and reports."""
    return (await catalogue_of(resources_of(request))).as_dict()


@router.post("/transactions/{code}")
async def execute(code: str, request: Request) -> Response:
    """Run a counter transaction once for its `Idempotency-Key`; the answer is the receipt."""
    bearer(request)
    owner = (await catalogue_of(resources_of(request))).owner_of_transaction(code)
    answer = await forward_body(request, owner, f"/transactions/{code}")
    if answer.status_code == 200:
        latest_postings(request).saw(bytes(answer.body))
    return answer


@router.post("/transactions/{code}/preview")
async def preview(code: str, request: Request) -> Response:
    """The entries a transaction would make; nothing is saved."""
    bearer(request)
    owner = (await catalogue_of(resources_of(request))).owner_of_transaction(code)
    return await forward_body(request, owner, f"/transactions/{code}/preview")


@router.post("/interest/quote", dependencies=[Depends(quote_limit)], openapi_extra=takes(QuoteRequest), responses={200: {"model": Quote}})
async def quote(request: Request) -> Response:
    """利息试算: what a deposit would earn, asked without an account and without signing on."""
    return await forward_body(request, "savings", "/internal/interest/quote")


@router.post(
    "/agency/contracts/{contract}/batches/{batch}/file", openapi_extra=takes_file(MOST_BYTES), responses={200: {"model": FileTaken}}
)
async def agency_file(
    contract: Annotated[str, Path(pattern="^[0-9]{8}$")],
    batch: Annotated[int, Path(ge=1, le=10**9)],
    request: Request,
    file_name: Annotated[str | None, Query(max_length=200, pattern=FILE_NAME)] = None,
) -> Response:
    """代理批量文件: the lines of a batch as CSV (UTF-8 or GB18030) or XLSX, taken whole or not at all. Sent again, it changes nothing."""
    bearer(request)
    path, params = f"/agency/contracts/{contract}/batches/{batch}/file", {"file_name": file_name} if file_name else {}
    return await forward(request, "savings", "POST", path, content=await request.body(), content_type=FILE_TYPE, params=params)


@router.get("/accounts/{account}")
async def account_panel(account: str, request: Request) -> Response:
    """What a teller sees as soon as an account is entered."""
    bearer(request)
    kind = check_account(account).value
    owner = (await catalogue_of(resources_of(request))).account_kinds.get(kind)
    if owner is None:
        raise UNKNOWN_ACCOUNT(field="account", account=account)
    return await forward(request, owner, "GET", f"/accounts/{account}", more=latest_postings(request).header())


@router.get("/queries/{name}")
async def query(
    name: str,
    request: Request,
    format: Annotated[Literal["json", "html", "csv", "xlsx", "pdf"], Query()] = "json",
) -> Response:
    """Ask a query; parameters are the query string, lists come with `next` as the cursor of the following page.

    In a format other than JSON the answer is a file with all pages of the list.
    """
    bearer(request)
    catalogue = await catalogue_of(resources_of(request))
    catalogue.owner_of_query(name)
    asked = {key: value for key, value in request.query_params.items() if key != "format"}

    async def ask(parameters: dict[str, str]) -> Response:
        return await ask_parts(request, catalogue, "queries", name, parameters, latest_postings(request).header())

    if format == "json":
        return await ask(asked)
    names = {code: Text(**declared["name"]) for code, (_, declared) in catalogue.transactions.items()}
    return await export(name, catalogue.queries[name][1], asked, format, language_of(request), ask, names)


@router.get("/reports/{name}")
async def report(
    name: str,
    request: Request,
    format: Annotated[Literal["json", "html", "csv", "xlsx", "pdf"], Query()] = "json",
) -> Response:
    """Make a report and render it as JSON, a printable page, CSV, XLSX or PDF; a long one is JSON page by page, a file whole."""
    bearer(request)
    catalogue = await catalogue_of(resources_of(request))
    catalogue.owner_of_report(name)
    asked = {key: value for key, value in request.query_params.items() if key != "format"}

    async def ask(parameters: dict[str, str]) -> Response:
        return await ask_parts(request, catalogue, "reports", name, parameters, latest_postings(request).header())

    if format == "json":
        return await ask(asked)
    return await export_report(name, asked, format, language_of(request), ask)


@router.post("/day-end", status_code=202)
async def start_day_end(
    request: Request, business_date: date | None = None, through: date | None = None, force_close: bool = False
) -> Response:
    """Start (or go on with) a day end; `through` runs one day after another up to a date, `force_close` closes tellers and outlets
    first."""
    bearer(request)
    return await forward(request, "ledger", "POST", "/day-end", params=dict(request.query_params))


@router.get("/day-end")
async def day_ends(request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> Response:
    """The newest runs."""
    bearer(request)
    return await forward(request, "ledger", "GET", "/day-end", params={"limit": limit})


@router.get("/day-end/{run}")
async def day_end(run: UUID, request: Request) -> Response:
    """A run with its steps."""
    bearer(request)
    return await forward(request, "ledger", "GET", f"/day-end/{run}")


@router.get("/day-end/{run}/events", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def day_end_events(run: UUID, request: Request) -> Response:
    """A run as server-sent events: one event whenever something changed, until it ends."""
    bearer(request)
    first = await forward(request, "ledger", "GET", f"/day-end/{run}")
    if first.status_code != 200:
        return first

    async def events() -> AsyncIterator[bytes]:
        said, answer = b"", first
        while not await request.is_disconnected():
            body = bytes(answer.body)
            if body != said:
                said = body
                yield b"data: " + body + b"\n\n"
                if answer.status_code != 200 or json.loads(body).get("state") != "running":
                    return
            await asyncio.sleep(POLL_SECONDS)
            answer = await forward(request, "ledger", "GET", f"/day-end/{run}")

    return StreamingResponse(events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.get("/operations/bus")
async def bus(request: Request) -> dict[str, Any]:
    """What waits in the outboxes, and what is parked with its reason."""
    await _operator(request)
    answers = await asyncio.gather(*(_bus_of(request, service) for service in SERVICES))
    parked = [row for answer in answers for row in answer.pop("parked", [])]
    return {"services": answers, "parked": parked}


async def _bus_of(request: Request, service: str) -> dict[str, Any]:
    try:
        return await resources_of(request).transport.call(service, "GET", "/internal/bus")
    except DomainError as error:
        return {"service": service, "problem": error.message(language_of(request))}


@router.post("/operations/parked/{service}/{parked_id}/replay")
async def replay(service: Literal[SERVICES], parked_id: UUID, request: Request) -> Response:  # type: ignore[valid-type]
    """Handle a parked message again."""
    await _operator(request)
    return await forward(request, service, "POST", f"/internal/parked/{parked_id}/replay")


async def _operator(request: Request) -> None:
    """Operations are for the city's departments and for level A. Raises `right.missing` or the token's problems."""
    principal = await teller(request)
    if principal.level != "A" and principal.outlet[:2] != CITY[:2]:
        raise RIGHT_MISSING(teller=principal.teller, transaction="operations")


@system_router.get("/readyz", include_in_schema=False)
async def readyz(request: Request) -> JSONResponse:
    """Whether every service, its database and the bus answer."""
    transport = resources_of(request).transport

    async def ask(service: str) -> dict[str, Any]:
        try:
            answer = await transport.send(service, "GET", "/readyz")
            return answer.json()
        except (DomainError, ValueError) as error:
            return {"service": service, "ok": False, "problem": str(error)}

    answers = await asyncio.gather(*(ask(service) for service in SERVICES))
    ready = all(answer.get("ok") for answer in answers)
    return JSONResponse({"ok": ready, "services": {answer["service"]: answer for answer in answers}}, status_code=200 if ready else 503)


@system_router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """The door's own measurements, for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@system_router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> dict[str, Any]:
    """The OpenAPI description of the door, every transaction spelled out from its declaration."""
    return openapi_of(request.app, await catalogue_of(resources_of(request)))
