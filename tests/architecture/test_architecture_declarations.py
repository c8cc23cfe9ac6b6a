"""Rules about what the bank declares: refusals, transactions, queries, reports, tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest

from kernel.errors import ErrorType
from launch.catalogue import SERVICE_NAMES, all_services, revisions_of
from runtime.migrations import differences
from tests.architecture.source import modules
from tests.support.bank import TEMPLATE, schemas

CODE = re.compile(r"[a-z]+(_[a-z]+)*(\.[a-z0-9]+(_[a-z0-9]+)*)+")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SOURCE = re.compile(r"(IB|ER) \d+(-\d+)?(, (IB |ER )?\d+(-\d+)?)*|decision [0-9]{4}")
TRANSACTIONS = [each for service in all_services() for each in service.transactions]
READS = [each for service in all_services() for each in (*service.queries, *service.reports)]


def refusals() -> dict[str, dict[int, tuple[ErrorType, str]]]:
    """Every refusal of the code base by its code; two entries under one code are two definitions."""
    found: dict[str, dict[int, tuple[ErrorType, str]]] = defaultdict(dict)
    for module in modules():
        for name, value in vars(module).items():
            if isinstance(value, ErrorType):
                found[value.code].setdefault(id(value), (value, f"{module.__name__}.{name}"))
    return found


def test_a_code_has_one_definition() -> None:
    found = refusals()
    assert len(found) > 200
    twice = {code: [place for _, place in same.values()] for code, same in found.items() if len(same) > 1}
    assert not twice


def test_codes_are_dotted_and_sentences_are_in_both_languages() -> None:
    for code, same in refusals().items():
        [(refusal, place)] = same.values()
        assert CODE.fullmatch(code), f"{place}: {code}"
        assert CHINESE.search(refusal.zh) or "{" in refusal.zh, f"{place} says nothing in Chinese"
        assert refusal.en and not CHINESE.search(refusal.en), f"{place} says nothing in English"
        assert refusal.zh != refusal.en, place


def test_both_sentences_speak_of_the_same_values() -> None:
    for code, same in refusals().items():
        [(refusal, place)] = same.values()
        zh, en = (
            {(name or "").removesuffix("_zh").removesuffix("_en") for _, name, _, _ in Formatter().parse(sentence) if name is not None}
            for sentence in (refusal.zh, refusal.en)
        )
        assert zh <= en or en <= zh, f"{place} {code}: {sorted(zh)} and {sorted(en)}"


@pytest.mark.parametrize("declared", [*TRANSACTIONS, *READS], ids=lambda each: getattr(each, "code", None) or each.name)
def test_a_declaration_names_its_source_and_both_languages(declared: Any) -> None:
    entry = declared.catalogue_entry()
    assert SOURCE.fullmatch(entry["source"]), entry["source"]
    title = entry.get("name") if "menu" in entry else entry["title"]
    assert CHINESE.search(title["zh"]) and title["en"] and not CHINESE.search(title["en"])
    for label in entry.get("menu", ()):
        assert CHINESE.search(label["zh"]) and label["en"]
    for field, shape in entry["schema"].get("properties", {}).items():
        label = shape.get("x-label")
        assert label and CHINESE.search(label["zh"]) and label["en"] and shape.get("x-widget"), f"{field} has no label"


@pytest.mark.parametrize("declared", [*TRANSACTIONS, *READS], ids=lambda each: getattr(each, "code", None) or each.name)
def test_every_text_that_comes_in_has_a_form(declared: Any) -> None:
    """Texts that no form bounds reach the database with characters it cannot hold; amounts and passwords are read by what they are for."""
    schema = declared.catalogue_entry()["schema"]
    for path, shape in _texts(schema, schema.get("$defs", {}), "form"):
        assert {"pattern", "enum", "const", "format"} & set(shape) or shape.get("x-widget") in ("amount", "password"), path


def _texts(shape: dict[str, Any], definitions: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if "$ref" in shape:
        shape = definitions[shape["$ref"].rpartition("/")[2]] | shape
    for choice in shape.get("anyOf", ()):
        yield from _texts({**choice, "x-widget": shape.get("x-widget")}, definitions, path)
    if shape.get("type") == "string":
        yield path, shape
    if "items" in shape:
        yield from _texts(shape["items"], definitions, f"{path}[]")
    for name, inner in shape.get("properties", {}).items():
        yield from _texts(inner, definitions, f"{path}.{name}")


def test_codes_and_names_are_declared_once() -> None:
    codes = [each.code for each in TRANSACTIONS]
    assert len(set(codes)) == len(codes)
    for service in all_services():
        names = [each.name for each in (*service.queries, *service.reports)]
        assert len(set(names)) == len(names)


def test_what_several_services_have_a_part_in_is_one_thing() -> None:
    """One name, one title, and rows with the same columns, so that the parts make one list at the door."""
    for name in {each.name for each in READS}:
        parts = [each for each in READS if each.name == name]
        assert len({each.title for each in parts}) == 1, name
        if name != "account.detail":  # one account has one keeper: its lines are shown as that one keeps them
            assert len({getattr(each, "columns", ()) for each in parts}) == 1, name


def test_accounts_of_one_kind_have_one_owner() -> None:
    kinds = [kind for service in all_services() for kind in service.account_kinds]
    assert kinds and len(set(kinds)) == len(kinds)


@pytest.mark.parametrize("name", SERVICE_NAMES)
async def test_the_revisions_make_the_tables_that_are_declared(bank_template: Any, name: str) -> None:
    assert list(revisions_of(name).glob("*.py"))
    [schema] = [each for each in schemas() if each.name == name]
    assert await differences(bank_template.dsn(TEMPLATE), schema) == []


async def test_a_missing_column_is_noticed(bank_template: Any) -> None:
    """The comparison really looks."""
    from sqlalchemy import Column, Integer, MetaData, Table

    [schema] = [each for each in schemas() if each.name == "customer"]
    wider = MetaData(schema="customer", naming_convention=schema.metadata.naming_convention)
    for table in schema.metadata.sorted_tables:
        table.to_metadata(wider)
    Table("customer", wider, Column("shoe_size", Integer), extend_existing=True)
    found = await differences(bank_template.dsn(TEMPLATE), type(schema)(wider, schema.revisions, schema.role_password))
    assert [(change[0], change[3].name) for change in found] == [("add_column", "shoe_size")]
