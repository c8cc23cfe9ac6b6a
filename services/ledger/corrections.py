"""What corrections share: the set they correct, what stands of it, and customers' accounts moved through their owners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.business_day import service_of_number
from banking.transaction import Posting
from banking.work import Work
from contracts.ledger import AccountReference, FreeLeg, PostingRequested
from contracts.movement import MovementAnswer, MovementLine, RegisterClient
from kernel.money import format_amount
from kernel.numbers import NumberKind, check_account
from services.ledger.catching_up import first_row, until_posted
from services.ledger.domain.corrections import CorrectionKind, Side, credit_minor, standing_amounts
from services.ledger.domain.errors import RULE_NOT_REVERSIBLE
from services.ledger.domain.model import CASH_IN_HAND
from services.ledger.domain.refusals import (
    ALREADY_REVERSED,
    NOT_OWN_OUTLET,
    ON_ITS_WAY,
    REVERSAL_OF_REVERSAL,
    SUPPLEMENTED,
    TRANSACTION_UNKNOWN,
    TRANSFER_ONLY,
)
from services.ledger.hand_legs import internal_account_by_hand
from services.ledger.rulebook import rulebook_on
from services.ledger.tables import CORRECTION, LEG, POSTING_SET, REVERSAL

CORRECTION_LOCKS = 2
"""Sets these locks apart from others that are taken under a posting id."""
CORRECTS_ITS_OWN = frozenset({"clearing"})
"""Whose sets belong to items: they are taken back with the item, by its own transactions (IB 2377-2384)."""
OWNERS = {
    NumberKind.PERSONAL_DEPOSIT: "savings",
    NumberKind.CORPORATE_DEPOSIT: "savings",
    NumberKind.LOAN: "lending",
    NumberKind.INTEREST_RECEIVABLE_ON_SHEET: "lending",
    NumberKind.INTEREST_RECEIVABLE_OFF_SHEET: "lending",
}


async def find_wrong_set(work: Work, number: str, day: date) -> Row[Any]:
    """The set of a transaction of the own outlet, waited for while it is on its way into the journal.

    Raises `ledger.transaction.unknown`, `ledger.transaction.on_its_way`, `ledger.correct.other_outlet`.
    """
    wanted = select(POSTING_SET).where(POSTING_SET.c.business_date == day, POSTING_SET.c.transaction_number == number)
    found = await until_posted(lambda: first_row(work.connection, wanted))
    if found is None:
        origin = service_of_number(number)
        if origin is not None and await RegisterClient(work.resources.transport, origin).has_posted(day, number):
            raise ON_ITS_WAY(number=number)
        raise TRANSACTION_UNKNOWN(field="transaction_number", number=number, date=day)
    if found.outlet != work.outlet:
        raise NOT_OWN_OUTLET(field="transaction_number", outlet=work.outlet)
    return found


async def hold_correctable(work: Work, number: str, day: date) -> Row[Any]:
    """As `find_wrong_set`; other corrections of the set wait until this one is decided.

    Raises besides `ledger.correct.reversal`, `ledger.rule.not_reversible`, `ledger.correct.already_reversed`.
    """
    original = await find_wrong_set(work, number, day)
    if original.red:
        raise REVERSAL_OF_REVERSAL(field="transaction_number")
    rulebook = await rulebook_on(work.resources, work.business_date)
    rule = rulebook.rule(original.rule, original.business_date, original.rule_version)
    if not rule.reversible or original.origin in CORRECTS_ITS_OWN:
        raise RULE_NOT_REVERSIBLE(field="transaction_number", rule=rule.title.zh)
    locked = func.pg_advisory_xact_lock(func.hashtextextended(str(original.posting_id), CORRECTION_LOCKS))
    await work.connection.execute(select(locked))
    if await reversal_of(work, original.posting_id) is not None:
        raise ALREADY_REVERSED(field="transaction_number", number=number)
    return original


async def reversal_of(work: Work, posting_id: UUID) -> UUID | None:
    """The posting that reversed a set."""
    found = select(REVERSAL.c.reversed_by).where(REVERSAL.c.posting_id == posting_id)
    return (await work.connection.execute(found)).scalar()


async def standing_corrections(work: Work, posting_id: UUID) -> list[Row[Any]]:
    """The corrections made to a set in place that have not been reversed themselves."""
    undone = exists().where(REVERSAL.c.posting_id == CORRECTION.c.posting_id)
    return list(await work.connection.execute(select(CORRECTION).where(CORRECTION.c.corrects == posting_id, ~undone)))


async def what_stands(work: Work, posting_id: UUID) -> dict[Side, int]:
    """What is left of a set on each account and side that somebody named, in minor units."""
    wanted = (LEG.c.posting_id == posting_id, LEG.c.automatic.is_(False), LEG.c.red.is_(False))
    legs = await work.connection.execute(select(LEG.c.account, LEG.c.is_debit, LEG.c.amount_minor).where(*wanted))
    taken = [leg for each in await standing_corrections(work, posting_id) for leg in each.legs if leg["red"]]
    return standing_amounts(
        [((row.account, "debit" if row.is_debit else "credit"), row.amount_minor) for row in legs],
        [((leg["account"], leg["direction"]), leg["amount_minor"]) for leg in taken],
    )


async def remember(work: Work, kind: CorrectionKind, corrects: UUID, legs: Sequence[FreeLeg]) -> None:
    """Note what this transaction corrects. Raises `ledger.correct.supplemented` for a second supplement."""
    kept = [{"account": leg.account.number, "direction": leg.direction, "amount_minor": leg.amount_minor, "red": leg.red} for leg in legs]
    row = insert_or(CORRECTION).values(posting_id=work.posting_id, kind=kind.value, corrects=corrects, legs=kept)
    if (await work.connection.execute(row.on_conflict_do_nothing().returning(CORRECTION.c.posting_id))).first() is None:
        raise SUPPLEMENTED(field="transaction_number")


@dataclass(frozen=True, slots=True)
class Moved:
    """The legs with their accounts as a fact names them; for the receipt the balances the owners answered, and what it does to interest."""

    legs: tuple[FreeLeg, ...]
    balances: list[dict[str, str]]
    interest: list[dict[str, Any]]


async def move(work: Work, original: Row[Any], legs: Sequence[FreeLeg], summary: str, *, in_original: bool, cash: bool) -> Moved:
    """Name every account of the legs; hold what changes on customers' accounts, as of the value date of the wrong set.

    With `in_original` the legs stand in the wrong set, so their internal accounts may be in other books; without `cash` no leg may be on
    a cash box. Raises `ledger.account.*`, `ledger.business_code.*`, `ledger.correct.transfer_only`, and the refusals of the owners.
    """
    named: dict[int, AccountReference] = {}
    held: dict[str, list[int]] = defaultdict(list)
    for position, leg in enumerate(legs):
        number, field = leg.account.number, f"legs.{position}.account"
        owner = OWNERS.get(check_account(number, field))
        if owner is not None:
            held[owner].append(position)
            continue
        reference = await internal_account_by_hand(work, number, original.currency, field, anywhere=in_original or leg.red)
        if reference.business_code == CASH_IN_HAND and not cash:
            raise TRANSFER_ONLY(field=field)
        named[position] = reference
    balances: dict[str, str] = {}
    interest: list[dict[str, Any]] = []
    for owner, positions in sorted(held.items()):
        lines = tuple(
            MovementLine(account=legs[each].account.number, amount_minor=credit_minor(legs[each]), summary=legs[each].summary or summary)
            for each in positions
        )
        answer = await work.move(owner, original.currency, lines, value_date=original.value_date, correction=True)
        named.update(zip(positions, answer.accounts, strict=True))
        for line, minor in zip(lines, answer.balances_minor, strict=True):
            balances[line.account] = format_amount(minor, original.currency)
        interest += interest_put_right(work, original.currency, original.value_date, lines, answer)
    return Moved(
        tuple(leg.model_copy(update={"account": named[position]}) for position, leg in enumerate(legs)),
        [{"account": account, "balance": balance} for account, balance in balances.items()],
        interest,
    )


def interest_put_right(
    work: Work, currency: str, value_date: date, lines: Sequence[MovementLine], answer: MovementAnswer
) -> list[dict[str, Any]]:
    """What a correction across dates does to accumulated products (IB 3406-3408): per change the first day it counts from, the days put
    right by that, and the days whose interest is settled already, which somebody has to put right by hand."""
    if value_date >= work.business_date:
        return []
    return [
        {
            "account": line.account,
            "amount": format_amount(line.amount_minor, currency),
            "from": first.isoformat(),
            "days": (work.business_date - first).days,
            "settled_days": (first - value_date).days,
        }
        for line, first in zip(lines, answer.interest_from, strict=True)
        if first is not None
    ]


async def posting_of(work: Work, kind: CorrectionKind, original: Row[Any], moved: Moved, summary: str) -> Posting:
    """The fact of a correction: on the channel and as of the value date of the wrong set; vouchers stay as they are (IB 2543, 2545)."""
    rulebook = await rulebook_on(work.resources, work.business_date)
    rule = rulebook.rule(original.rule, original.business_date, original.rule_version)
    return Posting(
        rule=f"ledger.correct.{kind.value}",
        currency=original.currency,
        legs=moved.legs,
        channel=PostingRequested.model_validate(original.fact).channel or rule.channel,
        value_date=original.value_date,
        summary=summary,
        references={
            "corrects": str(original.posting_id),
            "corrected_number": original.transaction_number,
            "corrected_date": original.business_date.isoformat(),
        },
    )


def named_in_result(original: Row[Any]) -> dict[str, str]:
    """The corrected transaction as results name it."""
    return {
        "transaction_number": original.transaction_number,
        "business_date": original.business_date.isoformat(),
        "code": original.transaction_code,
    }
