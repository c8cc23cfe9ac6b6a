"""The OpenAPI description: what FastAPI knows of the door, with every transaction, query and report spelled out from its declaration."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from contracts.portal import SESSION_COOKIE
from contracts.problem import PROBLEM_TYPE, STATUS_OF, Problem
from contracts.receipt import Receipt
from contracts.report import ReportTable
from gateway.catalogue import Catalogue
from gateway.rendering import FORMATS

SIGNED_ON = [{"teller": []}]
PORTAL_ENTRANCE = "/api/portal/sign-on"
OPEN = frozenset(
    {
        "/api/sign-on",
        "/api/approvals",
        "/api/transactions",
        "/api/catalogue",
        "/api/interest/quote",
        PORTAL_ENTRANCE,
        "/api/portal/verify",
        *(f"{PORTAL_ENTRANCE}/{step}" for step in ("begin", "picture", "sound", "code", "ticket")),
    }
)
"""Addresses that ask for no token."""
GENERIC = ("/api/transactions/{code}", "/api/transactions/{code}/preview", "/api/queries/{name}", "/api/reports/{name}")
"""Addresses that give way to one for each declaration."""
VISIBLE = {"type": "string", "minLength": 1, "pattern": "^[!-~]+$"}

Json = dict[str, Any]


def takes(model: type[BaseModel]) -> Json:
    """What a route says of the body it passes on unread."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


def takes_file(most_bytes: int) -> Json:
    """What a route says of a file it passes on unread."""
    schema = {"type": "string", "format": "binary", "maxLength": most_bytes}
    return {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": schema}}}}


def openapi_of(app: FastAPI, catalogue: Catalogue) -> Json:
    """The document: the routes of the door, then one path for each transaction, preview, query and report."""
    document = get_openapi(
        title="Huitong 汇通", version="1", routes=app.routes, description="Open core banking for a Chinese city commercial bank."
    )
    document["components"]["securitySchemes"] = {
        "teller": {"type": "http", "scheme": "bearer"},
        "portal": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
    }
    schemas, paths = document["components"]["schemas"], document["paths"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for generic in GENERIC:
        del paths[generic]
    for model in (Problem, Receipt, ReportTable):
        schemas[model.__name__] = _lifted(model.model_json_schema(), schemas)
    _add_transactions(paths, schemas, catalogue)
    _add_queries(paths, schemas, catalogue)
    for path, operations in paths.items():
        for operation in operations.values():
            operation["responses"] |= _problems()
            if path not in OPEN and "security" not in operation:
                operation["security"] = SIGNED_ON
    return document


def _add_transactions(paths: Json, schemas: Json, catalogue: Catalogue) -> None:
    receipt = {"application/json": {"schema": _reference("Receipt")}}
    headers = [
        _parameter("Idempotency-Key", "header", {**VISIBLE, "maxLength": 200}, required=True),
        _parameter("X-Approval", "header", VISIBLE),
    ]
    for code, (_, declared) in sorted(catalogue.transactions.items()):
        body = {"required": True, "content": {"application/json": {"schema": _lifted(declared["schema"], schemas)}}}
        run = _operation(code, declared["name"], declared["source"], headers, receipt)
        paths[f"/api/transactions/{code}"] = {"post": run | {"requestBody": body}}
        preview = _operation(f"{code}.preview", declared["name"], declared["source"], [], receipt)
        paths[f"/api/transactions/{code}/preview"] = {"post": preview | {"requestBody": body}}


def _add_queries(paths: Json, schemas: Json, catalogue: Catalogue) -> None:
    files = {_bare(chosen.media_type): {"schema": {"type": "string"}} for chosen in FORMATS.values()}
    shape = _parameter("format", "query", {"type": "string", "enum": ["json", *FORMATS], "default": "json"})
    answers = {"queries": {"type": "object"}, "reports": _reference("ReportTable")}
    for kind, declarations in (("queries", catalogue.queries), ("reports", catalogue.reports)):
        rendered = {"application/json": {"schema": answers[kind]}, **files}
        for name, (_, declared) in sorted(declarations.items()):
            asked = [*_asked(declared, schemas), shape]
            paths[f"/api/{kind}/{name}"] = {"get": _operation(f"{kind}.{name}", declared["title"], declared["source"], asked, rendered)}


def _operation(name: str, title: dict[str, str], source: str, parameters: list[Json], content: Json) -> Json:
    return {
        "operationId": name,
        "summary": f"{title['zh']} {title['en']}",
        "description": source,
        "parameters": parameters,
        "responses": {"200": {"description": "done", "content": content}},
    }


def _asked(declared: Json, schemas: Json) -> list[Json]:
    schema = _lifted(declared["schema"], schemas)
    required = schema.get("required", [])
    return [_parameter(field, "query", shape, required=field in required) for field, shape in schema.get("properties", {}).items()]


def _parameter(name: str, where: str, schema: Json, *, required: bool = False) -> Json:
    return {"name": name, "in": where, "required": required, "schema": schema}


def _problems() -> Json:
    content = {PROBLEM_TYPE: {"schema": _reference("Problem")}}
    return {str(status): {"description": kind.value.replace("_", " "), "content": content} for kind, status in STATUS_OF.items()}


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0]


def _lifted(schema: Json, schemas: Json) -> Json:
    """A JSON schema whose local definitions have moved to the document's components."""
    moved: Json = json.loads(json.dumps(schema).replace("#/$defs/", "#/components/schemas/"))
    schemas.update(moved.pop("$defs", {}))
    return moved
