"""Passing a request on to the service that owns it, and its answer back unchanged."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from runtime.service import resources_of

PASSED_ON = ("authorization", "idempotency-key", "x-approval", "accept-language")
PASSED_BACK = ("content-language", "www-authenticate", "retry-after")


async def forward(
    request: Request,
    service: str,
    method: str,
    path: str,
    *,
    content_type: str | None = None,
    more: dict[str, str] | None = None,
    **content: Any,
) -> Response:
    """Send the request's own credentials and key along with the given content; problems come back as they are."""
    # As bytes: a header may hold more than ASCII, and it is the service that must refuse it.
    headers: dict[str, str | bytes] = {name: request.headers[name].encode("latin-1") for name in PASSED_ON if name in request.headers}
    headers |= more or {}
    if content_type is not None:
        headers["content-type"] = content_type
    answer = await resources_of(request).transport.send(service, method, path, headers=headers, **content)
    return Response(
        answer.content,
        status_code=answer.status_code,
        media_type=answer.headers.get("content-type"),
        headers={name: answer.headers[name] for name in PASSED_BACK if name in answer.headers},
    )


async def forward_body(request: Request, service: str, path: str) -> Response:
    """Send a JSON body on as it came."""
    return await forward(request, service, "POST", path, content=await request.body(), content_type="application/json")
