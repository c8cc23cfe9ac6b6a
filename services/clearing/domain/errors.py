"""What netting refuses and why."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

NOT_THE_DATE = ErrorType(
    "clearing.netting.not_the_date",
    Kind.CONFLICT,
    "营业日是 {current},不能清算 {date}",
    "the business date is {current}; {date} cannot be netted",
)
INCOMPLETE = ErrorType(
    "clearing.netting.incomplete",
    Kind.CONFLICT,
    "汇差尚未收齐:来源 {origin} 总账 {posted} 笔/{posted_total},清算 {ingested} 笔/{ingested_total}",
    "positions are not complete: of {origin} the ledger holds {posted} sets with a control total of {posted_total}, "
    "clearing {ingested} with {ingested_total}",
)
UNDER_WAY = ErrorType(
    "clearing.netting.under_way",
    Kind.CONFLICT,
    "{origin} 已办 {stated} 笔,仅 {ingested} 笔入账,请检查待处理消息",
    "{origin} has sent {stated} sets today and {ingested} of them are in the books; look at the parked messages",
)
POSITIONS_DIFFER = ErrorType(
    "clearing.netting.positions_differ",
    Kind.CONFLICT,
    "网点 {outlet} 子户 {sub_account} 汇差 {position} 与总账 {balance} 不符(共 {count} 处)",
    "position {position} of outlet {outlet}, sub-account {sub_account}, is not the ledger's {balance} ({count} such)",
)
MIRRORS_DIFFER = ErrorType(
    "clearing.netting.mirrors_differ",
    Kind.CONFLICT,
    "{lower} 与 {upper} 对开资金户 {subject} 不符:{lower_balance} / {upper_balance}(共 {count} 对)",
    "the reserve accounts {subject} of {lower} and {upper} do not mirror each other: {lower_balance} and {upper_balance} "
    "({count} such pairs)",
)
RESERVE_SHORT = ErrorType(
    "clearing.netting.reserve_short",
    Kind.CONFLICT,
    "存放中央银行款项不足,清算将透支 {missing},未作任何账务",
    "the reserve with the central bank would be overdrawn by {missing}; nothing was posted",
)
SUPERIOR_MISSING = ErrorType(
    "clearing.netting.superior_missing",
    Kind.CONFLICT,
    "网点 {outlet} 的上级 {superior} 不存在",
    "outlet {outlet} settles with {superior}, which does not exist",
)
NOT_POSTED = ErrorType(
    "clearing.netting.not_posted",
    Kind.CONFLICT,
    "{missing} 笔清算分录尚未入账,请检查待处理消息",
    "{missing} netting sets have not come back from the ledger; look at the parked messages",
)
BALANCE_LEFT = ErrorType(
    "clearing.netting.balance_left",
    Kind.CONFLICT,
    "清算后网点 {outlet} 子户 {sub_account} 仍有余额 {balance}",
    "after netting sub-account {sub_account} of outlet {outlet} still stands at {balance}",
)
UNIT_WITHOUT_SUPERIOR = ErrorType(
    "clearing.netting.unit_without_superior",
    Kind.INVALID,
    "{outlet} 没有上级,不能即时清算",
    "{outlet} has nobody to settle with early",
)
NOT_YOUR_UNIT = ErrorType("outlet.not_yours", Kind.FORBIDDEN, "{outlet} 不属于本机构管辖", "{outlet} is not your outlet, nor one below it")
