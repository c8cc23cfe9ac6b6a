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
NO_SUPERIOR = ErrorType(
    "counter.box.no_superior", Kind.CONFLICT, "本部门没有上级库钱箱", "this department has no superior to draw cash from"
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
RIGHT_FIXED = ErrorType(
    "counter.right.fixed", Kind.CONFLICT, "交易 {transaction} 的权限不能更改", "the right to {transaction} is fixed"
)
LIMIT_NEGATIVE = ErrorType("counter.right.limit_negative", Kind.INVALID, "限额不能为负数", "a limit is not below zero")
