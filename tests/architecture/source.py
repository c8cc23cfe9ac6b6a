"""The source of the bank as text and as syntax, for rules about all of it."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
PACKAGES = ("kernel", "contracts", "runtime", "banking", "services", "gateway", "launch")
PRODUCT = (*PACKAGES, "tests", "bench", "deploy", "docs")
LEFT_OUT = {"__pycache__", "node_modules", "migrations", "generated"}


def files(*suffixes: str, under: tuple[str, ...] = PACKAGES) -> list[Path]:
    """Files of the product with these endings; what a tool writes (revisions of the database, schemas) is left out."""
    found = [path for package in under for path in (ROOT / package).rglob("*") if path.suffix in suffixes and path.is_file()]
    return sorted(path for path in found if not LEFT_OUT.intersection(path.parts))


def name_of(path: Path) -> str:
    """A path as people write it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=name_of(path))


def pure() -> list[Path]:
    """The files without I/O: the kernel and every domain."""
    return [path for path in files(".py") if path.parts[len(ROOT.parts)] == "kernel" or "domain" in path.parts]


@cache
def modules() -> tuple[ModuleType, ...]:
    """Every module of the product, imported."""
    return tuple(_modules())


def _modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        top = importlib.import_module(package)
        yield top
        for found in pkgutil.walk_packages(top.__path__, f"{package}."):
            if ".migrations" not in found.name and ".alembic" not in found.name and not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)
