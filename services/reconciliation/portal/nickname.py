"""昵称设置: a name of one's own to sign on with, nobody else's at the same time (ER 62-70)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.portal import NicknameAsked, NicknameFree, PortalSession
from runtime.service import resources_of
from services.reconciliation.domain.portal_nicknames import CHECK_RATE, TAKEN, check_nickname
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.domain.portal_sign_on import TOO_OFTEN, name_key
from services.reconciliation.portal.acts import log_act
from services.reconciliation.portal.captcha import portal_digest
from services.reconciliation.portal.rates import within
from services.reconciliation.portal.session import Session, session_of
from services.reconciliation.portal.sign_on import shown_session
from services.reconciliation.portal.tables import PORTAL_OPERATOR

router = APIRouter(prefix="/portal/nickname", include_in_schema=False)
SignedOn = Annotated[Session, Depends(session_of)]


@router.post("/check")
async def check(body: NicknameAsked, request: Request, session: SignedOn) -> NicknameFree:
    """检查是否重名: whether the nickname is free; one's own is. Raises `portal.nickname.unfit`, `portal.too_often`."""
    resources = resources_of(request)
    nickname = check_nickname(body.nickname)
    async with resources.database.transaction() as connection:
        # Whoever asks for many names looks for other people's.
        subject = portal_digest(resources, "operator", session.operator.user_name)
        if not await within(connection, (CHECK_RATE,), subject, resources.clock.now()):
            raise TOO_OFTEN()
        return NicknameFree(nickname=nickname, free=await _is_free(connection, session.operator, nickname))


@router.post("")
async def set_nickname(body: NicknameAsked, request: Request, session: SignedOn) -> PortalSession:
    """Take a nickname instead of the former one; the same again changes nothing. Raises `portal.nickname.unfit`, `.taken`."""
    resources = resources_of(request)
    nickname, operator, row = check_nickname(body.nickname), session.operator, PORTAL_OPERATOR.c
    mine = (row.customer_number == operator.customer_number, row.operator_number == operator.operator_number)
    changed = PORTAL_OPERATOR.update().where(*mine, row.nickname.is_distinct_from(nickname))
    try:
        async with resources.database.transaction() as connection:
            done = await connection.execute(changed.values(nickname=nickname, nickname_key=name_key(nickname)))
            if done.rowcount:
                await log_act(connection, operator, "recon.nickname.set", nickname, at=resources.clock.now())
    except IntegrityError as error:  # the index decides between two who take the same at once
        raise TAKEN(field="nickname") from error
    return await shown_session(resources, session)


async def _is_free(connection: AsyncConnection, operator: Operator, nickname: str) -> bool:
    row = PORTAL_OPERATOR.c
    others = (row.customer_number != operator.customer_number) | (row.operator_number != operator.operator_number)
    return (await connection.execute(select(row.nickname).where(row.nickname_key == name_key(nickname), others))).first() is None
