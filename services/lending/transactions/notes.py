"""借据录入、借据维护: a loan begins with its note (IB 1896-1914). No entries."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from banking.menus import CORPORATE, LOANS
from banking.refusals import naming_field
from banking.transaction import Outcome, transaction
from banking.work import Work
from contracts.customer import CustomerClient
from contracts.savings import SavingsClient
from kernel.money import parse_amount
from kernel.numbers import check_account, check_customer_number
from kernel.text import Text
from services.lending.domain.deposits import DepositAccount, check_deposit
from services.lending.domain.errors import CUSTOMER_NOT_ACTIVE, NOTE_OTHER_OUTLET
from services.lending.domain.loan_kinds import require_ordinary
from services.lending.domain.notes import LoanNote, check_change, check_note
from services.lending.notes import NoteRecord, add_note, change_note, lock_note, next_note_number
from services.lending.parameters.load import parameters
from services.lending.transactions.forms import ChangedNote, NewNote, NoteTerms


@transaction(
    code="lending.note.enter", name=Text("借据录入", "Enter a loan note"), menu=(CORPORATE, LOANS), source="IB 1896", operators="K"
)
async def enter(work: Work, form: NewNote) -> Outcome:
    """Enter a note for release today. Raises `note.*`, `contract.*`, `loan.kind.*`, `loan.rate.*`, and unknown customers and accounts."""
    record = await _record(work, form, form.note_number or "")
    if form.note_number is None:
        number = await next_note_number(work.connection, form.contract_number)
        record = replace(record, note=replace(record.note, number=number))
    check_note(record.note, work.business_date, parameters())
    await add_note(work.connection, record, given=form.note_number is not None)
    return Outcome(result={"note_number": record.note.number})


@transaction(
    code="lending.note.maintain", name=Text("贷款借据维护", "Change a loan note"), menu=(CORPORATE, LOANS), source="IB 1908", operators="K"
)
async def maintain(work: Work, form: ChangedNote) -> Outcome:
    """Change a note that is not released, on its day, by who entered it. Raises as `enter`, `note.unknown`, `note.other_teller`."""
    changed = await _record(work, form, form.note_number)
    present = await lock_note(work.connection, form.note_number)
    kept = replace(changed.note, entered_on=present.note.entered_on, entered_by=present.note.entered_by)
    check_change(present.note, kept, work.principal.teller, work.business_date, parameters())
    check_own_outlet(present, work.outlet)
    await change_note(work.connection, replace(present, note=kept, customer_name=changed.customer_name))
    return Outcome(result={"note_number": kept.number})


def check_own_outlet(record: NoteRecord, outlet: str) -> None:
    """Raise `note.other_outlet` unless the note was entered at the outlet."""
    if record.outlet != outlet:
        raise NOTE_OTHER_OUTLET(field="note_number", outlet=record.outlet)


async def _record(work: Work, form: NoteTerms, number: str) -> NoteRecord:
    """The note a form describes, its borrower and its deposit account looked up."""
    principal_minor = parse_amount(form.principal, form.currency, "principal")
    require_ordinary(form.kind)
    check_customer_number(form.customer_number)
    check_account(form.deposit_account, "deposit_account")
    transport = work.resources.transport
    with naming_field("customer_number"):
        customer = await CustomerClient(transport).customer(form.customer_number)
    if customer.status != "active":
        raise CUSTOMER_NOT_ACTIVE(field="customer_number", number=form.customer_number)
    with naming_field("deposit_account"):
        found = await SavingsClient(transport).account(form.deposit_account)
    deposit = DepositAccount(found.account, found.customer_number, found.currency, found.business_code, found.status)
    check_deposit(deposit, form.customer_number, form.currency)
    note = LoanNote(
        number=number,
        contract_number=form.contract_number,
        customer_number=form.customer_number,
        deposit_account=form.deposit_account,
        kind=form.kind,
        principal_minor=principal_minor,
        currency=form.currency,
        annual_pct=Decimal(form.rate),
        starts_on=form.starts_on,
        due_on=form.due_on,
        entered_on=work.business_date,
        entered_by=work.principal.teller,
    )
    return NoteRecord(note, work.outlet, customer.name)
