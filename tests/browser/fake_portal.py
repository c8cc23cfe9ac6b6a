"""A small fake of the portal's API: one operator whose code and picture are known, and what the pages were told to do."""

from __future__ import annotations

import base64
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from contracts.portal import SESSION_COOKIE
from services.reconciliation.domain.portal_nicknames import TAKEN
from services.reconciliation.domain.portal_sign_on import CODE_NOTICE, PICTURE_WRONG, TICKET_REFUSED, WRONG
from services.reconciliation.portal.drawing import draw
from services.reconciliation.portal.session import CSRF, SESSION_OVER
from services.reconciliation.portal.sounding import sound

DIGITS, CODE, TICKET, TOKEN = "12345", "078187", "good.ticket", "token-of-the-page"
NOTICES = [
    {
        "notice": number,
        "title": f"公告 {number}",
        "content": "第一行\n<b>不是粗体</b>",
        "valid_from": "2005-09-01",
        "valid_until": "2005-09-30",
    }
    for number in (4, 3, 2, 1)
]


class FakePortal:
    """Its routes, and its state as tests read and set it."""

    def __init__(self) -> None:
        self.router = APIRouter(prefix="/api/portal")
        self.reset()
        self._add_routes()

    def reset(self) -> None:
        self.pictures = 0
        self.asked: list[str] = []
        self.over = False
        self.phone: str | None = "*******0001"
        self.role = "clerk"
        self.nickname: str | None = None

    def session(self) -> dict[str, Any]:
        return {
            "customer_number": "4000000010",
            "operator_number": "001",
            "user_name": "4000000010001",
            "role": self.role,
            "name": "钱会计",
            "nickname": self.nickname,
            "phone": self.phone,
            "accounts": ["400000001001011"],
            "csrf": TOKEN,
            "idle_seconds": 900,
        }

    def _check(self, request: Request) -> None:
        if self.over or request.cookies.get(SESSION_COOKIE) != "secret":
            raise SESSION_OVER()
        if request.method != "GET" and request.headers.get("x-csrf-token") != TOKEN:
            raise CSRF()

    def _entered(self) -> Response:
        answer = JSONResponse(self.session())
        answer.set_cookie(SESSION_COOKIE, "secret", path="/api/portal", httponly=True, samesite="strict")
        return answer

    def _picture(self) -> dict[str, Any]:
        self.pictures += 1
        drawn = base64.b64encode(draw(DIGITS, str(self.pictures).encode())).decode()
        return {"try_id": "0" * 32, "picture": f"data:image/png;base64,{drawn}", "seconds": 300}

    def _add_routes(self) -> None:
        add = self.router.add_api_route

        async def picture() -> dict[str, Any]:
            return self._picture()

        async def heard() -> Response:
            return Response(sound(DIGITS, b"seed"), media_type="audio/wav")

        async def code(body: dict[str, str]) -> dict[str, Any]:
            self.asked.append(body["name"])
            return {"seconds": 120, "again_after_seconds": 30, "notice": CODE_NOTICE.as_dict()}

        async def sign_on(body: dict[str, str]) -> Response:
            if body["captcha"] != DIGITS:
                raise PICTURE_WRONG(field="captcha")
            if body["code"] != CODE:
                raise WRONG(field="code")
            return self._entered()

        async def ticket(body: dict[str, str]) -> Response:
            if body["ticket"] != TICKET:
                raise TICKET_REFUSED()
            return self._entered()

        async def session(request: Request) -> dict[str, Any]:
            self._check(request)
            return self.session()

        async def sign_off(request: Request) -> Response:
            self._check(request)
            self.over = True
            return Response(status_code=204)

        async def free(request: Request, body: dict[str, str]) -> dict[str, Any]:
            self._check(request)
            return {"nickname": body["nickname"], "free": body["nickname"] != "别人"}

        async def nickname(request: Request, body: dict[str, str]) -> dict[str, Any]:
            self._check(request)
            if body["nickname"] == "别人":
                raise TAKEN(field="nickname")
            self.nickname = body["nickname"]
            return self.session()

        async def notices(request: Request, limit: int = 2, after: int = 99) -> dict[str, Any]:
            self._check(request)
            found = [each for each in NOTICES if each["notice"] < after]
            return {"rows": found[:limit], "next": str(found[limit - 1]["notice"]) if len(found) > limit else None}

        async def log(request: Request) -> dict[str, Any]:
            self._check(request)
            name = {"zh": "登录", "en": "Signed on"}
            row = {"act_id": 1, "at": "2026-05-04T01:00:00Z", "act": "recon.portal.sign_on", "name": name, "subject": "", "details": {}}
            return {"rows": [] if request.query_params.get("subject") else [row], "next": None}

        async def reminders(request: Request) -> dict[str, Any]:
            self._check(request)
            row = {"number": "0201200509000001", "account": "400000001001011", "kind": "balance", "date_to": "2005-09-30"}
            row |= {"due_on": "2005-10-10", "reminder": "overdue", "made_on": "2005-10-11"}
            return {"rows": [row], "more": False}

        for path, answer in {"begin": picture, "picture": picture, "code": code, "ticket": ticket}.items():
            add(f"/sign-on/{path}", answer, methods=["POST"])
        add("/sign-on/sound", heard, methods=["GET"])
        add("/sign-on", sign_on, methods=["POST"])
        add("/session", session, methods=["GET"])
        add("/sign-off", sign_off, methods=["POST"])
        add("/nickname/check", free, methods=["POST"])
        add("/nickname", nickname, methods=["POST"])
        add("/notices", notices, methods=["GET"])
        add("/log", log, methods=["GET"])
        add("/reminders", reminders, methods=["GET"])
