"""Passwords of accounts: hashed with Argon2, checked one at a time for a customer, wrong ones counted for the business date (IB 417)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.work import Work
from runtime.hashing import hasher_of
from runtime.service import Resources
from services.savings.domain.accounts import Account
from services.savings.domain.errors import CUSTOMER_LOCKED, PASSWORD_WRONG
from services.savings.domain.withdrawal_modes import check_password
from services.savings.parameters.load import parameters
from services.savings.tables import WRONG_PASSWORD

LIMIT = "password_attempts"


async def hash_password(resources: Resources, password: str) -> str:
    """The hash to keep of a six-digit password."""
    return await hasher_of(resources).hash(password)


async def check_unlocked(work: Work, customer_number: str, field: str = "account") -> None:
    """Raises `customer.locked` while too many wrong passwords of the customer have been counted today."""
    table = WRONG_PASSWORD
    today = (table.c.customer_number == customer_number) & (table.c.business_date == work.business_date)
    attempts = (await work.connection.execute(select(table.c.attempts).where(today))).scalar()
    limit = _limit(work.business_date)
    if attempts is not None and attempts >= limit:
        raise CUSTOMER_LOCKED(field=field, limit=limit)


async def check_right_password(work: Work, account: Account, password: str, field: str = "password") -> None:
    """Whether the password is the account's. A wrong one is counted for good, whatever becomes of the transaction.

    Passwords of one customer are checked one after another, so that racing guesses get no attempt more. A preview leaves the
    password unchecked: it must not tell right from wrong. Raises `password.malformed`, `password.wrong`, `customer.locked`.
    """
    check_password(password, field)
    if work.dry_run:
        return await check_unlocked(work, account.customer_number)
    key = f"password:{account.customer_number}"
    await work.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    await check_unlocked(work, account.customer_number)
    if await hasher_of(work.resources).matches(account.password_hash, password):
        return
    limit = _limit(work.business_date)
    attempts = await _count_wrong(work, account.customer_number)
    if attempts >= limit:
        raise CUSTOMER_LOCKED(field=field, limit=limit)
    raise PASSWORD_WRONG(field=field, left=limit - attempts)


async def _count_wrong(work: Work, customer_number: str) -> int:
    table = WRONG_PASSWORD
    first = insert_or(table).values(customer_number=customer_number, business_date=work.business_date, attempts=1)
    again = first.on_conflict_do_update(
        index_elements=[table.c.customer_number, table.c.business_date], set_={"attempts": table.c.attempts + 1}
    )
    async with work.resources.database.apart() as connection:
        return (await connection.execute(again.returning(table.c.attempts))).scalar_one()


def _limit(day: date) -> int:
    return int(parameters().limit_on(LIMIT, day))
