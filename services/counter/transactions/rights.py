"""柜员权限管理: the computing centre edits who may run what, with whom, and up to what amount (IB 315-328, 686-696)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from banking.fields import CURRENCY_CHOICES, AmountText, CurrencyCode, Form, labelled
from banking.transaction import Outcome, transaction
from banking.work import Work
from contracts.rights import EVERY, RightRule
from kernel.money import currency_of, format_amount, parse_signed
from kernel.text import Text
from services.counter.domain.errors import LIMIT_NEGATIVE, RIGHT_FIXED, RIGHT_TRANSACTION_UNKNOWN
from services.counter.forms import LEVELS, TELLER_MENU
from services.counter.rights import change_rule, declarations

FIXED = frozenset({"counter.right.set", "counter.right.limit", "counter.teller.change_password"})
"""Without these nobody could set rights any more, or get past the first password."""

TransactionCode = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z]+(\.[a-z_]+)+)$", max_length=80)]
ALLOWED = (("yes", Text("允许", "Allowed")), ("no", Text("禁止", "Not allowed")))
DUAL = (("c", Text("须复核", "Needs a checker")), ("a", Text("须A级授权", "Needs level A")))
SETTLEMENT = (("cash", Text("现金", "Cash")), ("transfer", Text("转账", "Transfer")))
ABOVE = (("approval", Text("须授权", "Needs approval")), ("refusal", Text("不能办理", "Refused")))


class RightOfLevel(Form):
    """A right of a level to one transaction; what is left out is as the transaction declares it."""

    transaction: TransactionCode = labelled("交易代码", "Transaction")
    level: Literal["A", "B", "C"] = labelled("柜员级别", "Level", widget="choice", choices=LEVELS)
    allowed: Literal["yes", "no"] | None = labelled("权限", "Right", None, widget="choice", choices=ALLOWED)
    dual: Literal["c", "a"] | None = labelled("授权要求", "Second person", None, widget="choice", choices=DUAL)


class LimitOfLevel(Form):
    """Up to what amount a level decides alone; without an amount there is no limit."""

    transaction: TransactionCode = labelled("交易代码(*为全部)", "Transaction (* for all)")
    level: Literal["A", "B", "C"] = labelled("柜员级别", "Level", widget="choice", choices=LEVELS)
    settlement: Literal["cash", "transfer"] = labelled("现金/转账", "Cash or transfer", widget="choice", choices=SETTLEMENT)
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    limit: AmountText | None = labelled("限额", "Limit", None, widget="amount")
    above: Literal["approval", "refusal"] = labelled("超过限额", "Above the limit", "approval", widget="choice", choices=ABOVE)


@transaction(
    code="counter.right.set",
    name=Text("柜员权限维护", "Set a right"),
    menu=TELLER_MENU,
    source="IB 315-319, 326, 696",
    levels="A",
    outlets="centre",
    dual="a",
    gated=False,
)
async def set_right(work: Work, form: RightOfLevel) -> Outcome:
    """Give or take a transaction for a level, or ask for a second person; in force in every service as soon as it has been told.

    Raises `counter.right.unknown_transaction`, `counter.right.fixed`.
    """
    await _check_transaction(work, form.transaction)
    allowed = None if form.allowed is None else form.allowed == "yes"
    await change_rule(work, RightRule(transaction_code=form.transaction, level=form.level, allowed=allowed, dual=form.dual))
    return Outcome(result=form.model_dump())


@transaction(
    code="counter.right.limit",
    name=Text("柜员限额维护", "Set a limit"),
    menu=TELLER_MENU,
    source="IB 315-319, 326, 696",
    levels="A",
    outlets="centre",
    dual="a",
    gated=False,
)
async def set_limit(work: Work, form: LimitOfLevel) -> Outcome:
    """Set up to what amount a level runs a transaction (or each one) alone, in cash or by transfer.

    Raises `counter.right.unknown_transaction`, `counter.right.fixed`, `counter.right.limit_negative`, `amount.*`, `currency.unknown`.
    """
    currency_of(form.currency)
    if form.transaction != EVERY:
        await _check_transaction(work, form.transaction)
    result: dict[str, Any] = form.model_dump()
    content: dict[str, Any] = {}
    if form.limit is not None:
        limit_minor = parse_signed(form.limit, form.currency, "limit")
        if limit_minor < 0:
            raise LIMIT_NEGATIVE(field="limit")
        content = {"limit_minor": limit_minor, "above": form.above}
        result["limit"] = format_amount(limit_minor, form.currency)
    await change_rule(
        work,
        RightRule(transaction_code=form.transaction, level=form.level, settlement=form.settlement, currency=form.currency, **content),
    )
    return Outcome(result=result)


async def _check_transaction(work: Work, code: str) -> None:
    if code in FIXED:
        raise RIGHT_FIXED(field="transaction", transaction=code)
    if code not in await declarations(work.resources):
        raise RIGHT_TRANSACTION_UNKNOWN(field="transaction", transaction=code)
