"""The forms of the fake bank, declared the way services declare theirs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from banking.fields import (
    CURRENCY_CHOICES,
    AccountNumber,
    AmountText,
    CurrencyCode,
    CustomerNumber,
    Day,
    Form,
    OutletCode,
    Secret,
    SettledForm,
    ShortText,
    TransactionNumber,
    labelled,
)
from kernel.text import Text
from services.savings.queries import agency_batches

SIDES = (("debit", Text("借", "Debit")), ("credit", Text("贷", "Credit")))


class Deposit(SettledForm):
    account: AccountNumber = labelled("账号", "Account", widget="account")
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    password: Secret | None = labelled("密码", "Password", None, widget="password")
    seal_checked: bool = labelled("印鉴已核对", "Seal checked", False, widget="boolean")


class OpenPersonal(Form):
    name: ShortText = labelled("户名", "Name")
    id_type: Literal["A", "B"] = labelled(
        "证件类型", "Document type", widget="choice", choices=(("A", Text("身份证", "Identity card")), ("B", Text("护照", "Passport")))
    )
    id_number: ShortText = labelled("证件号码", "Document number")


class Leg(Form):
    account: AccountNumber = labelled("账号", "Account", widget="account")
    direction: Literal["debit", "credit"] = labelled("借贷", "Side", widget="choice", choices=SIDES)
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    red: bool = labelled("红字", "Red", False, widget="boolean")
    summary: ShortText | None = labelled("摘要", "Summary", None)


class Entry(Form):
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    legs: list[Leg] = labelled("分录", "Legs", widget="legs", min_length=2, max_length=100)


class Reverse(Form):
    transaction_number: TransactionNumber = labelled("交易流水", "Transaction number")
    business_date: Day = labelled("账务日期", "Business date", widget="date")


class ChangePassword(Form):
    teller: ShortText = labelled("操作员", "Teller")
    old_password: Secret = labelled("旧密码", "Old password", widget="password")
    new_password: Secret = labelled("新密码", "New password", widget="password", repeat=True)


class Nothing(Form):
    """A transaction that asks for nothing."""


class Customer(Form):
    customer_number: CustomerNumber | None = labelled("客户号", "Customer number", None, widget="customer")
    name: ShortText | None = labelled("户名", "Name", None)
    after: str | None = labelled("起始", "After", None)
    limit: int = labelled("条数", "Rows", 50)


class OneCustomer(Form):
    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")


class OneRule(Form):
    name: ShortText = labelled("规则", "Rule")
    version: int | None = labelled("版本", "Version", None)


class OneAccount(Form):
    account: AccountNumber = labelled("账号", "Account", widget="account")


class Books(Form):
    date: Day | None = labelled("账务日期", "Business date", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)


class OneTransaction(Form):
    transaction_number: TransactionNumber = labelled("交易流水", "Transaction number")
    date: Day | None = labelled("账务日期", "Business date", None, widget="date")


class Position(Form):
    date_: Day | None = Field(None, alias="date", json_schema_extra={"x-label": {"zh": "日期", "en": "Date"}, "x-widget": "date"})


SAVINGS = Text("个人储蓄", "Personal savings")
GENERAL = Text("通用模块", "General module")


def _transaction(code: str, zh: str, en: str, form: type[Form], *menu: Text, dual: str = "", levels: str = "BC") -> dict[str, Any]:
    return {
        "code": code,
        "name": {"zh": zh, "en": en},
        "menu": [each.as_dict() for each in menu],
        "source": "",
        "operators": "SK",
        "levels": levels,
        "outlets": "",
        "dual": dual,
        "cash": "",
        "schema": form.model_json_schema(),
    }


def _read(name: str, zh: str, en: str, form: type[Form]) -> dict[str, Any]:
    return {"name": name, "title": {"zh": zh, "en": en}, "source": "", "schema": form.model_json_schema()}


CATALOGUE: dict[str, list[dict[str, Any]]] = {
    "transactions": [
        _transaction("counter.teller.balance", "柜员轧账", "Balance the teller", Nothing, GENERAL, Text("轧账", "Balancing")),
        _transaction(
            "counter.teller.change_password",
            "操作员密码修改",
            "Change the own password",
            ChangePassword,
            GENERAL,
            Text("操作员管理", "Tellers"),
        ),
        _transaction(
            "customer.personal.open", "开普通客户", "Open a personal customer", OpenPersonal, SAVINGS, Text("客户管理", "Customers")
        ),
        _transaction("ledger.correct.reverse", "冲账", "Reversal", Reverse, GENERAL, Text("交易维护", "Corrections"), dual="a"),
        _transaction("ledger.entry.post", "表内通用记账", "General posting", Entry, GENERAL, Text("通用记账", "General posting")),
        _transaction("savings.demand.deposit", "活期存款", "Demand deposit", Deposit, SAVINGS, Text("活期", "Demand deposits")),
        _transaction("savings.demand.withdraw", "活期取款", "Demand withdrawal", Deposit, SAVINGS, Text("活期", "Demand deposits")),
        _transaction("clearing.netting.now", "即时清算", "Net now", Nothing, Text("结算业务", "Settlement"), levels="A"),
    ],
    "queries": [
        agency_batches.batches.catalogue_entry(),
        _read("account.detail", "表内账户明细查询", "Account and its movements", OneAccount),
        _read("account.search", "表内账户综合查询", "Search accounts", Customer),
        _read("customer.personal", "私人客户查询", "Personal customer", OneCustomer),
        _read("customer.search", "客户综合查询", "Search customers", Customer),
        _read("ledger.rule", "记账规则查询", "Posting rule", OneRule),
        _read("ledger.position", "头寸查询", "Fund position", Position),
        _read("transaction.entries", "交易账务查询", "Entries of a transaction", OneTransaction),
        _read("transaction.search", "交易综合查询", "Search transactions", Books),
    ],
    "reports": [_read("daily_trial", "日计表", "Daily trial balance", Books), _read("netting", "清算明细清单", "Netting entries", Books)],
}
