"""What the counter refuses about controlled vouchers 重要空白凭证."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

KIND_UNKNOWN = ErrorType("voucher.kind_unknown", Kind.INVALID, "没有凭证种类 {kind}", "there is no kind of voucher {kind}")
RANGE_BACKWARDS = ErrorType(
    "voucher.range", Kind.INVALID, "结束号码 {last} 小于开始号码 {first}", "the last number {last} is below the first {first}"
)
RANGE_TOO_LONG = ErrorType(
    "voucher.range_too_long", Kind.INVALID, "一次最多办理 {most} 张凭证", "at most {most} sheets are handled at once"
)
SHEETS_DIFFER = ErrorType(
    "voucher.sheets_differ",
    Kind.INVALID,
    "号码 {first} 至 {last} 共 {sheets} 张,与录入张数 {given} 不符",
    "numbers {first} to {last} are {sheets} sheets, not {given}",
)
WHOLE_BOOKS = ErrorType(
    "voucher.whole_books",
    Kind.INVALID,
    "支票须整本办理:每本 {sheets} 张,起始号为 {sheets} 的倍数加一,终止号为 {sheets} 的倍数",
    "cheques move in whole books of {sheets}: the first number is a multiple of {sheets} and one, the last a multiple of {sheets}",
)
EXISTS = ErrorType(
    "voucher.exists", Kind.CONFLICT, "凭证 {kind} {number} 已登记,不能再次购入", "voucher {kind} {number} is registered already"
)
NOT_IN_PLACE = ErrorType(
    "voucher.not_in_place",
    Kind.CONFLICT,
    "凭证 {kind} {number} 不能办理此交易:{where_zh}",
    "voucher {kind} {number} cannot be used here: {where_en}",
)
NONE_LEFT = ErrorType(
    "voucher.none_left", Kind.CONFLICT, "钱箱 {cash_box} 没有{kind_zh}", "cash box {cash_box} holds no {kind_en} any more"
)
NOT_AS_ISSUED = ErrorType(
    "voucher.not_as_issued",
    Kind.CONFLICT,
    "领入须与管辖行下发一致:下发区间为 {first} 至 {last}",
    "receive exactly what the superior issued: numbers {first} to {last}",
)
ISSUE_OUT_OF_DATE = ErrorType(
    "voucher.issue_out_of_date",
    Kind.CONFLICT,
    "领用和下发须在当天完成:该批凭证于 {date} 下发,须由下发部门取消后重新下发",
    "issue and receipt belong to one day: these were issued on {date}; the issuer must take them back and issue them again",
)
VAULT_ONLY = ErrorType(
    "voucher.vault_only",
    Kind.CONFLICT,
    "该交易只能在网点库钱箱办理,请不输入钱箱号重新签到",
    "this is done in the outlet's vault: sign on again without a cash box of one's own",
)
NOT_THE_BUYER = ErrorType(
    "voucher.not_the_buyer",
    Kind.FORBIDDEN,
    "凭证只能由财会部 {outlet} 购入和作废整批",
    "only the accounting department {outlet} buys vouchers and voids batches of them",
)
NOTHING_ABOVE = ErrorType(
    "voucher.nothing_above", Kind.CONFLICT, "财会部没有上级,请办理凭证购入", "the accounting department has no superior; it buys vouchers"
)
NOT_SUBORDINATE = ErrorType(
    "voucher.not_subordinate", Kind.FORBIDDEN, "部门 {outlet} 不由本部门下发凭证", "this department does not issue vouchers to {outlet}"
)
CHEQUES_ONLY = ErrorType("voucher.cheques_only", Kind.INVALID, "{kind_zh}不是支票", "{kind_en} is not a cheque")
HOLD_DECIDED = ErrorType("voucher.hold_decided", Kind.CONFLICT, "该笔凭证占用已了结", "what this posting holds has been decided already")
SUPPLY_OVERLAPS = ErrorType(
    "voucher.supply_overlaps",
    Kind.CONFLICT,
    "初始凭证与已登记的号码重叠",
    "the vouchers to load overlap with each other or with numbers registered",
)
