"""轧账单: what a teller, or the counter of an outlet, has posted on a date, by subject and by transaction (IB 807-812, 2844-2846)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.balancing import BalancingSheet, SubjectLine, TransactionLine
from runtime.auth import service_only
from runtime.service import resources_of
from services.ledger.domain.rulebook import Rulebook
from services.ledger.rulebook import rulebook_on

router = APIRouter(prefix="/internal", dependencies=[Depends(service_only)], include_in_schema=False)

OF_COUNTER = "s.business_date = :day AND s.transaction_number BETWEEN :first AND :last AND s.outlet = :outlet"
"""The sets made at an outlet's counter, by the index of transaction numbers, which begin with the outlet."""
SIDES = ("debit_cash", "debit_transfer", "credit_cash", "credit_transfer")
FIGURES = tuple(f"{side}_{unit}" for side in SIDES for unit in ("minor", "count"))
SECOND_LEVEL_DIGITS = 5


def _sums(is_debit: str, cash: str) -> str:
    sides, ways = {"debit": is_debit, "credit": f"NOT {is_debit}"}, {"cash": cash, "transfer": f"NOT {cash}"}
    conditions = {f"{side}_{way}": f"{sides[side]} AND {ways[way]}" for side in sides for way in ways}
    signed = "CASE WHEN l.red THEN -l.amount_minor ELSE l.amount_minor END"
    parts = []
    for name, condition in conditions.items():
        parts.append(f"coalesce(sum({signed}) FILTER (WHERE {condition}), 0)::bigint AS {name}_minor")
        parts.append(f"count(*) FILTER (WHERE {condition}) AS {name}_count")
    return ", ".join(parts)


OF_TELLER = text(
    f"WITH made AS (SELECT posting_id, currency FROM ledger.posting_set s WHERE {OF_COUNTER} AND s.teller = :teller) "
    f"SELECT l.currency, l.subject, false AS off_sheet, {_sums('l.is_debit', 'l.cash')} "
    "FROM made JOIN ledger.leg l USING (posting_id) WHERE l.outlet = :outlet GROUP BY l.currency, l.subject "
    f"UNION ALL SELECT l.currency, l.subject, true, {_sums('l.is_receive', 'false')} "
    "FROM made JOIN ledger.off_sheet_leg l USING (posting_id) WHERE l.outlet = :outlet GROUP BY l.currency, l.subject "
    "ORDER BY 1, 3, 2"
)
OF_OUTLET = text(
    "SELECT currency, subject, off_sheet, "
    + ", ".join(f"sum({name}_minor)::bigint AS {name}_minor, sum({name}_count)::bigint AS {name}_count" for name in SIDES)
    + " FROM ledger.subject_total WHERE business_date = :day AND outlet = :outlet GROUP BY currency, subject, off_sheet ORDER BY 1, 3, 2"
)
TRANSACTIONS = (
    "SELECT s.transaction_code AS code, s.currency, count(DISTINCT s.posting_id) AS sets, "
    "coalesce(sum(CASE WHEN l.red THEN -l.amount_minor ELSE l.amount_minor END) FILTER (WHERE l.is_debit AND NOT l.automatic), 0)::bigint "
    f"AS amount_minor FROM ledger.posting_set s LEFT JOIN ledger.leg l USING (posting_id) WHERE {OF_COUNTER} {{}}"
    "GROUP BY s.transaction_code, s.currency ORDER BY 1, 2"
)
TRANSACTIONS_OF_TELLER = text(TRANSACTIONS.format("AND s.teller = :teller "))
TRANSACTIONS_OF_OUTLET = text(TRANSACTIONS.format(""))


@router.get("/balancing")
async def balancing_sheet(
    business_date: date,
    outlet: Annotated[str, Query(pattern="^[0-9]{4}$")],
    request: Request,
    teller: Annotated[str | None, Query(pattern="^[SKA][0-9]{4}$")] = None,
) -> BalancingSheet:
    """A teller's own transactions in the books of his outlet, or everything in the books of the outlet."""
    values: dict[str, Any] = {"day": business_date, "outlet": outlet, "first": f"{outlet}0000000", "last": f"{outlet}9999999"}
    if teller is not None:
        values["teller"] = teller
    resources = resources_of(request)
    rulebook = await rulebook_on(resources, business_date)
    async with resources.database.reading() as connection:
        subjects = await _subjects(connection, rulebook, OF_TELLER if teller else OF_OUTLET, values)
        counted = await connection.execute(TRANSACTIONS_OF_TELLER if teller else TRANSACTIONS_OF_OUTLET, values)
        transactions = [TransactionLine.model_validate(dict(row._mapping)) for row in counted]
    sets = sum(line.sets for line in transactions)
    return BalancingSheet(
        business_date=business_date, outlet=outlet, teller=teller, sets=sets, subjects=subjects, transactions=transactions
    )


async def _subjects(
    connection: AsyncConnection, rulebook: Rulebook, statement: TextClause, values: dict[str, Any]
) -> dict[str, list[SubjectLine]]:
    """The lines of each currency, by subject, those off the balance sheet last."""
    found: dict[str, dict[str, SubjectLine]] = defaultdict(dict)
    for row in await connection.execute(statement, values):
        line = _line(rulebook, row, values["day"])
        same = found[row.currency].get(line.subject)
        found[row.currency][line.subject] = line if same is None else _added(same, line)
    return {currency: sorted(lines.values(), key=lambda line: (line.off_sheet, line.subject)) for currency, lines in found.items()}


def _line(rulebook: Rulebook, row: Row[Any], day: date) -> SubjectLine:
    chain = rulebook.roll_up(row.subject, day)
    second = next(subject for subject in chain if len(subject.code) <= SECOND_LEVEL_DIGITS)
    named = {"subject": second.code, "name": second.name.as_dict(), "group": chain[-1].code, "group_name": chain[-1].name.as_dict()}
    return SubjectLine.model_validate({**row._mapping, **named})


def _added(one: SubjectLine, other: SubjectLine) -> SubjectLine:
    return one.model_copy(update={name: getattr(one, name) + getattr(other, name) for name in FIGURES})
