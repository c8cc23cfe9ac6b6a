"""Sets that are posted together, folded in one pass: the rows of their legs, what every account, subject and origin gains, and what they
did to the 416 sub-accounts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.ledger.domain.errors import ACCOUNT_OF_TWO_GROUPS
from services.ledger.domain.model import CHANNELS, PostingSet

LEG_COLUMNS = (
    "posting_id", "line", "business_date", "outlet", "account", "currency", "business_code", "subject", "is_debit", "amount_minor",
    "red", "cash", "automatic", "summary", "balance_after_minor",
)  # fmt: skip
OFF_SHEET_COLUMNS = (
    "posting_id", "line", "business_date", "outlet", "account", "currency", "business_code", "subject", "is_receive", "amount_minor",
    "red", "summary", "balance_after_minor",
)  # fmt: skip
ACCOUNT_AT = LEG_COLUMNS.index("account")
assert OFF_SHEET_COLUMNS.index("account") == ACCOUNT_AT


@dataclass(slots=True)
class Group:
    """The sets of one origin, rule and currency.

    `positions` is (outlet, sub-account) -> debit, credit in minor units, number of debits, number of credits; a set counts once, by
    what it leaves on the sub-account.
    """

    posting_ids: list[UUID] = field(default_factory=list)
    control_total_minor: int = 0
    positions: dict[tuple[str, str], list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Folded:
    """What sets come to. Amounts are minor units, debit and received positive.

    `legs` and `off_sheet` are rows of the journal but for their last column, which is what the leg moves until `set_balances`.
    `accounts`: number -> outlet, currency, business code, change. `totals`: (outlet, currency, business code) -> subject, off-sheet,
    four amounts, four counts (debit cash, debit transfer, credit cash, credit transfer). `groups`: (origin, rule, currency) -> group.
    """

    legs: list[list[Any]] = field(default_factory=list)
    off_sheet: list[list[Any]] = field(default_factory=list)
    accounts: dict[str, list[Any]] = field(default_factory=dict)
    totals: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)
    groups: dict[tuple[str, str, str], Group] = field(default_factory=dict)

    def add(self, origin: str, control_total_minor: int, posting_set: PostingSet) -> None:
        """Fold one more set of the same business date, with the origin it came from and its part of the control total in minor units.
        Raises `ledger.account.two_groups` when legs place one account in different outlets, currencies or business codes."""
        posting_id, rule, _, business_date, currency, legs, off_sheet = posting_set
        group = self.groups.get((origin, rule, currency))
        if group is None:
            group = self.groups[origin, rule, currency] = Group()
        group.posting_ids.append(posting_id)
        group.control_total_minor += control_total_minor
        accounts, totals, rows, moved = self.accounts, self.totals, self.legs, None
        for line, (outlet, account, code, subject, direction, amount_minor, red, cash, automatic, summary) in enumerate(legs):
            debit = direction == "debit"
            minor = -amount_minor if red else amount_minor
            change = minor if debit else -minor
            rows.append([
                posting_id, line, business_date, outlet, account, currency, code, subject, debit, amount_minor, red, cash, automatic,
                summary, change,
            ])  # fmt: skip
            known = accounts.get(account)
            if known is None:
                accounts[account] = [outlet, currency, code, change]
            else:
                if known[0] != outlet or known[2] != code or known[1] != currency:
                    raise ACCOUNT_OF_TWO_GROUPS(account=account)
                known[3] += change
            total = totals.get((outlet, currency, code))
            if total is None:
                total = totals[outlet, currency, code] = [subject, False, 0, 0, 0, 0, 0, 0, 0, 0]
            column = (2 if debit else 4) if cash else (3 if debit else 5)
            total[column] += minor
            total[column + 4] += 1
            if code in CHANNELS:
                moved = {} if moved is None else moved
                moved[outlet, code] = moved.get((outlet, code), 0) - change
        if moved is not None:
            _add_positions(group.positions, moved)
        if off_sheet:
            _add_off_sheet(self, posting_set)

    def origins(self) -> dict[str, tuple[int, int]]:
        """Origin -> number of sets, control total."""
        origins: dict[str, tuple[int, int]] = {}
        for (origin, _, _), group in self.groups.items():
            count, total = origins.get(origin, (0, 0))
            origins[origin] = (count + len(group.posting_ids), total + group.control_total_minor)
        return origins

    def set_balances(self, opening: Mapping[str, int]) -> None:
        """Let every leg's row end with the balance behind it, in the order of the sets, from the balances before them."""
        balances = dict(opening)
        for rows in (self.legs, self.off_sheet):
            for row in rows:
                account = row[ACCOUNT_AT]
                row[-1] = balances[account] = balances[account] + row[-1]


def _add_positions(positions: dict[tuple[str, str], list[int]], moved: Mapping[tuple[str, str], int]) -> None:
    """`moved` is credit positive."""
    for key, minor in moved.items():
        if minor == 0:
            continue
        row = positions.get(key)
        if row is None:
            row = positions[key] = [0, 0, 0, 0]
        side = 0 if minor < 0 else 1
        row[side] += abs(minor)
        row[side + 2] += 1


def _add_off_sheet(folded: Folded, posting_set: PostingSet) -> None:
    posting_id, _, _, business_date, _, _, legs = posting_set
    for line, (outlet, account, code, subject, direction, amount_minor, red, summary, currency) in enumerate(legs):
        received = direction == "receive"
        minor = -amount_minor if red else amount_minor
        change = minor if received else -minor
        folded.off_sheet.append(
            [posting_id, line, business_date, outlet, account, currency, code, subject, received, amount_minor, red, summary, change]
        )
        known = folded.accounts.setdefault(account, [outlet, currency, code, 0])
        if known[:3] != [outlet, currency, code]:
            raise ACCOUNT_OF_TWO_GROUPS(account=account)
        known[3] += change
        total = folded.totals.setdefault((outlet, currency, code), [subject, True, 0, 0, 0, 0, 0, 0, 0, 0])
        column = 3 if received else 5
        total[column] += minor
        total[column + 4] += 1
