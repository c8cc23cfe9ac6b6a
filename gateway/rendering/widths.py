"""How wide text is when a Chinese character takes two columns."""

from __future__ import annotations

import unicodedata


def display_width(text: str) -> int:
    """Columns a text takes in a fixed-width font: 2 for wide East Asian characters, 1 for the rest."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def shared_widths(wanted: list[float], available: float, narrowest: float) -> list[float]:
    """Widths of columns that together fill `available`: what each wants when there is room, else the widest give way first.

    No column gets less than `narrowest` or its wish, whichever is smaller.
    """
    if sum(wanted) <= available:
        spare = (available - sum(wanted)) / len(wanted)
        return [width + spare for width in wanted]
    low, high = min(narrowest, *wanted) if len(wanted) > 1 else 0.0, max(wanted)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if sum(min(width, middle) for width in wanted) > available else (middle, high)
    return [min(width, low) for width in wanted]
