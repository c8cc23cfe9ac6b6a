"""表内通用记账: sets that a person writes leg by leg on internal accounts of the own outlet (IB 1469, 3160)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sqlalchemy import select

from banking.fields import CURRENCY_CHOICES, AccountNumber, AmountText, CurrencyCode, Form, LongText, labelled
from banking.menus import GENERAL, GENERAL_POSTING
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from contracts.ledger import AccountReference, FreeLeg
from kernel.money import currency_of, format_amount, parse_amount
from kernel.numbers import parse_internal
from kernel.text import Text
from services.ledger.accounting.load import load_rulebook
from services.ledger.domain.model import FIRST_SUFFIX, BusinessCode, CodeKind
from services.ledger.domain.refusals import ACCOUNT_OUTSIDE, ACCOUNT_UNKNOWN, CODE_FORBIDDEN, NOT_BALANCED
from services.ledger.posting import ACCOUNT_CLOSED
from services.ledger.tables import ACCOUNT

SYSTEM_CODES = frozenset({"416", "417", "418", "471", "472"})
"""What only the system posts: claims between outlets sum to zero over the bank and reserves mirror each other. 419 and 420 face
other banks."""
DIRECTIONS = (("debit", Text("借", "Debit")), ("credit", Text("贷", "Credit")))


class LegForm(Form):
    """One leg: an internal account, its side, the amount."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    direction: Literal["debit", "credit"] = labelled("借贷", "Side", widget="choice", choices=DIRECTIONS)
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    red: bool = labelled("红字", "Red", False, widget="boolean")
    summary: LongText | None = labelled("摘要", "Summary", None)


class EntryForm(Form):
    """A set of legs in one currency whose debits equal its credits."""

    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    legs: list[LegForm] = Field(
        min_length=2, max_length=100, json_schema_extra={"x-label": {"zh": "分录", "en": "Legs"}, "x-widget": "legs"}
    )


@transaction(
    code="ledger.entry.post", name=Text("表内通用记账", "General posting"), menu=(GENERAL, GENERAL_POSTING), source="IB 1469, 3160"
)
async def post_entry(work: Work, form: EntryForm) -> Outcome:
    """Post the legs as one set. Raises `ledger.entry.not_balanced`, `ledger.account.*`, and the posting core's refusals."""
    currency_of(form.currency)
    legs = [await _leg(work, form.currency, leg, f"legs.{position}") for position, leg in enumerate(form.legs)]
    difference = sum((1 if (leg.direction == "debit") is not leg.red else -1) * leg.amount_minor for leg in legs)
    if difference:
        raise NOT_BALANCED(field="legs", difference=format_amount(difference, form.currency))
    return Outcome(result={}, posting=Posting(rule="ledger.entry.post", currency=form.currency, legs=tuple(legs)))


async def _leg(work: Work, currency: str, form: LegForm, field: str) -> FreeLeg:
    amount_minor = parse_amount(form.amount, currency, f"{field}.amount")
    parts = parse_internal(form.account, f"{field}.account")
    if parts.outlet != work.outlet:
        raise ACCOUNT_OUTSIDE(field=f"{field}.account", account=form.account, outlet=work.outlet)
    code = load_rulebook().business_code(parts.business_code, work.business_date)
    if code.code in SYSTEM_CODES or code.kind is CodeKind.CUSTOMER:
        raise CODE_FORBIDDEN(field=f"{field}.account", business_code=parts.business_code)
    row = (await work.connection.execute(select(ACCOUNT.c.closed_on).where(ACCOUNT.c.account == form.account))).first()
    if row is None and not is_standard(code, parts.suffix):
        raise ACCOUNT_UNKNOWN(field=f"{field}.account", account=form.account)
    if row is not None and row.closed_on is not None:
        raise ACCOUNT_CLOSED(field=f"{field}.account", account=form.account)
    return FreeLeg(
        account=AccountReference(number=form.account, outlet=parts.outlet, business_code=parts.business_code),
        direction=form.direction,
        amount_minor=amount_minor,
        red=form.red,
        summary=form.summary or "",
    )


def is_standard(code: BusinessCode, suffix: str) -> bool:
    """Whether the whole bank has this account in every outlet, so that nobody needs to open it (IB 680)."""
    return suffix == FIRST_SUFFIX or suffix in code.suffixes
