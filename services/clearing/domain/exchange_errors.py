"""What the same-city exchange refuses and why (IB 2250-2397)."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

ITEM_UNKNOWN = ErrorType("exchange.item.unknown", Kind.NOT_FOUND, "没有交换报单 {item}", "there is no exchange item {item}")
ITEM_ELSEWHERE = ErrorType(
    "exchange.item.other_outlet", Kind.FORBIDDEN, "报单 {item} 属于网点 {outlet}", "item {item} belongs to outlet {outlet}"
)
ITEM_STATE = ErrorType(
    "exchange.item.state",
    Kind.CONFLICT,
    "报单 {item} 为{stream_zh}、{state_zh}状态,不能{act_zh}",
    "item {item} ({stream_en}, {state_en}) cannot {act_en}",
)
ITEM_STREAM = ErrorType(
    "exchange.item.stream",
    Kind.CONFLICT,
    "报单 {item} 为{stream_zh},不适用本交易",
    "item {item} is an {stream_en}: not for this transaction",
)
OWN_ENTRY = ErrorType(
    "exchange.own_entry", Kind.FORBIDDEN, "录入柜员 {teller} 不能复核本人录入的报单", "teller {teller} entered the item and cannot check it"
)
CHECK_DIFFERS = ErrorType("exchange.check_differs", Kind.CONFLICT, "复核金额与录入金额不符", "the amount checked is not the amount entered")
OTHER_OUTLET = ErrorType(
    "exchange.account.other_outlet",
    Kind.CONFLICT,
    "账户 {account} 属于网点 {outlet},不是本所账户",
    "account {account} is kept at outlet {outlet}, not at this one",
)
NOT_IN_YUAN = ErrorType("exchange.account.currency", Kind.CONFLICT, "同城交换只办理人民币账户", "the exchange is for accounts in yuan only")
ACCOUNT_CLOSED = ErrorType("exchange.account.closed", Kind.CONFLICT, "账户 {account} 已销户", "account {account} is closed")
NUMBER_REQUIRED = ErrorType(
    "exchange.voucher_number_required", Kind.INVALID, "转账支票须录入支票号码", "a transfer cheque is entered with its number"
)
CASH_CHEQUE = ErrorType(
    "exchange.cash_cheque", Kind.INVALID, "现金支票不能参加同城交换", "a cash cheque draws cash and does not go through the exchange"
)
FIELD_REQUIRED = ErrorType("exchange.field_required", Kind.INVALID, "此项必须填写", "this field is needed")

SESSION_STATE = ErrorType(
    "exchange.session.state", Kind.CONFLICT, "场次 {session} {state_zh},不能办理", "session {session} is {state_en}: this cannot be done"
)
SESSION_DATE = ErrorType(
    "exchange.session.date",
    Kind.INVALID,
    "交换日期不能早于 {today},也不能晚于其后 {days} 天",
    "the exchange date is {today} or at most {days} days later",
)
SESSION_ORDER = ErrorType(
    "exchange.session.order",
    Kind.CONFLICT,
    "场次 {session} 在已切换的场次 {last} 之前",
    "session {session} is before session {last}, which is switched already",
)
SESSION_NOT_LAST = ErrorType(
    "exchange.session.not_last",
    Kind.CONFLICT,
    "场次 {session} 不是最近一场({last}),不能取消",
    "session {session} is not the last one, {last}: it cannot be undone",
)
SESSION_EARLY = ErrorType(
    "exchange.session.early",
    Kind.CONFLICT,
    "场次 {session} 的交换日期未到,账务日期为 {today}",
    "the day of session {session} has not come: the business date is {today}",
)
SESSION_NOT_LATER = ErrorType(
    "exchange.session.not_later",
    Kind.CONFLICT,
    "报单在场次 {own} 提出,退票须在其后的场次提入",
    "the item went out with session {own}: its return comes in with a later one",
)
EARLIER_UNSETTLED = ErrorType(
    "exchange.session.earlier_unsettled",
    Kind.CONFLICT,
    "场次 {first} 尚未清算,不能先清算 {session}",
    "session {first} is to be settled before session {session}",
)
SETTLED_BEFORE = ErrorType(
    "exchange.session.settled_before",
    Kind.CONFLICT,
    "场次 {session} 已于 {date} 清算,资金已上划,不能取消",
    "session {session} was settled on {date} and its funds have moved on: it cannot be undone",
)
SESSION_HAS_INWARD = ErrorType(
    "exchange.session.has_inward",
    Kind.CONFLICT,
    "场次 {session} 已有提入票据 {count} 笔,不能取消切换",
    "{count} items have come in with session {session}: its switch cannot be undone",
)
SESSION_IN_USE = ErrorType(
    "exchange.session.in_use",
    Kind.CONFLICT,
    "场次 {session} 有 {count} 笔提出报单已暂缓、入账或退票,不能取消切换",
    "{count} items of session {session} are held, posted or returned: its switch cannot be undone",
)
NOT_YET = ErrorType(
    "exchange.not_yet",
    Kind.CONFLICT,
    "场次 {session} 的提出代付须在下一场切换后入账",
    "outward debits of session {session} are posted once the next session is switched",
)
UNCHECKED = ErrorType(
    "exchange.unchecked",
    Kind.CONFLICT,
    "还有 {count} 笔提出报单未复核,不能切换场次",
    "{count} outward items are not checked: the session cannot be switched",
)
TOTALS_DIFFER = ErrorType(
    "exchange.totals_differ",
    Kind.CONFLICT,
    "{what_zh}不符:录入 {entered},系统 {counted}",
    "{what_en} differ: {entered} entered, {counted} counted",
)
BATCH_RUNNING = ErrorType(
    "exchange.batch_running",
    Kind.CONFLICT,
    "批量入账正在进行,请稍后再试",
    "a batch is being posted already; try again in a moment",
)
