"""The portal's files: statements as PDF, workbook, CSV or a page to print, made here from the table the service gives."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gateway.exporting import export_report
from gateway.forwarding import forward
from gateway.portal import PORTAL_SESSION, SERVICE, portal_headers
from gateway.rate_limit import portal_limit
from runtime.problems import language_of

router = APIRouter(prefix="/api/portal")


@router.get("/papers/{number}", response_class=Response, openapi_extra={"operationId": "recon.statement.paper", "security": PORTAL_SESSION})
async def paper(
    number: str,
    request: Request,
    format: Annotated[Literal["html", "csv", "xlsx", "pdf"], Query()] = "pdf",
    language: Annotated[Literal["zh", "en"] | None, Query()] = None,
) -> Response:
    """账单下载、打印: a whole statement with its check code, in the language asked for or else the browser's.

    Raises `list.too_long`, `list.broken_off`.
    """
    await portal_limit(request)
    headers = portal_headers(request)

    async def ask(parameters: dict[str, str]) -> Response:
        return await forward(request, SERVICE, "GET", f"/portal/papers/{quote(number, safe='')}", more=headers, params=parameters)

    answer = await export_report("statement", {"format": format}, format, language or language_of(request), ask)
    answer.headers["Cache-Control"] = "no-store"
    return answer
