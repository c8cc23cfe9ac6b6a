"""钱箱管理, the vouchers: between vault and boxes, voided, and the sheet of a box (IB 745-749, 1597-1612, 3588-3609, 3635-3656)."""

from __future__ import annotations

from banking.fields import CashBoxNumber, Form, labelled
from banking.menus import CASH_BOXES, GENERAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from contracts.cheques import ChequeClient, ChequeVoid
from kernel.text import Text
from kernel.vouchers import ACCOUNTING_DEPARTMENT, SHEET_MINOR, VOUCHER_CHOICES
from services.counter.boxes import check_exists
from services.counter.domain.boxes import VAULT, not_the_vault
from services.counter.domain.errors import BOX_SAME
from services.counter.domain.voucher_errors import CHEQUES_ONLY, NOT_THE_BUYER
from services.counter.domain.vouchers import NumberRange, State, kind_of_code
from services.counter.transactions.boxes import own_box
from services.counter.transactions.vouchers import CountedVouchers, KindCode, VoucherNumbers, in_the_vault, moved
from services.counter.voucher_sheets import voucher_sheets
from services.counter.vouchers import NOWHERE, Mover, Place, in_stock, is_sold, mark_used, move, mover_of, note, take, vault_of, wrong

MENU = (GENERAL, CASH_BOXES)


class VouchersForBox(VoucherNumbers):
    """Vouchers for another box of the outlet."""

    to_box: CashBoxNumber = labelled("对方钱箱", "To cash box")


class WhichKind(Form):
    """A kind, or all."""

    kind: KindCode | None = labelled("查询种类", "Kind of voucher", None, widget="choice", choices=VOUCHER_CHOICES)


async def _between(work: Work, numbers: NumberRange, action: str, come: Place, go: Place) -> Outcome:
    """From one box of the outlet into another: the outlet holds as many as before, so nothing is posted."""
    mover = mover_of(work)
    await move(work.connection, numbers, in_stock(come), mover, cash_box=go.cash_box)
    await note(work.connection, numbers, mover, action, come, go)
    return moved(numbers, cash_box=come.cash_box, to_box=go.cash_box)


@transaction(
    code="counter.voucher.take_out", name=Text("凭证出库", "Vouchers from the vault to the box"), menu=MENU, source="IB 1599, 3589"
)
async def take_out(work: Work, form: CountedVouchers) -> Outcome:
    """Out of the vault into the own box.

    Raises `counter.cash_box_required`, `counter.box.is_vault`, `voucher.not_in_place`, and what is wrong with the range.
    """
    return await _between(work, form.numbers(), "take_out", vault_of(work.outlet), Place(work.outlet, own_box(work)))


@transaction(code="counter.voucher.put_in", name=Text("凭证入库", "Vouchers from the box to the vault"), menu=MENU, source="IB 1603, 3608")
async def put_in(work: Work, form: CountedVouchers) -> Outcome:
    """Out of the own box back into the vault. Raises as `counter.voucher.take_out`."""
    return await _between(work, form.numbers(), "put_in", Place(work.outlet, own_box(work)), vault_of(work.outlet))


@transaction(code="counter.voucher.transfer", name=Text("凭证调配", "Vouchers to another box"), menu=MENU, source="IB 1607")
async def transfer(work: Work, form: VouchersForBox) -> Outcome:
    """Out of the own box into another one of the outlet; the giving teller does it.

    Raises as `counter.voucher.take_out`, and `counter.box.unknown`, `counter.box.same`.
    """
    giving = own_box(work)
    if not_the_vault(form.to_box, "to_box") == giving:
        raise BOX_SAME(field="to_box")
    await check_exists(work.connection, work.outlet, form.to_box, "to_box")
    return await _between(work, form.numbers(), "transfer", Place(work.outlet, giving), Place(work.outlet, form.to_box))


@transaction(code="counter.voucher.void", name=Text("凭证作废", "Void vouchers"), menu=MENU, source="IB 3635")
async def void(work: Work, form: VoucherNumbers) -> Outcome:
    """Void vouchers of the vault, by a teller without a box of his own open: what is in a box is put into the vault first.

    Raises `voucher.vault_only`, `voucher.not_in_place`, and what is wrong with the range.
    """
    vault, numbers, mover = in_the_vault(work), form.numbers(), mover_of(work)
    await move(work.connection, numbers, in_stock(vault), mover, state=State.VOID.value)
    await note(work.connection, numbers, mover, "void", vault, NOWHERE)
    return moved(numbers, numbers.value_minor, "counter.voucher.void")


@transaction(
    code="counter.voucher.void_batch",
    name=Text("支票批量作废", "Void a batch of cheques"),
    menu=MENU,
    source="IB 745",
    outlets="city",
    dual="a",
    two_phase=True,
)
async def void_batch(work: Work, form: CountedVouchers) -> Outcome:
    """Void a batch that has been handed in to the accounting department, those sold to customers and not used yet included.

    Raises `voucher.not_the_buyer`, `voucher.vault_only`, `voucher.cheques_only`, `voucher.not_in_place` for a number that is in another
    unit's hands or was voided, and what is wrong with the range.
    """
    if work.outlet != ACCOUNTING_DEPARTMENT:
        raise NOT_THE_BUYER(outlet=ACCOUNTING_DEPARTMENT)
    vault, numbers, mover = in_the_vault(work), form.numbers(), mover_of(work)
    if not numbers.kind.is_cheque:
        raise CHEQUES_ONLY(field="kind", kind_zh=numbers.kind.name.zh, kind_en=numbers.kind.name.en)
    handed_in = await take(work.connection, numbers, in_stock(vault), mover, state=State.VOID.value)
    unused = await take(work.connection, numbers, is_sold(), mover, state=State.VOID.value)
    if handed_in + unused != numbers.sheets:
        raise await wrong(work.connection, numbers, mover)
    await note(work.connection, numbers, mover, "void_batch", vault, NOWHERE)
    voided = await _void_in_customers_hands(work, numbers, mover) if unused else 0
    return moved(numbers, handed_in * SHEET_MINOR, "counter.voucher.void_batch", handed_in=handed_in, sold=voided)


async def _void_in_customers_hands(work: Work, numbers: NumberRange, mover: Mover) -> int:
    """Tell who keeps sold cheques, after the own rows are held, as everybody does; how many he will void. The used ones stay used."""
    client, (first, last) = ChequeClient(work.resources.transport), numbers.texts
    if not work.dry_run:
        work.on_failure.append(lambda: client.give_up(work.posting_id))
        work.after_commit.append(lambda: client.post(work.posting_id))
    answer = await client.void(
        ChequeVoid(
            posting_id=work.posting_id,
            initiator=work.resources.name,
            transaction_code=work.code,
            business_date=work.business_date,
            counter_outlet=work.outlet,
            teller=work.principal.teller,
            kind=numbers.kind.code,
            first=first,
            last=last,
            dry_run=work.dry_run,
        )
    )
    await mark_used(work.connection, numbers, [int(number) for number in answer.used])
    return answer.voided


@transaction(
    code="counter.voucher.stock",
    name=Text("有价凭证查询", "Vouchers of the cash box"),
    menu=MENU,
    source="IB 1610, 3648",
    gated=False,
)
async def stock(work: Work, form: WhichKind) -> Outcome:
    """The vouchers of the box the teller signed on with, of the vault without one: per kind opening, out and in, received and paid, and
    what is there now."""
    if form.kind is not None:
        kind_of_code(form.kind)
    cash_box = work.principal.cash_box or VAULT
    kinds = () if form.kind is None else (form.kind,)
    rows = await voucher_sheets(work.connection, work.business_date, outlet=work.outlet, cash_box=cash_box, kinds=kinds)
    return Outcome(result={"cash_box": cash_box, "rows": rows})


BOX_TRANSACTIONS = (take_out, put_in, transfer, void, void_batch, stock)
