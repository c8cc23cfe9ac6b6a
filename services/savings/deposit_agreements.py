"""协议存款 between the tables and the domain: what accounts agreed on, and what lay above the base when interest is settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.work import Work
from services.savings.domain.accounts import Account
from services.savings.domain.deposit_agreements import DepositAgreement, Excess, excess_of
from services.savings.tables import ACCOUNT, ACCOUNT_LINE, DEPOSIT_AGREEMENT


async def agreements_of(connection: AsyncConnection, accounts: Iterable[str]) -> dict[str, list[DepositAgreement]]:
    """What accounts agreed on, in the order it was agreed; accounts without any agreement are absent."""
    table = DEPOSIT_AGREEMENT
    found = await connection.execute(select(table).where(table.c.account.in_(list(accounts))).order_by(table.c.account, table.c.number))
    agreed: dict[str, list[DepositAgreement]] = defaultdict(list)
    for row in found:
        terms = DepositAgreement(row.from_on)
        if row.base_minor is not None:
            terms = DepositAgreement(row.from_on, row.base_minor, row.annual_pct.normalize(), row.rate_source, row.matures_on)
        agreed[row.account].append(terms)
    return dict(agreed)


async def agreement_in_force(connection: AsyncConnection, account: str) -> DepositAgreement | None:
    """What an account has agreed on now, if anything."""
    last = (await agreements_of(connection, [account])).get(account, [None])[-1]
    return last if last is not None and last.base_minor is not None else None


async def enter_agreement(work: Work, account: Account, terms: DepositAgreement) -> None:
    """Keep what a locked account agrees on from today on."""
    table = DEPOSIT_AGREEMENT
    last = (await work.connection.execute(select(func.max(table.c.number)).where(table.c.account == account.number))).scalar()
    agreed = terms.base_minor is not None
    row = {
        "account": account.number,
        "number": (last or 0) + 1,
        "from_on": terms.from_on,
        "base_minor": terms.base_minor,
        "annual_pct": terms.annual_pct if agreed else None,
        "rate_source": terms.rate_source if agreed else None,
        "matures_on": terms.matures_on,
        "posting_id": work.posting_id,
        "teller": work.principal.teller,
    }
    await work.connection.execute(insert(table).values(row))


async def excess_until(connection: AsyncConnection, accounts: Sequence[Account], end: date) -> dict[str, tuple[Excess, ...]]:
    """The products above the base that locked accounts have gathered since their periods began, up to, not including, `end`.

    Accounts that never agreed on anything are absent. At most one row a day and account is read.
    """
    agreed = await agreements_of(connection, [account.number for account in accounts])
    if not agreed:
        return {}
    changes = await _changes(connection, agreed)
    states = {account.number: account.accumulation for account in accounts if account.number in agreed}
    return {
        number: excess_of(agreed[number], changes[number], state.balance_minor, state.since, end, state.unit_minor)
        for number, state in states.items()
    }


async def _changes(connection: AsyncConnection, accounts: Iterable[str]) -> dict[str, list[tuple[date, int]]]:
    """By how much balances changed on the days of their running periods. A line as of an earlier day counts from the period's first day:
    what was settled stays as it was paid (IB 2544)."""
    line, account = ACCOUNT_LINE.c, ACCOUNT.c
    day = func.greatest(line.value_date, account.products_since).label("day")
    changed = (
        select(line.account, day, func.sum(line.amount_minor).label("amount_minor"))
        .join(ACCOUNT, account.account == line.account)
        .where(line.account.in_(list(accounts)), line.business_date >= account.products_since)
        .group_by(line.account, day)
    )
    by_account: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for row in await connection.execute(changed):
        by_account[row.account].append((row.day, int(row.amount_minor)))
    return by_account
