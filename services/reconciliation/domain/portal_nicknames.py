"""昵称: what an operator may call himself to sign on (ER 62-70)."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from kernel.errors import ErrorType, Kind
from services.reconciliation.domain.portal_sign_on import Rate, name_key

SHORTEST, LONGEST = 2, 20
CHECK_RATE = Rate("nickname.check", 30, timedelta(minutes=10))
_FORM = re.compile(r"^\w+$")

UNFIT = ErrorType(
    "portal.nickname.unfit",
    Kind.INVALID,
    "昵称为 {shortest}-{longest} 个汉字、字母、数字或下划线,不能全为数字",
    "a nickname is {shortest} to {longest} Chinese characters, letters, digits or underscores, and not digits alone",
)
TAKEN = ErrorType("portal.nickname.taken", Kind.CONFLICT, "该昵称已被使用", "this nickname is taken")


def check_nickname(nickname: str) -> str:
    """The nickname as it is kept. Raises `portal.nickname.unfit`; digits alone could be somebody's user name."""
    kept = unicodedata.normalize("NFKC", nickname).strip()
    if not SHORTEST <= len(kept) <= LONGEST or not _FORM.match(kept) or kept.isdecimal() or len(name_key(kept)) > 2 * LONGEST:
        raise UNFIT(field="nickname", shortest=SHORTEST, longest=LONGEST)
    return kept
