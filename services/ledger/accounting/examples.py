"""The worked examples beside the rules: one leg a line, executed when the rulebook loads.

A line reads `outlet direction code account amount`, as in `0201 借 101 902011010100001 1000.00`. Directions are 借 debit, 贷 credit,
收 received, 付 paid, with 红 after it for a red leg; 自动 at the end marks the inter-branch leg added by the posting core.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kernel.money import format_amount, parse_amount, parse_signed
from services.ledger.accounting.forms import ExampleForm, RuleForm
from services.ledger.domain.balance import outlet_differences
from services.ledger.domain.expand import expand
from services.ledger.domain.model import AccountReference, Fact, FreeLeg, FreeLegs, Leg, OffSheetLeg, PostingSet
from services.ledger.domain.rulebook import Rulebook

CURRENCY = "CNY"
SIGNS = {"debit": "借", "credit": "贷", "receive": "收", "pay": "付"}
_DIRECTIONS = {"借": "debit", "贷": "credit", "收": "debit", "付": "credit"}
_LINE = re.compile(r"(\d{4}) ([借贷收付])(红)? (\d{3}) (\d{15}) (\d+\.\d\d)( 自动)?")
_NOBODY = UUID(int=0)


class AccountingDataError(Exception):
    """The accounting data contradict themselves; the message names the rule or the line."""


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """An example made executable: the fact and the lines it must give."""

    rule: str
    fact: Fact
    expected: tuple[str, ...]


def worked_examples(form: RuleForm, day: date | None = None) -> list[WorkedExample]:
    """The examples of a rule, on a date or on those they name. Raises `AccountingDataError` for a line that cannot be read."""
    return [WorkedExample(form.rule, _fact(form, example, day), _lines(form, example.entries)) for example in form.examples]


def lines_of(posting_set: PostingSet) -> tuple[str, ...]:
    """A set in the words of the examples."""
    return tuple(_line(leg) for leg in (*posting_set.legs, *posting_set.off_sheet))


def check_examples(rulebook: Rulebook, form: RuleForm, day: date | None = None) -> None:
    """Executes the examples of a rule (as of a date), and asks that they cover it: every amount, and two outlets where the rule allows two.

    Raises `AccountingDataError`, and what `expand` refuses with.
    """
    examples = worked_examples(form, day)
    for example in examples:
        posting_set = expand(rulebook, example.fact)
        given = lines_of(posting_set)
        if given != example.expected or outlet_differences(posting_set):
            raise AccountingDataError(f"{form.rule}: the example gives\n" + "\n".join(given) + "\nnot\n" + "\n".join(example.expected))
    if form.channel is not None and not any(line.endswith("自动") for example in examples for line in example.expected):
        raise AccountingDataError(f"{form.rule}: no example shows the rule across two outlets")
    used = {name for example in examples for name, amount_minor in example.fact.amounts_minor.items() if amount_minor}
    missing = {entry.amount for entry in (*form.entries, *form.off_sheet)} - used
    if missing:
        raise AccountingDataError(f"{form.rule}: no example uses the amounts {', '.join(sorted(missing))}")
    if form.free_legs is FreeLegs.NONE and not form.entries and not form.off_sheet:
        raise AccountingDataError(f"{form.rule}: the rule has no entries")


def _fact(form: RuleForm, example: ExampleForm, day: date | None) -> Fact:
    facts = example.facts
    return Fact(
        rule=form.rule,
        posting_id=_NOBODY,
        business_date=day or facts.business_date or form.effective,
        currency=CURRENCY,
        outlet=facts.outlet,
        accounts={
            role: AccountReference(account.number, account.outlet, account.business_code) for role, account in facts.accounts.items()
        },
        amounts_minor={name: parse_signed(amount, CURRENCY) for name, amount in facts.amounts.items()},
        legs=tuple(_free_leg(form, line) for line in facts.legs.splitlines()),
        cash_box=facts.cash_box,
        red=facts.red,
        references=facts.references,
    )


def _free_leg(form: RuleForm, line: str) -> FreeLeg:
    outlet, direction, red, code, account, amount, _ = _parts(form, line)
    reference = AccountReference(account, outlet, code)
    return FreeLeg(reference, _DIRECTIONS[direction], parse_amount(amount, CURRENCY), bool(red))  # type: ignore[arg-type]


def _lines(form: RuleForm, text: str) -> tuple[str, ...]:
    lines = tuple(line.strip() for line in text.strip().splitlines())
    for line in lines:
        _parts(form, line)
    return lines


def _parts(form: RuleForm, line: str) -> tuple[str, ...]:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise AccountingDataError(f"{form.rule}: `{line}` does not read `outlet direction code account amount`")
    return found.groups(default="")


def _line(leg: Leg | OffSheetLeg) -> str:
    red = "红" if leg.red else ""
    automatic = " 自动" if isinstance(leg, Leg) and leg.automatic else ""
    amount = format_amount(leg.amount_minor, CURRENCY)
    return f"{leg.outlet} {SIGNS[leg.direction]}{red} {leg.business_code} {leg.account} {amount}{automatic}"
