"""Agreements, notices and payments of interest between the tables and the domain."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.work import Work
from kernel.errors import ErrorType, Kind
from kernel.numbers import parse_term
from services.savings.domain.accounts import Account
from services.savings.domain.interest import InterestStatement, Segment
from services.savings.domain.life.agreement import Agreement, History, movements_of
from services.savings.domain.life.deposit import Movement, Notice
from services.savings.tables import ACCOUNT_LINE, INTEREST_PAID, NOTICE_GIVEN, TERM_DEPOSIT

NO_AGREEMENT = ErrorType("account.no_term", Kind.CONFLICT, "账户 {account} 不是定期类账户", "account {account} is not a term deposit")


async def enter_agreement(connection: AsyncConnection, agreement: Agreement) -> None:
    """Store what a new account agreed on."""
    await connection.execute(insert(TERM_DEPOSIT).values(_row_of(agreement)))


async def save_agreement(connection: AsyncConnection, agreement: Agreement) -> None:
    """Store what has changed; the account's row is locked by whoever changes it."""
    row = _row_of(agreement)
    await connection.execute(update(TERM_DEPOSIT).where(TERM_DEPOSIT.c.account == row.pop("account")).values(row))


async def agreement_of(connection: AsyncConnection, account: str, field: str = "account") -> Agreement:
    """What an account agreed on. Raises `account.no_term`."""
    row = (await connection.execute(select(TERM_DEPOSIT).where(TERM_DEPOSIT.c.account == account))).first()
    if row is None:
        raise NO_AGREEMENT(field=field, account=account)
    return read_agreement(row)


def read_agreement(row: Row[Any]) -> Agreement:
    """The agreement a row of the table stands for."""
    values = {field.name: getattr(row, field.name) for field in fields(Agreement)}
    return Agreement(**{**values, "term": parse_term(row.term) if row.term else None})


def _row_of(agreement: Agreement) -> dict[str, Any]:
    values = {field.name: getattr(agreement, field.name) for field in fields(Agreement)}
    return {**values, "term": agreement.term.code if agreement.term else None}


async def history_of(connection: AsyncConnection, account: str) -> History:
    """Every movement of an account's principal, and the notices given."""
    line, given = ACCOUNT_LINE, NOTICE_GIVEN
    columns = (line.c.value_date, line.c.amount_minor, line.c.correction)
    moved = await connection.execute(select(*columns).where(line.c.account == account).order_by(line.c.line))
    notices = await connection.execute(
        select(given.c.given_on, given.c.for_on, given.c.amount_minor).where(given.c.account == account).order_by(given.c.number)
    )
    movements = movements_of((Movement(row.value_date, row.amount_minor), row.correction) for row in moved)
    return History(movements, tuple(Notice(*row) for row in notices))


async def enter_notice(work: Work, account: Account, for_on: date, amount_minor: int, to_account: str | None) -> int:
    """Store a notice of a locked account, and what it is paid to; its number."""
    given = NOTICE_GIVEN
    last = (await work.connection.execute(select(func.max(given.c.number)).where(given.c.account == account.number))).scalar()
    number = (last or 0) + 1
    row = {
        "account": account.number,
        "number": number,
        "given_on": work.business_date,
        "for_on": for_on,
        "amount_minor": amount_minor,
        "to_account": to_account,
    }
    await work.connection.execute(insert(given).values(**row, posting_id=work.posting_id, teller=work.principal.teller))
    return number


async def enter_interest(work: Work, account: Account, statement: InterestStatement) -> None:
    """Keep the segments of a payment of interest."""
    row = interest_row(account, statement) | {"posting_id": work.posting_id, "business_date": work.business_date, "code": work.code}
    await work.connection.execute(insert(INTEREST_PAID).values(row))


def interest_row(account: Account, statement: InterestStatement) -> dict[str, Any]:
    """A payment of interest as the table keeps it, without its posting."""
    return {
        "account": account.number,
        "outlet": account.outlet,
        "currency": account.currency,
        "interest_minor": statement.interest_minor,
        "tax_minor": statement.tax_minor,
        "segments": [segment_row(segment) for segment in statement.segments],
    }


def segment_row(segment: Segment) -> dict[str, Any]:
    """A segment as payments of interest keep it."""
    return {
        "first": segment.first.isoformat(),
        "end": segment.end.isoformat(),
        "products": segment.products,
        "principal_minor": segment.principal_minor,
        "annual_pct": str(segment.annual_pct),
        "rate_source": segment.rate_source,
        "interest": str(segment.interest),
        "rule": segment.rule.code,
        "taxes": [
            {"first": part.first.isoformat(), "end": part.end.isoformat(), "interest": str(part.interest), "pct": str(part.tax_pct)}
            for part in segment.tax_parts
        ],
    }
