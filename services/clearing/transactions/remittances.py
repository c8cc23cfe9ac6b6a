"""特约汇款: a certificate or draft is sold at one outlet and paid at any, through 418; unpaid it goes back where it was sold (decision
0020).

The money waits as 应解汇款 245 in the books of the outlet that sold the paper. The paper is a controlled voucher, whose number leaves the
teller's box for good when it is sold.
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.fields import (
    CURRENCY_CHOICES,
    SETTLEMENT_CHOICES,
    AccountNumber,
    AmountText,
    CurrencyCode,
    Form,
    ShortText,
    VoucherNumber,
    labelled,
)
from banking.menus import INTERNAL_TRANSFERS, SETTLEMENT
from banking.transaction import Outcome, Posting, transaction
from banking.vouchers import use_vouchers
from banking.work import Work
from contracts.ledger import AccountReference
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from services.clearing import customer_money
from services.clearing.domain import remittances as domain
from services.clearing.domain.national import same_name
from services.clearing.domain.remittances import Act, Instrument, State
from services.clearing.domain.remote_deposits import (
    NAME_DIFFERS,
    PAYEE_CLOSED_TO_OTHERS,
    PAYER_ELSEWHERE,
    PAYER_NOT_WANTED,
    PAYER_WANTED,
    check_payer,
)
from services.clearing.outlet_tables import REMITTANCE

ACTIONS = (("issue", Text("签发", "Sell")), ("pay", Text("解付", "Pay")), ("return", Text("退汇", "Return")))
INSTRUMENTS = tuple((each.value, each.text) for each in Instrument)
_ISSUING = {"action": ["issue"]}
_CASH_OR_ACCOUNT = {"settlement": ["transfer"]}


class RemittanceForm(Form):
    """What the paper says, and where its money comes from or goes to. To sell one takes all of it; who pays or returns it reads it off."""

    action: Literal["issue", "pay", "return"] = labelled("操作", "What to do", "issue", widget="choice", choices=ACTIONS)
    instrument: Literal["TYHK", "TYHP"] = labelled("凭证种类", "Paper", "TYHK", widget="choice", choices=INSTRUMENTS)
    number: VoucherNumber = labelled("凭证号", "Number")
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    payee_name: ShortText = labelled("收款人", "Payee")
    payee_id_number: ShortText | None = labelled("收款人证件号", "Payee's identity number", None)
    payer_name: ShortText | None = labelled("汇款人", "Payer", None, when=_ISSUING)
    settlement: Literal["cash", "transfer"] = labelled("结算方式", "Settlement", "cash", widget="choice", choices=SETTLEMENT_CHOICES)
    counter_account: AccountNumber | None = labelled("对方账号", "Other account", None, widget="account", when=_CASH_OR_ACCOUNT)


@transaction(
    code="clearing.remittance.special",
    name=Text("特约汇款", "Special remittance"),
    menu=(SETTLEMENT, INTERNAL_TRANSFERS),
    source="IB 181, 711-712",
    two_phase=True,
)
async def special(work: Work, form: RemittanceForm) -> Outcome:
    """Sell, pay or return a remittance, whole, in cash or by transfer.

    Raises `clearing.remittance.*`, `clearing.payer_*`, `clearing.name_differs`, `clearing.payee_not_cross_outlet`, `voucher.*`,
    `counter.cash_box_required`, and what savings refuses the other account with.
    """
    amount_minor = parse_amount(form.amount, form.currency)
    if form.settlement == "cash" and form.counter_account is not None:
        raise PAYER_NOT_WANTED(field="counter_account")
    if form.settlement == "transfer" and form.counter_account is None:
        raise PAYER_WANTED(field="counter_account")
    if form.action == "issue":
        return await _issue(work, form, amount_minor)
    return await _end(work, form, amount_minor, Act.PAY if form.action == "pay" else Act.RETURN)


async def _issue(work: Work, form: RemittanceForm, amount_minor: int) -> Outcome:
    if form.payer_name is None:
        raise domain.MISSING(field="payer_name", what_zh="汇款人", what_en="the payer")
    if form.payee_id_number is None and form.instrument == Instrument.CERTIFICATE.value:
        raise domain.MISSING(field="payee_id_number", what_zh="收款人证件号", what_en="the payee's identity number")
    row = {
        "instrument": form.instrument,
        "number": form.number,
        "state": State.ISSUED.value,
        "outlet": work.outlet,
        "currency": form.currency,
        "amount_minor": amount_minor,
        "payer_name": form.payer_name,
        "payee_name": form.payee_name,
        "payee_id_number": form.payee_id_number,
        "issued_on": work.business_date,
        "issued_by": work.principal.teller,
        "issue_id": work.posting_id,
    }
    added = insert_or(REMITTANCE).values(row).on_conflict_do_nothing().returning(REMITTANCE.c.number)
    if (await work.connection.execute(added)).first() is None:
        raise domain.EXISTS(field="number", instrument=form.instrument, number=form.number)
    payer = await _other_side(work, form, -amount_minor, form.payer_name)
    if payer.outlet != work.outlet:
        raise PAYER_ELSEWHERE(field="counter_account", outlet=payer.outlet)
    await use_vouchers(work, form.instrument, form.number, field="number")
    posting = _posting("clearing.remittance.issue", form, amount_minor, work.outlet, payer=payer)
    return Outcome(result=_shown(form, State.ISSUED, amount_minor, work.outlet), posting=posting)


async def _end(work: Work, form: RemittanceForm, amount_minor: int, act: Act) -> Outcome:
    sold = await _lock(work, form)
    instrument = Instrument(sold["instrument"])
    reached = domain.after(State(sold["state"]), act, instrument, form.number)
    given = {"currency": form.currency, "amount": amount_minor, "payee_name": form.payee_name, "payee_id_number": form.payee_id_number}
    written = {"currency": sold["currency"], "amount": sold["amount_minor"], "payee_name": sold["payee_name"]}
    if act is Act.PAY:
        written["payee_id_number"] = sold["payee_id_number"]
        if instrument is Instrument.DRAFT and form.settlement == "cash":
            raise domain.DRAFT_BY_TRANSFER(field="settlement")
    elif sold["outlet"] != work.outlet:
        raise domain.NOT_THE_ISSUER(outlet=sold["outlet"])
    domain.check_paper(given, written)
    ended = {"ended_on": work.business_date, "ended_at": work.outlet, "ended_by": work.principal.teller, "end_id": work.posting_id}
    same = (REMITTANCE.c.instrument == form.instrument, REMITTANCE.c.number == form.number)
    await work.connection.execute(update(REMITTANCE).where(*same).values(state=reached.value, **ended))
    payee = await _other_side(work, form, amount_minor, sold["payee_name" if act is Act.PAY else "payer_name"])
    posting = _posting(f"clearing.remittance.{act.value}", form, amount_minor, sold["outlet"], payee=payee)
    return Outcome(result=_shown(form, reached, amount_minor, sold["outlet"]), posting=posting)


async def _lock(work: Work, form: RemittanceForm) -> RowMapping:
    found = select(REMITTANCE).where(REMITTANCE.c.instrument == form.instrument, REMITTANCE.c.number == form.number).with_for_update()
    row = (await work.connection.execute(found)).mappings().first()
    if row is None:
        raise domain.UNKNOWN(field="number", instrument=form.instrument, number=form.number)
    return row


async def _other_side(work: Work, form: RemittanceForm, amount_minor: int, name: str) -> AccountReference:
    """Cash of the teller's box, or the account that is drawn on or paid into, which is in the name of whose money it is."""
    if form.counter_account is None:
        return work.cash()
    if amount_minor < 0:
        check_payer(form.counter_account, "counter_account")
    account = await customer_money.find(work, form.counter_account, "counter_account")
    if not same_name(account.name, name):
        raise NAME_DIFFERS(field="counter_account")
    if amount_minor > 0 and account.outlet != work.outlet and not account.cross_outlet:
        raise PAYEE_CLOSED_TO_OTHERS(field="counter_account")
    return await customer_money.move(work, form.counter_account, form.currency, amount_minor, field="counter_account", summary=form.number)


def _posting(rule: str, form: RemittanceForm, amount_minor: int, issuer: str, **accounts: AccountReference) -> Posting:
    return Posting(
        rule=rule,
        currency=form.currency,
        accounts=accounts,
        amounts_minor={"amount": amount_minor},
        voucher_type=form.instrument,
        voucher_number=form.number,
        references={"issuer": issuer},
    )


def _shown(form: RemittanceForm, state: State, amount_minor: int, issuer: str) -> dict[str, Any]:
    return {
        "instrument": form.instrument,
        "number": form.number,
        "state": state.value,
        "amount": format_amount(amount_minor, form.currency),
        "payee_name": form.payee_name,
        "issuer": issuer,
    }
