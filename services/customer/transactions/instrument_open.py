"""开一卡通/一本通客户, 补开: customers get a card, a book, or both (IB 303-309, 398-407, 455, 857-870)."""

from __future__ import annotations

from typing import Literal

from banking.fields import CustomerNumber, Form, Secret, VoucherNumber, labelled
from banking.menus import CUSTOMERS, GENERAL, INFORMATION, PERSONAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from services.customer.customers import check_shown_document, enter, keep_history, lock
from services.customer.domain.errors import INSTRUMENT_NUMBER_MISSING, INSTRUMENT_NUMBER_NOT_WANTED
from services.customer.domain.identity import CustomerKind
from services.customer.domain.instruments import BOTH, OPENED_TOGETHER, Category, InstrumentKind, check_may_have, check_numbers
from services.customer.forms import MODES, PERSONAL_DOCUMENTS, DocumentLetter, DocumentNumber, PersonalCustomer
from services.customer.instruments import give, holding_of, in_use

KINDS = tuple((kind.value, kind.text) for kind in (InstrumentKind.BOOK, InstrumentKind.CARD))


class HoldingForm(Form):
    """How an instrument will be used; a password must be left with the bank (IB 307)."""

    withdrawal_mode: Literal["A", "B"] = labelled("印鉴类别", "Withdrawal mode", "A", widget="choice", choices=MODES)
    password: Secret = labelled("支取密码", "Password", widget="password", repeat=True)
    query_password: Secret | None = labelled("查询密码", "Password for enquiries", None, widget="password", repeat=True)
    cross_outlet: bool = labelled("通存通兑", "Usable at other outlets", True, widget="boolean")
    enclosures: int = labelled("附件数", "Enclosures", 0, ge=0, le=99)


class InstrumentsWanted(Form):
    """Card, book, or both, with their numbers; a book without one is the next of the box."""

    instrument: Literal["book", "card", "both"] = labelled(
        "凭证类型", "Instrument", widget="choice", choices=(*KINDS, (BOTH, Text("卡本通", "Card and book")))
    )
    book_number: VoucherNumber | None = labelled("存折号", "Book number", None, when={"instrument": ["book", BOTH]})
    card_number: VoucherNumber | None = labelled("卡号", "Card number", None, when={"instrument": ["card", BOTH]})


class InstrumentCustomer(HoldingForm, PersonalCustomer, InstrumentsWanted):
    """A person with the instruments wanted. A card bears its customer number; with a book alone the bank gives one (IB 868-870)."""

    customer_number: CustomerNumber | None = labelled(
        "客户号", "Customer number (on the card)", None, widget="customer", when={"instrument": ["card", BOTH]}
    )


class InstrumentAddition(HoldingForm):
    """The instrument a customer gets beside what he has, with the document he shows."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    instrument: Literal["book", "card"] = labelled("凭证类型", "Instrument", widget="choice", choices=KINDS)
    number: VoucherNumber | None = labelled("凭证号", "Number of the card or book", None)
    id_type: DocumentLetter = labelled("证件类别", "Document", widget="choice", choices=PERSONAL_DOCUMENTS)
    id_number: DocumentNumber = labelled("证件号码", "Document number", "")


@transaction(
    code="customer.instrument.open",
    name=Text("开一卡通/一本通客户", "Open a customer with card or book"),
    menu=(PERSONAL, CUSTOMERS),
    source="IB 857",
    operators="S",
    two_phase=True,
)
async def open_with_instrument(work: Work, form: InstrumentCustomer) -> Outcome:
    """Open a person and give out card, book or both from the teller's box; a book without a number is the next of the box.

    Raises `customer.exists`, `customer.number.*`, `customer.instrument.*`, `counter.*`, `voucher.*`.
    """
    wanted = OPENED_TOGETHER[form.instrument]
    check_numbers(wanted, form.customer_number)
    numbers = _numbers(form)
    holding = await holding_of(work, form)
    customer = await enter(work, CustomerKind.PERSONAL, form, Category.CARD)
    given = {kind.value: await give(work, customer, kind, numbers[kind], holding, f"{kind.value}_number") for kind in wanted}
    await keep_history(work, customer, {}, given)
    result = {"customer_number": customer, "name": form.name} | {f"{kind}_number": number for kind, number in given.items()}
    return Outcome(result)


def _numbers(form: InstrumentCustomer) -> dict[InstrumentKind, str | None]:
    """The numbers of card and book as entered; that of a card must be, it is printed with the customer number (IB 868)."""
    numbers = {InstrumentKind.BOOK: form.book_number, InstrumentKind.CARD: form.card_number}
    wanted = OPENED_TOGETHER[form.instrument]
    for kind, number in numbers.items():
        names = {"field": f"{kind.value}_number", "instrument_zh": kind.text.zh, "instrument_en": kind.text.en}
        if number is not None and kind not in wanted:
            raise INSTRUMENT_NUMBER_NOT_WANTED(**names)
        if number is None and kind is InstrumentKind.CARD and kind in wanted:
            raise INSTRUMENT_NUMBER_MISSING(**names)
    return numbers


@transaction(
    code="customer.instrument.add",
    name=Text("补开一卡通/一本通", "Add a card or book"),
    menu=(GENERAL, INFORMATION),
    source="IB 306, 403, 455",
    operators="S",
    dual="a",
    two_phase=True,
)
async def add_instrument(work: Work, form: InstrumentAddition) -> Outcome:
    """Give a customer the card or book he does not have yet. Raises as `open_with_instrument`, and `customer.document.mismatch`."""
    kind = InstrumentKind(form.instrument)
    customer = await lock(work, CustomerKind.PERSONAL, form.customer_number)
    check_shown_document(customer, form.id_type, form.id_number)
    held = await in_use(work.connection, form.customer_number)
    check_may_have(Category(customer["category"]), held, kind)
    if form.number is None and kind is InstrumentKind.CARD:
        raise INSTRUMENT_NUMBER_MISSING(field="number", instrument_zh=kind.text.zh, instrument_en=kind.text.en)
    number = await give(work, form.customer_number, kind, form.number, await holding_of(work, form), "number")
    await keep_history(work, form.customer_number, {}, {kind.value: number})
    result = {"customer_number": form.customer_number, "name": customer["name"], f"{kind.value}_number": number}
    return Outcome(result)
