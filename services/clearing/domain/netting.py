"""Hierarchical netting of 416 against 407 and 110 (IB 2931-2974): which books settle with whom, and for how much. Pure.

Amounts are minor units, credit positive. Step 1: an outlet settles with its superior. 2: the superior settles with the outlet.
3: a sub-branch settles with the city. 4: the city settles with the sub-branch. 5: the city settles with the central bank.
Between levels the amounts run through sub-account 416.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kernel.numbers import CITY, counterparty_suffix, internal_account
from services.clearing.domain.errors import SUPERIOR_MISSING, UNIT_WITHOUT_SUPERIOR
from services.clearing.domain.units import is_business_department, superior_of

SUB_ACCOUNTS = ("416", "417", "418", "419", "420")
INTERNAL_SUB_ACCOUNTS = ("416", "417", "418")
"""The sub-accounts whose other side is always another outlet: they sum to zero over the bank."""
EXTERNAL_SUB_ACCOUNTS = ("419", "420")
"""Same-city exchange and national inter-bank: their sum over the bank is what the central bank is owed."""

CENTRAL_BANK, CITY_RESERVE, OUTLET_RESERVE, SUSPENSE = "110", "471", "472", "264"
"""Business codes: 存放中央银行款项, 40701 of a sub-branch, 40702 of an outlet, 汇差清算挂账."""

RULES = {
    1: "clearing.netting.outlet",
    2: "clearing.netting.branch_outlet",
    3: "clearing.netting.branch",
    4: "clearing.netting.city_branch",
    5: "clearing.netting.central",
    6: "clearing.netting.suspense",
}
"""The posting rule of each step; step 6 puts what is left to suspense (IB 2949)."""
SETTLING_RULES = frozenset(RULES[step] for step in (1, 2, 3, 4, 5))
STEPS_TAKING_OVER = (2, 4)
"""The steps in which the superior takes the net over from the level below."""
STEPS_IN_PAIRS = (1, 2, 4)
"""The steps whose rule asks for the counterparty; a sub-branch has one with the city only."""
_OTHER_SIDE = {1: OUTLET_RESERVE, 2: OUTLET_RESERVE, 3: CITY_RESERVE, 4: CITY_RESERVE, 5: CENTRAL_BANK, 6: SUSPENSE}
_OWN_SUFFIX = "00001"

Vector = tuple[int, int, int, int, int]
"""The five sub-accounts of one outlet, 416 to 420."""
ZERO: Vector = (0, 0, 0, 0, 0)


CLEARED = tuple(f"s{sub}" for sub in SUB_ACCOUNTS)
"""What the posting rules call the amounts cleared on the five sub-accounts."""


def amount_names(step: int) -> tuple[str, ...]:
    """The amounts the posting rule of a step asks for."""
    return ("net",) if step in STEPS_TAKING_OVER else (*CLEARED, "net")


@dataclass(frozen=True, slots=True)
class Settlement:
    """One entry of the plan: the step, whose books, with whom (empty for the central bank), what it clears on each sub-account, the net.

    Steps 2 and 4 take the net over from the level below on sub-account 416: what they clear is minus the net.
    """

    step: int
    books: str
    counterparty: str
    cleared: Vector
    net_minor: int

    @property
    def rule(self) -> str:
        return RULES[self.step]

    @property
    def is_posted(self) -> bool:
        """Whether there is anything to post: a net of zero may still have sub-accounts to clear against each other."""
        return self.net_minor != 0 or any(self.cleared)

    def amounts_minor(self) -> dict[str, int]:
        """The amounts as the posting rule names them."""
        values = dict(zip(CLEARED, self.cleared, strict=True)) | {"net": self.net_minor}
        return {name: values[name] for name in amount_names(self.step)}

    def references(self) -> dict[str, str]:
        return {"counterparty": self.counterparty} if self.step in STEPS_IN_PAIRS else {}

    def accounts(self, currency: str) -> tuple[str, str]:
        """Debit and credit account of the net. Where several sub-accounts are cleared at once, 416 stands for the five."""
        moved = [sub for sub, amount in zip(SUB_ACCOUNTS, self.cleared, strict=True) if amount]
        own = internal_account(self.books, currency, moved[0] if len(moved) == 1 else SUB_ACCOUNTS[0], _OWN_SUFFIX)
        with_whom = counterparty_suffix(self.counterparty) if self.step <= 4 else _OWN_SUFFIX
        other = internal_account(self.books, currency, _OTHER_SIDE[self.step], with_whom)
        credits_own = (self.net_minor < 0) is (self.step not in STEPS_TAKING_OVER)
        return (other, own) if credits_own else (own, other)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole netting of one currency in the order of its steps; `residue_minor` is what will stay on the city's 416."""

    settlements: tuple[Settlement, ...]
    external_minor: int = 0
    residue_minor: int = 0

    @property
    def posted(self) -> list[Settlement]:
        return [each for each in self.settlements if each.is_posted]

    @property
    def is_empty(self) -> bool:
        """Whether nothing has to be done at all."""
        return self.residue_minor == 0 and not any(each.is_posted for each in self.settlements)


def plan_day(positions: Mapping[str, Vector], outlets: Iterable[str], external_minor: int) -> Plan:
    """The netting of the whole bank. `external_minor` is what the day still owes the central bank: E, the net of 419 and 420.

    Where 416, 417 and 418 sum to zero the city's books end at zero; what they miss stays on its 416 as the residue.
    Raises `clearing.netting.superior_missing`.
    """
    bank = _Bank(positions, outlets)
    lower = [outlet for outlet in bank.outlets if outlet != CITY and not is_business_department(outlet)]
    branches = [outlet for outlet in bank.outlets if is_business_department(outlet)]
    first, second = bank.settle(lower, 1)
    third, fourth = bank.settle(branches, 3)
    total = sum(bank.vector(CITY))
    residue = total - external_minor
    own = bank.vector(CITY)
    fifth = Settlement(5, CITY, "", (own[0] - residue, *own[1:]), external_minor)
    return Plan((*first, *second, *third, *fourth, fifth), external_minor, residue)


def plan_unit(positions: Mapping[str, Vector], outlets: Iterable[str], unit: str) -> Plan:
    """The early netting 即时清算 of one outlet with its superior, or of a sub-branch (named by its business department) with its
    outlets and the city (IB 2926). Raises `clearing.netting.unit_without_superior`, `clearing.netting.superior_missing`."""
    if superior_of(unit) is None:
        raise UNIT_WITHOUT_SUPERIOR(field="outlet", outlet=unit)
    bank = _Bank(positions, outlets)
    if not is_business_department(unit):
        first, second = bank.settle([unit], 1)
        return Plan((*first, *second))
    below = [outlet for outlet in bank.outlets if outlet != unit and superior_of(outlet) == unit]
    first, second = bank.settle(below, 1)
    third, fourth = bank.settle([unit], 3)
    return Plan((*first, *second, *third, *fourth))


def plan_suspense(left: Mapping[str, Vector]) -> list[Settlement]:
    """The entries that put what is left on 416 to suspense, outlet by outlet (IB 2949)."""
    return [Settlement(6, outlet, "", vector, sum(vector)) for outlet, vector in sorted(left.items()) if any(vector)]


class _Bank:
    """The positions while the levels settle one after another."""

    def __init__(self, positions: Mapping[str, Vector], outlets: Iterable[str]) -> None:
        known = set(outlets)
        self.outlets = sorted(known | set(positions) | {CITY})
        self._positions = positions
        self._taken_over: dict[str, int] = {}
        for outlet in self.outlets:
            superior = superior_of(outlet)
            if superior is not None and superior != CITY and superior not in known:
                raise SUPERIOR_MISSING(outlet=outlet, superior=superior)

    def vector(self, outlet: str) -> Vector:
        """The sub-accounts of an outlet, with what it took over from the level below on 416."""
        own = self._positions.get(outlet, ZERO)
        taken = self._taken_over.get(outlet, 0)
        return (own[0] + taken, *own[1:]) if taken else own

    def settle(self, units: list[str], step: int) -> tuple[list[Settlement], list[Settlement]]:
        """Each unit settles with its superior (`step`), and the superior with each unit (the step after it)."""
        downs, ups = [], []
        for unit in units:
            superior = superior_of(unit) or CITY
            cleared = self.vector(unit)
            net = sum(cleared)
            downs.append(Settlement(step, unit, superior, cleared, net))
            ups.append(Settlement(step + 1, superior, unit, (-net, 0, 0, 0, 0), net))
            self._taken_over[superior] = self._taken_over.get(superior, 0) + net
        return downs, ups
