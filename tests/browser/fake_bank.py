"""A small fake of the gateway's API with canned answers: what the pages need to be driven, and nothing of a bank."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from contracts.agency import FileTaken
from contracts.interest import Quote, QuoteRequest
from gateway.exporting import export
from gateway.pages.routes import router as pages
from gateway.rendering import FORMATS
from kernel.errors import ErrorType, Kind
from kernel.money import format_amount
from kernel.text import choose_language
from runtime.problems import add_problem_handlers
from services.savings.agency.files import read_items
from services.savings.quoting import quote
from tests.browser.fake_answers import (
    ACCOUNT,
    ANSWERS,
    CASH,
    CUSTOMER,
    LAGS,
    PARKED,
    STEPS,
    receipt,
    run_at,
    session_of,
    trial_balance,
)
from tests.browser.fake_forms import CATALOGUE
from tests.browser.fake_portal import FakePortal

PASSWORD, NEW_PASSWORD = "demo-2005", "changed-2005"
SIGN_ON_REFUSED = ErrorType("sign_on.refused", Kind.UNAUTHENTICATED, "柜员号或密码不正确", "teller or password is wrong")
TOO_MUCH = ErrorType("amount.too_large", Kind.INVALID, "金额超过 {limit}", "the amount is over {limit}")
NO_ACCOUNT = ErrorType("account.unknown", Kind.NOT_FOUND, "没有账户 {account}", "there is no account {account}")
NEEDS_APPROVAL = ErrorType("approval.required", Kind.FORBIDDEN, "须由第二人授权或复核", "needs a second person's approval")
UNBALANCED = ErrorType("entry.unbalanced", Kind.INVALID, "借贷不平", "debits and credits differ")
EXPIRED = ErrorType("auth.token_expired", Kind.UNAUTHENTICATED, "登录已过期", "the token has expired")


class FakeBank:
    """The app and what reached it: `calls` are `(path, headers, body)` of transactions, `cut` makes the next execution vanish, above
    `limit` an amount needs level A, and `foretold` says whether previews tell so."""

    def __init__(self) -> None:
        self.app = FastAPI(docs_url=None, redoc_url=None)
        self.portal = FakePortal()
        self.reset()
        add_problem_handlers(self.app)
        self.app.include_router(pages)
        self.app.include_router(self.portal.router)
        _add_routes(self)

    def reset(self) -> None:
        self.portal.reset()
        self.calls: list[tuple[str, dict[str, str], Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.approvals: dict[str, Any] = {}
        self.cut = False
        self.limit: Decimal | None = None
        self.foretold = True
        self.expired = False
        self.balance = Decimal("1500.00")
        self.replayed: list[str] = []
        self.run: dict[str, Any] | None = None


def check(bank: FakeBank, code: str, body: dict[str, Any]) -> None:
    if Decimal(body.get("amount", "1")) > 50_000:
        raise TOO_MUCH(field="amount", limit="50,000.00")
    legs = body.get("legs", [])
    if sum(Decimal(leg["amount"]) * (1 if leg["direction"] == "debit" else -1) for leg in legs):
        raise UNBALANCED(field="legs.1.amount")


def needed(bank: FakeBank, body: dict[str, Any]) -> dict[str, str] | None:
    """What an amount above the limit needs."""
    if bank.limit is None or Decimal(body.get("amount", "0")) <= bank.limit:
        return None
    return {"level": "A", "limit": str(bank.limit), "amount": body["amount"], "settlement": "cash"}


def _add_routes(bank: FakeBank) -> None:
    app = bank.app

    @app.post("/api/sign-on")
    async def sign_on(request: Request) -> dict[str, Any]:
        body = await request.json()
        good = PASSWORD if body["teller"] != "S0212" else NEW_PASSWORD
        if body["teller"] == "S0212" and body["password"] == PASSWORD:
            return {**session_of("S0212", None), "token": "password.only.token", "must_change_password": True}
        if body["password"] != good:
            raise SIGN_ON_REFUSED(field="password")
        return session_of(body["teller"], body.get("cash_box"))

    @app.post("/api/sign-on/renew")
    async def renew() -> dict[str, Any]:
        return {**session_of("S0009", None), "business_date": "2005-09-02"}

    @app.post("/api/approvals")
    async def approve(request: Request) -> dict[str, str]:
        body = await request.json()
        if body["password"] != PASSWORD or not body["teller"].endswith("9"):
            raise SIGN_ON_REFUSED(field="password")
        bank.approvals["approval-1"] = body["body"]
        return {"approval": "approval-1"}

    @app.post("/api/interest/quote")
    async def quote_of(body: QuoteRequest) -> Quote:
        return quote(body)

    @app.post("/api/agency/contracts/{contract}/batches/{batch}/file")
    async def agency_file(contract: str, batch: int, request: Request, file_name: str) -> FileTaken:
        items = read_items(await request.body(), "CNY")
        total = format_amount(sum(item.amount_minor for item in items))
        return FileTaken(contract=contract, batch=batch, file_name=file_name, count=len(items), total=total)

    @app.get("/api/catalogue")
    async def catalogue() -> dict[str, Any]:
        if bank.expired:
            raise EXPIRED()
        return CATALOGUE

    @app.post("/api/transactions/{code}/preview")
    async def preview(code: str, request: Request) -> dict[str, Any]:
        body = await request.json()
        check(bank, code, body)
        return {**receipt(code, body, None), "second_needed": needed(bank, body) if bank.foretold else None}

    @app.post("/api/transactions/{code}")
    async def execute(code: str, request: Request) -> Response:
        body = await request.json()
        bank.calls.append((code, dict(request.headers), body))
        key = request.headers["idempotency-key"]
        check(bank, code, body)
        dual = next(each["dual"] for each in CATALOGUE["transactions"] if each["code"] == code)
        above = needed(bank, body)
        if above and bank.approvals.get(request.headers.get("x-approval", "")) != body:
            raise NEEDS_APPROVAL(_errors=[above])
        if dual and bank.approvals.get(request.headers.get("x-approval", "")) != body:
            raise NEEDS_APPROVAL()
        number = f"02012{len(bank.answers) + 1:06d}"
        answer = bank.answers.setdefault(key, receipt(code, body, number, "S0219" if dual or above else None))
        if bank.cut:
            bank.cut = False
            return JSONResponse({"code": "service.unavailable", "detail": "gone"}, status_code=503)
        return JSONResponse(answer)

    @app.get("/api/accounts/{account}")
    async def account(account: str) -> dict[str, Any]:
        if account not in (ACCOUNT, CASH, "902011030100001"):
            raise NO_ACCOUNT(field="account", account=account)
        return {
            "account": account,
            "customer_number": CUSTOMER,
            "name": "王小明",
            "product": {"zh": "个人活期", "en": "Personal demand"},
            "currency": "CNY",
            "balance": str(bank.balance),
            "available": str(bank.balance),
            "status": "normal",
            "status_name": {"zh": "正常", "en": "normal"},
            "outlet": "0301",
            "opened_on": "2005-08-01",
            "cross_outlet": True,
        }

    @app.get("/api/queries/{name}")
    async def query(name: str, request: Request, format: str = "json") -> Response:
        async def ask(asked: dict[str, str]) -> Response:
            return JSONResponse(ANSWERS[name](asked))

        asked = {key: value for key, value in request.query_params.items() if key != "format"}
        if format == "json":
            return await ask(asked)
        declared = next(each for each in CATALOGUE["queries"] if each["name"] == name)
        return await export(name, declared, asked, format, choose_language(request.headers.get("accept-language")), ask)

    @app.get("/api/reports/{name}")
    async def report(name: str, request: Request, format: str = "json") -> Response:
        table = trial_balance()
        if format == "json":
            return Response(table.model_dump_json(), media_type="application/json")
        chosen = FORMATS[format]
        content = chosen.render(table, choose_language(request.headers.get("accept-language")))
        disposition = {"Content-Disposition": f'attachment; filename="{name}.{chosen.extension}"'}
        return Response(content, media_type=chosen.media_type, headers={**chosen.headers, **disposition})

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        names = ("customer", "ledger", "savings", "lending", "clearing", "counter", "reconciliation")
        services = {name: {"service": name, "ok": name != "lending", "database": name != "lending", "bus": True} for name in names}
        return JSONResponse({"ok": False, "services": services}, status_code=200)

    @app.get("/api/operations/bus")
    async def bus() -> dict[str, Any]:
        rows = [
            {"service": name, "outbox_waiting": waiting, "outbox_oldest_seconds": waiting / 40, "parked_count": parked}
            for name, waiting, parked in LAGS
        ]
        return {"services": rows, "parked": [] if bank.replayed else [PARKED]}

    @app.post("/api/operations/parked/{service}/{parked}/replay")
    async def replay(service: str, parked: str) -> dict[str, bool]:
        bank.replayed.append(f"{service}/{parked}")
        return {"replayed": True}

    @app.get("/api/day-end")
    async def day_ends() -> dict[str, Any]:
        return {"runs": [bank.run] if bank.run else []}

    @app.post("/api/day-end", status_code=202)
    async def start() -> dict[str, str]:
        bank.run = run_at("running", 0)
        return {"run": bank.run["run"]}

    @app.get("/api/day-end/{run}/events")
    async def events(run: str) -> StreamingResponse:
        async def stream() -> AsyncIterator[str]:
            for done in range(len(STEPS) + 1):
                state = "done" if done == len(STEPS) else "running"
                bank.run = run_at(state, done)
                yield f"data: {json.dumps(bank.run)}\n\n"
                await asyncio.sleep(0.03)

        return StreamingResponse(stream(), media_type="text/event-stream")
