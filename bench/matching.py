"""How well and how fast a company's book is matched: made-up books of 100,000 lines a side whose truth is known, and the book as a file.

`./huitong bench matching [--lines 100000] [--seeds 3] [--out FILE]`. Precision and recall count groups of lines: a match is right when it
holds exactly the lines of one business. The limit in the same run is the least a matcher must do: both sides sorted, and lines joined whose
amount stands once on either side; what that would get wrong is told beside it.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.bare import resident_mib
from bench.machine import machine, versions
from bench.matching_books import FIRST, Books, made_up
from kernel.money import format_amount
from services.reconciliation.domain.matching import match_lines
from services.reconciliation.domain.matching_items import proposed_items
from services.reconciliation.domain.matching_lines import Line
from services.reconciliation.matching.books import MOST_LINES, read_book

Pairs = set[tuple[tuple[int, ...], tuple[int, ...]]]


def joined_by_amount(book: Sequence[Line], statement: Sequence[Line]) -> Pairs:
    """The limit: lines whose amount stands once on either side, whatever else they say."""
    ours, theirs = (sorted(lines, key=lambda line: (line.amount_minor, line.on)) for lines in (book, statement))
    once = [{amount for amount, count in Counter(line.amount_minor for line in lines).items() if count == 1} for lines in (ours, theirs)]
    places = {line.amount_minor: line.number for line in theirs if line.amount_minor in once[1]}
    return {((line.number,), (places[line.amount_minor],)) for line in ours if line.amount_minor in once[0] and line.amount_minor in places}


def judged(found: Pairs, truth: Pairs) -> dict[str, Any]:
    """Precision and recall of groups."""
    right = len(found & truth)
    return {
        "found": len(found),
        "wrong": len(found) - right,
        "precision": round(right / len(found), 6) if found else None,
        "recall": round(right / len(truth), 4),
    }


def file_of(book: Sequence[Line]) -> bytes:
    """The book as a company brings it."""
    rows = (f"{each.on},{format_amount(each.amount_minor)},{each.text},{each.reference}\n" for each in book)
    return ("日期,金额,摘要,票据号\n" + "".join(rows)).encode("gb18030")


def read(books: Books) -> dict[str, Any]:
    """The file read back."""
    book = books.book[:MOST_LINES]
    content = file_of(book)
    started = time.perf_counter()
    lines = read_book(content, "CNY", FIRST, date(FIRST.year + 1, 12, 31))
    seconds = time.perf_counter() - started
    if [(each.on, each.amount_minor) for each in lines] != [(each.on, each.amount_minor) for each in book]:
        raise SystemExit("the file was not read as it was written")
    return {"lines": len(book), "bytes": len(content), "seconds": round(seconds, 2)}


def measure(lines: int, seed: int) -> dict[str, Any]:
    """One pair of books."""
    books = made_up(lines, seed)
    gc.collect()
    before = resident_mib()
    started, processor = time.perf_counter(), time.process_time()
    found = match_lines(books.book, books.statement)
    seconds, used = time.perf_counter() - started, time.process_time() - processor
    memory = resident_mib() - before
    started = time.process_time()
    limit = joined_by_amount(books.book, books.statement)
    bare = time.process_time() - started
    automatic = {(each.book, each.statement) for each in found.matches}
    proposals = {(each.book, each.statement) for each in found.proposals}
    result = {
        "seed": seed,
        "book_lines": len(books.book),
        "statement_lines": len(books.statement),
        "businesses": len(books.truth),
        "automatic": judged(automatic, books.truth),
        "by_reason": dict(Counter(each.reason.value for each in found.matches)),
        "by_shape": dict(Counter(each.shape.value for each in found.matches)),
        "proposed": judged(proposals, books.truth),
        "left_to_the_person": dict(Counter(each.doubt.value for each in found.ambiguities)),
        "items_of_the_sheet": len(proposed_items(found)),
        "seconds": round(seconds, 2),
        "processor_seconds": round(used, 2),
        "memory_mib": round(memory),
        "limit": {"processor_seconds": round(bare, 3)} | judged(limit, books.truth),
        "processor_over_limit": round(used / bare, 1),
        "file": read(books),
    }
    if result["automatic"]["wrong"]:
        raise SystemExit(f"an automatic match must never be wrong: {result['automatic']}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    results: dict[str, Any] = {"benchmark": "matching", "measured_at": datetime.now(UTC).isoformat(timespec="seconds")}
    results |= {"machine": machine(), "versions": versions(()), "lines": arguments.lines}
    results["books"] = [measure(arguments.lines, seed) for seed in range(1, arguments.seeds + 1)]
    results["peak_memory_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps(results, indent=2, ensure_ascii=False), file=sys.stderr)
    out = arguments.out or Path(__file__).parent / "results" / f"matching-{datetime.now(UTC):%Y-%m-%d}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(out)


if __name__ == "__main__":
    main()
