"""The reconciliation portal as browsers use it: signing on, the session, nickname, notices, the operator's own log.

The door offers these under `/api/portal/...`; the session itself travels in a cookie that no script can read.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SESSION_COOKIE = "huitong_portal"

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
"""A user name (customer number and operator number, 13 digits) or a nickname."""


class Asked(BaseModel):
    """What browsers send: nothing besides the fields."""

    model_config = ConfigDict(extra="forbid")


class TwoLanguages(BaseModel):
    """A sentence in both languages."""

    zh: str
    en: str


class TryBegun(BaseModel):
    """A try to sign on. `picture` is a data address with five digits to be read; `/api/portal/sign-on/sound?try_id=` tells the same ones by
    tones. Both are good for one answer."""

    try_id: UUID
    picture: str
    seconds: int


class NewPicture(Asked):
    """Another picture for the same try; the former one is worth nothing."""

    try_id: UUID


class CodeAsked(Asked):
    """Send the code 动态密码 to the telephone of the operator with this user name or nickname."""

    try_id: UUID
    name: Name


class CodeSent(BaseModel):
    """What everybody is told, whether there is such a name or not: how long a code is valid, when another one may be asked for, and what it
    means if none arrives."""

    seconds: int
    again_after_seconds: int
    notice: TwoLanguages


class PortalSignOn(Asked):
    """The code that came by telephone and the digits of the picture or the sound."""

    try_id: UUID
    name: Name
    code: str = Field(pattern=r"^[0-9]{6}$", repr=False)
    captcha: str = Field(pattern=r"^[0-9]{5}$")


class TicketShown(Asked):
    """A ticket of the online bank 网银: a signed token that names the operator, good once and for two minutes at most."""

    ticket: str = Field(min_length=1, max_length=2000, pattern=r"^[A-Za-z0-9._-]+$", repr=False)


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


class PortalSignedOn(PortalSession):
    """A session that has just begun; its secret goes into the cookie and nowhere else."""

    secret: str = Field(repr=False)


class NicknameAsked(Asked):
    """昵称: 2 to 20 letters, Chinese characters, digits or `_`, not digits alone."""

    nickname: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class NicknameFree(BaseModel):
    """Whether nobody else has the nickname."""

    nickname: str
    free: bool


class NoticeShown(BaseModel):
    """A notice of the bank 银行公告."""

    notice: int
    title: str
    content: str
    valid_from: date
    valid_until: date


class NoticeList(BaseModel):
    """Notices in force, the newest first; `next` is the `after` of the following page."""

    rows: list[NoticeShown]
    next: str | None


class ActShown(BaseModel):
    """A line of the operator's own log 操作日志; `act` is a code whose name pages know, `name` the same in both languages."""

    act_id: int
    at: datetime
    act: str
    name: TwoLanguages
    subject: str
    details: dict[str, Any]


class ActList(BaseModel):
    """The operator's own acts, the newest first; `next` is the `after` of the following page."""

    rows: list[ActShown]
    next: str | None
