"""一卡通/一本通 in use: replaced, magnetised anew, printing adjusted, closed (IB 408-415, 474-484, 871-880)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints
from sqlalchemy import RowMapping

from banking.fields import CustomerNumber, Form, LongText, VoucherNumber, labelled
from banking.menus import CUSTOMERS, PERSONAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from contracts.savings import HangingAccount, SavingsClient
from kernel.text import Text
from services.customer.customers import check_shown_document, keep_history, lock
from services.customer.domain.errors import INSTRUMENT_IN_USE, INSTRUMENT_NUMBER_MISSING
from services.customer.domain.identity import CustomerKind
from services.customer.domain.instruments import InstrumentKind, unprinted_lines
from services.customer.forms import PERSONAL_DOCUMENTS, DocumentLetter, DocumentNumber
from services.customer.instruments import Holding, change, end, give, shown
from services.customer.transactions.instrument_open import KINDS

MENU = (PERSONAL, CUSTOMERS)
BookLine = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$")]
REASONS = (("damaged", Text("破损", "Damaged")), ("full", Text("用满", "Used up")), ("lost", Text("挂失", "Reported lost")))


class ShownInstrument(Form):
    """The customer's card or book, as shown at the counter."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    instrument: Literal["book", "card"] = labelled("凭证类型", "Instrument", widget="choice", choices=KINDS)
    number: VoucherNumber = labelled("凭证号", "Number of the card or book")


class DocumentShown(Form):
    """The document of the holder."""

    id_type: DocumentLetter = labelled("证件类别", "Document", widget="choice", choices=PERSONAL_DOCUMENTS)
    id_number: DocumentNumber = labelled("证件号码", "Document number", "")


class InstrumentReplacement(DocumentShown, ShownInstrument):
    """The new card or book for the old one."""

    new_number: VoucherNumber | None = labelled("新凭证号", "Number of the new card or book", None)
    reason: Literal["damaged", "full", "lost"] = labelled("更换原因", "Reason", "damaged", widget="choice", choices=REASONS)


class PrintAdjustment(Form):
    """The line of the book after which nothing counts as printed, and the row on which printing goes on (IB 481-484)."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    number: VoucherNumber = labelled("存折号", "Book number")
    book_line: BookLine = labelled("存折行号", "Line of the book (three digits)")
    start_row: int | None = labelled("起始行", "Row on which printing goes on", None, ge=1, le=99)


class InstrumentClosing(DocumentShown, ShownInstrument):
    """The card or book that is given back for good."""

    summary: LongText | None = labelled("摘要", "Summary", None)
    enclosures: int = labelled("附件数", "Enclosures", 0, ge=0, le=99)


@transaction(
    code="customer.instrument.replace",
    name=Text("卡通换凭证", "Replace a card or book"),
    menu=MENU,
    source="IB 475, 478",
    operators="S",
    two_phase=True,
)
async def replace_instrument(work: Work, form: InstrumentReplacement) -> Outcome:
    """A damaged, full or lost instrument is replaced by one of the teller's box; a new book shows the accounts that are not closed. After a
    loss its accounts pay nothing until savings has lifted it (`savings.instrument.lift_loss`).

    Raises `customer.instrument.none`, `.mismatch`, `customer.document.mismatch`, `counter.*`, `voucher.*`.
    """
    kind = InstrumentKind(form.instrument)
    if form.new_number is None and kind is InstrumentKind.CARD:
        raise INSTRUMENT_NUMBER_MISSING(field="new_number", instrument_zh=kind.text.zh, instrument_en=kind.text.en)
    customer, instrument = await _shown(work, form, kind)
    check_shown_document(customer, form.id_type, form.id_number)
    await end(work, instrument, "replaced")
    holding = Holding(*(instrument[name] for name in ("withdrawal_mode", "cross_outlet", "password_hash", "query_password_hash")))
    number = await give(work, form.customer_number, kind, form.new_number, holding, "new_number")
    await keep_history(work, form.customer_number, {kind.value: form.number}, {kind.value: number})
    accounts = await _accounts(work, form.customer_number, kind)
    result = {
        "customer_number": form.customer_number,
        "name": customer["name"],
        "instrument": kind.value,
        "old_number": form.number,
        "number": number,
        "accounts": [account.model_dump(include={"account", "name", "currency"}) for account in accounts],
    }
    return Outcome(result)


@transaction(
    code="customer.instrument.rewrite",
    name=Text("重新写磁", "Rewrite the magnetic stripe"),
    menu=MENU,
    source="IB 477, 481",
    operators="S",
)
async def rewrite_instrument(work: Work, form: ShownInstrument) -> Outcome:
    """The stripe of an instrument in use is written anew, at any outlet; the result is what stands on it.

    Raises `customer.instrument.none`, `.mismatch`.
    """
    kind = InstrumentKind(form.instrument)
    customer, _instrument = await _shown(work, form, kind)
    await keep_history(work, form.customer_number, {kind.value: form.number}, {kind.value: form.number})
    result = {"customer_number": form.customer_number, "name": customer["name"], "instrument": kind.value, "number": form.number}
    return Outcome(result)


@transaction(
    code="customer.instrument.adjust_print",
    name=Text("打印调整", "Adjust the printing of a book"),
    menu=MENU,
    source="IB 479, 484",
    operators="S",
)
async def adjust_print(work: Work, form: PrintAdjustment) -> Outcome:
    """Everything after a line of the book counts as not printed; without a row, printing goes on at the first one.

    Raises `customer.instrument.none`, `.mismatch`, `.book_line_malformed`, `.book_line_ahead`.
    """
    kind = InstrumentKind.BOOK
    customer = await lock(work, CustomerKind.PERSONAL, form.customer_number)
    book = await shown(work, form.customer_number, kind, form.number)
    lines = sum(account.lines for account in await _accounts(work, form.customer_number, kind))
    unprinted = unprinted_lines(form.book_line, lines)
    values = {"printed_line": int(form.book_line), "next_row": form.start_row or 1}
    await keep_history(work, form.customer_number, {name: book[name] for name in values}, values)
    await change(work, book, **values, adjusted_by=work.posting_id)
    result = {"customer_number": form.customer_number, "name": customer["name"], "number": form.number, **values, "unprinted": unprinted}
    return Outcome(result)


@transaction(
    code="customer.instrument.close",
    name=Text("销一卡通/一本通", "Close a card or book"),
    menu=MENU,
    source="IB 411, 871",
    operators="S",
)
async def close_instrument(work: Work, form: InstrumentClosing) -> Outcome:
    """An instrument without any open account is given back. Raises `customer.instrument.*`, `customer.document.mismatch`."""
    kind = InstrumentKind(form.instrument)
    customer, instrument = await _shown(work, form, kind)
    check_shown_document(customer, form.id_type, form.id_number)
    accounts = await _accounts(work, form.customer_number, kind)
    if accounts:
        raise INSTRUMENT_IN_USE(field="number", instrument_zh=kind.text.zh, instrument_en=kind.text.en, accounts=len(accounts))
    await end(work, instrument, "closed")
    await keep_history(work, form.customer_number, {kind.value: form.number}, {kind.value: None})
    result = {"customer_number": form.customer_number, "name": customer["name"], "instrument": kind.value, "number": form.number}
    return Outcome(result)


async def _shown(work: Work, form: ShownInstrument, kind: InstrumentKind) -> tuple[RowMapping, RowMapping]:
    customer = await lock(work, CustomerKind.PERSONAL, form.customer_number)
    return customer, await shown(work, form.customer_number, kind, form.number)


async def _accounts(work: Work, customer_number: str, kind: InstrumentKind) -> list[HangingAccount]:
    return await SavingsClient(work.resources.transport).hanging(customer_number, kind.value)
