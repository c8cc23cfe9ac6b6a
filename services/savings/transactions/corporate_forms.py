"""What is asked for corporate current deposits: the account to open, cash and transfers with the voucher that orders them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from banking.fields import (
    CURRENCY_CHOICES,
    AccountNumber,
    AmountText,
    Choice,
    CurrencyCode,
    CustomerNumber,
    Form,
    SettledForm,
    ShortText,
    VoucherNumber,
    labelled,
)
from kernel.text import Text
from kernel.vouchers import CASH_CHEQUE, TRANSFER_CHEQUE
from kernel.vouchers import KINDS as VOUCHER_KINDS
from services.savings.domain.products import CORPORATE_CURRENT, CORPORATE_TIME, AccountFlag

KINDS = tuple((product.code, product.name) for product in (*CORPORATE_CURRENT, *CORPORATE_TIME))
FLAGS = tuple((flag.value, flag.text) for flag in AccountFlag)
OTHER = ("OTHER", Text("其他", "Other"))
CASH_VOUCHERS = ((CASH_CHEQUE, VOUCHER_KINDS[CASH_CHEQUE].name), OTHER)
TRANSFER_VOUCHERS = ((TRANSFER_CHEQUE, VOUCHER_KINDS[TRANSFER_CHEQUE].name), OTHER)
KindCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
TermOrNone = Annotated[str, StringConstraints(pattern=r"^([123][0-9]{2}|000)$")]
ShortVoucherNumber = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}|[0-9]{8})$")]
VoucherType = Annotated[str, StringConstraints(pattern=r"^[A-Z]{4,5}$")]


class PreOpening(Form):
    """An account without money yet."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    kind: KindCode = labelled("账户类别", "Kind of account", widget="choice", choices=KINDS)
    account_flag: Literal["0", "1", "2", "3", "4", "5"] = labelled("账户标志", "Account flag", widget="choice", choices=FLAGS)
    name: ShortText | None = labelled("账户注解", "Account name", None)
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    term: TermOrNone | None = labelled("存期", "Term", None)
    interest_bearing: bool = labelled("是否计息", "Bears interest", True, widget="boolean")
    cross_outlet: bool = labelled("通存通兑", "Usable at other outlets", True, widget="boolean")


def _voucher_type(choices: tuple[Choice, ...]) -> Any:
    return labelled("凭证类型", "Voucher type", None, widget="choice", choices=choices)


def _voucher_number(zh: str, en: str, choices: tuple[Choice, ...]) -> Any:
    return labelled(zh, en, None, when={"voucher_type": [code for code, _ in choices]})


class CashForm(SettledForm):
    """Cash in or out."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")


class CashDeposit(CashForm):
    """Cash in."""

    voucher_type: VoucherType | None = _voucher_type((OTHER,))
    voucher_number: VoucherNumber | None = _voucher_number("凭证号码", "Voucher number", (OTHER,))


class CashWithdrawal(CashForm):
    """Cash out; four digits name a cheque where the account has one that ends so."""

    voucher_type: VoucherType | None = _voucher_type(CASH_VOUCHERS)
    voucher_number: ShortVoucherNumber | None = _voucher_number(
        "支票号码(可只录后4位)", "Cheque number (or its last 4 digits)", CASH_VOUCHERS
    )


class TransferOrder(Form):
    """Money out of an account, and the voucher that orders it."""

    from_account: AccountNumber = labelled("转出账号", "From account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    voucher_type: VoucherType | None = _voucher_type(TRANSFER_VOUCHERS)
    voucher_number: VoucherNumber | None = _voucher_number("支票号码", "Cheque number", TRANSFER_VOUCHERS)


class Transfer(Form):
    """Money from one account to another."""

    from_account: AccountNumber = labelled("转出账号", "From account", widget="account")
    to_account: AccountNumber = labelled("转入账号", "To account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    voucher_type: VoucherType | None = _voucher_type(TRANSFER_VOUCHERS)
    voucher_number: VoucherNumber | None = _voucher_number("支票号码", "Cheque number", TRANSFER_VOUCHERS)


class OneAccount(Form):
    """The account meant."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
