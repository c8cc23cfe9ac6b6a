"""What the counter service can refuse."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

CREDENTIALS_WRONG = ErrorType("teller.credentials_wrong", Kind.UNAUTHENTICATED, "柜员号或密码不正确", "teller number or password is wrong")
LOCKED = ErrorType(
    "teller.locked",
    Kind.FORBIDDEN,
    "柜员 {teller} 当日密码输错次数过多,已锁定至下一营业日",
    "too many wrong passwords: teller {teller} is locked until the next business date",
)
PASSWORD_LOST = ErrorType(
    "teller.password_lost",
    Kind.FORBIDDEN,
    "柜员 {teller} 的密码已挂失,须由中心机房解挂",
    "the password of teller {teller} is reported lost; the computing centre must reset it",
)
SIGN_ON_AGAIN = ErrorType("teller.sign_on_again", Kind.UNAUTHENTICATED, "柜员资料已变更,请重新签到", "the teller changed; sign on again")
TELLER_UNKNOWN = ErrorType("teller.unknown", Kind.NOT_FOUND, "没有柜员 {teller}", "there is no teller {teller}")
TELLER_EXISTS = ErrorType("teller.exists", Kind.CONFLICT, "柜员 {teller} 已存在", "teller {teller} exists already")
TELLER_ELSEWHERE = ErrorType(
    "teller.elsewhere", Kind.FORBIDDEN, "柜员 {teller} 不属于本网点", "teller {teller} does not belong to this outlet or one below it"
)
TELLER_OUTLET_UNFIT = ErrorType(
    "teller.outlet_unfit",
    Kind.INVALID,
    "柜员号 {teller} 的支行号与网点 {outlet} 不符",
    "teller number {teller} is not of the sub-branch of outlet {outlet}",
)
LEVEL_MALFORMED = ErrorType("teller.level.malformed", Kind.INVALID, "柜员级别应为 A、B 或 C", "the level of a teller is A, B or C")
NOT_OWN_PASSWORD = ErrorType("teller.password.not_own", Kind.FORBIDDEN, "只能修改本人的密码", "a teller changes only the own password")
OWN_PASSWORD = ErrorType(
    "teller.password.own", Kind.FORBIDDEN, "不能对本人的密码办理此交易", "nobody does this to the own password; another teller must"
)
PASSWORD_TOO_SHORT = ErrorType(
    "teller.password.too_short", Kind.INVALID, "密码至少 {least} 位", "a password has at least {least} characters"
)
PASSWORD_UNCHANGED = ErrorType("teller.password.unchanged", Kind.INVALID, "新密码不得与旧密码相同", "the new password is the old one")
PASSWORD_GUESSABLE = ErrorType(
    "teller.password.guessable", Kind.INVALID, "密码不得包含柜员号", "the password must not contain the teller number"
)
ALREADY_LOST = ErrorType(
    "teller.password.already_lost", Kind.CONFLICT, "柜员 {teller} 的密码已经挂失", "the password of {teller} is reported lost already"
)
PASSWORDS_DIFFER = ErrorType(
    "teller.password.repeat_differs", Kind.INVALID, "两次输入的新密码不一致", "the new password was not repeated alike"
)
CARD_WRONG = ErrorType("teller.card_wrong", Kind.FORBIDDEN, "柜员卡号不符", "this is not the teller's card")
TELLER_LEFT = ErrorType("teller.left", Kind.FORBIDDEN, "柜员 {teller} 已离职", "teller {teller} has left the bank")
OWN_RECORD = ErrorType("teller.own_record", Kind.FORBIDDEN, "不能维护本人资料", "nobody maintains the own record")
NOTHING_CHANGED = ErrorType("teller.nothing_changed", Kind.INVALID, "柜员 {teller} 的资料没有变更", "nothing about teller {teller} changes")
PRESENT_TODAY = ErrorType(
    "teller.present_today",
    Kind.CONFLICT,
    "柜员 {teller} 当日已签到,须在其签到前调动网点",
    "teller {teller} has signed on today; move him before he signs on",
)
STILL_WORKING = ErrorType(
    "teller.still_working", Kind.CONFLICT, "柜员 {teller} 当日尚未轧账", "teller {teller} is at work and has not balanced"
)

BOX_UNKNOWN = ErrorType(
    "counter.box.unknown", Kind.NOT_FOUND, "网点 {outlet} 没有钱箱 {cash_box}", "outlet {outlet} has no cash box {cash_box}"
)
BOX_EXISTS = ErrorType(
    "counter.box.exists", Kind.CONFLICT, "网点 {outlet} 已有钱箱 {cash_box}", "outlet {outlet} has a cash box {cash_box} already"
)
BOX_NOT_OWN = ErrorType("counter.box.not_own", Kind.FORBIDDEN, "钱箱 {cash_box} 不是本柜员的钱箱", "box {cash_box} is another teller's")
BOX_IS_VAULT = ErrorType(
    "counter.box.is_vault", Kind.CONFLICT, "库钱箱不能办理此交易,请以柜员钱箱签到", "this is done with a teller's box, not with the vault"
)
BOX_SAME = ErrorType("counter.box.same", Kind.INVALID, "调入钱箱与调出钱箱相同", "both boxes are the same")
BOX_SINGLE = ErrorType(
    "counter.box.single_teller",
    Kind.CONFLICT,
    "储蓄柜员钱箱只许本柜员使用;只有对公柜员可共用钱箱",
    "a savings teller's box is his alone; only tellers of corporate business share one",
)
BOX_SHARED_ALREADY = ErrorType(
    "counter.box.already_user", Kind.CONFLICT, "柜员 {teller} 已可使用钱箱 {cash_box}", "teller {teller} may use box {cash_box} already"
)
BOX_IN_USE = ErrorType(
    "counter.box.in_use",
    Kind.CONFLICT,
    "正以钱箱 {cash_box} 签到,请改以其他钱箱或不输钱箱号重新签到",
    "you are signed on with box {cash_box}; sign on without it first",
)
BOX_NOT_EMPTY = ErrorType(
    "counter.box.not_empty",
    Kind.CONFLICT,
    "钱箱 {cash_box} 尚有现金或凭证,须先入库",
    "box {cash_box} still holds cash or vouchers; put them into the vault first",
)
NO_SUPERIOR = ErrorType(
    "counter.box.no_superior", Kind.CONFLICT, "本部门没有上级库钱箱", "this department has no superior to draw cash from"
)
NOT_BELOW = ErrorType(
    "counter.cash.not_below", Kind.INVALID, "部门 {outlet} 不是本部门的直接下级", "department {outlet} is not directly below this one"
)
VAULT_SHORT = ErrorType(
    "counter.cash.vault_short",
    Kind.CONFLICT,
    "库钱箱可下发现金仅 {free}",
    "the vault has only {free} that is not set aside yet",
)
NOT_ISSUED = ErrorType(
    "counter.cash.not_issued", Kind.NOT_FOUND, "没有该笔未领用的下发现金", "there is no such cash set aside that was not drawn yet"
)
NOT_AS_ISSUED = ErrorType(
    "counter.cash.not_as_issued",
    Kind.CONFLICT,
    "须全额领用上级下发的现金:{amounts}",
    "the cash that was set aside must be drawn whole: {amounts}",
)

NOT_BALANCED = ErrorType("counter.teller.not_balanced", Kind.CONFLICT, "柜员 {teller} 尚未轧账", "teller {teller} has not balanced")
OUTLET_ALREADY_CLOSED = ErrorType(
    "counter.outlet.already_closed", Kind.CONFLICT, "网点 {outlet} 今日已轧账", "outlet {outlet} has been closed for today"
)
OUTLET_NOT_CLOSED = ErrorType("counter.outlet.not_closed", Kind.CONFLICT, "网点 {outlet} 尚未轧账", "outlet {outlet} is not closed")
TELLERS_OPEN = ErrorType(
    "counter.outlet.tellers_open", Kind.CONFLICT, "尚有柜员未轧账:{tellers}", "these tellers have not balanced yet: {tellers}"
)
OTHER_OUTLET = ErrorType("counter.outlet.not_own", Kind.FORBIDDEN, "只能查询本网点", "only the own outlet can be asked about")
FORCE_CLOSE_REFUSED = ErrorType(
    "counter.force_close_refused", Kind.FORBIDDEN, "本行不允许强制轧账", "this bank does not let tellers and outlets be closed by force"
)

RIGHT_TRANSACTION_UNKNOWN = ErrorType(
    "counter.right.unknown_transaction", Kind.NOT_FOUND, "没有交易 {transaction}", "the bank has no transaction {transaction}"
)
RIGHT_FIXED = ErrorType("counter.right.fixed", Kind.CONFLICT, "交易 {transaction} 的权限不能更改", "the right to {transaction} is fixed")
LIMIT_NEGATIVE = ErrorType("counter.right.limit_negative", Kind.INVALID, "限额不能为负数", "a limit is not below zero")
