"""Subjects 科目 behind business codes, for services that print sheets by subject."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from contracts.ledger import Transport
from kernel.text import Text


class SubjectView(BaseModel):
    """The subject that accounts of a business code stand under."""

    model_config = ConfigDict(frozen=True)

    subject: str
    name: Text


class ChartClient:
    """The ledger's chart as other services ask for it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def subjects(self, day: date) -> dict[str, SubjectView]:
        """By business code of customers' accounts, the subject as it stands on a date."""
        answer = await self._transport.call("ledger", "GET", "/internal/subjects", params={"date": day.isoformat()})
        return {code: SubjectView.model_validate(view) for code, view in answer["subjects"].items()}
