"""Whatever tellers do, a voucher is in exactly one place, and 702 of every outlet is worth the sheets it holds.

Random steps on a block of twenty numbers run at the door and on a model that knows where each number is; both must agree on what is
refused and on where everything ends.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.vouchers.steps import books_agree, counted, numbers
from tests.support.bank import TestBank

KIND = "CNFX"
BLOCK = 20
PARENT = {"0200": "0002", "0201": "0200", "0202": "0200"}
TELLER = {"0002": "K0021", "0200": "K0201", "0201": "K0211", "0202": "K0221"}
BOX = "00002"
Place = tuple[str, str]
"""Outlet and box; box `way:0201` is on the way to 0201; outlet `void` is the end."""
_blocks = itertools.count(80_000_001, 1000)


@dataclass
class Model:
    """Where each number of the block is, and in which issue those on the way are."""

    place: dict[int, Place] = field(default_factory=dict)
    issue: dict[int, int] = field(default_factory=dict)
    steps: int = 0

    def apply(self, action: str, outlet: str, below: str, first: int, last: int) -> bool:
        """Do a step; False if it must be refused."""
        self.steps += 1
        wanted = range(first, last + 1)
        vault, box = (outlet, "00000"), (outlet, BOX)
        above = PARENT.get(outlet)
        if action in ("issue", "undo_issue") and PARENT[below] != outlet:
            return False
        if action == "purchase":
            return outlet == "0002" and self._move(wanted, None, vault)
        if action == "receive":
            return above is not None and self._is_one_issue(wanted, outlet) and self._move(wanted, (above, f"way:{outlet}"), vault)
        if action == "undo_receive":
            return self._move(wanted, vault, (above, f"way:{outlet}") if above else None)
        moves = {
            "issue": (vault, (outlet, f"way:{below}")),
            "undo_issue": ((outlet, f"way:{below}"), vault),
            "take_out": (vault, box),
            "put_in": (box, vault),
            "void": (vault, ("void", "")),
        }
        return self._move(wanted, *moves[action])

    def _move(self, wanted: range, come: Place | None, go: Place | None) -> bool:
        if any(self.place.get(number) != come for number in wanted):
            return False
        for number in wanted:
            if go is None:
                del self.place[number]
            else:
                self.place[number] = go
                self.issue[number] = self.steps
        return True

    def _is_one_issue(self, wanted: range, outlet: str) -> bool:
        """Exactly an unbroken interval of what one step put on the way."""

        def key(number: int) -> tuple[Any, Any]:
            return self.place.get(number), self.issue.get(number)

        same = {key(number) for number in wanted}
        return len(same) == 1 and key(wanted[0] - 1) not in same and key(wanted[-1] + 1) not in same


ACTIONS = ("purchase", "issue", "issue", "receive", "receive", "undo_receive", "undo_issue", "take_out", "take_out", "put_in", "void")
STEP = st.tuples(
    st.sampled_from(ACTIONS),
    st.sampled_from(sorted(TELLER)),
    st.sampled_from(sorted(PARENT)),
    st.integers(0, BLOCK - 1),
    st.integers(0, BLOCK - 1),
)
CHAIN = (("purchase", "0002", "0200"), ("issue", "0002", "0200"), ("receive", "0200", "0200"), ("issue", "0200", "0201"))
"""Every block begins its way like this, whole: random steps alone would seldom get anywhere."""


async def play(bank: TestBank, model: Model, action: str, outlet: str, below: str, first: int, last: int) -> None:
    body = counted(first, last, KIND) if action in ("purchase", "receive", "take_out", "put_in") else numbers(first, last, KIND)
    if action in ("issue", "undo_issue"):
        body["to_outlet"] = below
    box = BOX if action in ("take_out", "put_in") else None
    answer = await bank.send(TELLER[outlet], f"counter.voucher.{action}", body, cash_box=box)
    expected = model.apply(action, outlet, below, first, last)
    said = f"{action} {first}-{last} at {outlet} (for {below}): {answer.status_code} {answer.text}"
    assert (answer.status_code == 200) is expected, said
    assert answer.status_code in (200, 403, 409), said


@given(steps=st.lists(STEP, min_size=5, max_size=14), whole=st.integers(1, len(CHAIN)))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
async def test_every_number_is_in_one_place_and_702_is_worth_the_sheets(bank: TestBank, steps: list[Any], whole: int) -> None:
    base = next(_blocks)
    model = Model()
    for action, outlet, below in CHAIN[:whole]:
        await play(bank, model, action, outlet, below, base, base + BLOCK - 1)
    for action, outlet, below, one, other in steps:
        await play(bank, model, action, outlet, below, base + min(one, other), base + max(one, other))
    rows = await bank.sql(
        "SELECT number, state, outlet, cash_box, issued_to FROM counter.voucher WHERE kind = $1 AND number BETWEEN $2 AND $3",
        KIND,
        base,
        base + BLOCK - 1,
    )
    assert {row["number"]: _place(row) for row in rows} == model.place
    await books_agree(bank)


def _place(row: Any) -> Place:
    match row["state"]:
        case "stock":
            return row["outlet"], row["cash_box"]
        case "issued":
            return row["outlet"], f"way:{row['issued_to']}"
        case "void":
            return "void", ""
    raise AssertionError(f"{row['state']} is no place these steps lead to")
