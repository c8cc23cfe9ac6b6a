"""What a deposit account can refuse."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

PRODUCT_UNKNOWN = ErrorType("product.unknown", Kind.INVALID, "没有储种 {product}", "there is no deposit product {product}")
CURRENCY_NOT_OFFERED = ErrorType(
    "product.currency_not_offered", Kind.INVALID, "{product} 不办理 {currency}", "{product} is not offered in {currency}"
)
BELOW_OPENING_MINIMUM = ErrorType(
    "product.below_opening_minimum", Kind.INVALID, "起存金额为 {minimum}", "the account opens with {minimum} or more"
)
STATUS_FORBIDS = ErrorType(
    "account.status", Kind.CONFLICT, "账户状态为“{status_zh}”,不能{action_zh}", "the account is {status_en}: it cannot {action_en}"
)
FROZEN = ErrorType("account.frozen", Kind.CONFLICT, "账户已冻结,只进不出", "the account is frozen: money may come, none may go")
INSUFFICIENT = ErrorType(
    "account.insufficient", Kind.CONFLICT, "可用余额 {available} 不足", "the available balance {available} is not enough"
)
PASSWORD_MALFORMED = ErrorType("password.malformed", Kind.INVALID, "密码必须为6位数字", "a password has six digits")
PASSWORD_REQUIRED = ErrorType("password.required", Kind.INVALID, "必须输入密码", "the password is required")
PASSWORD_NOT_WANTED = ErrorType("password.not_wanted", Kind.INVALID, "印鉴类别 {mode} 不设密码", "withdrawal mode {mode} takes no password")
DOCUMENT_REQUIRED = ErrorType("document.required", Kind.INVALID, "必须核对证件", "an identity document is required")
SEAL_REQUIRED = ErrorType("seal.required", Kind.INVALID, "必须核对印鉴", "the seal must be checked")
CROSS_OUTLET_NEEDS_PASSWORD = ErrorType(
    "account.cross_outlet_needs_password",
    Kind.CONFLICT,
    "无密码的账户只能在开户网点 {outlet} 取款",
    "an account without a password pays out only at its own outlet {outlet}",
)
NOT_CROSS_OUTLET = ErrorType(
    "account.not_cross_outlet",
    Kind.CONFLICT,
    "该账户未开通通存通兑,只能在开户网点 {outlet} 办理",
    "the account is not open to other outlets: it can be used only at its own outlet {outlet}",
)
OTHER_OUTLET = ErrorType(
    "account.other_outlet",
    Kind.CONFLICT,
    "账户 {account} 开在网点 {outlet},本交易只办理本网点账户",
    "account {account} is kept at outlet {outlet}: this transaction is for accounts of the counter's own outlet",
)
WRONG_KIND = ErrorType(
    "account.wrong_kind", Kind.CONFLICT, "{product_zh}账户不能办理本交易", "this transaction is not for accounts of {product_en}"
)
SAME_ACCOUNT = ErrorType("account.same", Kind.INVALID, "转出、转入不能是同一账户", "money cannot be moved to the account it comes from")
CURRENCY_DIFFERS = ErrorType(
    "account.currency_differs",
    Kind.INVALID,
    "账户币种为 {currency},与交易币种不符",
    "the account is in {currency}, not in the currency asked for",
)
BALANCE_TOO_LARGE = ErrorType(
    "account.balance_too_large", Kind.CONFLICT, "存入后余额超出系统上限", "the balance would be beyond what the books can hold"
)
MOVEMENTS_PENDING = ErrorType(
    "account.movements_pending",
    Kind.CONFLICT,
    "账户尚有未了结的动账,稍后再办",
    "movements on the account are still under way; try again when they are done",
)
VALUE_DATE_AHEAD = ErrorType(
    "account.value_date_ahead", Kind.INVALID, "起息日 {value_date} 晚于营业日", "the value date {value_date} lies after the business date"
)
CASH_FROM_BASIC_ONLY = ErrorType(
    "account.cash_from_basic_only",
    Kind.CONFLICT,
    "非基本户不能支取现金",
    "cash is paid out of the customer's basic account only",
)
BASIC_EXISTS = ErrorType(
    "account.basic_exists",
    Kind.CONFLICT,
    "客户在本支行已有基本户",
    "the customer has a basic account in this sub-branch already",
)
FLAG_FORBIDDEN = ErrorType(
    "account.flag_forbidden", Kind.INVALID, "{product_zh}不能标为{flag_zh}", "an account of {product_en} cannot be marked as {flag_en}"
)
NOT_EMPTY = ErrorType("account.not_empty", Kind.CONFLICT, "账户余额 {balance} 须先转出", "the balance {balance} must be taken out first")
NO_SETTLING = ErrorType(
    "account.no_settling",
    Kind.CONFLICT,
    "{product_zh}账户不计息,无须结清",
    "accounts of {product_en} bear no interest and need no settling",
)
TERM_FORBIDDEN = ErrorType("product.term_forbidden", Kind.INVALID, "{product_zh}没有存期", "{product_en} has no term")
NUMBERS_USED_UP = ErrorType("account.numbers_used_up", Kind.CONFLICT, "客户名下的账号已用完", "the customer has no account number left")
CUSTOMER_NOT_NORMAL = ErrorType(
    "customer.not_normal", Kind.CONFLICT, "客户状态不正常,不能开户", "the customer's state does not allow an account to be opened"
)
PASSWORD_WRONG = ErrorType(
    "password.wrong", Kind.FORBIDDEN, "密码错误,当日还可输入 {left} 次", "the password is wrong; {left} attempts are left today"
)
CUSTOMER_LOCKED = ErrorType(
    "customer.locked",
    Kind.FORBIDDEN,
    "密码当日累计输错 {limit} 次,账户已锁定至下一营业日",
    "after {limit} wrong passwords the customer's accounts are locked until the next business date",
)
DOCUMENT_MISMATCH = ErrorType(
    "document.mismatch", Kind.CONFLICT, "证件与客户登记的不符", "this is not the document the customer is registered with"
)
VOUCHER_MISMATCH = ErrorType("voucher.mismatch", Kind.CONFLICT, "凭证号与账户不符", "this voucher does not belong to the account")
COUNTER_ACCOUNT_REQUIRED = ErrorType(
    "settlement.counter_account_required", Kind.INVALID, "转账须录入对方账号", "a transfer needs the counter account"
)
COUNTER_ACCOUNT_NOT_WANTED = ErrorType(
    "settlement.counter_account_not_wanted", Kind.INVALID, "现金业务没有对方账号", "a cash transaction has no counter account"
)
CASH_ONLY = ErrorType("settlement.cash_only", Kind.INVALID, "本交易只办理现金", "this transaction is for cash only")
FREEZE_UNTIL_PAST = ErrorType(
    "freeze.until_past", Kind.INVALID, "冻结截止日 {until} 早于营业日", "the last day {until} of the freeze lies before the business date"
)
FREEZE_ABOVE_BALANCE = ErrorType(
    "freeze.above_balance",
    Kind.CONFLICT,
    "冻结金额超过账面余额,尚可冻结 {free}",
    "more than the book balance cannot be frozen; {free} of it is not frozen yet",
)
FREEZE_UNKNOWN = ErrorType("freeze.unknown", Kind.CONFLICT, "账户没有这样的冻结", "the account has no such freeze in force")
FREEZE_AMBIGUOUS = ErrorType(
    "freeze.ambiguous",
    Kind.CONFLICT,
    "有多笔冻结相符,请录入冻结序号({numbers})",
    "several freezes fit; give the number of the one that is meant ({numbers})",
)
FREEZE_AMOUNT_DIFFERS = ErrorType(
    "freeze.amount_differs",
    Kind.CONFLICT,
    "解冻金额必须等于冻结时的金额({amounts})",
    "a part is unfrozen with the very amount it was frozen with ({amounts})",
)
DOCUMENT_INCOMPLETE = ErrorType(
    "document.incomplete", Kind.INVALID, "证件类别和证件号码须一并录入", "the document's type and its number are given together"
)
CHEQUE_NOT_SOLD = ErrorType("cheque.not_sold", Kind.CONFLICT, "支票 {kind} {number} 未出售", "cheque {kind} {number} has not been sold")
CHEQUE_OTHER_ACCOUNT = ErrorType(
    "cheque.other_account", Kind.CONFLICT, "支票 {kind} {number} 不是该账户的", "cheque {kind} {number} does not belong to this account"
)
CHEQUE_STATE = ErrorType(
    "cheque.state",
    Kind.CONFLICT,
    "支票 {kind} {number} {status_zh},不能{action_zh}",
    "cheque {kind} {number} is {status_en}: it cannot {action_en}",
)
CHEQUE_RANGE = ErrorType(
    "cheque.range", Kind.INVALID, "结束号码 {last} 小于开始号码 {first}", "the last number {last} is below the first {first}"
)
CHEQUE_RANGE_TOO_LONG = ErrorType(
    "cheque.range_too_long", Kind.INVALID, "一次最多办理 {most} 张支票", "at most {most} cheques are handled at once"
)
CHEQUE_SHEETS_DIFFER = ErrorType(
    "cheque.sheets_differ", Kind.INVALID, "号码区间共 {count} 张,与录入张数 {sheets} 不符", "the range has {count} sheets, not {sheets}"
)
CHEQUE_ACCOUNT_WITHOUT = ErrorType(
    "cheque.account_without", Kind.CONFLICT, "{product_zh}账户不使用支票", "no cheques are drawn on accounts of {product_en}"
)
CHEQUE_WRONG_KIND = ErrorType(
    "cheque.wrong_kind",
    Kind.INVALID,
    "现金支票只能支取现金,转账支票只能转账;本交易应使用 {wanted}",
    "cash cheques draw cash and transfer cheques transfer: this transaction takes {wanted}",
)
CHEQUE_NUMBER_REQUIRED = ErrorType("cheque.number_required", Kind.INVALID, "必须录入支票号码", "the number of the cheque is required")
CHEQUE_AMBIGUOUS = ErrorType(
    "cheque.ambiguous",
    Kind.CONFLICT,
    "该账户有多张支票尾号为 {digits},请录入完整的8位号码",
    "several cheques of the account end in {digits}: give all eight digits",
)
CHEQUE_NUMBER_SHORT = ErrorType(
    "cheque.number_short", Kind.INVALID, "支票号码须录入完整的8位", "all eight digits of the cheque number are required"
)
CHEQUE_NOT_TAKEN = ErrorType("cheque.not_taken", Kind.INVALID, "现金存款不使用支票", "a cash deposit takes no cheque")
NO_INSTRUMENT = ErrorType(
    "customer.no_instrument",
    Kind.CONFLICT,
    "客户没有{instrument_zh},请先开立",
    "the customer has no {instrument_en}: it must be opened first",
)
CHEQUE_BEING_VOIDED = ErrorType(
    "cheque.being_voided",
    Kind.CONFLICT,
    "支票 {kind} {number} 所在批次正在作废",
    "the batch of cheque {kind} {number} is being voided",
)
CHEQUE_VOID_DECIDED = ErrorType(
    "cheque.void_decided", Kind.CONFLICT, "该批支票作废已了结", "what this posting voids has been decided already"
)
CHEQUES_ONLY = ErrorType(
    "account.cheques_only",
    Kind.CONFLICT,
    "个人支票户只凭支票付款,请用个人支票交易",
    "a personal cheque account pays by its cheques alone: use its own transactions",
)
NO_OWN_VOUCHER = ErrorType(
    "account.no_own_voucher",
    Kind.CONFLICT,
    "账户没有自己的存折、存单或证实书",
    "the account has no passbook, slip or certificate of its own",
)
NO_PASSWORD = ErrorType("password.none", Kind.CONFLICT, "账户未设密码", "the account has no password")
PASSWORD_UNCHANGED = ErrorType(
    "password.unchanged", Kind.INVALID, "新密码不能与原密码相同", "the new password must differ from the old one"
)
NOTHING_CHANGED = ErrorType("account.nothing_changed", Kind.INVALID, "没有要修改的内容", "nothing would change")
REPORTED_LOST = ErrorType(
    "account.reported_lost",
    Kind.CONFLICT,
    "账户凭证已挂失,只进不出",
    "the voucher of the account is reported lost: money may come, none may go",
)
NOT_REPORTED_LOST = ErrorType("loss.none", Kind.CONFLICT, "账户凭证没有挂失", "no loss of the account's voucher is in force")
LOSS_NOT_WRITTEN = ErrorType(
    "loss.not_in_writing",
    Kind.CONFLICT,
    "口头挂失不能换凭证,须先办理书面挂失",
    "a loss reported by word gives no new voucher: it must be reported in writing first",
)
LOSS_TOO_EARLY = ErrorType(
    "loss.too_early", Kind.CONFLICT, "挂失未到期,{day} 起才能换凭证", "the loss has not run its time: a new voucher is given from {day} on"
)
VOUCHER_NOT_WANTED = ErrorType(
    "voucher.not_wanted", Kind.INVALID, "不换凭证时不录入新凭证号", "without a new voucher there is no number for it"
)
MOVED_SINCE_OPENING = ErrorType(
    "account.moved_since_opening",
    Kind.CONFLICT,
    "开户后已办理其他业务,不能冲开户",
    "other business has been done on the account since it was opened: its opening cannot be undone",
)
HAS_CHEQUES = ErrorType(
    "account.has_cheques",
    Kind.CONFLICT,
    "账户已出售支票 {cheques} 张,须先取消出售",
    "{cheques} cheques of the account are sold: their sale must be undone first",
)
CLOSING_FINAL = ErrorType(
    "account.closing_final",
    Kind.CONFLICT,
    "对公账户只能冲定期销户(含通知存款),请重新开户",
    "of an organisation's accounts only the closing of a time or notice deposit can be undone: open a new account",
)
NOT_THE_LAST = ErrorType(
    "account.not_the_last_transaction",
    Kind.CONFLICT,
    "该笔不是账户的最后一笔交易",
    "this is not the last transaction of the account any more",
)
NO_PASSBOOK = ErrorType(
    "passbook.none", Kind.CONFLICT, "账户没有存折,不能登折", "the account is kept in no passbook or book: there is nothing to print in"
)
NOTHING_TO_PRINT = ErrorType("passbook.nothing_missing", Kind.CONFLICT, "没有未登折的交易", "every line stands in the passbook already")
PASSBOOK_FULL = ErrorType("passbook.full", Kind.CONFLICT, "存折已用满,请先更换存折", "the passbook is full: it must be replaced first")
NOT_AMONG_THE_LAST = ErrorType(
    "printing.not_among_the_last",
    Kind.CONFLICT,
    "只能重打本人当日最后 {most} 笔交易",
    "only the teller's own last {most} transactions of the date are printed again",
)
REPLACE_FIRST = ErrorType(
    "loss.replace_first",
    Kind.CONFLICT,
    "请先用卡通换凭证更换挂失的{instrument_zh}",
    "the lost {instrument_en} must be replaced first, by the replacement of cards and books",
)
