"""The numbers of inward messages: each date counts from 1 without a gap, so that what is lost is seen (IB 2406)."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.errors import ErrorType, Kind

MOST_MISSING = 10_000
"""A number that leaves more than this out is a mistake, not a gap."""
SEQUENCE_JUMP = ErrorType(
    "clearing.national.sequence_jump",
    Kind.INVALID,
    "来帐顺序号 {sequence} 与已收到的 {last} 相差过大",
    "inward number {sequence} is too far from {last}, the last one received",
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a number does to the series: the highest so far, and those that are missing since."""

    last: int
    missing: range


def after_number(last: int, sequence: int) -> Numbers:
    """The series after a number came, `last` being the highest before. Raises `clearing.national.sequence_jump`."""
    return after_hearing_of(last, sequence, arrived=True)


def after_hearing_of(last: int, highest: int, *, arrived: bool = False) -> Numbers:
    """The series after hearing that the peer has numbered up to `highest`; `arrived` when that one is here itself.

    Raises `clearing.national.sequence_jump`.
    """
    if highest <= last:
        return Numbers(last, range(0))
    missing = range(last + 1, highest if arrived else highest + 1)
    if len(missing) > MOST_MISSING:
        raise SEQUENCE_JUMP(field="sequence", sequence=highest, last=last)
    return Numbers(highest, missing)
