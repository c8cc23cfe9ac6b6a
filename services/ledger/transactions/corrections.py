"""补账, 串户冲补账, 差额冲正: corrections written leg by leg, by two people, in the own outlet (IB 430-438, 2544-2548, 3411-3456).

Customers' accounts move through their owners as of the value date of the wrong transaction, so that interest comes right too.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Row, select

from banking.fields import AccountNumber, AmountText, Form, LongText, labelled
from banking.menus import CORRECTIONS, GENERAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from contracts.ledger import AccountReference, Direction, FreeLeg
from kernel.money import parse_amount
from kernel.text import Text
from services.ledger.corrections import (
    find_wrong_set,
    hold_correctable,
    move,
    named_in_result,
    posting_of,
    remember,
    reversal_of,
    what_stands,
)
from services.ledger.domain.corrections import (
    CorrectionKind,
    check_against,
    check_difference,
    check_supplement,
    check_wrong_account,
)
from services.ledger.domain.refusals import NOT_REVERSED
from services.ledger.tables import POSTING_SET, REVERSAL
from services.ledger.transactions.entry import DIRECTIONS
from services.ledger.transactions.reverse import WrongForm

COLOURS = (("red", Text("红字(冲)", "Red: take back")), ("blue", Text("蓝字(补)", "Blue: post")))


class PlainLeg(Form):
    """A leg of a supplement: an account of a customer or of the own outlet, its side, the amount."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    direction: Literal["debit", "credit"] = labelled("借贷", "Side", widget="choice", choices=DIRECTIONS)
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    summary: LongText | None = labelled("摘要", "Summary", None)


class ColouredLeg(Form):
    """A leg of a correction on one side: the wrong account in red, the right one in blue."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    colour: Literal["red", "blue"] = labelled("红蓝字", "Red or blue", widget="choice", choices=COLOURS)
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    summary: LongText | None = labelled("摘要", "Summary", None)


class DifferenceLeg(PlainLeg):
    """A leg of a difference: red where too much was posted, blue where too little."""

    colour: Literal["red", "blue"] = labelled("红蓝字", "Red or blue", widget="choice", choices=COLOURS)


def _legs(least: int) -> Any:
    return Field(min_length=least, max_length=100, json_schema_extra={"x-label": {"zh": "分录", "en": "Legs"}, "x-widget": "legs"})


class SupplementForm(WrongForm):
    """The right set instead of one that was reversed."""

    legs: list[PlainLeg] = _legs(2)


class WrongAccountForm(WrongForm):
    """The side on which the transaction went to a wrong account, and the legs that put it right."""

    direction: Literal["debit", "credit"] = labelled("借贷", "Side", widget="choice", choices=DIRECTIONS)
    legs: list[ColouredLeg] = _legs(2)


class DifferenceForm(WrongForm):
    """By how much each side of the transaction was wrong."""

    legs: list[DifferenceLeg] = _legs(2)


@transaction(
    code="ledger.correct.supplement",
    name=Text("补账", "Supplement"),
    menu=(GENERAL, CORRECTIONS),
    source="IB 430, 2544, 3412",
    dual="a",
    two_phase=True,
)
async def supplement(work: Work, form: SupplementForm) -> Outcome:
    """Post what should have been posted instead of a set that was reversed: once per reversal, as of the wrong set's value date.

    The transaction is named by the number of the wrong set or of its reversal. Raises `ledger.transaction.*`,
    `ledger.correct.not_reversed`, `.supplemented`, `.many_to_many`, `ledger.entry.*`, `ledger.account.*`, and the refusals of the owners.
    """
    wrong = await find_wrong_set(work, form.transaction_number, form.business_date)
    if wrong.red:
        wrong = await _reversed_by(work, wrong)
    reversal = await reversal_of(work, wrong.posting_id)
    if reversal is None:
        raise NOT_REVERSED(field="transaction_number", number=form.transaction_number)
    legs = [_leg(leg, leg.direction, False, wrong.currency, position) for position, leg in enumerate(form.legs)]
    check_supplement(legs, wrong.currency)
    await remember(work, CorrectionKind.SUPPLEMENT, reversal, legs)
    return await _write(work, CorrectionKind.SUPPLEMENT, wrong, legs, f"补 {_name(wrong)}", in_original=False, cash=True)


async def _reversed_by(work: Work, reversal: Row[Any]) -> Row[Any]:
    """The set that a reversal took back."""
    reversed_ = select(POSTING_SET).join(REVERSAL, REVERSAL.c.posting_id == POSTING_SET.c.posting_id)
    return (await work.connection.execute(reversed_.where(REVERSAL.c.reversed_by == reversal.posting_id))).one()


@transaction(
    code="ledger.correct.wrong_account",
    name=Text("串户冲补账", "Wrong account"),
    menu=(GENERAL, CORRECTIONS),
    source="IB 2546, 3423",
    dual="a",
    two_phase=True,
)
async def wrong_account(work: Work, form: WrongAccountForm) -> Outcome:
    """Move what went to a wrong account to the right one, on one side of a transaction: one red leg against blue ones, or the reverse.

    Raises `ledger.transaction.*`, `ledger.correct.*`, `ledger.account.*`, and the refusals of the accounts' owners.
    """
    original = await hold_correctable(work, form.transaction_number, form.business_date)
    legs = [_leg(leg, form.direction, leg.colour == "red", original.currency, position) for position, leg in enumerate(form.legs)]
    check_wrong_account(legs, original.currency)
    check_against(legs, await what_stands(work, original.posting_id), original.currency, every_leg=False)
    await remember(work, CorrectionKind.WRONG_ACCOUNT, original.posting_id, legs)
    summary = f"串户 {_name(original)}"
    return await _write(work, CorrectionKind.WRONG_ACCOUNT, original, legs, summary, in_original=False, cash=False)


@transaction(
    code="ledger.correct.difference",
    name=Text("差额冲正", "Difference"),
    menu=(GENERAL, CORRECTIONS),
    source="IB 3440",
    dual="a",
    two_phase=True,
)
async def difference(work: Work, form: DifferenceForm) -> Outcome:
    """Put a wrong amount right by its difference, on both sides and on the very accounts of the transaction.

    Raises `ledger.transaction.*`, `ledger.correct.*`, `ledger.entry.*`, `ledger.account.*`, and the refusals of the accounts' owners.
    """
    original = await hold_correctable(work, form.transaction_number, form.business_date)
    legs = [_leg(leg, leg.direction, leg.colour == "red", original.currency, position) for position, leg in enumerate(form.legs)]
    check_difference(legs, original.currency)
    check_against(legs, await what_stands(work, original.posting_id), original.currency, every_leg=True)
    await remember(work, CorrectionKind.DIFFERENCE, original.posting_id, legs)
    summary = f"差额 {_name(original)}"
    return await _write(work, CorrectionKind.DIFFERENCE, original, legs, summary, in_original=True, cash=False)


def _leg(form: PlainLeg | ColouredLeg, direction: Direction, red: bool, currency: str, position: int) -> FreeLeg:
    return FreeLeg(
        account=AccountReference(number=form.account),
        direction=direction,
        amount_minor=parse_amount(form.amount, currency, f"legs.{position}.amount"),
        red=red,
        summary=form.summary or "",
    )


def _name(wrong: Row[Any]) -> str:
    return f"{wrong.business_date:%Y%m%d} {wrong.transaction_number}"


async def _write(
    work: Work, kind: CorrectionKind, wrong: Row[Any], legs: list[FreeLeg], summary: str, *, in_original: bool, cash: bool
) -> Outcome:
    moved = await move(work, wrong, legs, summary, in_original=in_original, cash=cash)
    result = {
        "corrected": named_in_result(wrong),
        "value_date": wrong.value_date.isoformat(),
        "balances": moved.balances,
        "interest_put_right": moved.interest,
    }
    return Outcome(result=result, posting=await posting_of(work, kind, wrong, moved, summary))
