"""Signing on to the portal: what a code and a picture are good for, how often anybody may try, what is refused (ER 15-17)."""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from uuid import UUID

from kernel.errors import ErrorType, Kind
from kernel.text import Text

CODE_DIGITS, CODE_LASTS, CODE_TRIES = 6, timedelta(minutes=2), 5
"""动态密码: six digits, two minutes (ER 17); after so many wrong ones it is worth nothing."""
PICTURE_DIGITS, PICTURE_LASTS, MOST_PICTURES = 5, timedelta(minutes=5), 20
"""验证码: five digits from 1 to 9, so that a digit is also a number of tones; good for one answer."""
TRY_LASTS = timedelta(minutes=30)
"""A page that was opened longer ago begins anew."""
TICKET_LASTS = timedelta(minutes=2)
"""A ticket of the online bank that claims to be valid longer is refused."""
USER_NAME_DIGITS = 13


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something may be done within a window of time that begins on the clock's full multiples of it."""

    scope: str
    most: int
    window: timedelta

    def window_of(self, moment: datetime) -> datetime:
        """When the window began that a moment lies in."""
        into = (moment - _EPOCH.replace(tzinfo=moment.tzinfo)) % self.window
        return moment - into


_EPOCH = datetime(2000, 1, 1)
CODE_RATES = (
    Rate("code.minute", 2, timedelta(minutes=1)),
    Rate("code.hour", 10, timedelta(hours=1)),
    Rate("code.day", 30, timedelta(days=1)),
)
"""Codes for one person. With five guesses at each a guesser has three chances in twenty thousand a day."""
CODE_AGAIN_AFTER = timedelta(seconds=30)
"""When a page offers to send another one."""
CODE_RATE_OF_ADDRESS = Rate("code.address", 60, timedelta(minutes=10))
ENTRY_RATE_OF_ADDRESS = Rate("entry.address", 120, timedelta(minutes=10))
PICTURE_RATE_OF_ADDRESS = Rate("picture.address", 300, timedelta(minutes=10))

WRONG = ErrorType(
    "portal.sign_on.wrong",
    Kind.UNAUTHENTICATED,
    "用户名(昵称)或动态密码不正确,或动态密码已失效",
    "the user name (nickname) or the code is wrong, or the code is no longer valid",
)
PICTURE_WRONG = ErrorType(
    "portal.captcha",
    Kind.INVALID,
    "验证码不正确或已失效,请按新的验证码输入",
    "the picture's digits are wrong or no longer valid; read the new one",
)
TRY_OVER = ErrorType("portal.try_over", Kind.CONFLICT, "登录页面已失效,请刷新后重试", "this sign-on page has expired; load it again")
TOO_SOON = ErrorType(
    "portal.code.too_often",
    Kind.TOO_MANY,
    "动态密码发送过于频繁,请稍后再试",
    "codes have been asked for too often; try again later",
)
TOO_OFTEN = ErrorType("portal.too_often", Kind.TOO_MANY, "操作过于频繁,请稍后再试", "too many tries from this address; try again later")
TICKET_REFUSED = ErrorType(
    "portal.ticket",
    Kind.UNAUTHENTICATED,
    "网银登录凭证无效、已过期或已使用",
    "the online bank's ticket is not valid, has expired or was used",
)
TICKETS_NOT_TAKEN = ErrorType(
    "portal.ticket_not_offered", Kind.NOT_FOUND, "未开通网银客户登录方式", "signing on from the online bank is not offered here"
)

CODE_NOTICE = Text(
    "若用户名正确且已绑定手机,动态密码已发送,两分钟内有效。未收到:账号未绑定手机或手机号码已变更,请到我行柜台更新。",
    "If the name is right and a telephone is bound to it, a code is on its way, valid for two minutes. If none arrives, no telephone is "
    "bound or its number has changed: please have it updated at our counter.",
)
"""What everybody is told who asks for a code; that an account has no telephone is said plainly only to who proved to be its operator."""


def code_of(key: bytes, try_id: UUID, number: int) -> str:
    """The code that a try was sent as its so-manieth: nowhere written down, known to who has the key."""
    drawn = _derived(key, "code", try_id, number)
    return f"{int.from_bytes(drawn, 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def picture_of(key: bytes, try_id: UUID, number: int) -> tuple[str, bytes]:
    """The digits of a try's so-manieth picture, and the seed of how it is drawn and sounded."""
    drawn = int.from_bytes(_derived(key, "picture", try_id, number), "big")
    digits = ""
    for _ in range(PICTURE_DIGITS):
        drawn, digit = divmod(drawn, 9)
        digits += str(digit + 1)
    return digits, _derived(key, "drawing", try_id, number)


def name_key(name: str) -> str:
    """A user name or nickname as it is compared: one form for every way to write the same characters, small letters."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def address_group(address: str) -> str:
    """Whom an address is counted as: an IPv6 address as the network of its customer, who has as many addresses as he likes."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def is_user_name(key: str) -> bool:
    """Whether it has the form of a user name; a nickname never has."""
    return len(key) == USER_NAME_DIGITS and key.isascii() and key.isdecimal()


def _derived(key: bytes, purpose: str, try_id: UUID, number: int) -> bytes:
    return hmac.digest(key, f"portal.{purpose}\x1f{try_id}\x1f{number}".encode(), "sha256")
