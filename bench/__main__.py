"""`./huitong bench NAME`: runs one benchmark; what follows the name is its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

NAMES = ("clearing", "netting", "journal", "interest_day", "agency", "matching", "statements")


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark named first."""
    if not arguments or arguments[0] not in NAMES:
        print(f"usage: huitong bench {{{','.join(NAMES)}}} [OPTIONS]   see bench/README.md", file=sys.stderr)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    sys.argv = [f"huitong bench {arguments[0]}", *arguments[1:]]
    import_module(f"bench.{arguments[0]}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
