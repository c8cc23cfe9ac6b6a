"""Rules about every line: size, docstrings, no float and no clock where money is decided, nothing that is not ours."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.generate import stale
from services.ledger.accounting import document
from tests.architecture.source import PRODUCT, ROOT, files, name_of, pure, tree_of

LONGEST_FILE_LINES = 500
LONGEST_LINE = 400
"""No hand writes longer ones; what a minifier wrote is longer."""
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"), ("time", "time_ns")}
CLOCKS |= {("time", "localtime"), ("time", "gmtime"), ("time", "strftime")}
MAY_ASK_THE_TIME = {"kernel/clock.py": "the clock itself", "runtime/identifiers.py": "identifiers are ordered by when they were made"}
PURE = pure()
DOCUMENTED = ("kernel/", "contracts/", "runtime/", "banking/")


@pytest.mark.parametrize("path", files(".py", ".js", ".css", ".html", ".yaml", ".sql"), ids=name_of)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < LONGEST_FILE_LINES, f"{name_of(path)} has {len(lines)} lines"
    assert max(map(len, lines), default=0) < LONGEST_LINE, f"{name_of(path)} was written by no hand"


def test_there_is_no_float_where_money_and_rates_are_decided() -> None:
    found = [f"{name_of(path)}:{line}" for path in PURE for line in _floats(tree_of(path))]
    assert not found


def test_only_the_clock_asks_for_the_time() -> None:
    found = [f"{name_of(path)}:{line}" for path in files(".py") if name_of(path) not in MAY_ASK_THE_TIME for line in _clocks(tree_of(path))]
    assert not found


def test_no_statement_takes_the_business_date_from_the_database_clock() -> None:
    asked = re.compile(r"current_date|localtimestamp|now\(\)\s*::\s*date", re.IGNORECASE)
    found = [name_of(path) for path in files(".py") if asked.search(path.read_text(encoding="utf-8"))]
    assert not found


def test_the_rules_see_what_they_look_for() -> None:
    assert list(_floats(ast.parse("a = 1.5\nb: float = 0\nc = float('1')"))) == [1, 2, 3]
    assert list(_clocks(ast.parse("import time\nfrom datetime import date\nx = time.time()\ny = date.today()"))) == [3, 4]
    assert list(_undocumented(ast.parse('def f(): ...\nclass C: ...\ndef _g(): ...\ndef h():\n    """What h does."""'))) == ["f", "C"]


def _floats(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if is_literal or isinstance(node, ast.Name) and node.id == "float":
            yield node.lineno


def _clocks(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if (owner, node.attr) in CLOCKS:
                yield node.lineno


@pytest.mark.parametrize("path", [path for path in files(".py") if name_of(path).startswith(DOCUMENTED) or path in PURE], ids=name_of)
def test_public_functions_and_classes_say_what_they_are_for(path: Path) -> None:
    tree = tree_of(path)
    assert ast.get_docstring(tree) or not tree.body, f"{name_of(path)} does not say what it holds"
    assert not list(_undocumented(tree))


def _undocumented(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        is_named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if is_named and not node.name.startswith("_") and not ast.get_docstring(node):
            yield node.name


def test_nothing_in_the_repository_is_somebody_elses() -> None:
    paths = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    foreign = re.compile(r"\.min\.(js|css)$|\.(woff2?|ttf|otf|map|whl|jar|so|dll)$|(^|/)(vendor|third_party|node_modules)/")
    assert not [name_of(path) for path in paths if foreign.search(name_of(path))]


def test_no_file_names_a_package_registry() -> None:
    """Where packages come from is the machine's own setting."""
    parts = ("pypi org", "pythonhosted org", "npmjs org", "npmjs com", "jsdelivr net", "unpkg com", "fonts googleapis com", "tuna tsinghua")
    hosts = [".".join(part.split()) for part in parts]
    named = []
    for path in [*ROOT.iterdir(), *(path for folder in PRODUCT for path in (ROOT / folder).rglob("*"))]:
        if path.is_file() and "__pycache__" not in path.parts:
            text = path.read_bytes().decode("utf-8", "replace").casefold()
            named += [f"{name_of(path)}: {host}" for host in hosts if host in text]
    assert not named


def test_generated_files_are_up_to_date() -> None:
    assert stale() == [], "run: python -m contracts.generate"
    assert document.main(["--check"]) == 0, "run: python -m services.ledger.accounting.document"
