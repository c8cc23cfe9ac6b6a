"""Coded values of statements with their names beside them, as the bank's staff read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.statements import Statement
from kernel.text import Text
from services.reconciliation.domain.adjustment import ItemKind
from services.reconciliation.domain.replies import DECISION_TEXTS, SATISFACTION_TEXTS
from services.reconciliation.domain.statement_periods import StatementKind
from services.reconciliation.domain.statement_states import STEP_TEXTS, ReplyResult, Side, StatementState

Names = Mapping[str, Mapping[str, Text]]
HEAD: Names = {
    "kind": {each.value: each.text for each in StatementKind},
    "state": {each.value: each.text for each in StatementState},
    "result": {each.value: each.text for each in ReplyResult},
}
REPLY: Names = {"result": HEAD["result"], "satisfaction": SATISFACTION_TEXTS}
DECISION: Names = {"decision": DECISION_TEXTS}
ITEM: Names = {"kind": {each.value: each.text for each in ItemKind}}
STEP: Names = {"act": STEP_TEXTS, "party": {each.value: each.text for each in Side}, "state": HEAD["state"]}
AT_THE_DESK = {"round": "reply_round", "side": "party", "made_at": "done_at", "lines": "line_count"}
"""Keys that mean something else in the bank's other lists, and what they are called here."""


def named(values: dict[str, Any], names: Names = HEAD) -> dict[str, Any]:
    """The values, and the name in both languages beside each that is a code."""
    said = {key: texts[values[key]].as_dict() for key, texts in names.items() if values.get(key) is not None}
    return {**values, **{f"{key}_name": text for key, text in said.items()}}


def with_names(statement: Statement) -> dict[str, Any]:
    """A whole statement with the names of everything in it."""
    shown = _renamed(statement.model_dump(mode="json", exclude={"acts", "results", "draft"}))
    replies = [named(reply, REPLY) for reply in shown["replies"]]
    for reply in replies:
        if reply["decision"] is not None:
            reply["decision"] = named(reply["decision"], DECISION)
        if reply["sheet"] is not None:
            reply["sheet"]["items"] = [named(item, ITEM) for item in reply["sheet"]["items"]]
    return {**named(shown), "replies": replies, "track": [named(step, STEP) for step in shown["track"]]}


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    if isinstance(value, dict):
        return {AT_THE_DESK.get(key, key): _renamed(each) for key, each in value.items()}
    return value
