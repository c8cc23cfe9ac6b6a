"""The addresses of the pages: shells that scripts fill from the API, and the files they need. Nothing here knows a business rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from banking import menus
from gateway.pages.terms import TERMS, WRITTEN
from gateway.pages.text import TEXTS
from gateway.pages.values import VALUES
from kernel.errors import ErrorType, Kind
from kernel.text import LANGUAGES, Text, choose_language

HERE = Path(__file__).parent
LANGUAGE_COOKIE = "language"
MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
NO_FILE = ErrorType("page.no_such_file", Kind.NOT_FOUND, "没有文件 {name}", "there is no file {name}")
PAGES = {
    "": "sign_on",
    "teller": "teller",
    "queries": "queries",
    "reports": "reports",
    "operations": "operations",
    "quote": "quote",
    "agency": "agency",
    "exchange": "exchange",
    "portal/statements": "portal_statements",
    "portal/statement": "portal_statement",
    "verify": "verify",
    "proof": "proof",
    "portal": "portal",
    "portal/enter": "portal_enter",
    "portal/home": "portal_home",
    "portal/notices": "portal_notices",
    "portal/nickname": "portal_nickname",
    "portal/log": "portal_log",
}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of the pages as it is sent."""

    content: bytes
    media_type: str
    tag: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Every file under `static/`, read once; only these can be asked for."""
    found = {}
    for path in sorted((HERE / "static").iterdir()):
        if path.suffix in MEDIA_TYPES:
            content = path.read_bytes()
            found[path.name] = StaticFile(content, MEDIA_TYPES[path.suffix], f'"{sha256(content).hexdigest()[:24]}"')
    return found


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def page_language(request: Request) -> str:
    """The language the reader chose last, else the one the browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else choose_language(request.headers.get("accept-language"))


def _says(language: str) -> Callable[[str], Markup]:
    """A text as an element that carries both languages, so that the switch needs no server."""

    def say(key: str) -> Markup:
        text = TEXTS[key]
        return Markup('<span data-zh="{}" data-en="{}">{}</span>').format(text.zh, text.en, text[language])

    return say


def _page(path: str, template: str) -> None:
    async def show(request: Request) -> HTMLResponse:
        language = page_language(request)
        content = _environment().get_template(f"{template}.html").render(language=language, texts=TEXTS, page=template, t=_says(language))
        return HTMLResponse(content, headers={**SECURITY_HEADERS, "Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"})

    router.add_api_route(f"/{path}", show, methods=["GET"], name=f"page_{template}")


for _path, _template in PAGES.items():
    _page(_path, _template)


@router.get("/pages/texts.json")
async def texts() -> JSONResponse:
    """What the scripts say, in both languages, so that switching never needs the server."""

    def pairs(texts: Any) -> dict[str, dict[str, str]]:
        return {key: text.as_dict() for key, text in texts.items()}

    order = [text.zh for text in vars(menus).values() if isinstance(text, Text)]
    content = {"texts": pairs(TEXTS), "terms": pairs(TERMS), "values": pairs(VALUES), "written": WRITTEN, "menu_order": order}
    return JSONResponse(content, headers={**SECURITY_HEADERS, "Cache-Control": "no-cache"})


@router.get("/static/{name}")
async def static(name: str, request: Request) -> Response:
    """A script, a style or a picture. Raises `page.no_such_file`."""
    file = static_files().get(name)
    if file is None:
        raise NO_FILE(name=name)
    headers = {**SECURITY_HEADERS, "ETag": file.tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.get("/favicon.ico")
async def favicon() -> Response:
    """Browsers that ask for an icon at the old address get the bank's mark."""
    mark = static_files()["mark.svg"]
    return Response(mark.content, media_type=mark.media_type, headers={**SECURITY_HEADERS, "Cache-Control": "max-age=86400"})
