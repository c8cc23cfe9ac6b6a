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
    Kind.INVALID,
    "无密码的账户不能通存通兑",
    "an account without a password cannot be used at other outlets",
)
NOT_CROSS_OUTLET = ErrorType(
    "account.not_cross_outlet", Kind.CONFLICT, "该账户只能在开户网点 {outlet} 取款", "the account pays out only at its own outlet {outlet}"
)
