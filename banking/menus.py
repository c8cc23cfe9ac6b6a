"""The menu of the counter, from the manual's chapters: named once, used by every declaration."""

from __future__ import annotations

from kernel.text import Text

PERSONAL = Text("个人储蓄", "Personal savings")
CORPORATE = Text("对公存贷", "Corporate business")
GENERAL = Text("通用模块", "General module")
SETTLEMENT = Text("结算业务", "Settlement")
DAY_END = Text("日终处理", "Day end")
CUSTOMERS = Text("客户管理", "Customers")
DEMAND = Text("活期", "Demand deposits")
TIME = Text("整存整取", "Time deposits")
ACCOUNT_OPENING = Text("新开户业务", "Opening accounts")
CURRENT = Text("一般活期及临时存款", "Current and temporary deposits")
LOANS = Text("贷款业务", "Loans")
TELLERS = Text("操作员管理", "Tellers")
CASH_BOXES = Text("钱箱管理", "Cash boxes")
VOUCHERS = Text("凭证管理", "Controlled vouchers")
CHEQUES = Text("支票管理", "Cheques")
BALANCING = Text("轧账", "Balancing")
INFORMATION = Text("信息维护", "Information")
ACCOUNT_MAINTENANCE = Text("账户维护", "Account maintenance")
GENERAL_POSTING = Text("通用记账", "General posting")
CORRECTIONS = Text("交易维护", "Corrections")
INTERNAL_ACCOUNTS = Text("内部账户维护", "Internal accounts")
CHART = Text("科目、业务代码管理", "Chart of accounts")
CLEARING = Text("资金清算", "Clearing")
OPTIONAL = Text("定活两便", "Optional deposits")
INSTALMENT = Text("零存整取", "Instalment deposits")
INTEREST_DRAWING = Text("存本取息", "Interest-drawing deposits")
NOTICE = Text("通知存款", "Notice deposits")
EDUCATION = Text("教育储蓄", "Education savings")
