"""Loading tellers and boxes of a bank that is being set up; repeating it changes nothing."""

from __future__ import annotations

import asyncio

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.business_day import frame_of
from contracts.counter import TellersToLoad
from kernel.numbers import check_outlet, check_teller_number
from runtime.hashing import hasher_of
from runtime.service import Resources
from services.counter.boxes import ensure_vaults
from services.counter.domain.boxes import VAULT
from services.counter.domain.errors import LEVEL_MALFORMED
from services.counter.domain.passwords import check_new_password
from services.counter.tables import CASH_BOX, CASH_BOX_USER, TELLER


async def load(resources: Resources, people: TellersToLoad) -> int:
    """Add the tellers and boxes that are not there yet; each hash has its own salt. Returns how many tellers were new.

    Raises `teller.number.malformed`, `teller.level.malformed`, `outlet.malformed`, `teller.password.*`.
    """
    _check(people)
    async with resources.database.reading() as connection:
        day = (await connection.execute(select(frame_of(resources).business_day.c.business_date))).scalar()
        known = set((await connection.execute(select(TELLER.c.teller))).scalars())
    new = [each for each in people.tellers if each.teller not in known]
    hashes = await asyncio.gather(*(hasher_of(resources).hash(people.password) for _ in new))
    tellers = [
        {
            "teller": each.teller,
            "name": each.name or each.teller,
            "outlet": each.outlet,
            "level": each.level,
            "password_hash": hashed,
            "must_change_password": people.must_change_password,
            "password_changed_on": day,
            "credentials_changed_at": resources.clock.now(),
        }
        for each, hashed in zip(new, hashes, strict=True)
    ]
    boxes = [{"outlet": each.outlet, "number": each.number, "name": each.name or each.number, "opened_on": day} for each in people.boxes]
    users = [
        {"outlet": each.outlet, "number": each.number, "teller": teller}
        for each in people.boxes
        if each.number != VAULT
        for teller in each.tellers
    ]
    async with resources.database.transaction() as connection:
        for table, rows in ((TELLER, tellers), (CASH_BOX, boxes), (CASH_BOX_USER, users)):
            if rows:
                await connection.execute(insert_or(table).on_conflict_do_nothing(), rows)
        await ensure_vaults(connection, {each.outlet for each in people.tellers}, day)
    return len(new)


def _check(people: TellersToLoad) -> None:
    for each in people.tellers:
        check_teller_number(each.teller)
        check_outlet(each.outlet)
        check_new_password(people.password, teller=each.teller, field="password")
        if each.level not in ("A", "B", "C"):
            raise LEVEL_MALFORMED(field="level")
    for box in people.boxes:
        check_outlet(box.outlet)
