"""What national inter-bank business refuses, and why."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

NOT_OPEN = ErrorType(
    "clearing.national.not_open",
    Kind.CONFLICT,
    "{date} 电子联行业务尚未开放",
    "national inter-bank business of {date} is not open: the central bank's front end has not answered the sign-on",
)
SEQUENCE_REUSED = ErrorType(
    "clearing.national.sequence_reused",
    Kind.CONFLICT,
    "{date} 第 {sequence} 号来帐内容与先前收到的不同",
    "inward number {sequence} of {date} says something else than when it came before",
)
ANSWER_UNKNOWN = ErrorType(
    "clearing.national.answer_unknown",
    Kind.NOT_FOUND,
    "{date} 没有第 {sequence} 号往帐",
    "there is no outward item number {sequence} of {date}",
)
INWARD_UNKNOWN = ErrorType(
    "clearing.national.inward_unknown",
    Kind.NOT_FOUND,
    "没有 {date} 第 {sequence} 号来帐",
    "there is no inward item number {sequence} of {date}",
)
NOTHING_TO_PRINT = ErrorType(
    "clearing.national.nothing_to_print",
    Kind.NOT_FOUND,
    "本机构没有未打印的来帐",
    "no inward item of this outlet waits to be printed",
)
NOT_PRINTED = ErrorType(
    "clearing.national.not_printed",
    Kind.CONFLICT,
    "{date} 第 {sequence} 号来帐的补充报单尚未打印",
    "the slip of inward number {sequence} of {date} has not been printed on a form yet",
)
OUTWARD_UNKNOWN = ErrorType(
    "clearing.national.outward_unknown", Kind.NOT_FOUND, "没有提交号为 {submission} 的往帐", "there is no outward item {submission} today"
)
NO_MATCH = ErrorType(
    "clearing.national.no_match",
    Kind.NOT_FOUND,
    "没有要素相符的往帐报单",
    "no outward item entered at this outlet today agrees with all that was given",
)
SAME_PERSON = ErrorType(
    "clearing.national.same_person",
    Kind.FORBIDDEN,
    "录入人 {teller} 不能复核或授权该笔往帐",
    "{teller} entered the item and can neither check nor authorise it",
)
OTHER_OUTLET = ErrorType(
    "clearing.national.other_outlet",
    Kind.CONFLICT,
    "付款账号 {account} 属于网点 {outlet},不是本所账号",
    "account {account} is kept at {outlet}: outward items are paid from accounts of the own outlet",
)
SUSPENSE_UNKNOWN = ErrorType(
    "clearing.national.suspense_unknown", Kind.NOT_FOUND, "没有挂账编号 {number}", "there is no suspense item {number}"
)
SUSPENSE_ELSEWHERE = ErrorType(
    "clearing.national.suspense_elsewhere",
    Kind.FORBIDDEN,
    "挂账 {number} 由 {outlet} 处理",
    "suspense item {number} is cleared at {outlet}",
)
SUSPENSE_CLEARED = ErrorType(
    "clearing.national.suspense_cleared", Kind.CONFLICT, "挂账 {number} 已处理", "suspense item {number} has been cleared"
)
ACCOUNT_MISSING = ErrorType(
    "clearing.national.account_missing", Kind.INVALID, "转入账户须录入账号和户名", "to pay an account its number and name are needed"
)
NAME_DIFFERS = ErrorType(
    "clearing.national.name_differs",
    Kind.CONFLICT,
    "户名与账号 {account} 不符",
    "the name is not that of account {account}",
)
NOT_RETURNABLE = ErrorType(
    "clearing.national.not_returnable",
    Kind.CONFLICT,
    "挂账 {number} 不是来帐,不能退汇",
    "suspense item {number} did not come in from another bank: it cannot be sent back",
)
