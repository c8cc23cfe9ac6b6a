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
OTHER_BOX = ErrorType(
    "ledger.entry.other_box",
    Kind.FORBIDDEN,
    "{account} 不是本柜员的钱箱,不能记账",
    "{account} is not the teller's own cash box",
)
ONE_SIDED = ErrorType("ledger.entry.one_sided", Kind.INVALID, "套账至少一借一贷", "a set has a debit and a credit at least")
CURRENCY_DIFFERS = ErrorType(
    "ledger.entry.currency_differs", Kind.INVALID, "账户 {account} 的币种不是 {currency}", "account {account} is not kept in {currency}"
)
VOUCHER_NUMBER_MISSING = ErrorType("ledger.entry.voucher_number", Kind.INVALID, "支票须录入凭证号", "a cheque is named by its number")
VOUCHER_TYPE_MISSING = ErrorType("ledger.entry.voucher_type", Kind.INVALID, "录入凭证号须选择凭证类别", "a voucher number needs its kind")
NOT_OFF_SHEET = ErrorType(
    "ledger.account.not_off_sheet", Kind.INVALID, "{account} 不是表外账户", "{account} is not an account off the balance sheet"
)

NOT_TO_OPEN = ErrorType(
    "ledger.account.not_to_open",
    Kind.FORBIDDEN,
    "业务代码 {business_code} {name_zh} 不能由网点开立内部账户",
    "outlets open no accounts of business code {business_code}, {name_en}",
)
COUNTERPARTY_REQUIRED = ErrorType(
    "ledger.account.counterparty_required",
    Kind.INVALID,
    "业务代码 {business_code} 须录入对方账户部门",
    "business code {business_code} needs the department the account is kept for",
)
COUNTERPARTY_NOT_WANTED = ErrorType(
    "ledger.account.counterparty_not_wanted",
    Kind.INVALID,
    "业务代码 {business_code} 没有对方账户部门",
    "accounts of business code {business_code} are kept for no department",
)
CITY_ONLY = ErrorType(
    "ledger.account.city_only",
    Kind.FORBIDDEN,
    "业务代码 {business_code} 的账户只能在市行营业部 {outlet} 开立",
    "accounts of business code {business_code} are opened at the city's business department {outlet} only",
)
SUFFIX_OUTSIDE = ErrorType(
    "ledger.account.suffix_outside",
    Kind.INVALID,
    "账户后缀应在 {first} 至 {last} 之间",
    "the suffix must lie between {first} and {last}",
)
SUFFIXES_USED_UP = ErrorType("ledger.account.suffixes_used_up", Kind.CONFLICT, "账户后缀已用完", "no suffix is left for another account")
ACCOUNT_EXISTS = ErrorType("ledger.account.exists", Kind.CONFLICT, "账户 {account} 已经开立", "account {account} has been opened already")
BANK_WIDE = ErrorType(
    "ledger.account.bank_wide",
    Kind.FORBIDDEN,
    "{account} 是全行统一开设的账户,不能销户",
    "{account} is an account of the whole bank and is not closed by an outlet",
)
ACCOUNT_CLOSED_ALREADY = ErrorType(
    "ledger.account.closed_already", Kind.CONFLICT, "账户已于 {date} 关闭", "the account was closed on {date} already"
)
NOT_ZERO = ErrorType(
    "ledger.account.not_zero", Kind.CONFLICT, "账户尚有余额 {balance},须先结清", "the account still holds {balance}: settle it first"
)
UNDER_WAY = ErrorType(
    "ledger.account.under_way",
    Kind.CONFLICT,
    "账户尚有在途账务,稍后再办",
    "postings to the account are still under way; try again when they are done",
)
NOT_CLOSED = ErrorType(
    "ledger.account.not_closed",
    Kind.CONFLICT,
    "账户须先关闭,隔日再销账",
    "the account must be closed first, and written off on a later date",
)
CLOSED_TODAY = ErrorType(
    "ledger.account.closed_today",
    Kind.CONFLICT,
    "账户今日关闭,须隔日销账",
    "the account was closed today: it can be written off from the next business date on",
)
WRITTEN_OFF = ErrorType("ledger.account.written_off", Kind.CONFLICT, "账户已于 {date} 销账", "the account was written off on {date}")

NOT_REVERSED = ErrorType(
    "ledger.correct.not_reversed",
    Kind.CONFLICT,
    "流水 {number} 尚未冲账,不能补账",
    "transaction {number} has not been reversed: there is nothing to make good",
)
SUPPLEMENTED = ErrorType(
    "ledger.correct.supplemented",
    Kind.CONFLICT,
    "该笔冲账已经补账,一笔冲账只能补账一次",
    "the reversal has its supplement already; there is one for each",
)
CORRECTED = ErrorType(
    "ledger.correct.corrected",
    Kind.CONFLICT,
    "流水 {number} 已做串户或差额冲正,须先冲销该更正",
    "transaction {number} has been corrected for a wrong account or a difference: reverse that correction first",
)
MANY_TO_MANY = ErrorType(
    "ledger.correct.many_to_many", Kind.INVALID, "补账不能多借多贷", "a supplement has one debit or one credit against the other legs"
)
COLOURS = ErrorType(
    "ledger.correct.colours",
    Kind.INVALID,
    "串户冲补账须一红多蓝或一蓝多红",
    "one red leg stands against the blue ones, or one blue leg against the red ones",
)
SAME_ACCOUNT = ErrorType(
    "ledger.correct.same_account", Kind.INVALID, "错误账号与正确账号不能相同", "the right account cannot be the wrong one"
)
SUMS_DIFFER = ErrorType(
    "ledger.correct.sums_differ", Kind.INVALID, "红蓝金额应一致,差额 {difference}", "red and blue amounts differ by {difference}"
)
NOT_IN_ORIGINAL = ErrorType(
    "ledger.correct.not_in_original",
    Kind.INVALID,
    "账户 {account} 在原交易的该方没有账务",
    "account {account} has no entry on this side of the transaction to correct",
)
MORE_THAN_ORIGINAL = ErrorType(
    "ledger.correct.more_than_original",
    Kind.CONFLICT,
    "账户 {account} 在原交易中只余 {left} 可冲",
    "of account {account} only {left} of the transaction is left to take back",
)
TRANSFER_ONLY = ErrorType(
    "ledger.correct.transfer_only",
    Kind.INVALID,
    "本交易只办理转账,现金错账请冲账后补账",
    "this correction is for transfers: cash is corrected by reversal and supplement",
)

ACCOUNTANTS_ONLY = ErrorType(
    "ledger.chart.accountants_only",
    Kind.FORBIDDEN,
    "科目和业务代码由财会部 {outlet} 管理",
    "subjects and business codes are kept by the accounting department {outlet}",
)
NOT_LATER = ErrorType(
    "ledger.chart.not_later", Kind.INVALID, "生效日必须晚于营业日 {today}", "a change takes effect after the business date {today}"
)
CHART_CODE = ErrorType(
    "ledger.chart.code", Kind.INVALID, "科目为3、5或7位数字,业务代码为3位", "a subject has 3, 5 or 7 digits, a business code has 3"
)
CHART_MISSING = ErrorType("ledger.chart.missing", Kind.INVALID, "新增 {code} 须录入 {name_zh}", "{code} is new: it needs its {name_en}")
CHART_NOT_WANTED = ErrorType(
    "ledger.chart.not_wanted", Kind.INVALID, "{name_zh}不属于本次维护的对象", "what is changed here has no {name_en}"
)
OFF_SHEET_DIGITS = ErrorType(
    "ledger.chart.off_sheet_digits",
    Kind.INVALID,
    "表外科目以7开头,其他科目不以7开头",
    "subjects off the balance sheet begin with 7, and no others",
)
CLASS_STAYS = ErrorType("ledger.chart.class_stays", Kind.INVALID, "科目 {code} 的类别不能变更", "the class of subject {code} cannot change")
SHEET_STAYS = ErrorType(
    "ledger.chart.sheet_stays",
    Kind.INVALID,
    "业务代码 {code} 不能在表内与表外之间变更",
    "business code {code} cannot move on or off the balance sheet",
)
CUSTOMERS = ErrorType(
    "ledger.chart.customers",
    Kind.INVALID,
    "客户账户的业务代码 {code} 只能变更名称和科目",
    "of business code {code}, which customers' accounts have, only names and subject can change",
)
NO_CHANGE = ErrorType("ledger.chart.no_change", Kind.INVALID, "{code} 没有变更", "nothing of {code} would change")
GUARD_VIOLATED = ErrorType(
    "ledger.chart.guard_violated",
    Kind.CONFLICT,
    "账户 {account} 的余额已在禁止的一方",
    "the balance of account {account} stands on the side that would be forbidden",
)
CONTRADICTION = ErrorType(
    "ledger.chart.contradiction", Kind.INVALID, "与现行会计数据矛盾:{reason}", "this contradicts the accounting data: {reason}"
)
