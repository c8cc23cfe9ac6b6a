"""通用记账: what a person writes leg by leg on internal accounts of the own outlet, on the balance sheet in sets, off it on one side
(IB 1469-1481, 3160-3180)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from banking.fields import CURRENCY_CHOICES, AccountNumber, AmountText, CurrencyCode, Form, LongText, VoucherNumber, labelled
from banking.menus import GENERAL, GENERAL_POSTING
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from contracts.ledger import FreeLeg
from kernel.money import currency_of, parse_amount
from kernel.numbers import parse_internal
from kernel.text import Text
from kernel.vouchers import CASH_CHEQUE, KINDS, TRANSFER_CHEQUE
from services.ledger.domain.corrections import check_set
from services.ledger.domain.refusals import VOUCHER_NUMBER_MISSING, VOUCHER_TYPE_MISSING
from services.ledger.hand_legs import internal_account_by_hand

DIRECTIONS = (("debit", Text("借", "Debit")), ("credit", Text("贷", "Credit")))
VOUCHERS = (
    (CASH_CHEQUE, KINDS[CASH_CHEQUE].name),
    (TRANSFER_CHEQUE, KINDS[TRANSFER_CHEQUE].name),
    ("OTHER", Text("其他", "Other")),
)
"""What a set is posted from (IB 3168-3170); every kind but the last has a number."""
OFF_SHEET_DIRECTIONS = (("receive", Text("收", "Receive")), ("pay", Text("付", "Pay")))


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
    voucher_type: Literal["CCKZ", "TCKZ", "OTHER"] | None = labelled("凭证类别", "Voucher", None, widget="choice", choices=VOUCHERS)
    voucher_number: VoucherNumber | None = labelled("凭证号", "Voucher number", None, when={"voucher_type": [code for code, _ in VOUCHERS]})
    legs: list[LegForm] = Field(
        min_length=2, max_length=100, json_schema_extra={"x-label": {"zh": "分录", "en": "Legs"}, "x-widget": "legs"}
    )


class OffSheetForm(Form):
    """One entry off the balance sheet: the account, received or paid, the amount in the account's currency."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    direction: Literal["receive", "pay"] = labelled("收付", "Received or paid", widget="choice", choices=OFF_SHEET_DIRECTIONS)
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    summary: LongText | None = labelled("摘要", "Summary", None)


@transaction(
    code="ledger.entry.post", name=Text("表内通用记账", "General posting"), menu=(GENERAL, GENERAL_POSTING), source="IB 1469, 3160"
)
async def post_entry(work: Work, form: EntryForm) -> Outcome:
    """Post the legs as one set: a debit and a credit at least, equal in sum; of the cash boxes the teller's own. A cheque is named by its
    number.

    Raises `ledger.entry.*`, `ledger.account.*`, `ledger.business_code.not_by_hand`, and the posting core's refusals.
    """
    currency_of(form.currency)
    if form.voucher_type in KINDS and form.voucher_number is None:
        raise VOUCHER_NUMBER_MISSING(field="voucher_number")
    if form.voucher_type is None and form.voucher_number is not None:
        raise VOUCHER_TYPE_MISSING(field="voucher_type")
    legs = tuple([await _leg(work, form.currency, leg, f"legs.{position}") for position, leg in enumerate(form.legs)])
    check_set(legs, form.currency)
    posting = Posting(
        rule="ledger.entry.post",
        currency=form.currency,
        legs=legs,
        voucher_type=form.voucher_type,
        voucher_number=form.voucher_number,
    )
    return Outcome(result={}, posting=posting)


async def _leg(work: Work, currency: str, form: LegForm, field: str) -> FreeLeg:
    return FreeLeg(
        account=await internal_account_by_hand(work, form.account, currency, f"{field}.account"),
        direction=form.direction,
        amount_minor=parse_amount(form.amount, currency, f"{field}.amount"),
        red=form.red,
        summary=form.summary or "",
    )


@transaction(
    code="ledger.entry.post_off_sheet",
    name=Text("表外通用记账", "General off-sheet posting"),
    menu=(GENERAL, GENERAL_POSTING),
    source="IB 1478, 3177",
)
async def post_off_sheet(work: Work, form: OffSheetForm) -> Outcome:
    """Receive or pay on an off-sheet account of the own outlet; not interest receivable 705, not the vouchers followed by number.

    Raises `ledger.account.*`, `ledger.business_code.not_by_hand`.
    """
    currency = parse_internal(form.account).currency
    account = await internal_account_by_hand(work, form.account, currency, "account", off_sheet=True)
    leg = FreeLeg(
        account=account,
        direction="debit" if form.direction == "receive" else "credit",
        amount_minor=parse_amount(form.amount, currency, "amount"),
        summary=form.summary or "",
    )
    return Outcome(result={}, posting=Posting(rule="ledger.entry.post_off_sheet", currency=currency, legs=(leg,)))
