"""辖内借记/辖内贷记: an outlet pays to another, or claims from it, between accounts of both, through 418 (IB 2932; decision 0020)."""

from __future__ import annotations

from typing import Literal

from banking.fields import CURRENCY_CHOICES, AccountNumber, AmountText, CurrencyCode, Form, LongText, labelled
from banking.menus import INTERNAL_TRANSFERS, SETTLEMENT
from banking.refusals import naming_field
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from contracts.internal_accounts import AskedByHand, InternalAccountClient
from contracts.ledger import AccountReference
from contracts.movement import MovementLine
from kernel.money import format_amount, parse_amount
from kernel.numbers import NumberKind, check_account, kind_of, parse_internal
from kernel.text import Text
from services.clearing import customer_money
from services.clearing.domain import internal_transfers as domain
from services.clearing.domain.remote_deposits import check_payer

DIRECTIONS = (("credit", Text("辖内贷记", "Credit the other outlet")), ("debit", Text("辖内借记", "Debit the other outlet")))
OWN, OTHER = "own_account", "other_account"


class TransferForm(Form):
    """An account of the own outlet, one of another outlet, and which way the money goes."""

    direction: Literal["credit", "debit"] = labelled("种类", "Credit or debit", "credit", widget="choice", choices=DIRECTIONS)
    own_account: AccountNumber = labelled("本方账号", "Own account", widget="account")
    other_account: AccountNumber = labelled("对方账号", "Account of the other outlet", widget="account")
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    summary: LongText | None = labelled("摘要", "Summary", None)


@transaction(
    code="clearing.internal.transfer",
    name=Text("辖内借记/辖内贷记", "Transfer between outlets"),
    menu=(SETTLEMENT, INTERNAL_TRANSFERS),
    source="IB 2932",
    operators="K",
    two_phase=True,
)
async def transfer(work: Work, form: TransferForm) -> Outcome:
    """Credit an account of another outlet out of an own one, or debit an internal account of another outlet for an own one.

    Raises `clearing.internal.*`, `ledger.account.*`, `ledger.business_code.not_by_hand`, and what savings refuses customers' accounts with.
    """
    amount_minor = parse_amount(form.amount, form.currency)
    pays = form.direction == "credit"
    numbers = {OWN: form.own_account, OTHER: form.other_account}
    signed = {OWN: -amount_minor if pays else amount_minor, OTHER: amount_minor if pays else -amount_minor}
    customers = [field for field, number in numbers.items() if kind_of(number, field) is not NumberKind.INTERNAL]
    if not pays and OTHER in customers:
        raise domain.CUSTOMERS_DEBIT(field=OTHER)
    if pays:
        check_payer(form.own_account, OWN)
    accounts = {field: await _account(work, form, number, field) for field, number in numbers.items()}
    domain.check_places(accounts[OWN].outlet, accounts[OTHER].outlet, work.outlet)
    if customers:
        lines = tuple(MovementLine(account=numbers[each], amount_minor=signed[each], summary=form.summary or "") for each in customers)
        with naming_field(customers[0]):
            moved = await work.move(customer_money.OWNER, form.currency, lines)
        accounts.update(zip(customers, moved.accounts, strict=True))
    payer, payee = (OWN, OTHER) if pays else (OTHER, OWN)
    result = {"direction": form.direction, "amount": format_amount(amount_minor, form.currency), "other_outlet": accounts[OTHER].outlet}
    posting = Posting(
        rule=f"clearing.internal.{form.direction}",
        currency=form.currency,
        accounts={"from": accounts[payer], "to": accounts[payee]},
        amounts_minor={"amount": amount_minor},
        summary=form.summary or "",
    )
    return Outcome(result=result, posting=posting)


async def _account(work: Work, form: TransferForm, number: str, field: str) -> AccountReference:
    """The account as its keeper describes it."""
    if kind_of(number, field) is NumberKind.INTERNAL:
        domain.check_not_cash(parse_internal(number, field), field)
        asked = AskedByHand(account=number, currency=form.currency, field=field)
        return await InternalAccountClient(work.resources.transport).by_hand(asked)
    check_account(number, field)
    found = await customer_money.find(work, number, field)
    return AccountReference(number=found.account, outlet=found.outlet, business_code=found.business_code, name=found.name)
