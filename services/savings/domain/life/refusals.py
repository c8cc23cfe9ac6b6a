"""What the life of a deposit refuses."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

OPENING_WRONG = ErrorType(
    "quote.opening_wrong",
    Kind.INVALID,
    "第一笔必须是开户日的存入",
    "the first movement must be the deposit of the opening day",
)
MOVEMENTS_UNORDERED = ErrorType(
    "quote.movements_unordered",
    Kind.INVALID,
    "各笔动账须按日期先后排列,且不晚于销户日",
    "movements must be in the order of their days and not after the closing",
)
TERM_WRONG = ErrorType("term.not_offered", Kind.INVALID, "{product} 没有存期 {term}", "{product} is not offered for the term {term}")
TERM_REQUIRED = ErrorType("term.required", Kind.INVALID, "必须输入存期", "the term is required")
TERM_NOT_WANTED = ErrorType("term.not_wanted", Kind.INVALID, "{product} 没有存期", "{product} has no term")
OVERDRAWN = ErrorType("quote.overdrawn", Kind.INVALID, "支取超过存款余额", "more is taken out than there is")
NO_SUCH_MOVEMENT = ErrorType(
    "quote.movement_not_possible", Kind.INVALID, "该储种不能有此笔动账", "this kind of deposit has no such movement"
)
PARTIAL_ONCE = ErrorType(
    "time.partial_once",
    Kind.CONFLICT,
    "整存整取只能部分提前支取一次",
    "part of a time deposit may be withdrawn early only once (IB 1019)",
)
NOT_EARLY = ErrorType(
    "time.not_early", Kind.CONFLICT, "到期后只能全部支取", "a matured deposit is paid out whole: a part can only be withdrawn early"
)
INSTALMENT_AMOUNT = ErrorType(
    "instalment.amount",
    Kind.CONFLICT,
    "每月固定存入 {amount},本月最多还可存 {most}",
    "the fixed monthly amount is {amount}; at most {most} can be paid in this month",
)
INSTALMENT_DEFAULT = ErrorType(
    "instalment.default",
    Kind.CONFLICT,
    "漏存未在次月补齐,已违约,不再接受续存",
    "a missed month was not made up in the next: the account is in default and takes no more (IB 1121)",
)
TERM_OVER = ErrorType("term.over", Kind.CONFLICT, "存期已满,不再接受存款", "the term is over: the account takes no more deposits")
REST_BELOW_MINIMUM = ErrorType(
    "notice.rest_below_minimum",
    Kind.CONFLICT,
    "支取后余额不足 {minimum},须销户",
    "less than {minimum} would be left: the account must be closed",
)
NOTICE_TOO_EARLY = ErrorType(
    "notice.wrong", Kind.INVALID, "通知支取日不得早于通知日", "a withdrawal cannot be agreed for a day before the notice"
)
NOTICE_USED = ErrorType(
    "notice.used", Kind.CONFLICT, "当日已在柜面支取,通知已使用", "the notice was used by a withdrawal at the counter that day"
)
PAYEE_OF_ANOTHER = ErrorType(
    "notice.payee", Kind.CONFLICT, "只能转入本客户的活期账户", "a notice is paid to a current account of the same customer"
)
OPENING_TAKEN_BACK = ErrorType(
    "account.opening_taken_back",
    Kind.CONFLICT,
    "开户存款已被冲正,账户没有存款,只能销户",
    "the opening deposit has been taken back: the account is empty and can only be closed",
)
DEPOSITS_TOO_FEW = ErrorType(
    "education.deposits_too_few", Kind.CONFLICT, "教育储蓄至少分两次存入", "education savings are paid in at least two deposits"
)
DEPOSITS_TOO_MUCH = ErrorType(
    "education.limit", Kind.CONFLICT, "本金合计不得超过 {limit}", "the deposits may not exceed {limit} in all (IB 1336)"
)
