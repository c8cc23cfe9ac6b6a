"""Matching a company's book against the bank's statement: what surely belongs together, what a person must decide, what stays open. Pure.

Automatic are matches that the amount, the days and a document number or a name decide between them, where no other line could be meant.
Lines that are alike are never chosen between, so the result does not depend on the order of the lines. Three steps, repeated until they
find nothing more: single lines by document number and by name; one line against all lines of a document number; one line against the only
choice of lines under its name that adds up to it (bounds in `matching_sums`). A line that could be another one's equal is part of no sum.

Nothing is quadratic: lines are found by amount, document number or name. Of more than `MOST_RIVALS` equal amounts within the days allowed
none is chosen by name; a name, or a number such as the company's own account, that more lines than that share within such days tells
nothing of single lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from services.reconciliation.domain.matching_lines import Ambiguity, Doubt, Line, Match, Matching, Reason
from services.reconciliation.domain.matching_sides import Side, crowds
from services.reconciliation.domain.matching_sums import Undecided, only_choice
from services.reconciliation.domain.matching_texts import Agreement, names_agree, references_agree

DAYS_ALLOWED = 10
"""支票提示付款期限: a cheque may be shown to the bank ten days after it was written."""
MOST_DAYS = 60
MOST_RIVALS = 400
MOST_ROUNDS = 10


def match_lines(book: Iterable[Line], statement: Iterable[Line], days: int = DAYS_ALLOWED) -> Matching:
    """Match two sides; `days` is how far the dates of two lines of one business may be apart. Lines without an amount stay open."""
    return _Match(Side(book), Side(statement), timedelta(days=days)).result()


class _Match:
    def __init__(self, book: Side, statement: Side, span: timedelta) -> None:
        self._book, self._statement, self._span = book, statement, span
        sides = (book, statement)
        references = frozenset(each for side in sides for each in crowds(side.by_reference, span, MOST_RIVALS))
        names = frozenset(each for side in sides for each in crowds(side.by_name, span, MOST_RIVALS))
        for side in sides:
            side.forget(references, names)
        self._matches: list[Match] = []
        self._disputed: list[tuple[set[int], set[int]]] = []

    def result(self) -> Matching:
        for _ in range(MOST_ROUNDS):
            before = len(self._matches)
            self._pairs(self._same_document, Reason.REFERENCE)
            self._whole_documents()
            self._pairs(self._same_name, Reason.NAME)
            self._sums_of_names()
            if len(self._matches) == before:
                break
        proposals, ambiguities = self._left_to_the_person()
        return Matching(
            matches=tuple(sorted(self._matches, key=_order)),
            proposals=tuple(sorted(proposals, key=_order)),
            ambiguities=tuple(sorted([*ambiguities, *self._sums()], key=_order)),
            open_book=tuple(_still_open(self._book)),
            open_statement=tuple(_still_open(self._statement)),
        )

    # single lines

    def _same_document(self, place: int) -> list[int]:
        """The lines of the statement with the amount and a document number of a line of the book."""
        line, side = self._book.lines[place], self._statement
        keys = {(line.amount_minor, reference) for reference in self._book.said[place].references}
        return sorted({other for key in keys for other in side.open_near(side.by_document.get(key), line, self._span)})

    def _rivals(self, place: int, ours: Side, theirs: Side) -> Iterator[int]:
        """The lines of the other side that could be meant: the same amount, and neither name speaks against it."""
        line, name = ours.lines[place], ours.said[place].name
        near = theirs.open_near(theirs.by_amount.get(line.amount_minor), line, self._span)
        return (other for other in near if names_agree(name, theirs.said[other].name) is not Agreement.OTHER)

    def _crowded(self, place: int, ours: Side, theirs: Side) -> bool:
        line = ours.lines[place]
        return len(theirs.near(theirs.by_amount.get(line.amount_minor), line, self._span)) > MOST_RIVALS

    def _same_name(self, place: int) -> list[int]:
        """The only line of the statement that could be meant by one of the book, and the other way round, if the names agree and the
        document numbers do not speak against it."""
        book, statement = self._book, self._statement
        if self._crowded(place, book, statement):
            return []
        rivals = list(islice(self._rivals(place, book, statement), 2))
        if len(rivals) != 1 or self._crowded(rivals[0], statement, book):
            return []
        words, other = book.said[place], statement.said[rivals[0]]
        agreed = names_agree(words.name, other.name) is Agreement.SAME and references_agree(words, other) is not Agreement.OTHER
        return rivals if agreed and list(islice(self._rivals(rivals[0], statement, book), 2)) == [place] else []

    def _pairs(self, candidates: Callable[[int], list[int]], reason: Reason) -> None:
        """Match every line of the book with its only candidate, where it is that line's only one too."""
        found = [(place, candidates(place)) for place, is_open in enumerate(self._book.open) if is_open]
        wanted: dict[int, int] = defaultdict(int)
        for _, others in found:
            for other in others:
                wanted[other] += 1
        for place, others in found:
            if len(others) == 1 and wanted[others[0]] == 1:
                self._take((place,), (others[0],), reason)

    # one against several

    def _whole_documents(self) -> None:
        """One line against all lines of the other side with its document number, where they add up to it and it is the only one."""
        wanted: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
        for reference in sorted(self._book.by_reference.keys() & self._statement.by_reference.keys()):
            ours = tuple(place for place in self._book.by_reference[reference][1] if self._book.open[place])
            theirs = tuple(place for place in self._statement.by_reference[reference][1] if self._statement.open[place])
            if min(len(ours), len(theirs)) == 1 < max(len(ours), len(theirs)):
                alike = _total(self._book, ours) == _total(self._statement, theirs)
                if alike and self._days(ours, theirs) <= self._span.days and self._one_sign(ours, theirs):
                    wanted.append((ours, theirs))
        self._take_undisputed(wanted, Reason.REFERENCE_SUM)

    def _sums_of_names(self) -> None:
        """One line against the only choice of lines of the other side under its name that adds up to it."""
        self._disputed = []
        wanted: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
        for ours, theirs, turned in ((self._book, self._statement, False), (self._statement, self._book, True)):
            for place, is_open in enumerate(ours.open):
                if not is_open or not self._alone(place, ours, theirs):
                    continue
                parts = self._parts(place, ours, theirs)
                try:
                    chosen = only_choice(abs(ours.lines[place].amount_minor), [abs(theirs.lines[each].amount_minor) for each in parts])
                except Undecided:
                    self._disputed.append((set(parts), {place}) if turned else ({place}, set(parts)))
                    continue
                if chosen:
                    several = tuple(parts[each] for each in chosen)
                    wanted.append((several, (place,)) if turned else ((place,), several))
        book, statement = (set().union(*(each[side] for each in self._disputed)) for side in (0, 1))
        certain = [(ours, theirs) for ours, theirs in wanted if book.isdisjoint(ours) and statement.isdisjoint(theirs)]
        self._take_undisputed(certain, Reason.NAME_SUM)

    def _parts(self, place: int, ours: Side, theirs: Side) -> list[int]:
        """The lines of the other side under the name of a line that may be parts of it."""
        line = ours.lines[place]
        same = theirs.open_near(theirs.by_name.get(ours.said[place].name), line, self._span)
        return [
            other
            for other in same
            if (theirs.lines[other].amount_minor > 0) == (line.amount_minor > 0)
            and abs(theirs.lines[other].amount_minor) < abs(line.amount_minor)
            and references_agree(ours.said[place], theirs.said[other]) is not Agreement.OTHER
            and self._alone(other, theirs, ours)
        ]

    def _alone(self, place: int, ours: Side, theirs: Side) -> bool:
        """Whether no line of the other side could be its equal."""
        return not self._crowded(place, ours, theirs) and next(self._rivals(place, ours, theirs), None) is None

    def _take_undisputed(self, wanted: Sequence[tuple[tuple[int, ...], tuple[int, ...]]], reason: Reason) -> None:
        """Match the groups whose lines no other group wants."""
        used: tuple[dict[int, int], dict[int, int]] = (defaultdict(int), defaultdict(int))
        once = sorted(set(wanted))
        for group in once:
            for side, places in enumerate(group):
                for place in places:
                    used[side][place] += 1
        for ours, theirs in once:
            if all(used[0][place] == 1 for place in ours) and all(used[1][place] == 1 for place in theirs):
                self._take(ours, theirs, reason)

    # the rest

    def _left_to_the_person(self) -> tuple[list[Match], list[Ambiguity]]:
        """Open lines of the same amount within the days allowed: proposed where there is one on each side, named together where more."""
        edges: dict[int, list[int]] = {}
        crowds: dict[int, set[int]] = defaultdict(set)
        for place, is_open in enumerate(self._book.open):
            if not is_open:
                continue
            if self._crowded(place, self._book, self._statement):
                crowds[self._book.lines[place].amount_minor].add(place)
            elif rivals := list(self._rivals(place, self._book, self._statement)):
                edges[place] = rivals
        proposals, ambiguities = [], []
        for ours, theirs in _components(edges):
            if len(ours) == len(theirs) == 1:
                proposals.append(self._made(ours, theirs, Reason.AMOUNT_ONLY))
            else:
                ambiguities.append(Ambiguity(_numbers(self._book, ours), _numbers(self._statement, theirs), Doubt.EQUALS))
        ambiguities += [Ambiguity(_numbers(self._book, sorted(places)), (), Doubt.CROWD) for _, places in sorted(crowds.items())]
        return proposals, ambiguities

    def _sums(self) -> list[Ambiguity]:
        """The lines of which more than one choice adds up; those that share a line are named together."""
        apart: list[tuple[set[int], set[int]]] = []
        for book, statement in self._disputed:
            touching = [each for each in apart if not (each[0].isdisjoint(book) and each[1].isdisjoint(statement))]
            apart = [each for each in apart if each not in touching]
            apart.append((book.union(*(each[0] for each in touching)), statement.union(*(each[1] for each in touching))))
        return [Ambiguity(_numbers(self._book, sorted(b)), _numbers(self._statement, sorted(s)), Doubt.SUMS) for b, s in apart]

    def _one_sign(self, ours: Sequence[int], theirs: Sequence[int]) -> bool:
        amounts = [self._book.lines[each].amount_minor for each in ours] + [self._statement.lines[each].amount_minor for each in theirs]
        return all(each > 0 for each in amounts) or all(each < 0 for each in amounts)

    def _days(self, ours: Sequence[int], theirs: Sequence[int]) -> int:
        """The longest time between a line of one side and one of the other."""
        first, last = self._book.lines[min(ours)].on, self._book.lines[max(ours)].on
        other_first, other_last = self._statement.lines[min(theirs)].on, self._statement.lines[max(theirs)].on
        return max((other_last - first).days, (last - other_first).days, 0)

    def _made(self, ours: tuple[int, ...], theirs: tuple[int, ...], reason: Reason) -> Match:
        return Match(_numbers(self._book, ours), _numbers(self._statement, theirs), reason, self._days(ours, theirs))

    def _take(self, ours: tuple[int, ...], theirs: tuple[int, ...], reason: Reason) -> None:
        for side, places in ((self._book, ours), (self._statement, theirs)):
            for place in places:
                side.open[place] = False
        self._matches.append(self._made(ours, theirs, reason))


def _components(edges: dict[int, list[int]]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Places of both sides that hang together, each component once."""
    back: dict[int, list[int]] = defaultdict(list)
    for place, others in edges.items():
        for other in others:
            back[other].append(place)
    seen: set[int] = set()
    for start in edges:
        if start in seen:
            continue
        ours, theirs, waiting = {start}, set[int](), [start]
        while waiting:
            for other in edges[waiting.pop()]:
                if other not in theirs:
                    theirs.add(other)
                    new = [place for place in back[other] if place not in ours]
                    ours.update(new)
                    waiting += new
        seen |= ours
        yield tuple(sorted(ours)), tuple(sorted(theirs))


def _total(side: Side, places: Iterable[int]) -> int:
    return sum(side.lines[place].amount_minor for place in places)


def _numbers(side: Side, places: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(side.lines[place].number for place in places))


def _still_open(side: Side) -> Iterator[Line]:
    return (line for line, is_open in zip(side.lines, side.open, strict=True) if is_open or not line.amount_minor)


def _order(found: Match | Ambiguity) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return found.book, found.statement
