"""What is asked for at the counter of every personal account: money in, money out, the closing."""

from __future__ import annotations

from banking.fields import AccountNumber, AmountText, Secret, SettledForm, labelled
from services.savings.transactions.proofs import ProofForm, VoucherForm


class Payment(SettledForm, ProofForm):
    """Money in; the proofs are those of the account that pays by transfer."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    password: Secret | None = labelled(
        "付款账户密码", "Password of the paying account", None, widget="password", when={"settlement": ["transfer"]}
    )


class AccountDeposit(Payment, VoucherForm):
    """Money in, with the passbook if it is at hand."""


class AccountClosing(SettledForm, ProofForm, VoucherForm):
    """All money out, for good."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    password: Secret | None = labelled("密码", "Password", None, widget="password")


class AccountWithdrawal(SettledForm, ProofForm, VoucherForm):
    """Money out."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    password: Secret | None = labelled("密码", "Password", None, widget="password")
