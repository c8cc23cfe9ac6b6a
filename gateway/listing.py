"""The answer of a query as a table that can be rendered: declared columns, or columns that follow from the rows as they do on the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.report import Cell, Column, Heading, ReportTable, check_cell, is_amount
from gateway.pages.terms import TERMS, WRITTEN, words_of
from gateway.pages.values import VALUES
from kernel.text import Text

Json = dict[str, Any]
PAGING = ("after", "limit")


def table_of(declared: Json, asked: Mapping[str, str], answer: Json) -> ReportTable:
    """The table of a query's first page: its title, what was asked, what the answer says beside the rows, the columns, no rows yet."""
    rows = rows_of(answer)
    columns = [Column.model_validate(column) for column in declared.get("columns", ())] or columns_from(rows, declared)
    return ReportTable(title=Text(**declared["title"]), headers=[*_conditions(declared, asked), *_facts(answer)], columns=columns)


def rows_of(answer: Json) -> list[Json]:
    """The rows of a list; of an answer without `rows`, its entries if that is what it is about."""
    return answer.get("rows", answer.get("entries", []))


def is_list(answer: Json) -> bool:
    """Whether an answer has rows to export."""
    return isinstance(answer.get("rows", answer.get("entries")), list)


def columns_from(rows: Sequence[Json], declared: Json) -> list[Column]:
    """Columns of rows whose query declares none: the keys that say something, in the order they come, of the kind all values have."""
    keys = list(dict.fromkeys(key for row in rows for key in row if _says(row, key)))
    return [Column(key=key, label=label_of(key, declared), kind=_kind([row[key] for row in rows if _says(row, key)])) for key in keys]  # type: ignore[arg-type]


def label_of(key: str, declared: Json) -> Text:
    """What a key is called: by the texts, else as the form declares it."""
    label = declared["schema"].get("properties", {}).get(key, {}).get("x-label")
    return TERMS.get(key) or (Text(**label) if label else words_of(key))


def cells_of(table: ReportTable, rows: Sequence[Json], declared: Json, names: Mapping[str, Text]) -> list[dict[str, Cell]]:
    """The rows as cells of the table's columns: names in place of codes (`names` are those of transactions), lists as text."""
    choices = {name: {**names, **_choices(shape)} for name, shape in declared["schema"].get("properties", {}).items()}
    return [{column.key: _cell(column, row, choices.get(column.key, names)) for column in table.columns} for row in rows]


def _cell(column: Column, row: Json, choices: Mapping[str, Text]) -> Cell:
    value = _plain(column.key, row.get(f"{column.key}_name", row.get(column.key)), choices)
    try:
        check_cell(column, value)
    except ValueError:  # a word where a number was announced stays a word
        return Text(str(value), str(value))
    return value


def _plain(key: str, value: Any, choices: Mapping[str, Text]) -> Cell:
    match value:
        case None | bool() | int():
            return value
        case str():
            return value if key in WRITTEN or is_amount(value) else choices.get(value) or VALUES.get(value) or value
        case {"zh": str(zh), "en": str(en)}:
            return Text(zh, en)
        case list():
            return _joined([_both(key, each, choices) for each in value])
        case dict():
            return _joined(
                [
                    Text(f"{TERMS.get(name, words_of(name)).zh} {both.zh}", f"{TERMS.get(name, words_of(name)).en} {both.en}")
                    for name, each in value.items()
                    for both in [_both(name, each, choices)]
                ]
            )
    return str(value)


def _both(key: str, value: Any, choices: Mapping[str, Text]) -> Text:
    plain = _plain(key, value, choices)
    return plain if isinstance(plain, Text) else Text(str(plain or ""), str(plain or ""))


def _joined(parts: Sequence[Text]) -> Text:
    return Text("; ".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def _conditions(declared: Json, asked: Mapping[str, str]) -> list[Heading]:
    shapes = declared["schema"].get("properties", {})
    given = [(name, value) for name, value in asked.items() if value and name not in PAGING]
    return [Heading(label=label_of(name, declared), value=_choices(shapes.get(name, {})).get(value) or value) for name, value in given]


def _facts(answer: Json) -> list[Heading]:
    """What the answer says beside its rows."""
    said = ((key, answer.get(f"{key}_name", value)) for key, value in answer.items() if key not in ("rows", "entries", "next"))
    plain = [(key, _plain(key, value, {})) for key, value in said if not key.endswith("_name") and not _is_nested(value)]
    return [
        Heading(label=TERMS.get(key, words_of(key)), value=value if isinstance(value, Text) else _yes_or_text(value))
        for key, value in plain
        if value is not None
    ]


def _yes_or_text(value: Cell) -> str | Text:
    return (Text("是", "yes") if value else Text("否", "no")) if isinstance(value, bool) else str(value)


def _is_nested(value: Any) -> bool:
    return isinstance(value, list) or isinstance(value, dict) and value.keys() != {"zh", "en"}


def _choices(shape: Json) -> dict[str, Text]:
    return {each["value"]: Text(each["zh"], each["en"]) for each in shape.get("x-choices", ())}


def _says(row: Json, key: str) -> bool:
    return row.get(key) not in (None, "", []) and not (key.endswith("_name") and key.removesuffix("_name") in row)


def _kind(values: Sequence[Any]) -> str:
    if values and all(isinstance(value, str) and "." in value and is_amount(value) for value in values):
        return "amount"
    return "integer" if values and all(isinstance(value, int) and not isinstance(value, bool) for value in values) else "text"
