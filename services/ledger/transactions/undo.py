"""冲开户, 冲销户: the opening or the closing of a deposit account taken back whole, by two people, at the counter that did it (IB 439-445,
2538, 3382-3387).

They are reversals that name an account instead of a transaction; what becomes of the account its owner decides (decision 0014).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from banking.fields import AccountNumber, Form, labelled
from banking.menus import ACCOUNT_MAINTENANCE, GENERAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from contracts.movement import MovementLine
from contracts.savings import UNDO_CLOSE, UNDO_OPEN, SavingsClient, Undoable, Undoing
from kernel.text import Text
from services.ledger.corrections import hold_correctable
from services.ledger.domain.refusals import NOT_OWN_OUTLET
from services.ledger.transactions.reverse import take_back

MENU = (GENERAL, ACCOUNT_MAINTENANCE)


class UndoForm(Form):
    """The account."""

    account: AccountNumber = labelled("账号", "Account", widget="account")


@transaction(code=UNDO_OPEN, name=Text("冲开户", "Undo an opening"), menu=MENU, source="IB 439", dual="a", two_phase=True)
async def undo_open(work: Work, form: UndoForm) -> Outcome:
    """Take back a person's account that nothing but its first deposit has happened to: the deposit is reversed, the account cancelled; its
    number and its voucher stay used.

    Raises `account.*`, `ledger.correct.*`, `ledger.transaction.on_its_way`, and what the paying account's owner refuses with.
    """
    return await _undo(work, form.account, "opening")


@transaction(code=UNDO_CLOSE, name=Text("冲销户", "Undo a closing"), menu=MENU, source="IB 441, 2538, 3382", dual="a", two_phase=True)
async def undo_close(work: Work, form: UndoForm) -> Outcome:
    """Put a closed account back to where it was before its last transaction, its products going on, its voucher and cheques good again; the
    statement of its interest is struck out. Raises as `undo_open`."""
    return await _undo(work, form.account, "closing")


async def _undo(work: Work, account: str, undoing: Undoing) -> Outcome:
    made = await SavingsClient(work.resources.transport).undoable(account, undoing)
    if made.outlet != work.outlet:
        raise NOT_OWN_OUTLET(field="account", outlet=work.outlet)
    if made.posts:
        original = await hold_correctable(work, made.transaction_number, made.business_date)
        undone = await take_back(work, original, account)
    else:
        undone = await _without_entries(work, made)
    return replace(undone, result={"account": account, **undone.result})


async def _without_entries(work: Work, made: Undoable) -> Outcome:
    """An account that closed with nothing to pay: its owner opens it again, the books have nothing to take back."""
    line = MovementLine(account=made.account, amount_minor=0, summary=f"冲账 {made.transaction_number}")
    await work.move("savings", made.currency, (line,), value_date=made.business_date, correction=True, reverses=made.posting_id)
    return Outcome({"reversed": _named(made.transaction_number, made.business_date)})


def _named(number: str, day: date) -> dict[str, str]:
    return {"transaction_number": number, "business_date": day.isoformat()}
