"""What the posting core refuses, and why. The first check that fails decides; nothing has been posted then."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

RULE_UNKNOWN = ErrorType(
    "ledger.rule.unknown", Kind.INVALID, "{on} 没有生效的记账规则 {rule}", "no posting rule {rule} is in force on {on}"
)
RULE_NOT_REVERSIBLE = ErrorType(
    "ledger.rule.not_reversible", Kind.INVALID, "规则 {rule} 的套账不允许冲账", "sets of rule {rule} cannot be reversed"
)
RULE_RED_ONLY = ErrorType("ledger.rule.red_only", Kind.INVALID, "规则 {rule} 只记红字", "rule {rule} posts red entries only")
BUSINESS_CODE_UNKNOWN = ErrorType(
    "ledger.business_code.unknown", Kind.INVALID, "{on} 没有业务代码 {business_code}", "there is no business code {business_code} on {on}"
)
SUBJECT_UNKNOWN = ErrorType("ledger.subject.unknown", Kind.INVALID, "{on} 没有科目 {subject}", "there is no subject {subject} on {on}")

ACCOUNT_MISSING = ErrorType("ledger.account.missing", Kind.INVALID, "缺少账户:{role}", "the account {role} is missing")
ACCOUNT_INCOMPLETE = ErrorType(
    "ledger.account.incomplete",
    Kind.INVALID,
    "账户 {number} 须注明网点和业务代码",
    "account {number} must come with its outlet and its business code",
)
ACCOUNT_MISMATCH = ErrorType(
    "ledger.account.mismatch",
    Kind.INVALID,
    "账户 {number} 与网点 {outlet}、业务代码 {business_code} 不符",
    "account {number} does not belong to outlet {outlet} and business code {business_code}",
)
ACCOUNT_WRONG_SHEET = ErrorType(
    "ledger.account.wrong_sheet",
    Kind.INVALID,
    "账户 {number} 的业务代码 {business_code} 不能这样记:表内记借贷,表外记收付",
    "account {number} of business code {business_code} cannot stand here: on-sheet is debited and credited, off-sheet received and paid",
)
CASH_BOX_MISSING = ErrorType("ledger.cash_box.missing", Kind.INVALID, "现金业务须有钱箱", "a cash transaction needs a cash box")
REFERENCE_MISSING = ErrorType("ledger.reference.missing", Kind.INVALID, "缺少要素:{name}", "the reference {name} is missing")
REFERENCE_MALFORMED = ErrorType(
    "ledger.reference.malformed", Kind.INVALID, "要素 {name} 的值 {value} 不正确", "the reference {name} cannot be {value}"
)
ACCOUNT_OF_TWO_GROUPS = ErrorType(
    "ledger.account.two_groups",
    Kind.CONFLICT,
    "账户 {account} 在同批分录中属于不同的网点、币种或业务代码",
    "legs place account {account} in different outlets, currencies or business codes",
)
CURRENCY_MISMATCH = ErrorType(
    "ledger.currency.mismatch", Kind.INVALID, "账户 {number} 的币种不是 {currency}", "account {number} is not in {currency}"
)

AMOUNT_MISSING = ErrorType("ledger.amount.missing", Kind.INVALID, "缺少金额:{name}", "the amount {name} is missing")
AMOUNT_NEGATIVE = ErrorType("ledger.amount.negative", Kind.INVALID, "金额 {name} 不能为负", "the amount {name} must not be negative")
AMOUNT_UNEXPECTED = ErrorType("ledger.amount.unexpected", Kind.INVALID, "规则 {rule} 不用金额 {name}", "rule {rule} has no amount {name}")

LEGS_MISSING = ErrorType("ledger.legs.missing", Kind.INVALID, "规则 {rule} 须录入分录", "rule {rule} needs its legs given")
LEGS_UNEXPECTED = ErrorType("ledger.legs.unexpected", Kind.INVALID, "规则 {rule} 不接受录入的分录", "rule {rule} takes no legs of its own")
LEG_AMOUNT = ErrorType("ledger.leg.amount", Kind.INVALID, "分录金额必须大于零", "the amount of a leg must be greater than zero")
LEG_DIRECTION = ErrorType("ledger.leg.direction", Kind.INVALID, "分录方向 {direction} 不正确", "{direction} is not a direction of an entry")

SET_EMPTY = ErrorType("ledger.set.empty", Kind.INVALID, "套账没有分录", "the set has no entry")
SET_UNBALANCED = ErrorType(
    "ledger.set.unbalanced", Kind.INVALID, "套账借贷不平,差额 {difference}", "debits and credits of the set differ by {difference}"
)
CHANNEL_MISSING = ErrorType(
    "ledger.channel.missing",
    Kind.INVALID,
    "规则 {rule} 只能在一个部门记账,本套账 {outlet} 网点不平",
    "rule {rule} keeps to the books of one outlet, this set leaves a difference at outlet {outlet}",
)
CHANNEL_UNKNOWN = ErrorType(
    "ledger.channel.unknown", Kind.INVALID, "{channel} 不是汇差分户(416至420)", "{channel} is no inter-branch sub-account (416 to 420)"
)
