"""What the bank writes to telephones. Values are filled in when it is sent."""

from __future__ import annotations

from collections.abc import Mapping

SIGN_ON_CODE = "sign_on_code"
"""Its `code` is derived when it is sent and stands nowhere."""

MESSAGES: Mapping[str, str] = {
    SIGN_ON_CODE: "【汇通银行】银企对账动态密码 {code},两分钟内有效,仅用于登录,请勿告知他人。 Sign-on code {code}, valid for two minutes.",
    "phone_bound": "【汇通银行】本手机已绑定为银企对账系统{role}{user_name}的动态密码手机。如非本人办理,请联系开户网点。",
    "statements_due": "【汇通银行】贵单位有{coming}份对账单即将到期、{overdue}份已逾期未处理,请登录银企对账系统办理。",
    "statement_answered": "【汇通银行】我行已对账单{number}作出反馈,请于{due_on}前登录银企对账系统重新回复。",
    "phone_unbound": "【汇通银行】本手机已与银企对账系统用户{user_name}解除绑定。如非本人办理,请联系开户网点。",
}


def message_of(kind: str, values: Mapping[str, object]) -> str:
    """The text of a message. Raises `KeyError` for a kind or a value that does not exist."""
    return MESSAGES[kind].format(**values)
