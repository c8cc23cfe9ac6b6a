"""Who may run which transaction, with whom, up to what amount: the declaration, and what the administrator has set on top of it.

Rights belong to levels (IB 315-319), by transaction and by amount. The declaration is the default; a rule may give or take a transaction,
and ask for a second person, never spare one that the declaration asks for. A rule about an amount says up to where a level decides alone,
in cash or by transfer; a rule for one transaction goes before the one for every transaction. Above it a higher level approves: level A, as
far as its own limit goes, or level B where it has a limit that covers the amount (小金额授权, IB 318).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.principal import Principal
from banking.tables import Frame
from banking.transaction import Transaction
from contracts.ledger import Entry
from contracts.rights import EVERY, LEVELS, RightRule, Rights
from kernel.errors import DomainError, ErrorType, Kind
from kernel.money import format_amount, parse_amount
from kernel.numbers import CITY, is_business_department
from kernel.text import Text
from runtime.database import driver_connection

RIGHT_MISSING = ErrorType(
    "right.missing", Kind.FORBIDDEN, "柜员 {teller} 无权办理 {transaction}", "teller {teller} has no right to {transaction}"
)
AMOUNT_EXCEEDED = ErrorType(
    "right.amount_exceeded",
    Kind.FORBIDDEN,
    "{settlement_zh}金额 {amount} 超过 {level} 级柜员的限额 {limit},不能办理",
    "{amount} {settlement_en} is above what level {level} may do: {limit}",
)
TOP = LEVELS[-1]
CASH_IN_HAND = "101"
"""Business code of cash 库存现金."""
SETTLEMENTS = {"cash": Text("现金", "in cash"), "transfer": Text("转账", "by transfer")}


@dataclass(frozen=True, slots=True)
class Needed:
    """An approval that an amount needs: of this level or a higher one, since it is above the limit."""

    level: str
    limit: str
    amount: str
    settlement: str


class Declared(Protocol):
    """What a declaration says of rights."""

    @property
    def code(self) -> str: ...
    @property
    def levels(self) -> str: ...
    @property
    def dual(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RightsInForce:
    """The rules that concern one transaction."""

    transaction: Declared
    rules: tuple[RightRule, ...] = ()

    def allows(self, level: str) -> bool:
        """Whether tellers of a level may run the transaction."""
        rule = self._of_transaction(level)
        return level in self.transaction.levels if rule is None or rule.allowed is None else rule.allowed

    def dual(self, level: str) -> str:
        """Who else must agree when a teller of this level runs it: `c`, `a`, `ca` or nobody."""
        rule = self._of_transaction(level)
        return "".join(letter for letter in "ca" if letter in self.transaction.dual or rule is not None and rule.dual == letter)

    def limit(self, level: str, settlement: str, currency: str) -> RightRule | None:
        """The rule about amounts for a level; the one for this transaction goes before the one for all."""
        return limit_of(self.rules, level, settlement, currency)

    def own(self) -> RightsInForce:
        """Without the rules for every transaction."""
        return RightsInForce(self.transaction, tuple(rule for rule in self.rules if rule.transaction_code == self.transaction.code))

    def approval_for(self, level: str, currency: str, moved_minor: dict[str, int]) -> Needed | None:
        """What approval a teller of this level needs for these amounts. Raises `right.amount_exceeded` if none would do."""
        needed = [self._needed(level, settlement, currency, minor) for settlement, minor in moved_minor.items()]
        return highest(needed)

    def _of_transaction(self, level: str) -> RightRule | None:
        own = (rule for rule in self.rules if rule.transaction_code == self.transaction.code)
        return next((rule for rule in own if rule.level == level and not rule.settlement), None)

    def _needed(self, level: str, settlement: str, currency: str, minor: int) -> Needed | None:
        rule = self.limit(level, settlement, currency)
        if rule is None or rule.limit_minor is None or minor <= rule.limit_minor:
            return None
        limit, amount = format_amount(rule.limit_minor, currency), format_amount(minor, currency)
        if rule.above == "approval":
            for higher in LEVELS[LEVELS.index(level) + 1 :]:
                if self._covers(higher, settlement, currency, minor):
                    return Needed(higher, limit, amount, settlement)
        name = SETTLEMENTS[settlement]
        raise AMOUNT_EXCEEDED(field="amount", settlement_zh=name.zh, settlement_en=name.en, amount=amount, level=level, limit=limit)

    def _covers(self, level: str, settlement: str, currency: str, minor: int) -> bool:
        rule = self.limit(level, settlement, currency)
        if rule is None or rule.limit_minor is None:
            return level == TOP
        return minor <= rule.limit_minor


def highest(needed: Iterable[Needed | None]) -> Needed | None:
    """The approval of the highest level among these; None where none is needed."""
    return max((each for each in needed if each is not None), key=lambda each: LEVELS.index(each.level), default=None)


def limit_of(rules: Iterable[RightRule], level: str, settlement: str, currency: str) -> RightRule | None:
    """The rule about amounts for a level among those of one transaction and of all; the one's goes before all's."""
    fitting = [rule for rule in rules if (rule.level, rule.settlement, rule.currency) == (level, settlement, currency)]
    return min(fitting, key=lambda rule: rule.transaction_code == EVERY, default=None)


def check_place(principal: Principal, transaction: Transaction) -> None:
    """What no rule changes: the teller's letter, and the departments a transaction belongs to. Raises `right.missing`."""
    city = principal.outlet[:2] == CITY[:2]
    places = {"centre": principal.outlet == CITY, "city": city, "branch": city or is_business_department(principal.outlet)}
    if principal.operator not in transaction.operators or not places.get(transaction.outlets, True):
        raise missing(principal, transaction)


def check_level(principal: Principal, rights: RightsInForce) -> None:
    """The teller's level may run the transaction. Raises `right.missing`."""
    if not rights.allows(principal.level):
        raise missing(principal, rights.transaction)


def missing(principal: Principal, transaction: Declared) -> DomainError:
    """The refusal of a teller who has no right to a transaction."""
    return RIGHT_MISSING(teller=principal.teller, transaction=transaction.code)


def moved_by(entries: Iterable[Entry], currency: str) -> dict[str, int]:
    """What the entries of a posting move in cash and by transfer, in minor units: the greater side, automatic legs left out."""
    sums = {"cash": {"debit": 0, "credit": 0}, "transfer": {"debit": 0, "credit": 0}}
    for entry in entries:
        if not entry.automatic:
            sums["cash" if entry.business_code == CASH_IN_HAND else "transfer"][entry.direction] += parse_amount(entry.amount, currency)
    cash = max(sums["cash"].values())
    whole = max(sums["cash"][side] + sums["transfer"][side] for side in ("debit", "credit"))
    return {settlement: minor for settlement, minor in (("cash", cash), ("transfer", whole - cash)) if minor > 0}


async def rights_in_force(connection: AsyncConnection, frame: Frame, transaction: Transaction) -> RightsInForce:
    """The rules about a transaction as this service has them."""
    raw = await driver_connection(connection)
    rows = await raw.fetch(f"SELECT * FROM {frame.right_rule.fullname} WHERE transaction_code IN ($1, $2)", transaction.code, EVERY)
    return RightsInForce(transaction, tuple(RightRule.model_validate(dict(row)) for row in rows))


async def all_rules(connection: AsyncConnection, frame: Frame) -> tuple[RightRule, ...]:
    """Every rule as this service has it."""
    table = frame.right_rule
    found = select(table).order_by(table.c.transaction_code, table.c.level, table.c.settlement, table.c.currency)
    return tuple(RightRule.model_validate(dict(row._mapping)) for row in await connection.execute(found))


async def version_held(connection: AsyncConnection, frame: Frame, *, exclusive: bool = False) -> int:
    """The version of the rights this service goes by, 0 before the first; `exclusive` holds it for the transaction."""
    table = frame.right_version
    if exclusive:
        await connection.execute(insert_or(table).values(version=0).on_conflict_do_nothing())
    found = select(table.c.version)
    return (await connection.execute(found.with_for_update() if exclusive else found)).scalar() or 0


async def replace_rules(connection: AsyncConnection, frame: Frame, rights: Rights) -> None:
    """Go by these rules from now on, unless newer ones are here already."""
    if await version_held(connection, frame, exclusive=True) >= rights.version:
        return
    await connection.execute(frame.right_rule.delete())
    if rights.rules:
        await connection.execute(frame.right_rule.insert(), [rule.model_dump() for rule in rights.rules])
    await connection.execute(frame.right_version.update().values(version=rights.version))
