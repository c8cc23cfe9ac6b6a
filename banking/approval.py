"""Dual control: the second person signs the digest of the request; the approval is good for that request alone, once, for minutes,
never by the maker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.position_limits import OF_A_POSITION
from banking.principal import APPROVAL_TOKEN, Principal, principal_of
from banking.rights import SETTLEMENTS, TOP, Needed
from banking.tables import Frame
from banking.transaction import Transaction
from banking.work import Approval
from contracts.rights import LEVELS
from kernel.errors import ErrorType, Kind
from kernel.text import Text
from runtime.idempotency import digest_of
from runtime.service import Resources
from runtime.settings import Settings

REQUIRED = ErrorType(
    "approval.required",
    Kind.FORBIDDEN,
    "交易 {transaction} 须由第二人授权或复核{why_zh}",
    "transaction {transaction} needs a second person's approval{why_en}",
)
OTHER_REQUEST = ErrorType("approval.other_request", Kind.FORBIDDEN, "授权与本笔请求内容不符", "the approval was given for another request")
OWN = ErrorType("approval.own", Kind.FORBIDDEN, "不能为自己的交易授权", "nobody approves a transaction of their own")
LEVEL = ErrorType("approval.level", Kind.FORBIDDEN, "授权须由 {level} 级或以上柜员办理", "the approver must be of level {level} or above")
OUTSIDE = ErrorType(
    "approval.outside", Kind.FORBIDDEN, "授权人不属于本网点或其上级部门", "the approver is neither of this outlet nor above it"
)
USED = ErrorType("approval.used", Kind.CONFLICT, "该授权已经使用过", "the approval has been used already")
LIMITED = {**SETTLEMENTS, OF_A_POSITION: Text("汇差", "of inter-branch differences")}
"""What limits are about."""


def request_digest(settings: Settings, transaction: str, body: Mapping[str, Any]) -> str:
    """What the second person signs."""
    return digest_of(settings.service_key.get_secret_value(), transaction, body).hex()


def check_approval(
    resources: Resources, transaction: Transaction, maker: Principal, body: Mapping[str, Any], token: str | None
) -> Approval | None:
    """The second person behind an approval token; None where the declaration asks for none and none came.

    Raises `approval.required`, `.other_request`, `.own`, `.outside`, `.level`, or the token's problems.
    """
    if token is None:
        require_second(transaction, transaction.dual, None)
        return None
    claims = resources.verifier.verify(token, APPROVAL_TOKEN)
    second = principal_of(claims)
    if claims.get("digest") != request_digest(resources.settings, transaction.code, body):
        raise OTHER_REQUEST()
    if second.teller == maker.teller:
        raise OWN()
    if not second.oversees(maker.outlet):
        raise OUTSIDE()
    approval = Approval(str(claims["approval_id"]), second.teller, second.level, second.outlet)
    require_second(transaction, transaction.dual, approval)
    return approval


def require_second(transaction: Transaction, dual: str, approval: Approval | None) -> None:
    """The second person is there and of the level that `dual` asks for. Raises `approval.required`, `.level`."""
    if dual and approval is None:
        raise REQUIRED(transaction=transaction.code, why_zh="", why_en="")
    if approval is not None and "a" in dual and approval.level != TOP:
        raise LEVEL(level=TOP)


def require_level(transaction: Transaction, needed: Needed, approval: Approval | None) -> None:
    """The second person is of the level that an amount needs. Raises `approval.required` naming limit and level, `.level`."""
    if approval is None:
        zh = f":{LIMITED[needed.settlement].zh}金额 {needed.amount} 超过限额 {needed.limit},须 {needed.level} 级或以上柜员"
        en = f": {needed.amount} {LIMITED[needed.settlement].en} is above the limit of {needed.limit}; level {needed.level} or above"
        raise REQUIRED(transaction=transaction.code, why_zh=zh, why_en=en, _errors=[asdict(needed)])
    if LEVELS.index(approval.level) < LEVELS.index(needed.level):
        raise LEVEL(level=needed.level)


async def use_approval(connection: AsyncConnection, frame: Frame, approval: Approval, posting_id: UUID) -> None:
    """Use an approval up, in the transaction it allows. Raises `approval.used`."""
    table = frame.used_approval
    row = insert_or(table).values(approval_id=approval.approval_id, approver=approval.teller, posting_id=posting_id)
    if (await connection.execute(row.on_conflict_do_nothing().returning(table.c.approval_id))).first() is None:
        raise USED()
