"""Positions and netting runs as other services see them."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.ledger import OriginTotal, Transport
from kernel.errors import DomainError, ErrorType, Kind


class NettingProblem(BaseModel):
    """Why a run stopped: a stable code and a sentence in both languages."""

    model_config = ConfigDict(frozen=True)

    code: str
    zh: str
    en: str

    def error(self) -> DomainError:
        """The problem as a refusal to raise."""
        zh, en = (text.replace("{", "{{").replace("}", "}}") for text in (self.zh, self.en))
        return ErrorType(self.code, Kind.CONFLICT, zh, en)()


class NettingRun(BaseModel):
    """One netting of a currency. `run` is absent while another caller's run has not written anything yet.

    `failed` means stopped: nothing more happens until it is asked for again. `scope` is `day`, or the unit of an early netting.
    While `checking`, `done` of `total` counts sets heard of; while `posting`, the run's own sets that are in the journal.
    """

    model_config = ConfigDict(frozen=True)

    run: UUID | None
    business_date: date
    currency: str
    scope: str = "day"
    round: int = 1
    state: Literal["running", "failed", "done"]
    stage: Literal["checking", "posting", "done"]
    done: int = 0
    total: int = 0
    nets: int = 0
    zero_nets: int = 0
    external_minor: int = 0
    residue_minor: int = 0
    problem: NettingProblem | None = None


class NettingDay(BaseModel):
    """The netting runs of a date, oldest first."""

    business_date: date
    runs: list[NettingRun]

    @property
    def state(self) -> Literal["running", "failed", "done"]:
        """`running` while any run is, else `failed` if any stopped; `done` needs at least one run."""
        states = {run.state for run in self.runs}
        if "running" in states or not states:
            return "running"
        return "failed" if "failed" in states else "done"


class InterbranchPosition(BaseModel):
    """A 416 sub-account of an outlet on a date: what it stands at (credit positive), the day's business alone, turnover and counts."""

    model_config = ConfigDict(frozen=True)

    outlet: str
    sub_account: str
    currency: str
    amount_minor: int
    business_minor: int
    debit_minor: int
    credit_minor: int
    debit_count: int
    credit_count: int


class OpenItem(BaseModel):
    """A difference that netting put to suspense and nobody has cleared up yet."""

    model_config = ConfigDict(frozen=True)

    posting_id: UUID
    business_date: date
    outlet: str
    currency: str
    suspense_account: str
    amount_minor: int


class PositionDay(BaseModel):
    """The positions of a date, every set they were made from per origin, and the open items up to that date.

    `unbalanced_minor` is currency -> sub-account -> sum over the bank where the business of 416, 417 or 418 is not zero in all.
    """

    business_date: date
    ingested: list[OriginTotal]
    positions: list[InterbranchPosition]
    unbalanced_minor: dict[str, dict[str, int]] = {}
    open_items: list[OpenItem] = []


class ClearingClient:
    """Clearing as other services call it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def run_netting(self, business_date: date) -> NettingDay:
        """Net the date, or go on where an earlier call or a crash left off. Answers within seconds: call again while `state` is `running`.

        A run that stopped says why in its `problem`; calling again tries again. Raises `clearing.netting.not_the_date`.
        """
        answer = await self._transport.call("clearing", "POST", "/internal/netting/run", json={"business_date": business_date.isoformat()})
        return NettingDay.model_validate(answer)

    async def netting(self, business_date: date) -> NettingDay:
        """The runs of a date as they stand."""
        return NettingDay.model_validate(await self._transport.call("clearing", "GET", f"/internal/netting/{business_date.isoformat()}"))

    async def positions(self, business_date: date) -> PositionDay:
        """Positions and ingested totals of a date."""
        answer = await self._transport.call("clearing", "GET", "/internal/positions", params={"date": business_date.isoformat()})
        return PositionDay.model_validate(answer)
