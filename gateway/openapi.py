"""The OpenAPI description: what FastAPI knows of the door, with every transaction, query and report spelled out from its declaration."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from contracts.problem import PROBLEM_TYPE, Problem
from gateway.catalogue import Catalogue

PROBLEMS = ("400", "401", "403", "404", "409", "413", "422", "429", "503")
SIGNED_ON = [{"teller": []}]


def openapi_of(app: FastAPI, catalogue: Catalogue) -> dict[str, Any]:
    """The document; generic paths like `/api/transactions/{code}` give way to one path per declaration."""
    document = get_openapi(
        title="Huitong 汇通", version="1", routes=app.routes, description="Open core banking for a Chinese city commercial bank."
    )
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _lifted(Problem.model_json_schema(), schemas)
    document["components"]["securitySchemes"] = {"teller": {"type": "http", "scheme": "bearer"}}
    paths: dict[str, Any] = document["paths"]
    for generic in ("/api/transactions/{code}", "/api/transactions/{code}/preview", "/api/queries/{name}", "/api/reports/{name}"):
        paths.pop(generic, None)
    for code, (_, declared) in sorted(catalogue.transactions.items()):
        body = {"required": True, "content": {"application/json": {"schema": _lifted(declared["schema"], schemas)}}}
        text = f"{declared['name']['zh']} ({declared['source']})"
        paths[f"/api/transactions/{code}"] = {"post": _operation(code, text, body=body, keyed=True)}
        paths[f"/api/transactions/{code}/preview"] = {"post": _operation(f"{code}.preview", text, body=body)}
    for kind, declarations in (("queries", catalogue.queries), ("reports", catalogue.reports)):
        for name, (_, declared) in sorted(declarations.items()):
            paths[f"/api/{kind}/{name}"] = {
                "get": _operation(f"{kind}.{name}", declared["title"]["zh"], schema=declared["schema"], report=kind == "reports")
            }
    for path, operations in paths.items():
        for operation in operations.values():
            responses = operation.setdefault("responses", {})
            for status in PROBLEMS:
                responses[status] = {
                    "description": "problem",
                    "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
            if path not in ("/api/sign-on", "/api/approvals", "/api/transactions", "/api/catalogue"):
                operation["security"] = SIGNED_ON
    return document


def _operation(
    name: str,
    text: str,
    *,
    body: dict[str, Any] | None = None,
    schema: dict[str, Any] | None = None,
    keyed: bool = False,
    report: bool = False,
) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = []
    if keyed:
        key = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
        parameters.append({"name": "X-Approval", "in": "header", "required": False, "schema": {"type": "string", "pattern": "^[!-~]+$"}})
    for field, field_schema in (schema or {}).get("properties", {}).items():
        parameters.append({"name": field, "in": "query", "required": field in (schema or {}).get("required", []), "schema": field_schema})
    if report:
        formats = {"type": "string", "enum": ["json", "html", "csv", "xlsx", "pdf"], "default": "json"}
        parameters.append({"name": "format", "in": "query", "required": False, "schema": formats})
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": text,
        "parameters": parameters,
        "responses": {"200": {"description": "done", "content": {"application/json": {"schema": {"type": "object"}}}}},
    }
    if body is not None:
        operation["requestBody"] = body
    return operation


def _lifted(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema whose local definitions have moved to the document's components."""
    text = json.dumps(schema).replace("#/$defs/", "#/components/schemas/")
    moved: dict[str, Any] = json.loads(text)
    schemas.update(moved.pop("$defs", {}))
    return moved
