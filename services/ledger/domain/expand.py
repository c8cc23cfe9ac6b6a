"""The posting core: one business fact in, one balanced posting set out. Pure; the rulebook is all it knows.

The legs of every outlet balance: what is missing in an outlet goes to the inter-branch sub-account of the rule's channel there
(416 科目的分录由电脑自动补记, IB 3005).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from kernel.errors import DomainError
from kernel.money import format_amount
from kernel.numbers import InternalAccount, internal_account, parse_internal
from kernel.vouchers import SHEET_CURRENCY, SHEET_MINOR
from services.ledger.domain import errors
from services.ledger.domain.model import (
    BLANK_VOUCHERS,
    CASH_IN_HAND,
    CASH_NUMBER,
    CHANNELS,
    FIRST_SUFFIX,
    AccountReference,
    BusinessCode,
    Direction,
    Fact,
    FreeLegs,
    Leg,
    OffSheetDirection,
    OffSheetLeg,
    PostingSet,
    Rule,
    RuleEntry,
)
from services.ledger.domain.rulebook import Rulebook

_OPPOSITE: Final[dict[str, Direction | OffSheetDirection]] = {"debit": "credit", "credit": "debit", "receive": "pay", "pay": "receive"}
_OFF_SHEET: Final = ("receive", "pay")
_OFF_SHEET_DIRECTION: Final[dict[str, OffSheetDirection]] = {"debit": "receive", "credit": "pay"}

# Numbers repeat endlessly (boxes, 416 sub-accounts, reserves), so taking them apart and building them is remembered.
_internal_account = lru_cache(maxsize=1 << 16)(internal_account)
_parse_internal = lru_cache(maxsize=1 << 16)(parse_internal)


_Draft = tuple[str, str, BusinessCode, str, int, bool, str]
"""A leg before it is known whether its books touch cash: outlet, account, code, direction, minor units, red, summary."""
_new = tuple.__new__
"""Makes a named tuple of its values in their order, in half the time its own constructor takes: legs are made by the ten thousand."""


def expand(rulebook: Rulebook, fact: Fact) -> PostingSet:
    """The posting set of a fact: its rule's entries, then per outlet the 416 leg that balances it.

    Entries of amount zero fall away. A red fact gives the set of the blue one with every leg turned red (a leg that was red turns blue).
    Raises `DomainError` with the codes of `services.ledger.domain.errors` and of malformed account numbers.
    """
    rule = _rule_of(rulebook, fact)
    _check_amounts(rule, fact)
    summary = fact.summary or rule.title.zh
    on_sheet = _drafts_of(rulebook, rule.entries, fact, summary)
    off_sheet = _drafts_of(rulebook, rule.off_sheet, fact, summary) if rule.off_sheet else []
    if fact.legs or rule.free_legs is not FreeLegs.NONE:
        _add_free_legs(rulebook, rule, fact, summary, on_sheet, off_sheet)
    paid = [_off_sheet_leg(draft, fact.red, fact.currency) for draft in off_sheet]
    if fact.voucher_sheets:
        paid.append(_voucher_leg(rulebook, fact, summary))
    if not on_sheet and not paid:
        raise errors.SET_EMPTY(field="amounts_minor")
    legs = _balanced(rulebook, rule, fact, on_sheet, summary)
    return _new(PostingSet, (fact.posting_id, rule.name, rule.version, fact.business_date, fact.currency, legs, tuple(paid)))


def _rule_of(rulebook: Rulebook, fact: Fact) -> Rule:
    version = fact.references.get("rule_version")
    if version is not None and not version.isdecimal():
        raise errors.REFERENCE_MALFORMED(field="references.rule_version", name="rule_version", value=version)
    rule = rulebook.rule(fact.rule, fact.business_date, None if version is None else int(version))
    if fact.red and not rule.reversible:
        raise errors.RULE_NOT_REVERSIBLE(field="rule", rule=rule.name)
    if rule.red_only and not fact.red:
        raise errors.RULE_RED_ONLY(field="red", rule=rule.name)
    return rule


def _check_amounts(rule: Rule, fact: Fact) -> None:
    for name in fact.amounts_minor:
        if name not in rule.amounts:
            raise errors.AMOUNT_UNEXPECTED(field=f"amounts_minor.{name}", rule=rule.name, name=name)


def _drafts_of(rulebook: Rulebook, entries: tuple[RuleEntry, ...], fact: Fact, summary: str) -> list[_Draft]:
    amounts, drafts = fact.amounts_minor, []
    for entry in entries:
        amount_minor = amounts.get(entry.amount)
        if amount_minor is None:
            if entry.optional:
                continue
            raise errors.AMOUNT_MISSING(field=f"amounts_minor.{entry.amount}", name=entry.amount)
        if amount_minor == 0:
            continue
        direction = entry.direction
        if amount_minor < 0:
            if not entry.signed:
                raise errors.AMOUNT_NEGATIVE(field=f"amounts_minor.{entry.amount}", name=entry.amount)
            amount_minor, direction = -amount_minor, _OPPOSITE[direction]
        if entry.role is not None:
            outlet, number, code = _account_of_role(rulebook, entry.role, fact)
        else:
            outlet = _outlet_of_place(rulebook, entry, fact)
            code = rulebook.business_code(entry.business_code or "", fact.business_date)
            number = _internal_account(outlet, fact.currency, code.code, _suffix(entry, fact))
        if code.off_sheet is not (direction in _OFF_SHEET):
            field = "rule" if entry.role is None else f"accounts.{entry.role}"
            raise errors.ACCOUNT_WRONG_SHEET(field=field, number=number, business_code=code.code)
        drafts.append((outlet, number, code, direction, amount_minor, entry.red, summary))
    return drafts


def _account_of_role(rulebook: Rulebook, role: str, fact: Fact) -> tuple[str, str, BusinessCode]:
    reference = fact.accounts.get(role)
    if reference is None:
        raise errors.ACCOUNT_MISSING(field=f"accounts.{role}", role=role)
    return _resolve(rulebook, reference, ("accounts", role), fact)


def _resolve(rulebook: Rulebook, reference: AccountReference, place: tuple[str, object], fact: Fact) -> tuple[str, str, BusinessCode]:
    """Outlet, number and business code of an account a fact names."""
    number, outlet, business_code = reference.number, reference.outlet, reference.business_code
    if number == CASH_NUMBER:
        outlet, business_code = fact.outlet, CASH_IN_HAND
        number = _internal_account(outlet, fact.currency, CASH_IN_HAND, _cash_box(fact))
    elif number[:1] == "9":
        parts = _parts_of(number, place)
        if outlet not in ("", parts.outlet) or business_code not in ("", parts.business_code):
            raise errors.ACCOUNT_MISMATCH(field=_field(place), number=number, outlet=outlet, business_code=business_code)
        if parts.currency != fact.currency:
            raise errors.CURRENCY_MISMATCH(field=_field(place), number=number, currency=fact.currency)
        outlet, business_code = parts.outlet, parts.business_code
    elif not outlet or not business_code:
        raise errors.ACCOUNT_INCOMPLETE(field=_field(place), number=number)
    code = rulebook.business_code(business_code, fact.business_date)
    if number[:1] != "9" and code.owner == "ledger":
        raise errors.ACCOUNT_MISMATCH(field=_field(place), number=number, outlet=outlet, business_code=business_code)
    return outlet, number, code


def _field(place: tuple[str, object]) -> str:
    """Where in the fact an account stands, written out only when it is refused."""
    kind, which = place
    return f"accounts.{which}" if kind == "accounts" else f"legs.{which}.account"


def _parts_of(number: str, place: tuple[str, object]) -> InternalAccount:
    try:
        return _parse_internal(number)
    except DomainError as error:
        raise error.type(field=_field(place), **error.values) from None


def _outlet_of_place(rulebook: Rulebook, entry: RuleEntry, fact: Fact) -> str:
    place = entry.place
    if place.role is not None:
        return _account_of_role(rulebook, place.role, fact)[0]
    if place.reference is not None:
        return _reference(fact, place.reference)
    return place.outlet or fact.outlet


def _suffix(entry: RuleEntry, fact: Fact) -> str:
    pattern = entry.suffix
    if pattern.reference is None:
        return pattern.digits
    if pattern.reference == "cash_box":
        return pattern.digits + _cash_box(fact)
    value = pattern.digits + _reference(fact, pattern.reference)
    if len(value) != len(FIRST_SUFFIX) or not value.isdecimal():
        raise errors.REFERENCE_MALFORMED(field=f"references.{pattern.reference}", name=pattern.reference, value=value)
    return value


def _cash_box(fact: Fact) -> str:
    if fact.cash_box is None:
        raise errors.CASH_BOX_MISSING(field="cash_box")
    return fact.cash_box


def _reference(fact: Fact, name: str) -> str:
    value = fact.references.get(name)
    if value is None:
        raise errors.REFERENCE_MISSING(field=f"references.{name}", name=name)
    return value


def _add_free_legs(rulebook: Rulebook, rule: Rule, fact: Fact, summary: str, on_sheet: list[_Draft], off_sheet: list[_Draft]) -> None:
    if rule.free_legs is FreeLegs.NONE:
        raise errors.LEGS_UNEXPECTED(field="legs", rule=rule.name)
    if not fact.legs:
        raise errors.LEGS_MISSING(field="legs", rule=rule.name)
    for position, leg in enumerate(fact.legs):
        field = f"legs.{position}"
        if leg.amount_minor <= 0:
            raise errors.LEG_AMOUNT(field=f"{field}.amount_minor")
        if leg.direction not in _OFF_SHEET_DIRECTION:
            raise errors.LEG_DIRECTION(field=f"{field}.direction", direction=leg.direction)
        outlet, number, code = _resolve(rulebook, leg.account, ("legs", position), fact)
        if rule.free_legs is (FreeLegs.ON_SHEET if code.off_sheet else FreeLegs.OFF_SHEET):
            raise errors.ACCOUNT_WRONG_SHEET(field=f"{field}.account", number=number, business_code=code.code)
        direction = _OFF_SHEET_DIRECTION[leg.direction] if code.off_sheet else leg.direction
        sheet = off_sheet if code.off_sheet else on_sheet
        sheet.append((outlet, number, code, direction, leg.amount_minor, leg.red, leg.summary or summary))


def _balanced(rulebook: Rulebook, rule: Rule, fact: Fact, drafts: list[_Draft], summary: str) -> tuple[Leg, ...]:
    """The legs book by book, each book closed by its 416 leg where its own legs leave a difference."""
    books: dict[str, list[_Draft]] = {}
    differences: dict[str, int] = {}
    with_cash: set[str] = set()
    total = 0
    for draft in drafts:
        outlet, _, code, direction, amount_minor, red, _ = draft
        if (direction == "debit") is red:
            amount_minor = -amount_minor
        total += amount_minor
        if outlet in books:
            books[outlet].append(draft)
            differences[outlet] += amount_minor
        else:
            books[outlet] = [draft]
            differences[outlet] = amount_minor
        if code.code == CASH_IN_HAND:
            with_cash.add(outlet)
    if total:
        raise errors.SET_UNBALANCED(field="legs" if fact.legs else "amounts_minor", difference=format_amount(total, fact.currency))
    legs: list[Leg] = []
    turned = fact.red
    for outlet, members in books.items():
        cash = outlet in with_cash
        for _, number, code, side, minor, red, words in members:
            legs.append(_new(Leg, (outlet, number, code.code, code.subject, side, minor, red is not turned, cash, False, words)))
        if differences[outlet]:
            legs.append(_bridge(rulebook, rule, fact, outlet, differences[outlet], cash, summary))
    return tuple(legs)


def _bridge(rulebook: Rulebook, rule: Rule, fact: Fact, outlet: str, difference: int, cash: bool, summary: str) -> Leg:
    """The leg that closes the books of an outlet on its 416 sub-account; red in a red set. `difference` is debit less credit."""
    channel = fact.channel or rule.channel
    if rule.channel is None or channel is None:
        raise errors.CHANNEL_MISSING(field="accounts", rule=rule.name, outlet=outlet)
    if channel not in CHANNELS:
        raise errors.CHANNEL_UNKNOWN(field="channel", channel=channel)
    subject = rulebook.business_code(channel, fact.business_date).subject
    account = _internal_account(outlet, fact.currency, channel, FIRST_SUFFIX)
    direction = "credit" if difference > 0 else "debit"
    return _new(Leg, (outlet, account, channel, subject, direction, abs(difference), fact.red, cash, True, summary))


def _off_sheet_leg(draft: _Draft, red: bool, currency: str) -> OffSheetLeg:
    outlet, account, code, direction, amount_minor, draft_red, summary = draft
    return OffSheetLeg(outlet, account, code.code, code.subject, direction, amount_minor, draft_red is not red, summary, currency)  # type: ignore[arg-type]


def _voucher_leg(rulebook: Rulebook, fact: Fact, summary: str) -> OffSheetLeg:
    """The vouchers that leave the counter outlet with a set, paid off-sheet at their value a sheet; those that come back are paid in
    red."""
    code = rulebook.business_code(BLANK_VOUCHERS, fact.business_date)
    account = _internal_account(fact.outlet, SHEET_CURRENCY, code.code, FIRST_SUFFIX)
    amount_minor = abs(fact.voucher_sheets) * SHEET_MINOR
    back = fact.voucher_sheets < 0
    return OffSheetLeg(fact.outlet, account, code.code, code.subject, "pay", amount_minor, back is not fact.red, summary, SHEET_CURRENCY)
