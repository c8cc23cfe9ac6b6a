"""登录: the code that is sent to the operator's telephone, signing on with it, the session, and its end (ER 15-17).

Who asks learns nothing about names: a name that does not exist, one without a telephone and one that had its codes are answered alike, by
the same statements in the same order; messages leave later, on their own. Who guesses has five tries at a code that lives two minutes, and
every try needs a fresh picture.
"""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.portal import CodeAsked, CodeSent, PortalSession, PortalSignedOn, PortalSignOn, TwoLanguages
from kernel.errors import ErrorType
from runtime.auth import service_only
from runtime.service import Resources, resources_of
from services.reconciliation.domain.portal_messages import SIGN_ON_CODE
from services.reconciliation.domain.portal_sessions import IDLE
from services.reconciliation.domain.portal_sign_on import (
    CODE_AGAIN_AFTER,
    CODE_LASTS,
    CODE_NOTICE,
    CODE_RATE_OF_ADDRESS,
    CODE_RATES,
    CODE_TRIES,
    ENTRY_RATE_OF_ADDRESS,
    PICTURE_WRONG,
    TOO_SOON,
    WRONG,
    code_of,
    is_user_name,
    name_key,
)
from services.reconciliation.portal.acts import log_act, log_nameless
from services.reconciliation.portal.captcha import address_of, answers_picture, change_try, check_rate, key_of, locked_try, portal_digest
from services.reconciliation.portal.rates import within
from services.reconciliation.portal.session import Session, begin_session, end_session, operator_from, running_session, session_of
from services.reconciliation.portal.sms import queue_sms
from services.reconciliation.portal.tables import PORTAL_OPERATOR

router = APIRouter(prefix="/portal", dependencies=[Depends(service_only)], include_in_schema=False)


def _named(key: str) -> ColumnElement[bool]:
    row = PORTAL_OPERATOR.c
    if is_user_name(key):
        return (row.customer_number == key[:10]) & (row.operator_number == key[10:])
    return row.nickname_key == key


@router.post("/sign-on/code")
async def send_code(body: CodeAsked, request: Request) -> CodeSent:
    """发送手机密码: have a code sent to the telephone of whoever has this name, if he has one; the answer is everybody's.

    Raises `portal.try_over`, `portal.too_often`, `portal.code.too_often`.
    """
    resources = resources_of(request)
    now, key = resources.clock.now(), name_key(body.name)
    async with resources.database.transaction() as connection:
        begun = await locked_try(connection, body.try_id, now)
        await check_rate(request, connection, CODE_RATE_OF_ADDRESS)
        # Openly by name and address, so that nobody hears from a refusal that somebody else has just used a name.
        if not await within(connection, CODE_RATES, portal_digest(resources, "name from", f"{address_of(request)} {key}"), now):
            raise TOO_SOON(field="name")
        found = (await connection.execute(select(PORTAL_OPERATOR).where(_named(key), PORTAL_OPERATOR.c.state == "bound"))).first()
        # By the person silently, whatever name and wherever from: the surplus is not sent.
        person = f"{found.customer_number}{found.operator_number}" if found else f"nobody {key}"
        counted = await within(connection, CODE_RATES, portal_digest(resources, "person", person), now)
        phone = found.phone if found is not None and counted else None
        numbers = _numbers(found)
        await change_try(
            connection,
            body.try_id,
            name_digest=portal_digest(resources, "name", key),
            codes=begun.codes + 1,
            code_until=now + CODE_LASTS if phone else None,
            code_tries=0,
            binding_version=found.binding_version if found is not None else None,
            **numbers,
        )
        values = {"try_id": str(body.try_id), "number": begun.codes + 1}
        await queue_sms(connection, phone, SIGN_ON_CODE, values, now=now, until=now + CODE_LASTS)
        await log_nameless(connection, "recon.portal.code", at=now, **numbers)
    again = int(CODE_AGAIN_AFTER.total_seconds())
    notice = TwoLanguages(zh=CODE_NOTICE.zh, en=CODE_NOTICE.en)
    return CodeSent(seconds=int(CODE_LASTS.total_seconds()), again_after_seconds=again, notice=notice)


@router.post("/sign-on")
async def sign_on(body: PortalSignOn, request: Request) -> PortalSignedOn:
    """Sign on with the code and the digits of the picture; either is used up by the answer.

    Raises `portal.try_over`, `portal.too_often`, `portal.captcha`, `portal.sign_on.wrong`.
    """
    resources = resources_of(request)
    async with resources.database.transaction() as connection:
        # A refusal is kept as well: it has used up the picture and one try at the code.
        entered = await _enter(request, connection, body)
    if isinstance(entered, ErrorType):
        raise entered(field="captcha" if entered is PICTURE_WRONG else "code")
    return await signed_on(resources, entered)


async def _enter(request: Request, connection: AsyncConnection, body: PortalSignOn) -> str | ErrorType:
    resources = resources_of(request)
    now, key = resources.clock.now(), name_key(body.name)
    begun = await locked_try(connection, body.try_id, now)
    await check_rate(request, connection, ENTRY_RATE_OF_ADDRESS)
    if not answers_picture(resources, begun, body.captcha):
        await change_try(connection, body.try_id, captcha_until=None)
        return PICTURE_WRONG
    row = PORTAL_OPERATOR.c
    his = (row.customer_number == (begun.customer_number or ""), row.operator_number == (begun.operator_number or ""))
    same = (row.binding_version == (begun.binding_version or 0), row.state == "bound")
    found = (await connection.execute(select(PORTAL_OPERATOR).where(*his, *same).with_for_update(read=True))).first()
    right_code = hmac.compare_digest(code_of(key_of(resources), body.try_id, begun.codes), body.code)
    right_name = hmac.compare_digest(begun.name_digest or b"", portal_digest(resources, "name", key))
    alive = begun.code_until is not None and begun.code_until > now and begun.code_tries < CODE_TRIES
    if found is None or not (right_code and right_name and alive):
        tries = begun.code_tries + 1
        spent = {"code_until": None} if tries >= CODE_TRIES else {}
        await change_try(connection, body.try_id, captcha_until=None, code_tries=tries, **spent)
        await log_nameless(connection, "recon.portal.sign_on_failed", at=now, **_numbers(found))
        return WRONG
    await change_try(connection, body.try_id, captcha_until=None, code_until=None, ended_at=now)
    await log_act(connection, operator_from(found), "recon.portal.sign_on", at=now)
    return await begin_session(connection, request, found, "code")


@router.get("/session")
async def session(request: Request, session: Annotated[Session, Depends(session_of)]) -> PortalSession:
    """Who is signed on. Raises `portal.session_over`."""
    return await shown_session(resources_of(request), session)


@router.post("/sign-off", status_code=204)
async def sign_off(request: Request, session: Annotated[Session, Depends(session_of)]) -> None:
    """End the session. Raises `portal.session_over`, `portal.csrf`."""
    resources = resources_of(request)
    async with resources.database.transaction() as connection:
        if await end_session(connection, resources.clock, session):
            await log_act(connection, session.operator, "recon.portal.sign_off", at=resources.clock.now())


async def signed_on(resources: Resources, secret: str) -> PortalSignedOn:
    """The answer to who has just signed on."""
    shown = await shown_session(resources, await running_session(resources, secret))
    return PortalSignedOn(secret=secret, **shown.model_dump())


async def shown_session(resources: Resources, session: Session) -> PortalSession:
    """A session as its browser may see it."""
    operator = session.operator
    row = PORTAL_OPERATOR.c
    mine = (row.customer_number == operator.customer_number, row.operator_number == operator.operator_number)
    async with resources.database.reading() as connection:
        found = (await connection.execute(select(row.nickname, row.phone).where(*mine))).one()
    return PortalSession(
        customer_number=operator.customer_number,
        operator_number=operator.operator_number,
        user_name=operator.user_name,
        role=operator.role,
        name=operator.name,
        nickname=found.nickname,
        phone=masked(found.phone) if found.phone else None,
        accounts=sorted(operator.accounts),
        csrf=session.csrf,
        idle_seconds=int(IDLE.total_seconds()),
    )


def masked(phone: str) -> str:
    """A telephone number of which only the last four digits can be read."""
    return "*" * (len(phone) - 4) + phone[-4:]


def _numbers(found: Row[Any] | None) -> dict[str, str | None]:
    names = ("customer_number", "operator_number")
    return {name: getattr(found, name) if found is not None else None for name in names}
