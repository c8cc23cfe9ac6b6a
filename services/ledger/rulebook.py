"""The rulebook of the running bank: what the files say and what accountants have changed since (IB 559-565, 790).

A change takes effect on a date that has not begun, and nobody can make one after the outlets have closed. So what is in force on a date is
settled before that date begins, and a process reads the changes once a date: no restart, and no question asked on the posting path.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.business_day import business_date_of
from runtime.service import Resources
from services.ledger.accounting.forms import CodeLine, SubjectLine
from services.ledger.accounting.load import Accounting, business_code_of, load_accounting, subject_of
from services.ledger.domain.rulebook import Rulebook
from services.ledger.tables import CHART_CHANGE, FRAME

SUBJECT, BUSINESS_CODE = "subject", "business_code"
_STATE = "rulebook"


@dataclass(frozen=True, slots=True)
class _Known:
    """What a process knows: right for every date up to and with the one it was read on."""

    read_on: date
    accounting: Accounting
    rulebook: Rulebook


async def rulebook_on(resources: Resources, day: date) -> Rulebook:
    """The rulebook for business on a date, and for all dates before. Raises `day.not_opened`."""
    known: _Known | None = resources.state.get(_STATE)
    if known is not None and known.read_on >= day:
        return known.rulebook
    async with resources.database.reading() as connection:
        read_on, accounting = await business_date_of(connection, FRAME), await accounting_as_changed(connection)
    same = known is not None and known.accounting == accounting
    known = _Known(read_on, accounting, known.rulebook if known is not None and same else accounting.rulebook())
    resources.state[_STATE] = known
    return known.rulebook


def known_rulebook(resources: Resources) -> Rulebook | None:
    """The rulebook a process used last, if any: on the date at hand it may be another."""
    known: _Known | None = resources.state.get(_STATE)
    return None if known is None else known.rulebook


async def accounting_as_changed(connection: AsyncConnection) -> Accounting:
    """The accounting data with every change made up to now, those of coming dates among them."""
    subjects, codes = [], []
    for row in await connection.execute(select(CHART_CHANGE).order_by(CHART_CHANGE.c.change)):
        if row.kind == SUBJECT:
            subjects.append(subject_of(SubjectLine.model_validate(row.line), row.effective))
        else:
            codes.append(business_code_of(CodeLine.model_validate(row.line), row.effective))
    return load_accounting().changed(subjects, codes)
