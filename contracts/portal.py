"""The reconciliation portal as browsers use it: signing on, the session, nickname, notices, the operator's own log.

The door offers these under `/api/portal/...`; the session itself travels in a cookie that no script can read.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

SESSION_COOKIE = "huitong_portal"


class PortalSession(BaseModel):
    """Who is signed on. `csrf` is to be sent as `X-CSRF-Token` with every request that changes something.

    `phone` shows the last digits only; without one 账号未绑定手机, and signing on with a code is not possible.
    """

    customer_number: str
    operator_number: str
    user_name: str
    role: Literal["clerk", "supervisor"]
    name: str
    nickname: str | None
    phone: str | None
    accounts: list[str]
    csrf: str
    idle_seconds: int
