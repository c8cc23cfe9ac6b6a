"""Which of some amounts add up to one amount: a search within bounds that never takes the first answer for the only one. Pure.

Bounds: at most `MOST_CANDIDATES` amounts, at most `MOST_PARTS` of them together, at most `MOST_STEPS` looks. Beyond them nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence

MOST_CANDIDATES = 24
MOST_PARTS = 8
MOST_STEPS = 200_000

NONE: tuple[int, ...] = ()


class Undecided(Exception):
    """More than one choice adds up, or there are too many to look at all of them."""


def only_choice(target: int, amounts: Sequence[int]) -> tuple[int, ...]:
    """The places of the two or more amounts that add up to the target, if exactly one choice does; empty if none does.

    Amounts and target are positive. Raises `Undecided` for a second choice (equal amounts in other places are another choice) and
    beyond the bounds.
    """
    usable = [place for place in sorted(range(len(amounts)), key=lambda place: (-amounts[place], place)) if amounts[place] < target]
    if sum(amounts[place] for place in usable) < target:
        return NONE
    if len(usable) > MOST_CANDIDATES:
        raise Undecided
    search = _Search(target, [amounts[place] for place in usable])
    search.look(0, target, [])
    return tuple(sorted(usable[place] for place in search.found[0])) if search.found else NONE


class _Search:
    """Depth first over amounts in falling order; a branch ends where what is left cannot reach the rest."""

    def __init__(self, target: int, amounts: list[int]) -> None:
        self.found: list[tuple[int, ...]] = []
        self._amounts = amounts
        self._steps = 0
        self._left = [0] * (len(amounts) + 1)
        for place in range(len(amounts) - 1, -1, -1):
            self._left[place] = self._left[place + 1] + amounts[place]

    def look(self, start: int, rest: int, chosen: list[int]) -> None:
        if rest == 0:
            self.found.append(tuple(chosen))
            if len(self.found) > 1:
                raise Undecided
            return
        for place in range(start, len(self._amounts)):
            if self._left[place] < rest:
                return
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise Undecided
            if self._amounts[place] > rest:
                continue
            if len(chosen) == MOST_PARTS:
                raise Undecided
            chosen.append(place)
            self.look(place + 1, rest - self._amounts[place], chosen)
            chosen.pop()
