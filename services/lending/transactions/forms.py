"""Fields of the forms of loans."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from banking.fields import CURRENCY_CHOICES, AccountNumber, AmountText, CurrencyCode, CustomerNumber, Form, RateText, labelled
from services.lending.domain.loan_kinds import KINDS

ContractNumber = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z-]{1,18}$")]
NoteNumber = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z-]{1,20}$")]
KindCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
KIND_CHOICES = tuple((kind.business_code, kind.name) for kind in KINDS.values() if kind.ordinary)


class NoteTerms(Form):
    """What a note of a loan to an organisation says; the rate is in percent a year."""

    contract_number: ContractNumber = labelled("合同号", "Contract number")
    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    deposit_account: AccountNumber = labelled("存款账号", "Deposit account", widget="account")
    principal: AmountText = labelled("金额", "Principal", widget="amount")
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    rate: RateText = labelled("年利率%", "Rate, % a year")
    starts_on: date = labelled("起始日", "Starts on", widget="date")
    due_on: date = labelled("到期日", "Due on", widget="date")
    kind: KindCode = labelled("贷款种类", "Kind of loan", widget="choice", choices=KIND_CHOICES)


class NewNote(NoteTerms):
    """A note; without a number it gets the next one of its contract."""

    note_number: NoteNumber | None = labelled("借据号", "Note number", None)


class ChangedNote(NoteTerms):
    """A note with all its terms as they shall be."""

    note_number: NoteNumber = labelled("借据号", "Note number")


class OneNote(Form):
    """A note by its number."""

    note_number: NoteNumber = labelled("借据号", "Note number")


class PartOfLoan(Form):
    """A loan and the principal to repay."""

    account: AccountNumber = labelled("贷款账号", "Loan account", widget="account")
    amount: AmountText = labelled("还款金额", "Principal to repay", widget="amount")


class WholeLoan(Form):
    """A loan to repay, and what the customer means to pay in all where it shall be checked."""

    account: AccountNumber = labelled("贷款账号", "Loan account", widget="account")
    amount: AmountText | None = labelled("本息合计(核对)", "Principal and interest, to be checked", None, widget="amount")
