"""电子联行往帐: entered by one person, checked by a second, authorised by a third; the money is held from entry on (IB 2444-2466)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import RowMapping, func
from sqlalchemy.ext.asyncio import AsyncConnection

from banking import held
from banking.business_day import business_date_of, frame_of
from banking.fields import AccountNumber, AmountText, Form, LongText, ShortText, labelled
from banking.menus import NATIONAL, SETTLEMENT
from banking.principal import Principal
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from contracts.movement import MovementLine
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from runtime.identifiers import new_id
from runtime.service import Resources
from services.clearing import national_outward
from services.clearing.customer_money import OWNER, find
from services.clearing.domain.national import (
    CURRENCY,
    KIND_CHOICES,
    check_kind,
    check_receiving_bank,
    own_bank,
    same_name,
)
from services.clearing.domain.national_errors import NO_MATCH, OTHER_OUTLET, OUTWARD_UNKNOWN, SAME_PERSON
from services.clearing.domain.national_states import OutwardAct, OutwardState, outward_after
from services.clearing.national_link import require_open
from services.clearing.national_tables import NATIONAL_OUTWARD

BankNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
OtherAccount = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z-]{1,32}$")]
Submission = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
MENU = (SETTLEMENT, NATIONAL)


class OutwardForm(Form):
    """What a payment order says; of other kinds than a wire transfer the bill names the payer."""

    kind: Literal["transfer", "collection", "acceptance"] = labelled(
        "业务种类", "Kind of business", "transfer", widget="choice", choices=KIND_CHOICES
    )
    account: AccountNumber = labelled("付款账号", "Payer's account", widget="account")
    payer_name: ShortText | None = labelled("付款人名称", "Payer's name", None, when={"kind": ["collection", "acceptance"]})
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    receiving_bank: BankNumber = labelled("汇入行号", "Receiving bank")
    payee_account: OtherAccount = labelled("收款账号", "Payee's account")
    payee_name: ShortText = labelled("收款人名称", "Payee's name")
    purpose: ShortText | None = labelled("用途", "Purpose", None)


class CheckForm(Form):
    """The elements of an entered item, entered again by the checker."""

    account: AccountNumber = labelled("付款账号", "Payer's account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    receiving_bank: BankNumber = labelled("汇入行号", "Receiving bank")
    payee_account: OtherAccount = labelled("收款账号", "Payee's account")
    payee_name: ShortText = labelled("收款人名称", "Payee's name")


class CancelForm(Form):
    """An entered item, and why it is taken back."""

    submission: Submission = labelled("凭证提交号", "Submission number")
    reason: LongText | None = labelled("原因", "Reason", None)


@transaction(
    code="clearing.national.outward_enter",
    name=Text("电子联行往帐录入", "Enter an outward item"),
    menu=MENU,
    source="IB 2444",
    operators="K",
)
async def outward_enter(work: Work, form: OutwardForm) -> Outcome:
    """Enter an item and hold its amount on the payer's account until it is checked or taken back; nothing is posted.

    Raises `clearing.national.not_open`, `.bank_malformed`, `.own_bank`, `.kind_account`, `.payer_name`, `.other_outlet`, and what savings
    refuses the payer's account with.
    """
    await require_open(work.connection, work.resources, work.business_date)
    check_receiving_bank(form.receiving_bank)
    amount_minor = parse_amount(form.amount, CURRENCY)
    account = await find(work, form.account)
    if account.outlet != work.outlet:
        raise OTHER_OUTLET(field="account", account=form.account, outlet=account.outlet)
    check_kind(form.kind, account.business_code, form.payer_name)
    line = MovementLine(account=form.account, amount_minor=-amount_minor, summary=f"往帐 {form.payee_name}")
    posting_id, _ = await held.hold(work, OWNER, CURRENCY, (line,))
    payer_name = form.payer_name or account.name
    submission = await national_outward.enter(
        work.connection,
        work.business_date,
        work.outlet,
        state=OutwardState.ENTERED.value,
        kind=form.kind,
        receiving_bank=form.receiving_bank,
        payer_account=form.account,
        payer_name=payer_name,
        account_name=account.name,
        business_code=account.business_code,
        payee_account=form.payee_account,
        payee_name=form.payee_name,
        amount_minor=amount_minor,
        purpose=form.purpose or "",
        posting_id=posting_id,
        entered_by=work.principal.teller,
    )
    return Outcome(
        result={
            "submission": submission,
            "state": OutwardState.ENTERED.value,
            "sending_bank": own_bank(work.outlet),
            "payer_name": payer_name,
            "amount": format_amount(amount_minor, CURRENCY),
        }
    )


async def _matching(connection: AsyncConnection, day: date, outlet: str, form: CheckForm) -> list[RowMapping]:
    """The items of a date and outlet that say what the checker entered, waiting ones first, the oldest of them before others."""
    table = NATIONAL_OUTWARD.c
    found = await national_outward.matching(
        connection,
        table.business_date == day,
        table.outlet == outlet,
        table.payer_account == form.account,
        table.amount_minor == parse_amount(form.amount, CURRENCY),
        table.receiving_bank == form.receiving_bank,
        table.payee_account == form.payee_account,
        table.state != OutwardState.CANCELLED.value,
    )
    return [item for item in found if same_name(item["payee_name"], form.payee_name)]


async def _resumes(resources: Resources, principal: Principal, form: CheckForm) -> UUID:
    """The posting id under which the money of the oldest waiting item that agrees is held."""
    async with resources.database.reading() as connection:
        day = await business_date_of(connection, frame_of(resources))
        for item in await _matching(connection, day, principal.outlet, form):
            if item["state"] == OutwardState.ENTERED.value:
                return item["posting_id"]
    return new_id()


@transaction(
    code="clearing.national.outward_check",
    name=Text("电子联行往帐复核", "Check an outward item"),
    menu=MENU,
    source="IB 2452",
    operators="K",
    dual="ca",
    resumes=_resumes,
)
async def outward_check(work: Work, form: CheckForm) -> Outcome:
    """Check an entered item, with an authoriser of level A: what is held is posted, the item goes to the peer.

    Raises `clearing.national.not_open`, `.no_match`, `.outward_state`, `.same_person`.
    """
    peer = await require_open(work.connection, work.resources, work.business_date)
    matching = await _matching(work.connection, work.business_date, work.outlet, form)
    chosen = matching if work.dry_run else [item for item in matching if item["posting_id"] == work.posting_id] or matching
    if not chosen:
        raise NO_MATCH(field="account")
    item = await national_outward.find(work.connection, NATIONAL_OUTWARD.c.posting_id == chosen[0]["posting_id"], lock=True)
    assert item is not None
    state = outward_after(OutwardState(item["state"]), OutwardAct.CHECK)
    if not work.dry_run and item["posting_id"] != work.posting_id:
        raise NO_MATCH(field="account")
    second = work.second.teller if work.second else None
    for teller in (work.principal.teller, second):
        if teller == item["entered_by"]:
            raise SAME_PERSON(teller=teller)
    sequence = await national_outward.send(work.connection, peer, item)
    held.post_when_committed(work, OWNER)
    people = {"checked_by": work.principal.teller, "authorised_by": second}
    await national_outward.change(
        work.connection, item["posting_id"], state=state.value, sequence=sequence, checked_at=func.now(), **people
    )
    amount_minor = item["amount_minor"]
    return Outcome(
        result={
            "submission": item["submission"],
            "sequence": sequence,
            "state": state.value,
            "payee_name": item["payee_name"],
            "amount": format_amount(amount_minor, CURRENCY),
        },
        posting=Posting(
            rule="clearing.national.outward",
            currency=CURRENCY,
            accounts={"account": national_outward.account_of(item)},
            amounts_minor={"amount": amount_minor},
            references={"submission": item["submission"], "sequence": str(sequence)},
            summary=f"往帐 {item['payee_name']}",
        ),
    )


@transaction(
    code="clearing.national.outward_cancel",
    name=Text("往帐报单冲销", "Cancel an outward item"),
    menu=MENU,
    source="IB 2461",
    operators="K",
)
async def outward_cancel(work: Work, form: CancelForm) -> Outcome:
    """Take an entered item back before it is checked; its money is free again. Nothing is posted.

    Raises `clearing.national.outward_unknown`, `.outward_state`.
    """
    table = NATIONAL_OUTWARD.c
    named = (table.business_date == work.business_date, table.submission == form.submission, table.outlet == work.outlet)
    item = await national_outward.find(work.connection, *named, lock=True)
    if item is None:
        raise OUTWARD_UNKNOWN(field="submission", submission=form.submission)
    state = outward_after(OutwardState(item["state"]), OutwardAct.CANCEL, "submission")
    await held.let_go(work, OWNER, item["posting_id"])
    changes = {"state": state.value, "cancelled_by": work.principal.teller, "answer": form.reason or ""}
    await national_outward.change(work.connection, item["posting_id"], **changes)
    return Outcome(result={"submission": form.submission, "state": state.value, "amount": format_amount(item["amount_minor"], CURRENCY)})
