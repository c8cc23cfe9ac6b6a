"""The routes every bank service has: its catalogue, its transactions with their previews, its queries and reports, its account panel."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError

from banking import execution
from banking.business_day import business_date_of, frame_of
from banking.principal import Principal, newcomer, teller
from banking.query import Query, Read, Report
from banking.transaction import Transaction
from contracts.receipt import Receipt
from contracts.report import ReportTable
from kernel.errors import ErrorType, Kind
from kernel.numbers import check_account
from runtime.auth import service_only
from runtime.idempotency import check_key
from runtime.problems import invalid_fields
from runtime.service import resources_of

UNKNOWN_TRANSACTION = ErrorType("transaction.unknown", Kind.NOT_FOUND, "没有交易 {code}", "there is no transaction {code}")
UNKNOWN_QUERY = ErrorType("query.unknown", Kind.NOT_FOUND, "没有查询 {name}", "there is no query {name}")
UNKNOWN_REPORT = ErrorType("report.unknown", Kind.NOT_FOUND, "没有报表 {name}", "there is no report {name}")
UNKNOWN_ACCOUNT = ErrorType("account.unknown", Kind.NOT_FOUND, "没有账户 {account}", "there is no account {account}")

router = APIRouter()
TheTeller = Annotated[Principal, Depends(teller)]
JsonObject = Annotated[dict[str, Any], Body()]


@router.get("/internal/catalogue", dependencies=[Depends(service_only)])
async def catalogue(request: Request) -> dict[str, Any]:
    """What the service offers at the counter, for the gateway: declarations, the same as long as the process lives."""
    state = resources_of(request).state
    if "catalogue_entries" not in state:
        state["catalogue_entries"] = request.app.state.service.catalogue()
    return state["catalogue_entries"]


def _transaction(request: Request, code: str) -> Transaction:
    found = request.app.state.service.transaction(code)
    if found is None:
        raise UNKNOWN_TRANSACTION(code=code)
    return found


async def maker(code: str, request: Request) -> Principal:
    """The teller who runs a transaction; a token for changing the password is good for what is declared so. Raises the token's problems."""
    declared = request.app.state.service.transaction(code)
    return await (newcomer if declared is not None and declared.with_password_token else teller)(request)


TheMaker = Annotated[Principal, Depends(maker)]


@router.post("/transactions/{code}")
async def execute(
    code: str,
    body: JsonObject,
    principal: TheMaker,
    request: Request,
    idempotency_key: Annotated[str | None, Header()] = None,
    x_approval: Annotated[str | None, Header()] = None,
) -> Response:
    """Run a counter transaction; the answer is its receipt."""
    asked = execution.Request(principal, _transaction(request, code), body, check_key(idempotency_key), x_approval)
    resources = resources_of(request)
    async with resources.database.guest():
        return Response(await execution.execute(resources, asked), media_type="application/json")


@router.post("/transactions/{code}/preview")
async def preview(code: str, body: JsonObject, principal: TheMaker, request: Request) -> Receipt:
    """The receipt a transaction would give, entries included; nothing is saved."""
    asked = execution.Request(principal, _transaction(request, code), body, "")
    resources = resources_of(request)
    async with resources.database.guest():
        return await execution.preview(resources, asked)


async def _catch_up(request: Request) -> None:
    """Let the service hear the postings the caller has receipts for before it answers."""
    service, after = request.app.state.service, request.headers.get("x-after-postings", "")
    if service.catch_up is not None and after:
        try:
            posting_ids = [UUID(each) for each in after.split(",")[:64]]
        except ValueError:
            return
        await service.catch_up(resources_of(request), posting_ids)


async def _read(request: Request, principal: Principal, declared: Query | Report) -> Any:
    try:
        form: BaseModel = declared.form.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise invalid_fields(list(error.errors())) from error
    resources = resources_of(request)
    await _catch_up(request)
    async with resources.database.guest(), resources.database.reading() as connection:
        day = await business_date_of(connection, frame_of(resources))
        return await declared.run(Read(resources, connection, principal, day), form)


@router.get("/queries/{name}")
async def query(name: str, principal: TheTeller, request: Request) -> dict[str, Any]:
    """Ask a declared query; its parameters are the query string."""
    found = next((each for each in request.app.state.service.queries if each.name == name), None)
    if found is None:
        raise UNKNOWN_QUERY(name=name)
    return await _read(request, principal, found)


@router.get("/reports/{name}")
async def report(name: str, principal: TheTeller, request: Request) -> ReportTable:
    """Make a declared report; its parameters are the query string."""
    found = next((each for each in request.app.state.service.reports if each.name == name), None)
    if found is None:
        raise UNKNOWN_REPORT(name=name)
    return await _read(request, principal, found)


@router.get("/accounts/{account}")
async def account_panel(account: str, principal: TheTeller, request: Request) -> dict[str, Any]:
    """What a teller sees as soon as the account is entered. Raises `account.*`."""
    service = request.app.state.service
    if service.panel is None or check_account(account) not in service.account_kinds:
        raise UNKNOWN_ACCOUNT(field="account", account=account)
    resources = resources_of(request)
    await _catch_up(request)
    async with resources.database.guest(), resources.database.reading() as connection:
        day = await business_date_of(connection, frame_of(resources))
        return await service.panel(Read(resources, connection, principal, day), account)
