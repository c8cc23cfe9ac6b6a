"""What can be wrong with a statement, a reply or an adjustment sheet."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

UNKNOWN = ErrorType("statement.unknown", Kind.NOT_FOUND, "账单 {number} 不存在", "there is no statement {number}")
STATE = ErrorType(
    "statement.state",
    Kind.CONFLICT,
    "账单状态为“{state_zh}”,不能{act_zh}",
    "the statement is {state_en}: it cannot {act_en}",
)
SIDE = ErrorType("statement.side", Kind.FORBIDDEN, "{act_zh}应由{side_zh}办理", "{side_en} is the one by whom a statement can {act_en}")
RESULT = ErrorType(
    "statement.result",
    Kind.INVALID,
    "第 {round} 次回复不能选择“{result_zh}”",
    "“{result_en}” cannot be the result of reply {round}",
)
CHANGED = ErrorType(
    "statement.changed",
    Kind.CONFLICT,
    "账单已被他人处理,请重新打开",
    "the statement has changed since it was opened: open it again",
)
SAME_PERSON = ErrorType(
    "statement.same_person",
    Kind.FORBIDDEN,
    "对账员与对账主管不能为同一人",
    "who replied cannot be the supervisor who decides on the reply",
)
OTHER_SUPERVISOR = ErrorType(
    "statement.other_supervisor",
    Kind.FORBIDDEN,
    "该回复应由授权员 {supervisor} 处理",
    "the reply is to be decided on by supervisor {supervisor}",
)
REPLY_CHANGED = ErrorType(
    "statement.reply_changed",
    Kind.CONFLICT,
    "对账回复与所见不一致,请重新审核",
    "the reply is not the one that was seen: look at it again",
)
SUPERVISOR_UNKNOWN = ErrorType(
    "statement.supervisor_unknown",
    Kind.INVALID,
    "{supervisor} 不是可授权该账户的对账主管",
    "{supervisor} is no supervisor who may decide on this account",
)
OPINION_MISSING = ErrorType(
    "statement.satisfaction_missing",
    Kind.INVALID,
    "对银行反馈重新回复时须评价满意度",
    "a reply to the bank's answer says how satisfied the customer is",
)
OPINION_TOO_EARLY = ErrorType(
    "statement.satisfaction_early",
    Kind.INVALID,
    "银行反馈后方可评价满意度",
    "satisfaction is asked for once the bank has answered",
)
REASON_MISSING = ErrorType("statement.reason_missing", Kind.INVALID, "须填写说明", "say what there is to say")
ASSIGNEE_MISSING = ErrorType("statement.assignee_missing", Kind.INVALID, "须填写核查人", "say who looks into it")
ASSIGNEE_UNKNOWN = ErrorType("statement.assignee_unknown", Kind.NOT_FOUND, "没有柜员 {teller}", "the bank has no teller {teller}")
ACCOUNT_MISSING = ErrorType(
    "statement.account_missing", Kind.INVALID, "指定账单类型或起始日期时须填写账号", "a kind or a first date is of one account: name it"
)
NOT_OVERDUE = ErrorType(
    "statement.not_overdue",
    Kind.CONFLICT,
    "账单在 {due_on} 到期之前不能由银行结案",
    "the bank cannot close the statement before it is overdue on {due_on}",
)

SHEET_MISSING = ErrorType(
    "statement.adjustment.missing", Kind.INVALID, "须填写未达账务调节表", "the adjustment sheet has to be filled in for this result"
)
SHEET_NOT_ASKED = ErrorType(
    "statement.adjustment.not_asked", Kind.INVALID, "该对账结果不填调节表", "this result comes without an adjustment sheet"
)
SHEET_EMPTY = ErrorType("statement.adjustment.empty", Kind.INVALID, "调节表没有未达账项", "the adjustment sheet has no items")
SHEET_TOO_LONG = ErrorType(
    "statement.adjustment.too_long", Kind.INVALID, "调节表最多 {most} 项", "an adjustment sheet has at most {most} items"
)
SHEET_UNBALANCED = ErrorType(
    "statement.adjustment.unbalanced",
    Kind.INVALID,
    "调节后余额不等:单位 {company},银行 {bank},相差 {difference}",
    "the adjusted balances differ: company {company}, bank {bank}, difference {difference}",
)
LINE_UNKNOWN = ErrorType("statement.adjustment.line_unknown", Kind.INVALID, "账单没有第 {line} 笔明细", "the statement has no line {line}")
LINE_TWICE = ErrorType(
    "statement.adjustment.line_twice", Kind.INVALID, "账单第 {line} 笔明细被填了两次", "line {line} of the statement stands there twice"
)
LINE_DIFFERS = ErrorType(
    "statement.adjustment.line_differs",
    Kind.INVALID,
    "未达账项与账单第 {line} 笔明细的金额或方向不符",
    "the item has not the amount and side of line {line} of the statement",
)
ITEM_DATE = ErrorType(
    "statement.adjustment.item_date", Kind.INVALID, "未达账项日期晚于账单截止日", "an item is dated after the closing date of the statement"
)

KIND_EXEMPT = ErrorType("statement.exempt", Kind.CONFLICT, "账户 {account} 免对账", "account {account} is exempt from statements")
PERIOD = ErrorType(
    "statement.period",
    Kind.INVALID,
    "账单期间应在 {last} 或之前结束,且不超过 {days} 天",
    "a period ends by {last} and has at most {days} days",
)
EXISTS = ErrorType(
    "statement.exists", Kind.CONFLICT, "该账户该期间的账单已生成,编号 {number}", "this statement has been made already: {number}"
)
NO_BOOKS = ErrorType(
    "statement.no_books", Kind.CONFLICT, "账户 {account} 截至该日没有账务", "account {account} has no books up to that date"
)
NOT_CORPORATE = ErrorType(
    "statement.not_corporate", Kind.INVALID, "账户 {account} 不是对公账户", "account {account} is not an account of an organisation"
)
NO_ARRANGEMENT = ErrorType(
    "statement.no_arrangement", Kind.CONFLICT, "账户 {account} 没有对账约定", "nothing is arranged for statements of account {account}"
)
EXEMPT_REASON = ErrorType("statement.arrangement.exempt_reason", Kind.INVALID, "免对账须说明原因", "an exemption states its reason")
