"""No page shows a raw key: whatever a form asks for and a receipt or a list says has its words in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.pages.terms import TERMS, WRITTEN
from gateway.pages.values import VALUES
from launch.catalogue import all_services

ROOT = Path(__file__).parents[3]
DECLARED = [
    (service.name, kind, each)
    for service in all_services()
    for kind in ("transactions", "queries", "reports")
    for each in service.catalogue()[kind]
]
SOURCES = sorted((ROOT / "services").glob("*/transactions/**/*.py"))


def shapes(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of a form, those of its rows included."""
    yield from schema.get("properties", {}).items()
    for part in schema.get("$defs", {}).values():
        yield from shapes(part)


@pytest.mark.parametrize(
    ("service", "kind", "declared"), DECLARED, ids=lambda value: value.get("code") or value["name"] if isinstance(value, dict) else value
)
def test_every_field_and_column_has_its_label_and_its_choices(service: str, kind: str, declared: dict[str, Any]) -> None:
    unlabelled = [
        name for name, shape in shapes(declared["schema"]) if set(shape.get("x-label", {})) != {"zh", "en"} and "enum" not in shape
    ]
    assert unlabelled == []
    choices = [each for _, shape in shapes(declared["schema"]) for each in shape.get("x-choices", ())]
    labels = [*(column["label"] for column in declared.get("columns", ())), *choices]
    assert [label for label in labels if not (label["zh"] and label["en"])] == []


def test_what_a_field_waits_for_can_be_chosen() -> None:
    waiting = []
    for _, _, declared in DECLARED:
        fields = declared["schema"].get("properties", {})
        for name, shape in fields.items():
            for other, values in shape.get("x-when", {}).items():
                choices = {each["value"] for each in fields.get(other, {}).get("x-choices", ())}
                assert other in fields and (not choices or set(values) <= choices), f"{declared.get('code')}: {name} waits for {other}"
                waiting.append(name)
    assert "counter_account" in waiting


def test_everything_a_receipt_says_has_its_words() -> None:
    labelled = {name for _, _, declared in DECLARED for name, _ in shapes(declared["schema"])}
    said = {key: path for path in SOURCES for key in results_of(ast.parse(path.read_text(encoding="utf-8")))}
    unknown = {f"{path.relative_to(ROOT)}: {key}" for key, path in said.items() if base(key) not in TERMS and base(key) not in labelled}
    assert unknown == set()
    assert len(said) > 30


def base(key: str) -> str:
    """A name beside its code is shown under the code's words."""
    return key.removesuffix("_name")


def results_of(tree: ast.AST) -> set[str]:
    """The keys of the dictionaries that functions put into an `Outcome`, directly or by a variable of that function."""
    keys: set[str] = set()
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        assigned = {
            target.id: node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Outcome"):
            given = [*call.args[:1], *(each.value for each in call.keywords if each.arg == "result")]
            for value in given:
                found = assigned.get(value.id) if isinstance(value, ast.Name) else value
                keys |= _keys(found) if found is not None else set()
    return keys


def _keys(value: ast.AST) -> set[str]:
    return {
        key.value
        for node in ast.walk(value)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def test_what_people_wrote_is_never_explained() -> None:
    assert not set(WRITTEN) & set(VALUES)
