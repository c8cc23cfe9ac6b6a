"""The tree of units with their nets: what each level would settle with the one above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kernel.numbers import CITY
from services.clearing.domain.units import superior_of


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, its own net of the day, the net with everything below it, and what its own 416 accounts stand at now.

    Minor units, credit positive.
    """

    outlet: str
    own_net_minor: int
    net_minor: int
    waiting_minor: int
    below: tuple[Unit, ...] = ()

    def find(self, outlet: str) -> Unit | None:
        """The unit of that number here or below."""
        if self.outlet == outlet:
            return self
        return next((found for each in self.below if (found := each.find(outlet)) is not None), None)


def position_tree(outlets: Iterable[str], nets: Mapping[str, tuple[int, int]]) -> Unit:
    """The city with everything below it. `nets` maps an outlet to the day's net and to what its 416 accounts stand at."""
    below: dict[str, list[str]] = {}
    for outlet in sorted({*outlets, *nets} - {CITY}):
        below.setdefault(superior_of(outlet) or CITY, []).append(outlet)
    return _unit(CITY, below, nets)


def _unit(outlet: str, below: Mapping[str, list[str]], nets: Mapping[str, tuple[int, int]]) -> Unit:
    own, waiting = nets.get(outlet, (0, 0))
    units = tuple(_unit(each, below, nets) for each in below.get(outlet, ()))
    return Unit(outlet, own, own + sum(each.net_minor for each in units), waiting, units)
