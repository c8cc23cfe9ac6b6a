"""The accounting knowledge of the bank as one immutable value, asked by date."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Protocol, TypeVar

from services.ledger.domain.errors import (
    BUSINESS_CODE_UNKNOWN,
    RULE_UNKNOWN,
    SUBJECT_UNKNOWN,
)
from services.ledger.domain.model import BusinessCode, Rule, Subject


class _Dated(Protocol):
    @property
    def effective(self) -> date: ...


Value = TypeVar("Value", bound=_Dated)


def _timelines(values: Iterable[Value], key: Callable[[Value], str]) -> dict[str, tuple[Value, ...]]:
    """The values of each key, newest first."""
    grouped: dict[str, list[Value]] = {}
    for value in values:
        grouped.setdefault(key(value), []).append(value)
    return {name: tuple(sorted(found, key=lambda value: value.effective, reverse=True)) for name, found in grouped.items()}


def _in_force(timeline: tuple[Value, ...], on: date) -> Value | None:
    for value in timeline:
        if value.effective <= on:
            return value
    return None


DATES_REMEMBERED = 64


class Rulebook:
    """Subjects, business codes and rules with all their dated versions. What was in force on a past date stays so."""

    def __init__(self, subjects: Iterable[Subject], business_codes: Iterable[BusinessCode], rules: Iterable[Rule]) -> None:
        self._subjects = _timelines(subjects, lambda subject: subject.code)
        self._codes = _timelines(business_codes, lambda code: code.code)
        self._rules = _timelines(rules, lambda rule: rule.name)
        self._remembered: dict[date, tuple[dict[str, Rule], dict[str, BusinessCode]]] = {}

    def rule(self, name: str, on: date, version: int | None = None) -> Rule:
        """The rule in force on a date, or one version of it whatever the date. Raises `ledger.rule.unknown`."""
        if version is None:
            found = self._on(on)[0].get(name)
        else:
            found = next((rule for rule in self._rules.get(name, ()) if rule.version == version), None)
        if found is None:
            raise RULE_UNKNOWN(field="rule", rule=name, on=on)
        return found

    def business_code(self, code: str, on: date) -> BusinessCode:
        """The business code as it stands on a date. Raises `ledger.business_code.unknown`."""
        found = self._on(on)[1].get(code)
        if found is None:
            raise BUSINESS_CODE_UNKNOWN(field="business_code", business_code=code, on=on)
        return found

    def _on(self, day: date) -> tuple[dict[str, Rule], dict[str, BusinessCode]]:
        """The rules and business codes in force on a date, remembered: every posting asks for several."""
        found = self._remembered.get(day)
        if found is None:
            if len(self._remembered) >= DATES_REMEMBERED:
                self._remembered.clear()
            rules = {rule.name: rule for rule in self.rules(day)}
            found = self._remembered[day] = (rules, {code.code: code for code in self.business_codes(day)})
        return found

    def subject(self, code: str, on: date) -> Subject:
        """The subject as it stands on a date. Raises `ledger.subject.unknown`."""
        found = _in_force(self._subjects.get(code, ()), on)
        if found is None:
            raise SUBJECT_UNKNOWN(field="subject", subject=code, on=on)
        return found

    def roll_up(self, code: str, on: date) -> tuple[Subject, ...]:
        """A subject and those it rolls up to, itself first: 40701, 407. Raises `ledger.subject.unknown`."""
        chain: list[Subject] = []
        next_code: str | None = code
        while next_code is not None:
            chain.append(self.subject(next_code, on))
            next_code = chain[-1].parent_code
        return tuple(chain)

    def subjects(self, on: date) -> list[Subject]:
        """Every subject in force on a date, by code."""
        return _all_in_force(self._subjects, on)

    def business_codes(self, on: date) -> list[BusinessCode]:
        """Every business code in force on a date, by code."""
        return _all_in_force(self._codes, on)

    def rules(self, on: date) -> list[Rule]:
        """Every rule in force on a date, by name."""
        return _all_in_force(self._rules, on)

    def all_subjects(self) -> list[Subject]:
        """Every subject with all its dated lines, by code, newest first."""
        return [subject for code in sorted(self._subjects) for subject in self._subjects[code]]

    def all_business_codes(self) -> list[BusinessCode]:
        """Every business code with all its dated lines, by code, newest first."""
        return [line for code in sorted(self._codes) for line in self._codes[code]]

    def versions(self, name: str) -> tuple[Rule, ...]:
        """All versions of a rule, newest first; empty when the name is unknown."""
        return self._rules.get(name, ())


def _all_in_force(timelines: dict[str, tuple[Value, ...]], on: date) -> list[Value]:
    found = (_in_force(timelines[key], on) for key in sorted(timelines))
    return [value for value in found if value is not None]
