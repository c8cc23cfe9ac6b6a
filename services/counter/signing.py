"""Signing on, renewing a token, giving an approval (IB 796-801)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.approval import request_digest
from banking.business_day import business_date_of, frame_of
from banking.principal import APPROVAL_TOKEN, PASSWORD_CHANGE_REQUIRED, PASSWORD_TOKEN, TELLER_TOKEN, Principal, principal_of
from contracts.counter import ApprovalGiven, ApprovalRequest, SignedOn, SignOn
from runtime.auth import Signer
from runtime.identifiers import new_id
from runtime.service import Resources
from services.counter.boxes import check_use
from services.counter.credentials import locked_teller, verified
from services.counter.domain.errors import SIGN_ON_AGAIN
from services.counter.domain.passwords import reminder_due
from services.counter.presence import attend
from services.counter.tables import TELLER


async def business_date(resources: Resources) -> date:
    """The counter's business date. Raises `day.not_opened`."""
    async with resources.database.reading() as connection:
        return await business_date_of(connection, frame_of(resources))


def signer_of(resources: Resources) -> Signer:
    """The bank's signing key, which only this service has."""
    if resources.signer is None:
        raise RuntimeError("the counter service runs without the signing key")
    return resources.signer


async def sign_on(resources: Resources, asked: SignOn) -> SignedOn:
    """Check the password and the box, note the teller as present. Raises as `credentials.verified`, `counter.box.*`."""
    day = await business_date(resources)
    row = await verified(resources, asked.teller, asked.password, day)
    cash_box = None if row.must_change_password else (asked.cash_box or "").strip() or None
    principal = Principal(row.teller, row.outlet, row.level, cash_box, new_id().hex)
    async with resources.database.transaction() as connection:
        if _differs(await locked_teller(connection, row.teller), principal):
            raise SIGN_ON_AGAIN()
        if cash_box is not None:
            await check_use(connection, row.outlet, cash_box, row.teller)
        if not row.must_change_password:
            await _enter(connection, row, day)
    return _signed_on(resources, row, principal, day)


async def renew(resources: Resources, token: str) -> SignedOn:
    """A fresh token for the same session. Raises the token's problems, and `teller.sign_on_again` if the teller has changed since."""
    claims = resources.verifier.verify(token, TELLER_TOKEN)
    principal = principal_of(claims)
    async with resources.database.transaction() as connection:
        day = await business_date_of(connection, frame_of(resources))
        found = select(TELLER).where(TELLER.c.teller == principal.teller).with_for_update()
        row = (await connection.execute(found)).first()
        if row is None or _changed_since(row, principal, claims):
            raise SIGN_ON_AGAIN()
        await _enter(connection, row, day)
    return _signed_on(resources, row, principal, day)


def _changed_since(row: Row[Any], principal: Principal, claims: dict[str, Any]) -> bool:
    if row.must_change_password or _differs(row, principal):
        return True
    return int(claims["iat"]) < int(row.credentials_changed_at.timestamp())


def _differs(row: Row[Any], principal: Principal) -> bool:
    return row.state != "active" or (row.outlet, row.level) != (principal.outlet, principal.level)


async def _enter(connection: AsyncConnection, row: Row[Any], day: date) -> None:
    await attend(connection, day, row.teller, row.outlet, row.level)
    if row.password_changed_on is None:
        await connection.execute(TELLER.update().where(TELLER.c.teller == row.teller).values(password_changed_on=day))


def _signed_on(resources: Resources, row: Row[Any], principal: Principal, day: date) -> SignedOn:
    minutes = resources.settings.token_minutes
    use = PASSWORD_TOKEN if row.must_change_password else TELLER_TOKEN
    return SignedOn(
        token=signer_of(resources).sign(use, principal.claims(), minutes),
        teller=row.teller,
        name=row.name,
        outlet=row.outlet,
        level=row.level,
        business_date=day,
        cash_box=principal.cash_box,
        must_change_password=row.must_change_password,
        password_reminder=reminder_due(row.password_changed_on, day),
        minutes=minutes,
    )


async def approve(resources: Resources, asked: ApprovalRequest) -> ApprovalGiven:
    """Sign the digest of a request with the second person's credentials. Raises as `sign_on`, and `auth.password_change_required`."""
    row = await verified(resources, asked.teller, asked.password, await business_date(resources))
    if row.must_change_password:
        raise PASSWORD_CHANGE_REQUIRED()
    principal = Principal(row.teller, row.outlet, row.level, None, new_id().hex)
    signed = {"approval_id": new_id().hex, "digest": request_digest(resources.settings, asked.transaction, asked.body)}
    minutes = resources.settings.approval_minutes
    return ApprovalGiven(approval=signer_of(resources).sign(APPROVAL_TOKEN, principal.claims() | signed, minutes), minutes=minutes)
