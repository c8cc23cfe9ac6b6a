"""对账门户 at the door: which requests of the portal are passed on to reconciliation, and the cookie its session travels in.

A browser holds the session in a cookie that no script reads and no other site's page sends; the service behind gets it in a header. What
may change something shows a token besides (`X-CSRF-Token`), which the service checks against the session.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from contracts.agency import FILE_TYPE
from contracts.matching import (
    MOST_BYTES,
    GroupParted,
    LinesChosen,
    MatchingGroups,
    MatchingShown,
    OpenLines,
    ProposedItems,
)
from contracts.papers import PaperAsked, PaperVerified
from contracts.portal import (
    SESSION_COOKIE,
    ActList,
    CodeAsked,
    CodeSent,
    NewPicture,
    NicknameAsked,
    NicknameFree,
    NoticeList,
    PortalSession,
    PortalSignOn,
    TicketShown,
    TryBegun,
)
from contracts.statements import (
    AdjustmentSheet,
    DecisionAsked,
    RecallAsked,
    Reminders,
    ReplyAsked,
    Statement,
    StatementLines,
    StatementList,
    SupervisorChoices,
    WorkedSheet,
)
from gateway.forwarding import forward
from gateway.openapi import takes, takes_file
from gateway.rate_limit import portal_limit
from kernel.errors import ErrorType, Kind

SERVICE = "reconciliation"
COOKIE_PATH = "/api/portal"
COOKIE_SECONDS = 8 * 3600
OTHER_ORIGIN = ErrorType("portal.other_origin", Kind.FORBIDDEN, "请求来自其他网站,未予办理", "the request comes from another site's page")
PORTAL_SESSION = [{"portal": []}]
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""What sessions and tokens look like; anything else is not passed on, and so is none."""

Answered = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class PortalRoute:
    """A request that the door passes on as it came: its place under `/api/portal`, the row of the list of transactions it is, what it takes
    and gives. `sets_session` ones answer with the secret of a new session, `ends_session` ones end it; `open` ones need none.
    `searched_by` are the parameters a list may be asked with."""

    method: Literal["GET", "POST"]
    path: str
    name: str
    gives: type[BaseModel] | None = None
    takes: type[BaseModel] | None = None
    searched_by: tuple[str, ...] = ()
    open: bool = False
    sets_session: bool = False
    ends_session: bool = False
    media_type: str = "application/json"
    takes_file: int = 0
    """How many bytes a file may have that is the body, if it is one."""


LIST = ("after", "limit")
STATEMENTS = ("view", "number", "account", "kind", "state", "date_from", "date_to")
ONE = "/statements/{number}"
MATCHED = "/matchings/{number}"
ROUTES: tuple[PortalRoute, ...] = (
    PortalRoute("POST", "/sign-on/begin", "recon.portal.begin", TryBegun, open=True),
    PortalRoute("POST", "/sign-on/picture", "recon.portal.picture", TryBegun, NewPicture, open=True),
    PortalRoute("GET", "/sign-on/sound", "recon.portal.sound", searched_by=("try_id",), open=True, media_type="audio/wav"),
    PortalRoute("POST", "/sign-on/code", "recon.portal.code", CodeSent, CodeAsked, open=True),
    PortalRoute("POST", "/sign-on", "recon.portal.sign_on", PortalSession, PortalSignOn, open=True, sets_session=True),
    PortalRoute("POST", "/sign-on/ticket", "recon.portal.ticket", PortalSession, TicketShown, open=True, sets_session=True),
    PortalRoute("GET", "/session", "recon.portal.session", PortalSession),
    PortalRoute("POST", "/sign-off", "recon.portal.sign_off", ends_session=True),
    PortalRoute("POST", "/nickname/check", "recon.nickname.check", NicknameFree, NicknameAsked),
    PortalRoute("POST", "/nickname", "recon.nickname.set", PortalSession, NicknameAsked),
    PortalRoute("GET", "/notices", "recon.notice.list", NoticeList, searched_by=LIST),
    PortalRoute("GET", "/statements", "recon.statement.query", StatementList, searched_by=(*STATEMENTS, *LIST)),
    PortalRoute("GET", "/reminders", "recon.statement.reminders", Reminders),
    PortalRoute("GET", ONE, "recon.statement.show", Statement),
    PortalRoute("GET", f"{ONE}/lines", "recon.statement.lines", StatementLines, searched_by=LIST),
    PortalRoute("GET", f"{ONE}/supervisors", "recon.statement.supervisors", SupervisorChoices),
    PortalRoute("POST", f"{ONE}/fetch", "recon.statement.fetch", Statement),
    PortalRoute("POST", f"{ONE}/adjustment", "recon.statement.adjustment", WorkedSheet, AdjustmentSheet),
    PortalRoute("POST", f"{ONE}/reply", "recon.statement.reply", Statement, ReplyAsked),
    PortalRoute("POST", f"{ONE}/recall", "recon.statement.recall", Statement, RecallAsked),
    PortalRoute("POST", f"{ONE}/approve", "recon.statement.approve", Statement, DecisionAsked),
    PortalRoute("POST", f"{ONE}/refuse", "recon.statement.refuse", Statement, DecisionAsked),
    PortalRoute("POST", MATCHED, "recon.matching.match", MatchingShown, searched_by=("file_name", "days"), takes_file=MOST_BYTES),
    PortalRoute("GET", MATCHED, "recon.matching.show", MatchingShown),
    PortalRoute("GET", f"{MATCHED}/groups", "recon.matching.groups", MatchingGroups, searched_by=("standing", *LIST)),
    PortalRoute("GET", f"{MATCHED}/open", "recon.matching.open", OpenLines, searched_by=("side", *LIST)),
    PortalRoute("GET", f"{MATCHED}/items", "recon.matching.items", ProposedItems),
    PortalRoute("POST", f"{MATCHED}/join", "recon.matching.join", MatchingShown, LinesChosen),
    PortalRoute("POST", f"{MATCHED}/part", "recon.matching.part", MatchingShown, GroupParted),
    PortalRoute("POST", "/verify", "recon.statement.verify", PaperVerified, PaperAsked, open=True),
    PortalRoute("GET", "/log", "recon.log.list", ActList, searched_by=("act", "subject", "date_from", "date_to", *LIST)),
)
"""Everything the portal offers besides files, which the door makes itself."""

router = APIRouter(prefix="/api/portal")


def portal_headers(request: Request) -> dict[str, str]:
    """What goes to the service with a request of the portal: the session of its cookie, its token, where it comes from.

    Raises `portal.other_origin` for a request that a page of another site makes a browser send.
    """
    if request.method != "GET":
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            raise OTHER_ORIGIN()
    headers = {"X-Client-Address": request.client.host if request.client else "unknown"}
    shown = {"X-Portal-Session": request.cookies.get(SESSION_COOKIE, ""), "X-CSRF-Token": request.headers.get("x-csrf-token", "")}
    return headers | {name: value for name, value in shown.items() if _TOKEN.fullmatch(value)}


def _with_session(request: Request, answer: Response) -> Response:
    """An answer that began a session: its secret moves from the body into the cookie."""
    body = json.loads(bytes(answer.body))
    secret = body.pop("secret")
    made = Response(json.dumps(body, ensure_ascii=False), media_type="application/json", headers={"Cache-Control": "no-store"})
    made.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=COOKIE_SECONDS,
        path=COOKIE_PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return made


def _passes_on(route: PortalRoute) -> Answered:
    async def passed(request: Request) -> Response:
        await portal_limit(request)
        headers = portal_headers(request)
        path = "/portal" + route.path.format(**{name: quote(value, safe="") for name, value in request.path_params.items()})
        content: dict[str, Any] = {}
        if route.takes is not None:
            content = {"content": await request.body(), "content_type": "application/json"}
        elif route.takes_file:
            content = {"content": await request.body(), "content_type": FILE_TYPE}
        params = {name: value for name, value in request.query_params.items() if name in route.searched_by}
        answer = await forward(request, SERVICE, route.method, path, more=headers, params=params, **content)
        if route.sets_session and answer.status_code == 200:
            return _with_session(request, answer)
        if route.ends_session and answer.status_code < 400:
            answer.delete_cookie(SESSION_COOKIE, path=COOKIE_PATH, httponly=True, samesite="strict")
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return passed


def _described(route: PortalRoute) -> dict[str, Any]:
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    asked = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    asked += [{"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in route.searched_by]
    extra: dict[str, Any] = {"operationId": route.name, "parameters": asked}
    if route.takes is not None:
        extra |= takes(route.takes)
    elif route.takes_file:
        extra |= takes_file(route.takes_file)
    if not route.open:
        extra["security"] = PORTAL_SESSION
    return extra


def _answers(route: PortalRoute) -> dict[int | str, dict[str, Any]]:
    if route.ends_session:
        return {}
    if route.gives is None:
        return {200: {"content": {route.media_type: {}}}}
    return {200: {"model": route.gives}}


for _route in ROUTES:
    router.add_api_route(
        _route.path,
        _passes_on(_route),
        methods=[_route.method],
        name=_route.name,
        status_code=204 if _route.ends_session else 200,
        response_class=Response,
        responses=_answers(_route),
        openapi_extra=_described(_route),
    )
