"""贷款发放、部分还贷、全部还贷: money between a loan and its deposit account, which the savings service keeps (IB 1927-1941, 1988-2031)."""

from __future__ import annotations

from typing import Any

from banking.menus import CORPORATE, LOANS
from banking.refusals import naming_field
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from contracts.ledger import AccountReference
from contracts.movement import MovementLine
from kernel.money import format_amount, parse_amount
from kernel.text import Text
from services.lending.domain import loans as domain
from services.lending.domain.loans import LineKind, Loan
from services.lending.loans import (
    Change,
    LoanRecord,
    add_loan,
    arrears_of,
    change_loan,
    find_loan,
    next_loan_account,
)
from services.lending.notes import lock_note
from services.lending.parameters.load import parameters
from services.lending.transactions.forms import OneNote, PartOfLoan, WholeLoan
from services.lending.transactions.notes import check_own_outlet


@transaction(
    code="lending.loan.release",
    name=Text("贷款发放", "Release a loan"),
    menu=(CORPORATE, LOANS),
    source="IB 1927",
    operators="K",
    two_phase=True,
)
async def release(work: Work, form: OneNote) -> Outcome:
    """Pay a note out to its deposit account, once, on its day; the loan stands in the books of the counter outlet.

    Raises `note.unknown`, `note.other_outlet`, `note.released`, `note.lapsed`, and what savings refuses the deposit account with.
    """
    register = await lock_note(work.connection, form.note_number)
    check_own_outlet(register, work.outlet)
    note = register.note
    loan = domain.release(note, work.business_date, parameters())
    deposit = await _move_deposit(work, note.deposit_account, note.currency, note.principal_minor, "note_number")
    record = LoanRecord(
        account=await next_loan_account(work.connection, note.customer_number),
        note_number=note.number,
        customer_number=note.customer_number,
        name=register.customer_name,
        deposit_account=note.deposit_account,
        outlet=work.outlet,
        currency=note.currency,
        business_code=note.kind,
        due_on=note.due_on,
        loan=loan,
    )
    await add_loan(work.connection, record, _change(work, LineKind.RELEASE, -note.principal_minor))
    return Outcome(
        result={
            "account": record.account,
            "balance": format_amount(loan.outstanding_minor, note.currency),
            "note_number": note.number,
            "deposit_account": note.deposit_account,
        },
        posting=_posting("lending.loan.release", record, deposit, principal=note.principal_minor),
    )


@transaction(
    code="lending.loan.repay_part",
    name=Text("部分还贷", "Repay part of a loan"),
    menu=(CORPORATE, LOANS),
    source="IB 1988",
    operators="K",
    two_phase=True,
)
async def repay_part(work: Work, form: PartOfLoan) -> Outcome:
    """Take principal from the deposit account, no interest; within the sub-branch, and not while interest is owed without permission.

    Raises `loan.unknown`, `loan.not_open`, `loan.held`, `loan.other_branch`, `loan.interest_in_arrears`, `loan.repayment_*`, and what
    savings refuses the deposit account with.
    """
    record = await find_loan(work.connection, form.account, lock=True)
    record.require_free()
    domain.require_open(record.loan)
    domain.check_within_branch(record.outlet, work.outlet)
    amount_minor = parse_amount(form.amount, record.currency)
    loan = domain.repay_part(record.loan, amount_minor, work.business_date, await arrears_of(work.connection, record.account))
    deposit = await _move_deposit(work, record.deposit_account, record.currency, -amount_minor, "account")
    domain.check_within_branch(record.outlet, deposit.outlet)
    await change_loan(work.connection, record, loan, _change(work, LineKind.REPAY_PART, amount_minor))
    posting = _posting("lending.loan.repay_part", record, deposit, principal=amount_minor)
    return Outcome(result=_repaid(record, loan, amount_minor, 0), posting=posting)


@transaction(
    code="lending.loan.repay_full",
    name=Text("全部还贷", "Repay a loan in full"),
    menu=(CORPORATE, LOANS),
    source="IB 2008",
    operators="K",
    two_phase=True,
)
async def repay_full(work: Work, form: WholeLoan) -> Outcome:
    """Take principal and interest together from the deposit account 利随本清, and close the loan.

    Raises `loan.unknown`, `loan.not_open`, `loan.held`, `loan.interest_in_arrears`, `loan.payment_not_exact`, and what savings refuses
    the deposit account with.
    """
    record = await find_loan(work.connection, form.account, lock=True)
    record.require_free()
    brought_minor = None if form.amount is None else parse_amount(form.amount, record.currency)
    arrears_minor = await arrears_of(work.connection, record.account)
    due, loan = domain.repay_full(record.loan, work.business_date, parameters(), arrears_minor, brought_minor)
    principal_minor = record.loan.outstanding_minor
    paid_minor = principal_minor + due.interest_minor
    deposit = await _move_deposit(work, record.deposit_account, record.currency, -paid_minor, "account")
    change = _change(work, LineKind.REPAY_FULL, principal_minor, due.interest_minor)
    await change_loan(work.connection, record, loan, change)
    amounts = {"principal": principal_minor, "interest": due.interest_minor, "paid": paid_minor}
    return Outcome(
        result=_repaid(record, loan, principal_minor, due.interest_minor),
        posting=_posting("lending.loan.repay_full", record, deposit, **amounts),
    )


async def _move_deposit(work: Work, account: str, currency: str, amount_minor: int, field: str) -> AccountReference:
    """Hold a movement of the loan's deposit account; a refusal names the form's `field`, which the account came from."""
    with naming_field(field):
        answer = await work.move("savings", currency, (MovementLine(account=account, amount_minor=amount_minor),))
    return answer.accounts[0]


def _change(work: Work, kind: LineKind, amount_minor: int, interest_minor: int = 0) -> Change:
    return Change(
        posting_id=work.posting_id,
        kind=kind,
        amount_minor=amount_minor,
        interest_minor=interest_minor,
        business_date=work.business_date,
        value_date=work.business_date,
        outlet=work.outlet,
        teller=work.principal.teller,
    )


def _posting(rule: str, record: LoanRecord, deposit: AccountReference, **amounts_minor: int) -> Posting:
    return Posting(
        rule=rule,
        currency=record.currency,
        accounts={"loan": record.reference, "deposit": deposit},
        amounts_minor=amounts_minor,
        references={"note_number": record.note_number},
    )


def _repaid(record: LoanRecord, loan: Loan, principal_minor: int, interest_minor: int) -> dict[str, Any]:
    return {
        "account": record.account,
        "principal": format_amount(principal_minor, record.currency),
        "interest": format_amount(interest_minor, record.currency),
        "paid": format_amount(principal_minor + interest_minor, record.currency),
        "balance": format_amount(loan.outstanding_minor, record.currency),
        "status": loan.status.value,
    }
