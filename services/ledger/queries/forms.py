"""What is asked of the books, and how rows of the journal are shown and described."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import ColumnElement, Row

from banking.fields import CURRENCY_CHOICES, CurrencyCode, Day, Form, OutletCode, labelled
from banking.lists import ListForm
from banking.query import Read
from contracts.report import Column
from kernel.money import format_amount
from kernel.numbers import internal_account
from kernel.text import Text
from services.ledger.domain.model import FIRST_SUFFIX
from services.ledger.domain.rulebook import Rulebook
from services.ledger.rulebook import rulebook_on

SubjectCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{3,7}$")]
ACCOUNT_DIGITS = 15
SIDES = (("debit", Text("借", "Debit")), ("credit", Text("贷", "Credit")))
CASH_OR_TRANSFER = (("cash", Text("现金 CS", "Cash")), ("transfer", Text("转账 TR", "Transfer")))


class BooksForm(Form):
    """A date (the business date if left out), an outlet (the whole bank if left out) and a currency."""

    date: Day | None = labelled("账务日期", "Business date", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)


class SubjectForm(BooksForm):
    """The same, with a range of subjects; `407` as the last takes in 40701."""

    from_: SubjectCode | None = labelled("起始科目", "From subject", None, alias="from")
    to: SubjectCode | None = labelled("终止科目", "To subject", None)

    def takes(self, subject: str) -> bool:
        """Whether a subject lies in the range."""
        return (self.from_ is None or subject >= self.from_) and (self.to is None or subject[: len(self.to)] <= self.to)


class DayListForm(ListForm):
    """A page of a list of one business date."""

    date: Day | None = labelled("交易日期", "Business date", None, widget="date")
    outlet: OutletCode | None = labelled("交易部门", "Counter outlet", None)


NUMBER = Column(key="transaction_number", label=Text("交易流水号", "Transaction number"))
DATE = Column(key="business_date", label=Text("账务日期", "Business date"), kind="date")
CODE = Column(key="code", label=Text("交易", "Transaction"))
TELLER = Column(key="teller", label=Text("交易用户", "Teller"))
OUTLET = Column(key="outlet", label=Text("账务部门", "Books of"))
COUNTER = Column(key="counter_outlet", label=Text("交易部门", "Counter outlet"))
ACCOUNT = Column(key="account", label=Text("账号", "Account"))
NAME = Column(key="name", label=Text("户名", "Name"))
SUBJECT = Column(key="subject", label=Text("科目", "Subject"))
CURRENCY = Column(key="currency", label=Text("币种", "Currency"))
SIDE = Column(key="direction", label=Text("借贷标志", "Side"))
AMOUNT = Column(key="amount", label=Text("交易金额", "Amount"), kind="amount")
RED = Column(key="red", label=Text("红字", "Red"))
BALANCE = Column(key="balance_after", label=Text("本次余额", "Balance"), kind="amount")
BALANCE_SIDE = Column(key="balance_side", label=Text("余额方向", "Balance side"))
VOUCHER_TYPE = Column(key="voucher_type", label=Text("凭证类型", "Voucher type"))
VOUCHER_NUMBER = Column(key="voucher_number", label=Text("凭证号", "Voucher number"))
SUMMARY = Column(key="summary", label=Text("摘要", "Summary"))


def internal_of(outlet: str, currency: str, business_code: str) -> str:
    """The internal account of a business code that is the only one in its outlet."""
    return internal_account(outlet, currency, business_code, FIRST_SUFFIX)


async def rulebook_for(read: Read) -> Rulebook:
    """The rulebook as it stands on the business date, with everything that was in force before."""
    return await rulebook_on(read.resources, read.business_date)


def beginning_with(column: ColumnElement[str], beginning: str, digits: int = ACCOUNT_DIGITS) -> ColumnElement[bool]:
    """Numbers that begin with these digits, as a range that an index can follow."""
    if len(beginning) == digits:
        return column == beginning
    return column.between(beginning.ljust(digits, "0"), beginning.ljust(digits, "9"))


def of_subject(column: ColumnElement[str], subject: str) -> ColumnElement[bool]:
    """A subject and those below it."""
    return column.startswith(subject, autoescape=True)


def shown_leg(rulebook: Rulebook, row: Row[Any]) -> dict[str, Any]:
    """A leg with the transaction it belongs to, as lists show it. Amounts are decimal strings; a red leg says so and keeps its amount."""
    return shown_movement(rulebook, row, "debit" if row.is_debit else "credit", "debit" if row.balance_after_minor >= 0 else "credit")


def shown_off_sheet_leg(rulebook: Rulebook, row: Row[Any]) -> dict[str, Any]:
    """The same for a single-sided entry."""
    return shown_movement(rulebook, row, "receive" if row.is_receive else "pay", None)


def shown_movement(rulebook: Rulebook, row: Row[Any], direction: str, balance_side: str | None) -> dict[str, Any]:
    """What on-sheet and off-sheet entries have in common."""
    return {
        "business_date": row.business_date.isoformat(),
        "transaction_number": row.transaction_number,
        "line": row.line,
        "code": row.transaction_code,
        "code_name": rulebook.rule(row.rule, row.business_date, row.rule_version).title.as_dict(),
        "counter_outlet": row.counter_outlet,
        "teller": row.teller,
        "outlet": row.outlet,
        "account": row.account,
        "business_code": row.business_code,
        "subject": row.subject,
        "subject_name": rulebook.subject(row.subject, row.business_date).name.as_dict(),
        "currency": row.currency,
        "direction": direction,
        "amount": format_amount(row.amount_minor, row.currency),
        "red": row.red,
        "balance_after": format_amount(abs(row.balance_after_minor), row.currency),
        "balance_side": balance_side,
        "voucher_type": row.voucher_type,
        "voucher_number": row.voucher_number,
        "summary": row.summary or row.set_summary or "",
    }
