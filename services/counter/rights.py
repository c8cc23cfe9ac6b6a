"""The rights of the bank are kept here: one rule changes at a time, and every other service is told the newest set of rules.

Each change raises the version. Who has not heard of the newest version is told all rules again by the recovery task; older rules that
arrive late change nothing.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import select

from banking.business_day import SERVICE_DIGITS, frame_of
from banking.rights import all_rules, version_held
from banking.telling import tell, those_behind
from banking.work import Work
from contracts.rights import DeclaredRight, RightRule, Rights, RightsClient
from runtime.service import Resources
from services.counter.tables import RIGHT_CHANGE, RIGHT_DELIVERY

KEYS = ("transaction_code", "level", "settlement", "currency")
CONTENT = ("allowed", "dual", "limit_minor", "above")


def is_default(rule: RightRule) -> bool:
    """Whether a rule says nothing beyond the declaration."""
    return all(getattr(rule, name) is None for name in CONTENT)


async def change_rule(work: Work, rule: RightRule) -> None:
    """Put a rule in the place of the one of the same key, or away if it says nothing; tells the others once that is committed."""
    connection, table = work.connection, work.frame.right_rule
    version = await version_held(connection, work.frame, exclusive=True) + 1
    same = [table.c[name] == getattr(rule, name) for name in KEYS]
    before = (await connection.execute(select(*(table.c[name] for name in CONTENT)).where(*same))).mappings().first()
    await connection.execute(table.delete().where(*same))
    if not is_default(rule):
        await connection.execute(table.insert().values(rule.model_dump()))
    await connection.execute(work.frame.right_version.update().values(version=version))
    await connection.execute(RIGHT_CHANGE.insert().values(_change(work, rule, version, dict(before) if before else None)))
    work.after_commit.append(lambda: settle_rights(work.resources))


def _change(work: Work, rule: RightRule, version: int, before: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "version": version,
        **{name: getattr(rule, name) for name in KEYS},
        "before": before,
        "after": None if is_default(rule) else {name: getattr(rule, name) for name in CONTENT},
        "posting_id": work.posting_id,
        "made_by": work.principal.teller,
        "second": work.second.teller if work.second else None,
        "business_date": work.business_date,
        "changed_at": work.resources.clock.now(),
    }


async def settle_rights(resources: Resources) -> None:
    """The recovery task: tell the newest rules to every service that is not known to have them. One that fails holds up no other."""
    frame = frame_of(resources)
    async with resources.database.reading() as connection:
        version = await version_held(connection, frame)
        behind = await those_behind(connection, RIGHT_DELIVERY, (name for name in SERVICE_DIGITS if name != resources.name), version)
        if not behind:
            return
        rights = Rights(version=version, rules=await all_rules(connection, frame))
    await tell(resources, RIGHT_DELIVERY, version, behind, lambda name: RightsClient(resources.transport, name).set(rights))


async def declarations(resources: Resources) -> dict[str, DeclaredRight]:
    """Every transaction of the bank as its service declares it, by code. Raises if a service does not answer."""
    answers = await asyncio.gather(*(RightsClient(resources.transport, name).held() for name in SERVICE_DIGITS))
    return {each.code: each for answer in answers for each in answer.transactions}
