"""Fields of the forms of the same-city exchange."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from banking.fields import AccountNumber, AmountText, Form, ShortText, labelled
from kernel.text import Text
from kernel.vouchers import TRANSFER_CHEQUE
from services.clearing.domain.exchange_sessions import Session

VoucherText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z-]{1,20}$")]
VoucherType = Literal["TCKZ", "YHBP", "YHHP"]
VOUCHERS = (
    (TRANSFER_CHEQUE, Text("转账支票", "Transfer cheque")),
    ("YHBP", Text("本票", "Promissory note")),
    ("YHHP", Text("银行汇票", "Draft")),
)
SESSIONS = (("1", Text("一交", "1, morning")), ("2", Text("二交", "2, noon")))
SIDES = (("debit", Text("借差(应收)", "Debit: others owe us")), ("credit", Text("贷差(应付)", "Credit: we owe others")))
HANDLINGS = (
    ("direct", Text("直接退票", "Return at once")),
    ("suspend", Text("挂账", "Put to suspense")),
    ("return_suspended", Text("挂账后退票", "Return out of suspense")),
    ("pay_suspended", Text("挂账后入账", "Pay out of suspense")),
)


class SessionForm(Form):
    """A session by its exchange date and number."""

    exchange_date: date = labelled("交换日期", "Exchange date", widget="date")
    session: int = labelled("交换场次", "Session", widget="choice", choices=SESSIONS, ge=1, le=2)

    @property
    def asked(self) -> Session:
        return Session(self.exchange_date, self.session)


class OneItem(Form):
    """An item by its number."""

    item: int = labelled("报单号", "Item number", ge=1, le=2**62)


class CheckedItem(OneItem):
    """An item, and its amount as the second person reads it."""

    amount: AmountText = labelled("金额(复核录入)", "Amount, as checked", widget="amount")


class HeldItem(OneItem):
    """An item, and why its posting waits."""

    reason: ShortText | None = labelled("原因", "Reason", None)


class ReturnedItem(SessionForm):
    """The session a return comes in with, and the item that comes back."""

    item: int = labelled("报单号", "Item number", ge=1, le=2**62)
    reason: ShortText | None = labelled("退票原因", "Reason", None)


class Paper(Form):
    """What every item says: the own customer's account, the amount, the voucher, and the other side."""

    account: AccountNumber = labelled("本行账号", "Own customer's account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    voucher_type: VoucherType | None = labelled("凭证种类", "Voucher", None, widget="choice", choices=VOUCHERS)
    voucher_number: VoucherText | None = labelled("凭证号", "Voucher number", None)
    other_bank: VoucherText | None = labelled("对方行交换号", "Other bank's exchange number", None)
    other_account: VoucherText | None = labelled("对方账号", "Other account", None)
    other_name: ShortText | None = labelled("对方户名", "Other name", None)
    purpose: ShortText | None = labelled("用途", "Purpose", None)


class InwardPaper(SessionForm, Paper):
    """An item that comes in, and the session it comes with."""


class ReturnedPaper(InwardPaper):
    """An item that comes in and goes back."""

    reason: ShortText | None = labelled("退票原因", "Reason", None)


_ANEW = {"handling": ["direct", "suspend"]}
_OUT_OF_SUSPENSE = {"handling": ["return_suspended", "pay_suspended"]}


class ReturnedCredit(Form):
    """提入代收退票: at once, through suspense, or what becomes of one in suspense."""

    handling: Literal["direct", "suspend", "return_suspended", "pay_suspended"] = labelled(
        "处理方式", "Handling", "direct", widget="choice", choices=HANDLINGS
    )
    item: int | None = labelled("报单号", "Item number", None, ge=1, le=2**62, when=_OUT_OF_SUSPENSE)
    exchange_date: date | None = labelled("交换日期", "Exchange date", None, widget="date", when=_ANEW)
    session: int | None = labelled("交换场次", "Session", None, widget="choice", choices=SESSIONS, ge=1, le=2, when=_ANEW)
    account: AccountNumber | None = labelled(
        "收款账号", "Payee's account", None, widget="account", when={"handling": ["direct", "suspend", "pay_suspended"]}
    )
    amount: AmountText | None = labelled("金额", "Amount", None, widget="amount", when=_ANEW)
    voucher_type: VoucherType | None = labelled("凭证种类", "Voucher", None, widget="choice", choices=VOUCHERS, when=_ANEW)
    voucher_number: VoucherText | None = labelled("凭证号", "Voucher number", None, when=_ANEW)
    other_bank: VoucherText | None = labelled("对方行交换号", "Other bank's exchange number", None, when=_ANEW)
    other_account: VoucherText | None = labelled("对方账号", "Other account", None, when=_ANEW)
    other_name: ShortText | None = labelled("对方户名", "Other name", None, when=_ANEW)
    purpose: ShortText | None = labelled("用途", "Purpose", None, when=_ANEW)
    reason: ShortText | None = labelled("原因", "Reason", None)


def _count(zh: str, en: str) -> int:
    return labelled(f"{zh}笔数", f"{en}: number", 0, ge=0, le=1_000_000)


def _sum(zh: str, en: str) -> str:
    return labelled(f"{zh}金额", f"{en}: amount", "0.00", widget="amount")


class TotalsForm(SessionForm):
    """Totals as counted on paper; the net is without its sign, `side` says which it is."""

    total_count: int = labelled("总笔数", "Number of all items", ge=0, le=1_000_000)
    net: AmountText = labelled("轧差金额", "Net", widget="amount")
    side: Literal["debit", "credit"] = labelled("差额方向", "Side of the net", "debit", widget="choice", choices=SIDES)


class SwitchForm(TotalsForm):
    """What goes out with the session: the own items, and those of earlier sessions that go back."""

    out_debit_count: int = _count("提出代付", "Outward debits")
    out_debit_amount: AmountText = _sum("提出代付", "Outward debits")
    out_credit_count: int = _count("提出代收", "Outward credits")
    out_credit_amount: AmountText = _sum("提出代收", "Outward credits")
    returned_in_debit_count: int = _count("提入代付退票", "Returns of inward debits")
    returned_in_debit_amount: AmountText = _sum("提入代付退票", "Returns of inward debits")
    returned_in_credit_count: int = _count("提入代收退票", "Returns of inward credits")
    returned_in_credit_amount: AmountText = _sum("提入代收退票", "Returns of inward credits")


class SettlementForm(TotalsForm):
    """All that went out and came in with the session, returns included."""

    out_debit_count: int = _count("提出借方", "Outward debits")
    out_debit_amount: AmountText = _sum("提出借方", "Outward debits")
    out_credit_count: int = _count("提出贷方", "Outward credits")
    out_credit_amount: AmountText = _sum("提出贷方", "Outward credits")
    in_debit_count: int = _count("提入借方", "Inward debits")
    in_debit_amount: AmountText = _sum("提入借方", "Inward debits")
    in_credit_count: int = _count("提入贷方", "Inward credits")
    in_credit_amount: AmountText = _sum("提入贷方", "Inward credits")
