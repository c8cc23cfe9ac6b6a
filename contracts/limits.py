"""Limits of inter-branch positions 汇差额度 that have been reached, on their way from clearing to every service (decision 0021)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from contracts.ledger import Transport

Stage = Literal["approval", "stop"]


class LimitedUnit(BaseModel):
    """A unit whose position, credit positive, has reached a limit: business with other outlets needs an approval of `level`, or stops.

    The business department of a sub-branch stands for the whole of it.
    """

    model_config = ConfigDict(frozen=True)

    unit: str
    currency: str
    stage: Stage
    level: str
    limit_minor: int
    position_minor: int


class LimitedUnits(BaseModel):
    """All units that have reached such a limit; of two, the one with the higher version is the newer."""

    version: int
    units: tuple[LimitedUnit, ...] = ()


class LimitsClient:
    """The copy in one service."""

    def __init__(self, transport: Transport, service: str) -> None:
        self._transport = transport
        self.service = service

    async def set(self, limited: LimitedUnits) -> None:
        """Replace the units by these; older ones than the service has change nothing."""
        await self._transport.call(self.service, "POST", "/internal/limited-units", json=limited.model_dump(mode="json"))
