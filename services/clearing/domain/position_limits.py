"""汇差额度: what a unit's position may reach before there is a warning, before others must approve, before it stops (IB 2926)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kernel.errors import ErrorType, Kind
from kernel.text import Text

ORDER = ErrorType(
    "clearing.limit.order",
    Kind.INVALID,
    "额度应依次递增:预警不大于授权,授权不大于停办",
    "the limits follow each other: the warning not above the approval, the approval not above the stop",
)


class Stage(Enum):
    """How far a position has come, the worst last."""

    FREE = ""
    WARNING = "warning"
    APPROVAL = "approval"
    STOP = "stop"

    @property
    def text(self) -> Text:
        return _STAGES[self]


_STAGES = {
    Stage.FREE: Text("正常", "within its limits"),
    Stage.WARNING: Text("预警", "warning"),
    Stage.APPROVAL: Text("须授权", "needs approval"),
    Stage.STOP: Text("停办", "stopped"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a unit in a currency, in minor units of either sign; what is None is never reached."""

    warning_minor: int | None
    approval_minor: int | None
    stop_minor: int | None

    def check(self) -> None:
        """Raises `clearing.limit.order`, naming the limit that is below the one before it."""
        highest = 0
        for name, minor in (("warning", self.warning_minor), ("approval", self.approval_minor), ("stop", self.stop_minor)):
            if minor is not None and minor < highest:
                raise ORDER(field=name)
            highest = highest if minor is None else minor

    def at(self, position_minor: int) -> tuple[Stage, int | None]:
        """The stage a position is at, whichever way it stands, and the limit it has reached."""
        size = abs(position_minor)
        for stage, minor in ((Stage.STOP, self.stop_minor), (Stage.APPROVAL, self.approval_minor), (Stage.WARNING, self.warning_minor)):
            if minor is not None and size >= minor:
                return stage, minor
        return Stage.FREE, None
