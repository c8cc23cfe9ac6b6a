"""Accounts between the table and the domain: lock, open, change, book a line. Two statements a movement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.counter_routes import UNKNOWN_ACCOUNT
from banking.work import Work
from contracts.ledger import AccountReference
from contracts.savings import HangingAccount
from kernel.interest import Accumulation
from kernel.numbers import NumberKind, branch_of, check_account
from runtime.database import driver_connection
from services.savings.domain.account_status import GONE, AccountStatus
from services.savings.domain.accounts import Account
from services.savings.domain.errors import BASIC_EXISTS
from services.savings.domain.numbering import account_number, series_of
from services.savings.domain.products import AccountFlag, Product, product_of
from services.savings.domain.withdrawal_modes import WithdrawalMode
from services.savings.tables import ACCOUNT, ACCOUNT_LINE, ACCOUNT_NUMBER, LIVE_BASIC

KINDS = (NumberKind.PERSONAL_DEPOSIT, NumberKind.CORPORATE_DEPOSIT)

_READ = select(ACCOUNT).where(ACCOUNT.c.account == bindparam("number"))
_CHANGING = (
    "status",
    "balance_minor",
    "held_minor",
    "incoming_minor",
    "frozen_minor",
    "frozen_whole",
    "products",
    "products_since",
    "products_until",
    "interest_unit_minor",
    "opened_on",
    "closed_on",
    "last_moved_on",
    "lines",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of one account as it is kept for good; the amount is signed, credit positive."""

    posting_id: UUID
    code: str
    business_date: date
    value_date: date
    amount_minor: int
    counter_outlet: str
    teller: str
    transaction_number: str | None = None
    correction: bool = False
    voucher_type: str | None = None
    voucher_number: str | None = None
    summary: str = ""


_MOVEMENT = tuple(field.name for field in fields(Line))
"""What a line says of its movement; beside it stand the account, the number of the line and the balance."""
# Every movement of money passes here: the driver takes these as they are.
_LOCK = f"SELECT {', '.join(ACCOUNT.c.keys())} FROM {ACCOUNT.fullname} WHERE account = ANY ($1::text[]) ORDER BY account FOR UPDATE"
_CHANGE = f"UPDATE {ACCOUNT.fullname} SET {', '.join(f'{name} = ${at}' for at, name in enumerate(_CHANGING, 2))} WHERE account = $1"
_LINE = f"INSERT INTO {ACCOUNT_LINE.fullname} (account, line, balance_after_minor, {', '.join(_MOVEMENT)})"
_ADD_LINE = f"{_LINE} VALUES ({', '.join(f'${at}' for at in range(1, 4 + len(_MOVEMENT)))})"
_BOOK = (
    f"WITH changed AS ({_CHANGE} RETURNING account, lines, balance_minor) {_LINE} "
    f"SELECT account, lines, balance_minor, {', '.join(f'${at}' for at in range(2 + len(_CHANGING), 2 + len(_CHANGING) + len(_MOVEMENT)))} "
    "FROM changed"
)


class _Locked(Record):
    """A row of the driver whose columns are read by their names, as those of SQLAlchemy are."""

    def __getattr__(self, name: str) -> Any:
        return self[name]


def line_of(work: Work, amount_minor: int, **more: Any) -> Line:
    """The line a running transaction makes."""
    return Line(
        posting_id=work.posting_id,
        code=work.code,
        business_date=work.business_date,
        value_date=work.business_date,
        amount_minor=amount_minor,
        counter_outlet=work.outlet,
        teller=work.principal.teller,
        **more,
    )


def account_of(row: Row[Any] | _Locked) -> Account:
    """The account a row of the table stands for."""
    return Account(
        number=row.account,
        customer_number=row.customer_number,
        outlet=row.outlet,
        currency=row.currency,
        product=product_of(row.product),
        name=row.name,
        status=AccountStatus(row.status),
        accumulation=Accumulation(row.balance_minor, row.products, row.products_since, row.products_until, row.interest_unit_minor),
        withdrawal_mode=WithdrawalMode(row.withdrawal_mode),
        cross_outlet=row.cross_outlet,
        interest_bearing=row.interest_bearing,
        flag=AccountFlag(row.account_flag) if row.account_flag else None,
        password_hash=row.password_hash,
        instrument=row.instrument,
        voucher_number=row.voucher_number,
        held_minor=row.held_minor,
        incoming_minor=row.incoming_minor,
        frozen_minor=row.frozen_minor,
        frozen_whole=row.frozen_whole,
        reported_lost=row.reported_lost,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        last_moved_on=row.last_moved_on,
        lines=row.lines,
    )


def reference(account: Account) -> AccountReference:
    """The account as a fact names it."""
    return AccountReference(number=account.number, outlet=account.outlet, business_code=account.product.business_code, name=account.name)


def check_number(number: str, field: str) -> None:
    """Whether a number can be an account of this service. Raises `account.malformed`, `account.check_digit`, `account.unknown`."""
    if check_account(number, field) not in KINDS:
        raise UNKNOWN_ACCOUNT(field=field, account=number)


async def lock(connection: AsyncConnection, **numbers: str | None) -> dict[str, Account]:
    """Accounts by the field that names them, their rows locked in account order until the commit; fields without a number are left out.

    Raises `account.malformed`, `account.check_digit`, `account.unknown`.
    """
    wanted = {field: number for field, number in numbers.items() if number}
    for field, number in wanted.items():
        check_number(number, field)
    found = {account.number: account for account in await lock_known(connection, wanted.values())}
    for field, number in wanted.items():
        if number not in found:
            raise UNKNOWN_ACCOUNT(field=field, account=number)
    return {field: found[number] for field, number in wanted.items()}


async def lock_known(connection: AsyncConnection, numbers: Iterable[str]) -> list[Account]:
    """The accounts that there are of these numbers, their rows locked in account order until the commit."""
    raw = await driver_connection(connection)
    return [account_of(row) for row in await raw.fetch(_LOCK, sorted(set(numbers)), record_class=_Locked)]


async def read(connection: AsyncConnection, number: str, field: str = "account") -> Account:
    """An account as it stands, without locking it. Raises as `lock`."""
    check_number(number, field)
    row = (await connection.execute(_READ, {"number": number})).first()
    if row is None:
        raise UNKNOWN_ACCOUNT(field=field, account=number)
    return account_of(row)


async def hold_instrument(connection: AsyncConnection, customer_number: str, *, shared: bool) -> None:
    """Until the commit: openings on a customer's card or book go on beside each other (`shared`), who asks what hangs on it goes alone."""
    lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    await connection.execute(select(lock(func.hashtextextended(f"instrument:{customer_number}", 0))))


async def accounts_on(connection: AsyncConnection, customer_number: str, instrument: str) -> list[HangingAccount]:
    """The accounts on a customer's card or book that are not closed, in the order of their numbers."""
    table = ACCOUNT
    columns = (table.c[name] for name in HangingAccount.model_fields)
    mine = (table.c.customer_number == customer_number) & (table.c.instrument == instrument) & table.c.status.not_in(GONE)
    found = await connection.execute(select(*columns).where(mine).order_by(table.c.account))
    return [HangingAccount.model_validate(dict(row)) for row in found.mappings()]


async def is_lost(connection: AsyncConnection, customer_number: str, instrument: str) -> bool:
    """Whether a customer's card or book is reported lost: its accounts say so."""
    lost = select(ACCOUNT.c.account).where(
        ACCOUNT.c.customer_number == customer_number, ACCOUNT.c.instrument == instrument, ACCOUNT.c.reported_lost
    )
    return (await connection.execute(lost.limit(1))).first() is not None


async def next_number(connection: AsyncConnection, product: Product, customer_number: str) -> str:
    """The number of a customer's next account; racing callers of one customer wait for each other. Raises `account.numbers_used_up`."""
    table = ACCOUNT_NUMBER
    taken = insert_or(table).values(customer_number=customer_number, series=series_of(product), issued=1)
    counted = taken.on_conflict_do_update(index_elements=[table.c.customer_number, table.c.series], set_={"issued": table.c.issued + 1})
    issued = (await connection.execute(counted.returning(table.c.issued))).scalar_one()
    return account_number(product, customer_number, issued)


async def enter(connection: AsyncConnection, account: Account, entered_on: date) -> None:
    """Store a new account, without any line. Raises `account.basic_exists`."""
    row = {
        "account": account.number,
        "customer_number": account.customer_number,
        "outlet": account.outlet,
        "branch": branch_of(account.outlet),
        "currency": account.currency,
        "product": account.product.code,
        "business_code": account.product.business_code,
        "name": account.name,
        "account_flag": account.flag.value if account.flag else None,
        "instrument": account.instrument,
        "voucher_number": account.voucher_number,
        "withdrawal_mode": account.withdrawal_mode.value,
        "password_hash": account.password_hash,
        "cross_outlet": account.cross_outlet,
        "interest_bearing": account.interest_bearing,
        "entered_on": entered_on,
        "idle_since": entered_on,
        **_changing(account),
    }
    entered = insert_or(ACCOUNT).values(row)
    if account.flag is AccountFlag.BASIC:
        one = [ACCOUNT.c.customer_number, ACCOUNT.c.branch]
        entered = entered.on_conflict_do_nothing(index_elements=one, index_where=LIVE_BASIC)
    if (await connection.execute(entered.returning(ACCOUNT.c.account))).first() is None:
        raise BASIC_EXISTS(field="account_flag")


async def save(connection: AsyncConnection, account: Account) -> None:
    """Store what a movement may change of an account."""
    raw = await driver_connection(connection)
    await raw.execute(_CHANGE, account.number, *_changing(account).values())


async def replace_voucher(connection: AsyncConnection, account: str, number: str) -> None:
    """Store the number of the slip or passbook that replaces an account's old one."""
    await set_terms(connection, account, voucher_number=number)


async def set_terms(connection: AsyncConnection, account: str, **values: Any) -> None:
    """Store what only maintenance changes of a locked account: columns of the table by name."""
    await connection.execute(update(ACCOUNT).where(ACCOUNT.c.account == account).values(values))


async def book(connection: AsyncConnection, account: Account, line: Line) -> None:
    """Store a changed account and the line of the movement that changed it."""
    raw = await driver_connection(connection)
    await raw.execute(_BOOK, account.number, *_changing(_with_line(account, line)).values(), *_movement(line))


async def enter_with_line(connection: AsyncConnection, account: Account, line: Line) -> None:
    """Store a new account that opens with money. Raises as `enter`."""
    opened = _with_line(account, line)
    await enter(connection, opened, line.business_date)
    raw = await driver_connection(connection)
    await raw.execute(_ADD_LINE, opened.number, opened.lines, opened.balance_minor, *_movement(line))


def _movement(line: Line) -> Iterator[Any]:
    return (getattr(line, name) for name in _MOVEMENT)


def _with_line(account: Account, line: Line) -> Account:
    return replace(account, lines=account.lines + 1, last_moved_on=line.business_date)


def _changing(account: Account) -> dict[str, Any]:
    state = account.accumulation
    return {
        "status": account.status.value,
        "balance_minor": state.balance_minor,
        "held_minor": account.held_minor,
        "incoming_minor": account.incoming_minor,
        "frozen_minor": account.frozen_minor,
        "frozen_whole": account.frozen_whole,
        "products": state.products,
        "products_since": state.since,
        "products_until": state.until,
        "interest_unit_minor": state.unit_minor,
        "opened_on": account.opened_on,
        "closed_on": account.closed_on,
        "last_moved_on": account.last_moved_on,
        "lines": account.lines,
    }
