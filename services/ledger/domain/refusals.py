"""What the ledger's counter transactions refuse."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

ACCOUNT_UNKNOWN = ErrorType("ledger.account.unknown", Kind.NOT_FOUND, "没有内部账户 {account}", "there is no internal account {account}")
ACCOUNT_OUTSIDE = ErrorType(
    "ledger.account.other_outlet",
    Kind.FORBIDDEN,
    "账户 {account} 不属于本网点 {outlet}",
    "account {account} does not belong to outlet {outlet}",
)
CODE_FORBIDDEN = ErrorType(
    "ledger.business_code.not_by_hand",
    Kind.FORBIDDEN,
    "业务代码 {business_code} 的账户由电脑记账,不能手工录入",
    "accounts of business code {business_code} are posted by the system, not by hand",
)
TRANSACTION_UNKNOWN = ErrorType(
    "ledger.transaction.unknown",
    Kind.NOT_FOUND,
    "{date} 没有流水 {number} 的账务",
    "there are no entries of transaction {number} on {date}",
)
ON_ITS_WAY = ErrorType(
    "ledger.transaction.on_its_way",
    Kind.UNAVAILABLE,
    "流水 {number} 的账务尚在途中,请稍后重试",
    "the entries of transaction {number} have not reached the journal yet; try again",
)
NOT_OWN_OUTLET = ErrorType(
    "ledger.correct.other_outlet",
    Kind.FORBIDDEN,
    "只能冲本网点 {outlet} 的交易",
    "only transactions of the own outlet {outlet} can be reversed",
)
ALREADY_REVERSED = ErrorType(
    "ledger.correct.already_reversed", Kind.CONFLICT, "流水 {number} 已经冲账", "transaction {number} has been reversed already"
)
REVERSAL_OF_REVERSAL = ErrorType(
    "ledger.correct.reversal", Kind.CONFLICT, "冲账交易不能再冲,请补账", "a reversal is not reversed again; post a supplement"
)
NOT_BALANCED = ErrorType(
    "ledger.entry.not_balanced", Kind.INVALID, "借贷差额 {difference} 不为零", "debits and credits differ by {difference}"
)
