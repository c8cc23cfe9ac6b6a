"""One side of a matching: its lines in an order of their own, which of them are open, and what finds them. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from services.reconciliation.domain.matching_lines import Line
from services.reconciliation.domain.matching_texts import Said, said

Places = tuple[list[date], list[int]]
"""Dates in order, and beside each the place of its line."""
K = TypeVar("K")


class Side:
    """The lines of one side in order, which of them are open, and what finds them."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines = sorted(lines, key=lambda line: (line.on, line.amount_minor, line.text, line.reference, line.number))
        self.open = [line.amount_minor != 0 for line in self.lines]
        self.said: list[Said] = [said(line.text, line.reference) for line in self.lines]
        self.by_amount = self._index(lambda place: [self.lines[place].amount_minor])
        self.by_document: dict[tuple[int, str], Places] = {}
        self.by_reference = self._index(lambda place: self.said[place].references)
        self.by_name = self._index(lambda place: [self.said[place].name] if len(self.said[place].name) >= 2 else [])

    def _index(self, keys: Callable[[int], Iterable[K]]) -> dict[K, Places]:
        found: dict[K, Places] = {}
        for place, line in enumerate(self.lines):
            for key in keys(place):
                days, places = found.setdefault(key, ([], []))
                days.append(line.on)
                places.append(place)
        return found

    def forget(self, references: frozenset[str], names: frozenset[str]) -> None:
        """Leave numbers and names that stand everywhere out of what lines say; all lines of such a number can still be found."""
        for place, each in enumerate(self.said):
            if each.name in names or not references.isdisjoint(each.references):
                self.said[place] = Said("" if each.name in names else each.name, each.references - references)
        for name in names & self.by_name.keys():
            del self.by_name[name]
        self.by_document = self._index(
            lambda place: [(self.lines[place].amount_minor, reference) for reference in self.said[place].references]
        )

    def near(self, found: Places | None, middle: Line, span: timedelta) -> Sequence[int]:
        """The places of an index that lie within the days allowed around a line."""
        if found is None:
            return ()
        days, places = found
        return places[bisect_left(days, middle.on - span) : bisect_right(days, middle.on + span)]

    def open_near(self, found: Places | None, middle: Line, span: timedelta) -> Iterator[int]:
        """The open ones among them."""
        return (place for place in self.near(found, middle, span) if self.open[place])


def crowds(index: Mapping[K, Places], span: timedelta, most: int) -> Iterator[K]:
    """The keys under which more than so many lines lie within the days allowed around some line."""
    for key, (days, _) in index.items():
        if len(days) > most and any(bisect_right(days, day + 2 * span) - first > most for first, day in enumerate(days)):
            yield key
