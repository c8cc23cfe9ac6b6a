"""电子联行来帐: sorting on demand, the slip 补充报单, and what becomes of items in suspense (IB 2398-2436)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.fields import AccountNumber, Day, Form, ShortText, VoucherNumber, labelled
from banking.menus import NATIONAL, SETTLEMENT
from banking.transaction import Outcome, Posting, transaction
from banking.vouchers import use_vouchers
from banking.work import Work
from kernel.money import format_amount
from kernel.text import Text
from services.clearing import national_inward, national_outward, national_suspense
from services.clearing.customer_money import find, move
from services.clearing.domain.national import CURRENCY, RETURN, same_name
from services.clearing.domain.national_errors import (
    ACCOUNT_MISSING,
    INWARD_UNKNOWN,
    NAME_DIFFERS,
    NOT_RETURNABLE,
    NOTHING_TO_PRINT,
)
from services.clearing.domain.national_states import InwardAct, InwardState, OutwardAct, OutwardState, inward_after, outward_after
from services.clearing.national_inward import slip_of
from services.clearing.national_link import require_open
from services.clearing.national_sorting import sort_waiting
from services.clearing.national_tables import NATIONAL_GAP, NATIONAL_INWARD, NATIONAL_OUTWARD

MENU = (SETTLEMENT, NATIONAL)
SLIP = "TUCD"
"""电子联行电划贷方报单, the numbered form that the slip is printed on."""
Purpose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
PAY, SEND_BACK = "pay", "return"
WAYS = ((PAY, Text("转入账户", "Pay to an account")), (SEND_BACK, Text("退汇", "Send back")))


class SortForm(Form):
    """Nothing is asked but whether the peer shall be asked for all that is missing, at once."""

    ask_again: bool = labelled("立即催发缺号", "Ask for missing numbers now", True, widget="boolean")


class SlipForm(Form):
    """Without date and number the newest slip that was not printed; with them that one, printed again if it was before."""

    sent_on: Day | None = labelled("来帐日期", "Date of the item", None, widget="date")
    sequence: int | None = labelled("来帐序号", "Number of the item", None, ge=1, le=99_999_999)
    voucher_number: VoucherNumber | None = labelled("补充报单号", "Number of the form", None)


class ClearForm(Form):
    """A suspense item and where its money goes."""

    number: int = labelled("挂账编号", "Suspense item", ge=1, le=2**62)
    way: Literal["pay", "return"] = labelled("处理方式", "What to do", PAY, widget="choice", choices=WAYS)
    account: AccountNumber | None = labelled("转入账号", "Account", None, widget="account", when={"way": [PAY]})
    name: ShortText | None = labelled("户名", "Name of the account", None, when={"way": [PAY]})
    purpose: Purpose | None = labelled("退汇原因", "Why it is sent back", None, when={"way": [SEND_BACK]})


@transaction(
    code="clearing.national.inward",
    name=Text("电子联行来帐清分", "Sort inward items"),
    menu=MENU,
    source="IB 2398",
    levels="ABC",
    outlets="city",
    gated=False,
)
async def inward(work: Work, form: SortForm) -> Outcome:
    """Sort now what came in, as the system does by itself, and ask the peer for what is missing; what was done and what is left."""
    done = {"posted": 0, "suspended": 0, "refunded": 0}
    asked = 0
    if not work.dry_run:
        found = await sort_waiting(work.resources)
        done = {state: found[state] for state in done}
        asked = await national_inward.ask_for_missing(work.resources, at_once=form.ask_again)
    return Outcome(result={**done, "asked_again": asked, **await _left(work.connection)})


async def _left(connection: AsyncConnection) -> dict[str, int]:
    item, gap = NATIONAL_INWARD, NATIONAL_GAP
    waiting = select(func.count()).select_from(item).where(item.c.state == InwardState.RECEIVED.value)
    missing = select(func.count()).select_from(gap).where(gap.c.filled_at.is_(None))
    return {
        "unsorted": (await connection.execute(waiting)).scalar_one(),
        "missing": (await connection.execute(missing)).scalar_one(),
    }


@transaction(
    code="clearing.national.print_inward",
    name=Text("来帐贷方补充报单", "Print the slip of an inward item"),
    menu=MENU,
    source="IB 2425",
    operators="K",
)
async def print_inward(work: Work, form: SlipForm) -> Outcome:
    """The slip of an item in the outlet's own books, on a numbered form; what is in suspense and what is printed again says so.

    Raises `clearing.national.nothing_to_print`, `.inward_unknown`, and what the counter refuses the form with.
    """
    item = await _slip(work.connection, work.outlet, form)
    first, _ = await use_vouchers(work, SLIP, form.voucher_number)
    prints = item["prints"] + 1
    await national_inward.set_item(work.connection, (item["sent_on"], item["sequence"]), prints=prints, slip_number=first)
    return Outcome(result={**slip_of({**item, "prints": prints}), "voucher_number": first})


async def _slip(connection: AsyncConnection, outlet: str, form: SlipForm) -> RowMapping:
    """The item to print, held until the transaction ends. Raises `clearing.national.nothing_to_print`, `.inward_unknown`."""
    table = NATIONAL_INWARD
    mine = (table.c.outlet == outlet, table.c.state != InwardState.RECEIVED.value)
    newest = select(table).where(*mine).order_by(table.c.sent_on.desc(), table.c.sequence.desc()).limit(1).with_for_update()
    if form.sequence is None:
        found = (await connection.execute(newest.where(table.c.prints == 0))).mappings().first()
        if found is None:
            raise NOTHING_TO_PRINT()
        return found
    numbered = newest.where(table.c.sequence == form.sequence)
    if form.sent_on is not None:
        numbered = numbered.where(table.c.sent_on == form.sent_on)
    found = (await connection.execute(numbered)).mappings().first()
    if found is None:
        raise INWARD_UNKNOWN(field="sequence", date=form.sent_on.isoformat() if form.sent_on else "-", sequence=form.sequence)
    return found


@transaction(
    code="clearing.national.clear_suspense",
    name=Text("来帐挂账处理", "Clear an item in suspense"),
    menu=MENU,
    source="IB 2423",
    operators="K",
    dual="c",
    two_phase=True,
)
async def clear_suspense(work: Work, form: ClearForm) -> Outcome:
    """Pay an item out of suspense to an account, whose name is entered and must agree, or send it back to where it came from.

    Raises `clearing.national.suspense_unknown`, `.suspense_elsewhere`, `.suspense_cleared`, `.account_missing`, `.name_differs`,
    `.not_returnable`, `.not_open`, and what savings refuses the account with.
    """
    item = await national_suspense.lock_open(work.connection, form.number, work.outlet)
    return await (_pay if form.way == PAY else _send_back)(work, form, item)


async def _pay(work: Work, form: ClearForm, item: RowMapping) -> Outcome:
    if form.account is None or form.name is None:
        raise ACCOUNT_MISSING(field="account" if form.account is None else "name")
    account = await find(work, form.account)
    if not same_name(account.name, form.name):
        raise NAME_DIFFERS(field="name", account=form.account)
    reference = await move(work, form.account, CURRENCY, item["amount_minor"], summary=f"挂账{item['number']}转出")
    await _come_to(work, item, InwardAct.PAY, OutwardAct.REFUND)
    await _cleared(work, item, form.account)
    return Outcome(
        result=_result(item, PAY, form.account),
        posting=Posting(
            rule="clearing.national.clear",
            currency=CURRENCY,
            accounts={"account": reference},
            amounts_minor={"amount": item["amount_minor"]},
            references={"suspense": str(item["number"])},
        ),
    )


async def _send_back(work: Work, form: ClearForm, item: RowMapping) -> Outcome:
    if item["inward_on"] is None:
        raise NOT_RETURNABLE(field="way", number=item["number"])
    peer = await require_open(work.connection, work.resources, work.business_date)
    key = (item["inward_on"], item["inward_sequence"])
    came = await national_inward.lock_item(work.connection, key)
    assert came is not None
    await _come_to(work, item, InwardAct.SEND_BACK, None)
    returned = {
        "kind": RETURN,
        "receiving_bank": came["sending_bank"],
        "payer_account": came["payee_account"],
        "payer_name": came["payee_name"],
        "payee_account": came["payer_account"],
        "payee_name": came["payer_name"],
        "amount_minor": came["amount_minor"],
        "purpose": form.purpose or "",
        "returns_on": key[0],
        "returns_sequence": key[1],
    }
    people = {"entered_by": work.principal.teller, "checked_by": work.second.teller if work.second else None}
    booked = {"state": OutwardState.CHECKED.value, "account_name": "", "business_code": "263", "posting_id": work.posting_id}
    submission = await national_outward.enter(
        work.connection, work.business_date, work.outlet, checked_at=func.now(), **returned, **people, **booked
    )
    sent = {**returned, "business_date": work.business_date, "outlet": work.outlet}
    sequence = await national_outward.send(work.connection, peer, sent)
    await national_outward.change(work.connection, work.posting_id, sequence=sequence)
    await _cleared(work, item, came["sending_bank"])
    return Outcome(
        result={**_result(item, SEND_BACK, came["sending_bank"]), "submission": submission, "sequence": sequence},
        posting=Posting(
            rule="clearing.national.return",
            currency=CURRENCY,
            amounts_minor={"amount": item["amount_minor"]},
            references={"suspense": str(item["number"]), "sequence": str(sequence)},
        ),
    )


async def _come_to(work: Work, item: RowMapping, inward_act: InwardAct, outward_act: OutwardAct | None) -> None:
    """Say of the item that the money came from where it went."""
    if item["inward_on"] is not None:
        key = (item["inward_on"], item["inward_sequence"])
        came = await national_inward.lock_item(work.connection, key)
        assert came is not None
        await national_inward.set_item(work.connection, key, state=inward_after(InwardState(came["state"]), inward_act).value)
        return
    table = NATIONAL_OUTWARD.c
    named = (table.business_date == item["outward_on"], table.submission == item["outward_submission"])
    sent = await national_outward.find(work.connection, *named, lock=True)
    assert sent is not None and outward_act is not None
    state = outward_after(OutwardState(sent["state"]), outward_act)
    await national_outward.change(work.connection, sent["posting_id"], state=state.value)


async def _cleared(work: Work, item: RowMapping, to: str) -> None:
    await national_suspense.clear(
        work.connection, item["number"], cleared_on=work.business_date, by=work.principal.teller, posting_id=work.posting_id, to=to
    )


def _result(item: RowMapping, way: str, to: str) -> dict[str, Any]:
    return {"number": item["number"], "way": way, "cleared_to": to, "amount": format_amount(item["amount_minor"], CURRENCY)}
