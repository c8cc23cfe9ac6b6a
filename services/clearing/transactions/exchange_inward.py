"""提入: items that come in with a session, single-handed, and those of them that go back (IB 2293-2329)."""

from __future__ import annotations

from dataclasses import replace

from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from services.clearing import customer_money
from services.clearing.domain import exchange_errors as errors
from services.clearing.domain.exchange_items import Act, Stream
from services.clearing.domain.exchange_sessions import Session
from services.clearing.exchange_items import hold_item, take_step
from services.clearing.exchange_papers import paper_of, shown
from services.clearing.transactions.exchange_forms import InwardPaper, ReturnedCredit, ReturnedPaper
from services.clearing.transactions.exchange_outward import MENU

ACTS = {"direct": Act.RETURN, "suspend": Act.SUSPEND, "return_suspended": Act.RETURN, "pay_suspended": Act.PAY_OUT}


@transaction(code="clearing.exchange.in_debit", name=Text("提入代付", "Inward debit"), menu=MENU, source="IB 2293", two_phase=True)
async def in_debit(work: Work, form: InwardPaper) -> Outcome:
    """Pay an own customer's cheque, or another order to debit, that another bank presents; the account may be at any outlet.

    Raises `exchange.session.*`, `exchange.account.*`, `exchange.voucher_number_required`, `account.*`, `cheque.*`, `amount.*`.
    """
    item = await paper_of(work, Stream.IN_DEBIT, form, anywhere=True)
    posted, posting = await take_step(work, item, Act.POST, form.asked)
    return Outcome(shown(posted), posting)


@transaction(code="clearing.exchange.in_credit", name=Text("提入代收", "Inward credit"), menu=MENU, source="IB 2310", two_phase=True)
async def in_credit(work: Work, form: InwardPaper) -> Outcome:
    """Pay what comes in to an account of this outlet. Raises as `in_debit`."""
    item = await paper_of(work, Stream.IN_CREDIT, form)
    posted, posting = await take_step(work, item, Act.POST, form.asked)
    return Outcome(shown(posted), posting)


@transaction(
    code="clearing.exchange.return_in_debit",
    name=Text("提入代付退票", "Return inward debit"),
    menu=MENU,
    source="IB 2300",
    two_phase=True,
)
async def return_in_debit(work: Work, form: ReturnedPaper) -> Outcome:
    """Refuse a debit drawn on an account of this outlet: it counts as come in with this session and goes back with the next switch by
    itself. A transfer cheque is used by it.

    Raises `exchange.session.*`, `exchange.account.*`, `cheque.*`, `amount.*`.
    """
    item = replace(await paper_of(work, Stream.IN_DEBIT, form, closed=True), reason=form.reason)
    returning, posting = await take_step(work, item, Act.RETURN, form.asked)
    return Outcome(shown(returning), posting)


@transaction(
    code="clearing.exchange.return_in_credit",
    name=Text("提入代收退票", "Return inward credit"),
    menu=MENU,
    source="IB 2315",
    two_phase=True,
)
async def return_in_credit(work: Work, form: ReturnedCredit) -> Outcome:
    """A credit that cannot be paid: it goes back with the next switch, or to suspense until it is known what becomes of it; what is in
    suspense goes back later, or is paid to an account of this outlet. Any stream's suspense is paid out here.

    Raises `exchange.field_required`, `exchange.session.*`, `exchange.account.*`, `exchange.item.*`, `account.*`, `amount.*`.
    """
    act = ACTS[form.handling]
    if form.handling in ("direct", "suspend"):
        _require(form, "exchange_date", "session", "account", "amount")
        assert form.exchange_date is not None and form.session is not None
        item = replace(await paper_of(work, Stream.IN_CREDIT, form, closed=True), reason=form.reason)
        done, posting = await take_step(work, item, act, Session(form.exchange_date, form.session))
        return Outcome(shown(done), posting)
    _require(form, "item", *(["account"] if act is Act.PAY_OUT else []))
    assert form.item is not None
    item = await hold_item(work, form.item)
    if form.reason is not None:
        item = replace(item, reason=form.reason)
    if act is Act.PAY_OUT:
        account = await customer_money.find(work, form.account or "")
        if account.outlet != work.outlet:
            raise errors.OTHER_OUTLET(field="account", account=account.account, outlet=account.outlet)
        item = replace(item, paid_to=account.account)
    done, posting = await take_step(work, item, act, pays=item.paid_to)
    return Outcome(shown(done), posting)


def _require(form: ReturnedCredit, *names: str) -> None:
    for name in names:
        if getattr(form, name) is None:
            raise errors.FIELD_REQUIRED(field=name)
