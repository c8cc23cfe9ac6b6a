"""What is asked for in agency business 代理业务 (IB 1626-1715)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from banking.fields import (
    CURRENCY_CHOICES,
    AccountNumber,
    AmountText,
    CurrencyCode,
    Form,
    LongText,
    Secret,
    SettledForm,
    ShortText,
    labelled,
)
from kernel.text import Text
from services.savings.domain.agency import MOST_ITEMS, AgencyKind
from services.savings.transactions.proofs import ProofForm

ContractNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
SerialNumber = Annotated[int, Field(ge=1, le=10**9)]
AnalysisCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,6}$")]
KINDS = tuple((kind.value, kind.text) for kind in AgencyKind)
SOURCES = (("manual", Text("手工录入", "By hand")), ("file", Text("文件", "File")))
CHANGE, DELETE = "change", "delete"
ACTIONS = ((CHANGE, Text("修改", "Change")), (DELETE, Text("删除", "Delete")))
WHEN_CHANGED = {"action": [CHANGE]}


class OfContract(Form):
    """A contract."""

    contract: ContractNumber = labelled("代理合同号", "Agency contract")


class OfBatch(OfContract):
    """A batch of a contract."""

    batch: SerialNumber = labelled("批量号", "Batch")


class OfItem(OfBatch):
    """A line of a batch."""

    item: SerialNumber = labelled("明细序号", "Line")


class ContractEntry(Form):
    """For which organisation, and which of its accounts at this outlet pays the wages or takes what is collected."""

    kind: Literal["payroll", "collection"] = labelled("代理类别", "Kind", widget="choice", choices=KINDS)
    account: AccountNumber = labelled("代理收付账号", "Account of the organisation", widget="account")
    currency: CurrencyCode = labelled("货币", "Currency", widget="choice", choices=CURRENCY_CHOICES)
    customer_name: LongText | None = labelled("客户名称", "Name of the organisation", None)
    clients_only: bool | None = labelled("仅限代理客户", "Registered clients only", None, widget="boolean")
    remarks: LongText | None = labelled("备注", "Remarks", None)


class ContractMaintenance(OfContract):
    """What shall be different; what is left out stays as it is (IB 1640-1645)."""

    action: Literal["change", "delete"] = labelled("处理", "Action", widget="choice", choices=ACTIONS)
    kind: Literal["payroll", "collection"] | None = labelled("代理类别", "Kind", None, widget="choice", choices=KINDS, when=WHEN_CHANGED)
    account: AccountNumber | None = labelled("代理收付账号", "Account of the organisation", None, widget="account", when=WHEN_CHANGED)
    currency: CurrencyCode | None = labelled("货币", "Currency", None, widget="choice", choices=CURRENCY_CHOICES, when=WHEN_CHANGED)
    customer_name: LongText | None = labelled("客户名称", "Name of the organisation", None, when=WHEN_CHANGED)
    clients_only: bool | None = labelled("仅限代理客户", "Registered clients only", None, widget="boolean", when=WHEN_CHANGED)
    remarks: LongText | None = labelled("备注", "Remarks", None, when=WHEN_CHANGED)


class ClientEntry(OfContract):
    """Whose account the contract may pay into or collect from."""

    account: AccountNumber = labelled("客户账号", "Client's account", widget="account")
    remarks: LongText | None = labelled("备注", "Remarks", None)


class ClientMaintenance(OfContract):
    """Another account, or the end of the agreement (IB 1689-1698)."""

    client: SerialNumber = labelled("代理客户序号", "Client")
    action: Literal["change", "delete"] = labelled("处理", "Action", widget="choice", choices=ACTIONS)
    account: AccountNumber | None = labelled("客户账号", "Client's account", None, widget="account", when=WHEN_CHANGED)


class BatchEntry(OfContract):
    """What was announced: how many lines, what they come to, where they come from."""

    control_count: int = labelled("总笔数", "Number of lines", ge=1, le=MOST_ITEMS)
    control_total: AmountText = labelled("总金额", "Total amount", widget="amount")
    source: Literal["manual", "file"] = labelled("批量明细来源", "Where the lines come from", widget="choice", choices=SOURCES)
    source_batch: ShortText | None = labelled("来源批量号", "Batch number of the source", None)
    source_file: LongText | None = labelled("来源文件名", "File name of the source", None, when={"source": ["file"]})
    remarks: LongText | None = labelled("备注", "Remarks", None)


class BatchMaintenance(OfBatch):
    """What shall be different; what is left out stays as it is (IB 1658-1663)."""

    action: Literal["change", "delete"] = labelled("处理", "Action", widget="choice", choices=ACTIONS)
    control_count: int | None = labelled("总笔数", "Number of lines", None, ge=1, le=MOST_ITEMS, when=WHEN_CHANGED)
    control_total: AmountText | None = labelled("总金额", "Total amount", None, widget="amount", when=WHEN_CHANGED)
    remarks: LongText | None = labelled("备注", "Remarks", None, when=WHEN_CHANGED)


class ItemEntry(OfBatch):
    """One line: whose account, how much; with a name, the account must be in it."""

    account: AccountNumber = labelled("涉及对象账号", "Account", widget="account")
    amount: AmountText = labelled("涉及金额", "Amount", widget="amount")
    name: LongText | None = labelled("户名", "Name on the account", None)
    object_id: ShortText | None = labelled("涉及对象标识", "Payer or payee's number", None)
    remarks: ShortText | None = labelled("备注", "Remarks", None)


class ItemMaintenance(OfItem):
    """What shall be different of a line that has not been posted; what is left out stays as it is (IB 1672-1679)."""

    action: Literal["change", "delete"] = labelled("处理", "Action", widget="choice", choices=ACTIONS)
    account: AccountNumber | None = labelled("涉及对象账号", "Account", None, widget="account", when=WHEN_CHANGED)
    amount: AmountText | None = labelled("涉及金额", "Amount", None, widget="amount", when=WHEN_CHANGED)
    name: LongText | None = labelled("户名", "Name on the account", None, when=WHEN_CHANGED)
    object_id: ShortText | None = labelled("涉及对象标识", "Payer or payee's number", None, when=WHEN_CHANGED)
    remarks: ShortText | None = labelled("备注", "Remarks", None, when=WHEN_CHANGED)


class Collecting(OfContract, SettledForm, ProofForm):
    """What is collected at the counter; the proofs are those of the account that pays by transfer (IB 1701-1712)."""

    object_id: ShortText = labelled("对象标识", "Payer's number")
    currency: CurrencyCode = labelled("货币", "Currency", widget="choice", choices=CURRENCY_CHOICES)
    amount: AmountText = labelled("收款金额", "Amount", widget="amount")
    cash_code: AnalysisCode | None = labelled("现金分析码", "Cash analysis code", None, when={"settlement": ["cash"]})
    fee_code: AnalysisCode | None = labelled("收费分析码", "Charge analysis code", None)
    summary: ShortText | None = labelled("金额摘要", "Summary", None)
    password: Secret | None = labelled(
        "付款账户密码", "Password of the paying account", None, widget="password", when={"settlement": ["transfer"]}
    )


class ListedCollecting(Collecting):
    """A line of a batch, found by the payer's number."""

    batch: SerialNumber = labelled("批量号", "Batch")
    item: SerialNumber | None = labelled("明细序号", "Line", None)
    payment_kind: ShortText | None = labelled("收款类别", "Kind of payment", None)
