"""One transaction with everything the books say about it: who, when, the entries, the rule, what was corrected (IB 1770, 3791)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from banking.query import Read
from banking.visibility import OUTSIDE, sight_of
from contracts.ledger import Entry, OffSheetEntry
from kernel.money import format_amount
from services.ledger.domain.refusals import TRANSACTION_UNKNOWN
from services.ledger.domain.rulebook import Rulebook
from services.ledger.queries.forms import rulebook_for
from services.ledger.tables import CORRECTION, LEG, OFF_SHEET_LEG, POSTING_SET, REVERSAL


async def one_transaction(read: Read, number: str, day: date) -> dict[str, Any]:
    """The transaction of a number and business date, for those who see its counter or one of the books it touches.

    Raises `ledger.transaction.unknown`, `outlet.outside`.
    """
    wanted = select(POSTING_SET).where(POSTING_SET.c.business_date == day, POSTING_SET.c.transaction_number == number)
    found = (await read.connection.execute(wanted)).first()
    if found is None:
        raise TRANSACTION_UNKNOWN(field="transaction_number", number=number, date=day)
    legs = (await read.connection.execute(select(LEG).where(LEG.c.posting_id == found.posting_id).order_by(LEG.c.line))).all()
    off = select(OFF_SHEET_LEG).where(OFF_SHEET_LEG.c.posting_id == found.posting_id).order_by(OFF_SHEET_LEG.c.line)
    off_sheet = (await read.connection.execute(off)).all()
    sight = sight_of(read.principal)
    if not any(sight.covers(outlet) for outlet in (found.outlet, *(leg.outlet for leg in (*legs, *off_sheet)))):
        raise OUTSIDE(field="transaction_number", outlet=found.outlet)
    rulebook = await rulebook_for(read)
    return {
        "transaction_number": found.transaction_number,
        "posting_id": str(found.posting_id),
        "code": found.transaction_code,
        "business_date": found.business_date.isoformat(),
        "value_date": found.value_date.isoformat(),
        "currency": found.currency,
        "outlet": found.outlet,
        "teller": found.teller,
        "second": found.second,
        "red": found.red,
        "summary": found.fact.get("summary", ""),
        **await _corrections(read, found.posting_id),
        "rule": _rule_of(rulebook, found),
        "entries": [entry_of(rulebook, row).model_dump(mode="json") for row in legs],
        "off_sheet": [_off_sheet_entry(row).model_dump(mode="json") for row in off_sheet],
    }


async def _corrections(read: Read, posting_id: UUID) -> dict[str, Any]:
    """The transactions that corrected this one, and the one that it corrects."""
    told: dict[str, list[dict[str, str]]] = {"corrected_by": [], "corrects": []}
    numbers = select(POSTING_SET.c.transaction_number, POSTING_SET.c.business_date).order_by(POSTING_SET.c.business_date)
    for ours, theirs, name in (
        (CORRECTION.c.corrects, CORRECTION.c.posting_id, "corrected_by"),
        (CORRECTION.c.posting_id, CORRECTION.c.corrects, "corrects"),
        (REVERSAL.c.reversed_by, REVERSAL.c.posting_id, "corrects"),
    ):
        found = numbers.join(ours.table, theirs == POSTING_SET.c.posting_id).where(ours == posting_id)
        told[name] += [{"number": number, "date": day.isoformat()} for number, day in await read.connection.execute(found)]
    reversing = numbers.join(REVERSAL, REVERSAL.c.reversed_by == POSTING_SET.c.posting_id).where(REVERSAL.c.posting_id == posting_id)
    reversed_by = (await read.connection.execute(reversing)).first()
    return {"reversed_by": {"number": reversed_by[0], "date": reversed_by[1].isoformat()} if reversed_by else None, **told}


def _rule_of(rulebook: Rulebook, found: Row[Any]) -> dict[str, Any]:
    rule = rulebook.rule(found.rule, found.business_date, found.rule_version)
    return {
        "name": rule.name,
        "version": rule.version,
        "title": rule.title.as_dict(),
        "source": rule.source,
        "effective": rule.effective.isoformat(),
    }


def entry_of(rulebook: Rulebook, row: Row[Any]) -> Entry:
    """A leg as receipts show it."""
    return Entry(
        outlet=row.outlet,
        account=row.account,
        business_code=row.business_code,
        subject=row.subject,
        subject_name=rulebook.subject(row.subject, row.business_date).name.as_dict(),
        direction="debit" if row.is_debit else "credit",
        amount=format_amount(row.amount_minor, row.currency),
        red=row.red,
        cash=row.cash,
        automatic=row.automatic,
        summary=row.summary,
    )


def _off_sheet_entry(row: Row[Any]) -> OffSheetEntry:
    return OffSheetEntry(
        outlet=row.outlet,
        account=row.account,
        business_code=row.business_code,
        subject=row.subject,
        direction="receive" if row.is_receive else "pay",
        amount=format_amount(row.amount_minor, row.currency),
        red=row.red,
    )
