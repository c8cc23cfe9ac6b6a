"""凭证管理: vouchers from the accounting department down to the outlets' vaults, and back (IB 329-343, 697-756, 1547-1559, 3446-3492).

All of it happens in the vaults: whoever has a box of his own open does not do it (IB 738).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import StringConstraints

from banking.fields import Form, OutletCode, VoucherNumber, labelled
from banking.menus import GENERAL, VOUCHERS
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from kernel.numbers import check_outlet
from kernel.text import Text
from kernel.vouchers import ACCOUNTING_DEPARTMENT, SHEET_CURRENCY, VOUCHER_CHOICES
from services.counter.domain.boxes import VAULT
from services.counter.domain.voucher_errors import NOT_SUBORDINATE, NOT_THE_BUYER, NOTHING_ABOVE, VAULT_ONLY
from services.counter.domain.vouchers import NumberRange, State, issuer_of, number_range, whole_books
from services.counter.vouchers import (
    NOWHERE,
    Place,
    check_as_issued,
    in_stock,
    issued,
    move,
    mover_of,
    note,
    register_new,
    unregister,
    vault_of,
)

MENU = (GENERAL, VOUCHERS)
KindCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{4,8}$")]


class VoucherNumbers(Form):
    """Vouchers of one kind, from a number to a number."""

    kind: KindCode = labelled("凭证种类", "Kind of voucher", widget="choice", choices=VOUCHER_CHOICES)
    first: VoucherNumber = labelled("开始号码", "First number")
    last: VoucherNumber = labelled("结束号码", "Last number")

    def numbers(self) -> NumberRange:
        """Raises `voucher.kind_unknown`, `voucher.range`, `voucher.range_too_long`."""
        return number_range(self.kind, self.first, self.last)

    def whole_books(self) -> NumberRange:
        """Raises as `numbers`, and `voucher.whole_books`."""
        return whole_books(self.numbers())


class CountedVouchers(VoucherNumbers):
    """The same, and how many sheets they were counted to be."""

    sheets: int = labelled("凭证张数", "Sheets", ge=1)

    def numbers(self) -> NumberRange:
        """Raises as `VoucherNumbers.numbers`, and `voucher.sheets_differ`."""
        return number_range(self.kind, self.first, self.last, sheets=self.sheets)


class VouchersForOutlet(VoucherNumbers):
    """Vouchers for a subordinate unit."""

    to_outlet: OutletCode = labelled("下发部门", "To outlet")


def in_the_vault(work: Work) -> Place:
    """The vault, if the teller has no box of his own open. Raises `voucher.vault_only`."""
    if work.principal.cash_box not in (None, VAULT):
        raise VAULT_ONLY()
    return vault_of(work.outlet)


def moved(numbers: NumberRange, value_minor: int = 0, rule: str = "", **result: Any) -> Outcome:
    """Vouchers moved; those that came to or left the outlet at their value, under a rule."""
    first, last = numbers.texts
    shown = {"kind": numbers.kind.code, "first": first, "last": last, "sheets": numbers.sheets, **result}
    posting = Posting(rule=rule, currency=SHEET_CURRENCY, amounts_minor={"amount": value_minor}) if value_minor else None
    return Outcome(shown, posting)


def _superior(work: Work) -> str:
    above = issuer_of(work.outlet)
    if above is None:
        raise NOTHING_ABOVE()
    return above


def _subordinate(work: Work, outlet: str) -> str:
    if issuer_of(check_outlet(outlet, "to_outlet")) != work.outlet:
        raise NOT_SUBORDINATE(field="to_outlet", outlet=outlet)
    return outlet


@transaction(
    code="counter.voucher.purchase",
    name=Text("凭证购入(财会部)", "Vouchers bought by the accounting department"),
    menu=MENU,
    source="IB 734, 3447",
    outlets="city",
)
async def purchase(work: Work, form: CountedVouchers) -> Outcome:
    """Enter vouchers nobody has entered before into the vault of the accounting department.

    Raises `voucher.not_the_buyer`, `voucher.vault_only`, `voucher.exists`, and what is wrong with the range.
    """
    if work.outlet != ACCOUNTING_DEPARTMENT:
        raise NOT_THE_BUYER(outlet=ACCOUNTING_DEPARTMENT)
    vault, numbers, mover = in_the_vault(work), form.whole_books(), mover_of(work)
    await register_new(work.connection, numbers, vault, mover)
    await note(work.connection, numbers, mover, "purchase", NOWHERE, vault)
    return moved(numbers, numbers.value_minor, "counter.voucher.purchase")


@transaction(
    code="counter.voucher.receive", name=Text("凭证领入", "Receive vouchers into the vault"), menu=MENU, source="IB 737-741, 1549, 3447"
)
async def receive(work: Work, form: CountedVouchers) -> Outcome:
    """Take what the superior issued today into the vault, exactly that.

    Raises `voucher.nothing_above`, `voucher.vault_only`, `voucher.issue_out_of_date`, `voucher.not_as_issued`, `voucher.not_in_place`, and
    what is wrong with the range.
    """
    above, vault, numbers, mover = _superior(work), in_the_vault(work), form.whole_books(), mover_of(work)
    await check_as_issued(work.connection, numbers, above, work.outlet, work.business_date)
    values = {"state": State.STOCK.value, "outlet": work.outlet, "cash_box": vault.cash_box, "issued_to": None, "issued_on": None}
    await move(work.connection, numbers, issued(above, work.outlet), mover, **values)
    await note(work.connection, numbers, mover, "receive", Place(above), vault)
    return moved(numbers, numbers.value_minor, "counter.voucher.receive", from_outlet=above)


@transaction(
    code="counter.voucher.undo_receive",
    name=Text("取消凭证领入/凭证上缴", "Undo the receipt of vouchers"),
    menu=MENU,
    source="IB 1556, 3461",
)
async def undo_receive(work: Work, form: VoucherNumbers) -> Outcome:
    """Give vouchers of the vault back: they are issued and not received again. At the accounting department a purchase is undone.

    Raises `voucher.vault_only`, `voucher.not_in_place` (not in the vault: not received, taken out, issued), and what is wrong with the
    range.
    """
    vault, numbers, mover, above = in_the_vault(work), form.whole_books(), mover_of(work), issuer_of(work.outlet)
    if above is None:
        await unregister(work.connection, numbers, vault, mover)
    else:
        values = {"outlet": above, "cash_box": None, "issued_to": work.outlet, "issued_on": work.business_date}
        await move(work.connection, numbers, in_stock(vault), mover, state=State.ISSUED.value, **values)
    await note(work.connection, numbers, mover, "undo_receive", vault, Place(above))
    return moved(numbers, numbers.value_minor, "counter.voucher.undo_receive", **({"to_outlet": above} if above else {}))


@transaction(
    code="counter.voucher.issue",
    name=Text("凭证下发", "Issue vouchers to a subordinate unit"),
    menu=MENU,
    source="IB 734-741, 3470",
    outlets="branch",
)
async def issue(work: Work, form: VouchersForOutlet) -> Outcome:
    """Send vouchers of the vault to a unit right below, which receives them the same day: the accounting department to business departments
    (and the other departments of the city), those to their outlets.

    Raises `voucher.vault_only`, `voucher.not_subordinate`, `voucher.not_in_place`, and what is wrong with the range.
    """
    vault, numbers, mover = in_the_vault(work), form.whole_books(), mover_of(work)
    below = _subordinate(work, form.to_outlet)
    values = {"cash_box": None, "issued_to": below, "issued_on": work.business_date}
    await move(work.connection, numbers, in_stock(vault), mover, state=State.ISSUED.value, **values)
    await note(work.connection, numbers, mover, "issue", vault, Place(below))
    return moved(numbers, numbers.value_minor, "counter.voucher.issue", to_outlet=below)


@transaction(
    code="counter.voucher.undo_issue",
    name=Text("取消凭证下发", "Undo the issue of vouchers"),
    menu=MENU,
    source="IB 3481",
    outlets="branch",
)
async def undo_issue(work: Work, form: VouchersForOutlet) -> Outcome:
    """Take back into the vault what the unit below has not received. Raises as `counter.voucher.issue`."""
    vault, numbers, mover = in_the_vault(work), form.whole_books(), mover_of(work)
    below = _subordinate(work, form.to_outlet)
    values = {"cash_box": vault.cash_box, "issued_to": None, "issued_on": None}
    await move(work.connection, numbers, issued(work.outlet, below), mover, state=State.STOCK.value, **values)
    await note(work.connection, numbers, mover, "undo_issue", Place(below), vault)
    return moved(numbers, numbers.value_minor, "counter.voucher.undo_issue", to_outlet=below)


VAULT_TRANSACTIONS = (purchase, receive, undo_receive, issue, undo_issue)
