"""How a query and a report are declared: a name, a parameter form, and a function that reads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.principal import Principal
from banking.transaction import form_of
from contracts.report import Column, ReportTable
from kernel.text import Text
from runtime.service import Resources


@dataclass(frozen=True)
class Read:
    """What a query works with: one read-only snapshot, who asks, and the service's business date."""

    resources: Resources
    connection: AsyncConnection
    principal: Principal
    business_date: date


@dataclass(frozen=True)
class Query:
    """A named query. The answer is JSON: an object, a list of rows under `rows` with `next` as the cursor of the following page.

    `columns` describe the rows of a list, for tables, paper and spreadsheets.
    """

    name: str
    title: Text
    source: str
    form: type[BaseModel]
    run: Callable[[Read, Any], Awaitable[dict[str, Any]]]
    columns: tuple[Column, ...] = ()

    def catalogue_entry(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title.as_dict(),
            "source": self.source,
            "schema": self.form.model_json_schema(),
            "columns": [column.model_dump(mode="json") for column in self.columns],
        }


@dataclass(frozen=True)
class Report:
    """A named report: a table with a head, columns and totals that the gateway renders as HTML, CSV, XLSX or PDF."""

    name: str
    title: Text
    source: str
    form: type[BaseModel]
    run: Callable[[Read, Any], Awaitable[ReportTable]]

    def catalogue_entry(self) -> dict[str, Any]:
        return {"name": self.name, "title": self.title.as_dict(), "source": self.source, "schema": self.form.model_json_schema()}


def query(
    *, name: str, title: Text, source: str, columns: tuple[Column, ...] = ()
) -> Callable[[Callable[..., Awaitable[dict[str, Any]]]], Query]:
    """Declare the decorated `async def (read, form) -> dict` as a query; `columns` describe the rows of its list."""
    return lambda run: Query(name, title, source, form_of(run), run, columns)


def report(*, name: str, title: Text, source: str) -> Callable[[Callable[..., Awaitable[ReportTable]]], Report]:
    """Declare the decorated `async def (read, form) -> ReportTable` as a report."""
    return lambda run: Report(name, title, source, form_of(run), run)
