"""对账回复: what a clerk says of a statement, and the digest by which a supervisor decides on exactly that (ER 20-51)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

from kernel.text import Text
from services.reconciliation.domain import statement_errors as errors
from services.reconciliation.domain.adjustment import Sheet, check_sheet
from services.reconciliation.domain.statement_states import FIRST_ROUND, ReplyResult, check_result

Satisfaction = Literal["satisfied", "acceptable", "dissatisfied"]
SATISFACTION_TEXTS: dict[str, Text] = {
    "satisfied": Text("满意", "satisfied"),
    "acceptable": Text("基本满意", "acceptable"),
    "dissatisfied": Text("不满意", "dissatisfied"),
}
DECISION_TEXTS: dict[str, Text] = {
    "approved": Text("通过", "approved"),
    "refused": Text("拒绝", "refused"),
    "recalled": Text("撤回", "recalled"),
}


@dataclass(frozen=True, slots=True)
class ReplyContent:
    """All that a reply says: result, whom to call, who decides on it, the adjustment sheet, and from the second round on how satisfied the
    company is with the bank's answer."""

    result: ReplyResult
    contact_name: str
    contact_phone: str
    supervisor: str
    sheet: Sheet | None = None
    satisfaction: Satisfaction | None = None
    opinion: str | None = None

    def digest(self, number: str, version: int, clerk: str) -> str:
        """What this reply of a clerk to a version of a statement is known by: any difference makes another one."""
        said = {**asdict(self), "result": self.result.value}
        told = json.dumps([number, version, clerk, said], sort_keys=True, ensure_ascii=False, default=_plain)
        return hashlib.sha256(told.encode()).hexdigest()


def _plain(value: object) -> str:
    return str(getattr(value, "value", value))


def check_reply(content: ReplyContent, round_number: int, bank_balance_minor: int, currency: str) -> None:
    """Refuse a reply that does not go with its round or its sheet (ER 20, 30, 45-47).

    Raises `statement.result`, `statement.satisfaction_missing`, `statement.satisfaction_early`, `statement.adjustment.*`.
    """
    check_result(content.result, round_number)
    if round_number > FIRST_ROUND and content.satisfaction is None:
        raise errors.OPINION_MISSING(field="satisfaction")
    if round_number == FIRST_ROUND and (content.satisfaction is not None or content.opinion is not None):
        raise errors.OPINION_TOO_EARLY(field="satisfaction" if content.satisfaction is not None else "opinion")
    check_sheet(content.result, content.sheet, bank_balance_minor, currency)


def check_decides(operator: str, clerk: str, supervisor: str) -> None:
    """Refuse who may not decide on a reply: who made it, and any supervisor but the chosen one. Raises `statement.same_person`,
    `statement.other_supervisor`."""
    if operator == clerk:
        raise errors.SAME_PERSON()
    if operator != supervisor:
        raise errors.OTHER_SUPERVISOR(supervisor=supervisor)
