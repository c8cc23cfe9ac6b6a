"""冲账: a whole set again in red, once, by two people, in the own outlet (IB 424-429, 2541-2543, 3399-3410)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.fields import Form, TransactionNumber, labelled
from banking.menus import CORRECTIONS, GENERAL
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from contracts.ledger import PostingRequested
from contracts.movement import MovementLine
from kernel.numbers import check_account
from kernel.text import Text
from services.ledger.corrections import OWNERS, hold_correctable, interest_put_right, named_in_result, standing_corrections
from services.ledger.domain.model import CodeKind
from services.ledger.domain.refusals import ALREADY_REVERSED, CORRECTED
from services.ledger.rulebook import rulebook_on
from services.ledger.tables import LEG, REVERSAL


class WrongForm(Form):
    """The wrong transaction: its number and its business date."""

    transaction_number: TransactionNumber = labelled("错账流水", "Transaction number")
    business_date: date = labelled("错账日期", "Business date", widget="date")


@transaction(
    code="ledger.correct.reverse",
    name=Text("冲账", "Reversal"),
    menu=(GENERAL, CORRECTIONS),
    source="IB 424, 2541, 3399",
    dual="a",
    two_phase=True,
)
async def reverse(work: Work, form: WrongForm) -> Outcome:
    """Post the set again in red and take the change back from the accounts it touched; vouchers are left as they are (IB 2543).

    Raises `ledger.transaction.unknown`, `ledger.transaction.on_its_way`, `ledger.correct.*`, `ledger.rule.not_reversible`, and the
    refusals of the accounts' owners.
    """
    original = await hold_correctable(work, form.transaction_number, form.business_date)
    return await take_back(work, original)


async def take_back(work: Work, original: Row[Any], also: str | None = None) -> Outcome:
    """Reverse a set that is held; `also` is an account that its owner hears of even if no entry of the set moved it.

    Raises `ledger.correct.corrected`, and the refusals of the accounts' owners.
    """
    number = original.transaction_number
    if await standing_corrections(work, original.posting_id):
        raise CORRECTED(field="transaction_number", number=number)
    await _mark(work, original.posting_id, number)
    fact = PostingRequested.model_validate(original.fact)
    interest = []
    for owner, lines in (await _lines_by_owner(work, original.posting_id, number, also)).items():
        answer = await work.move(owner, fact.currency, lines, value_date=fact.value_date, correction=True, reverses=original.posting_id)
        interest += interest_put_right(work, fact.currency, fact.value_date, lines, answer)
    posting = Posting(
        rule=fact.rule,
        currency=fact.currency,
        accounts=fact.accounts,
        amounts_minor=fact.amounts_minor,
        legs=fact.legs,
        cash_box=fact.cash_box,
        channel=fact.channel,
        value_date=fact.value_date,
        summary=f"冲 {original.business_date:%Y%m%d} {number}",
        red=True,
        references={
            **fact.references,
            "rule_version": str(original.rule_version),
            "reverses": str(original.posting_id),
            "reversed_number": number,
            "reversed_date": original.business_date.isoformat(),
        },
    )
    return Outcome(result={"reversed": named_in_result(original), "interest_put_right": interest}, posting=posting)


async def _mark(work: Work, posting_id: UUID, number: str) -> None:
    row = insert_or(REVERSAL).values(posting_id=posting_id, reversed_by=work.posting_id)
    if (await work.connection.execute(row.on_conflict_do_nothing().returning(REVERSAL.c.posting_id))).first() is None:
        raise ALREADY_REVERSED(field="transaction_number", number=number)


async def _lines_by_owner(work: Work, posting_id: UUID, number: str, also: str | None) -> dict[str, tuple[MovementLine, ...]]:
    """The changes to take back, per service that keeps the accounts; credit positive."""
    rulebook = await rulebook_on(work.resources, work.business_date)
    changes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    if also is not None:
        changes[OWNERS[check_account(also)]][also] = 0
    for leg in await work.connection.execute(select(LEG).where(LEG.c.posting_id == posting_id).order_by(LEG.c.line)):
        code = rulebook.business_code(leg.business_code, leg.business_date)
        if code.kind is CodeKind.CUSTOMER:
            credit_minor = leg.amount_minor if leg.is_debit is leg.red else -leg.amount_minor
            changes[code.owner][leg.account] -= credit_minor
    return {
        owner: tuple(MovementLine(account=account, amount_minor=minor, summary=f"冲账 {number}") for account, minor in accounts.items())
        for owner, accounts in sorted(changes.items())
    }
