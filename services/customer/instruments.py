"""One card and one book between the table and the domain: give one out, find the one in use, end one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.fields import Form
from banking.vouchers import use_vouchers
from banking.work import Work
from runtime.hashing import hasher_of
from services.customer.domain.errors import INSTRUMENT_MISMATCH, INSTRUMENT_NONE
from services.customer.domain.instruments import InstrumentKind, check_password
from services.customer.tables import INSTRUMENT


@dataclass(frozen=True, slots=True)
class Holding:
    """How an instrument is used: the withdrawal mode, whether at other outlets, the hashed passwords."""

    withdrawal_mode: str
    cross_outlet: bool
    password_hash: str
    query_password_hash: str | None


async def holding_of(work: Work, form: Form) -> Holding:
    """The holding a form asks for. Raises `customer.instrument.password_malformed`."""
    password = check_password(form.password, "password")  # type: ignore[attr-defined]
    query = form.query_password  # type: ignore[attr-defined]
    if query is not None:
        check_password(query, "query_password")
    hasher = hasher_of(work.resources)
    return Holding(
        withdrawal_mode=form.withdrawal_mode,  # type: ignore[attr-defined]
        cross_outlet=form.cross_outlet,  # type: ignore[attr-defined]
        password_hash=await hasher.hash(password),
        query_password_hash=await hasher.hash(query) if query is not None else None,
    )


async def give(work: Work, customer_number: str, kind: InstrumentKind, number: str | None, holding: Holding, field: str) -> str:
    """Take an instrument out of the teller's box and make it the customer's; its number. Raises what `use_vouchers` refuses with."""
    number, _last = await use_vouchers(work, kind.value, first=number, field=field)
    row = {
        "kind": kind.value,
        "number": number,
        "customer_number": customer_number,
        "withdrawal_mode": holding.withdrawal_mode,
        "cross_outlet": holding.cross_outlet,
        "password_hash": holding.password_hash,
        "query_password_hash": holding.query_password_hash,
        "opened_on": work.business_date,
        "outlet": work.outlet,
    }
    await work.connection.execute(insert(INSTRUMENT).values(row))
    return number


async def in_use(connection: AsyncConnection, customer_number: str) -> dict[InstrumentKind, RowMapping]:
    """The customer's instruments in use, by kind; lock the customer first to keep them so."""
    found = select(INSTRUMENT).where(INSTRUMENT.c.customer_number == customer_number, INSTRUMENT.c.state == "active").with_for_update()
    return {InstrumentKind(row["kind"]): row for row in (await connection.execute(found)).mappings()}


async def shown(work: Work, customer_number: str, kind: InstrumentKind, number: str) -> RowMapping:
    """The customer's instrument of that kind, which must bear the number shown.

    Raises `customer.instrument.none`, `customer.instrument.mismatch`.
    """
    names = {"instrument_zh": kind.text.zh, "instrument_en": kind.text.en}
    instrument = (await in_use(work.connection, customer_number)).get(kind)
    if instrument is None:
        raise INSTRUMENT_NONE(field="instrument", **names)
    if instrument["number"] != number:
        raise INSTRUMENT_MISMATCH(field="number", **names)
    return instrument


async def end(work: Work, instrument: RowMapping, state: str) -> None:
    """An instrument goes out of use: `replaced` or `closed`."""
    await change(work, instrument, state=state, ended_on=work.business_date)


async def change(work: Work, instrument: RowMapping, **values: object) -> None:
    """Store what is different of an instrument."""
    table = INSTRUMENT
    mine = (table.c.kind == instrument["kind"]) & (table.c.number == instrument["number"])
    await work.connection.execute(update(table).where(mine).values(**values))
