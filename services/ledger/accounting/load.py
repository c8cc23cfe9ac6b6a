"""Reads the accounting data of the bank into one `Rulebook` and refuses data that contradict themselves.

Every rule's examples are executed while loading: a rulebook that loads does what its examples say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from kernel.errors import DomainError
from kernel.text import Text
from services.ledger.accounting.examples import AccountingDataError, check_examples
from services.ledger.accounting.forms import ChartForm, CodeLine, CodesForm, EntryForm, Form, RuleForm, RulesForm, SubjectLine
from services.ledger.domain.model import (
    COUNTER,
    FIRST_SUFFIX,
    BusinessCode,
    CodeKind,
    Place,
    Rule,
    RuleEntry,
    Subject,
    SubjectClass,
    SuffixPattern,
)
from services.ledger.domain.rulebook import Rulebook

FOLDER = Path(__file__).parent
NEVER_OPENED = frozenset(
    ["122", "123", "124", "125", "126", "127", "128", "129", "130", "149"]
    + ["151", "152", "162", "201", "202", "205", "221", "235", "24302", "406"]
)
"""Subjects of which outlets open no internal accounts, and all of profit and loss besides (IB 2527-2529)."""
_PROFIT_AND_LOSS = (SubjectClass.INCOME, SubjectClass.EXPENSE)
_REFERENCE = re.compile(r"\{([a-z_]+)\}")
_SUFFIX = re.compile(r"(\d*)(?:\{([a-z_]+)\})?")

Shape = TypeVar("Shape", bound=Form)
Line = TypeVar("Line", Subject, BusinessCode)


@dataclass(frozen=True, slots=True)
class Accounting:
    """The accounting data as written: the chart, the business codes, the posting rules with their examples."""

    subjects: tuple[Subject, ...]
    business_codes: tuple[BusinessCode, ...]
    forms: tuple[RuleForm, ...]

    def changed(self, subjects: Iterable[Subject], business_codes: Iterable[BusinessCode]) -> Accounting:
        """The same with further dated lines; of two lines of one code from one date the later given stands."""
        return replace(
            self,
            subjects=_latest((*self.subjects, *subjects)),
            business_codes=_latest((*self.business_codes, *business_codes)),
        )

    def rulebook(self) -> Rulebook:
        """The data as they can be asked, unchecked."""
        return Rulebook(self.subjects, self.business_codes, [rule for form in self.forms for rule in _rules(form)])


@cache
def load_accounting() -> Accounting:
    """What the files say, read once per process. Raises `AccountingDataError` naming file, rule and reason."""
    return accounting_of(FOLDER)


@cache
def load_rulebook() -> Rulebook:
    """The rulebook the files make, checked, once per process; a running bank asks `services.ledger.rulebook`, which knows what has been
    changed since. Raises `AccountingDataError`."""
    return checked(load_accounting())


@cache
def load_rule_forms() -> tuple[tuple[str, tuple[RuleForm, ...]], ...]:
    """The posting rules as written, per file name, for documentation."""
    return tuple((path.stem, tuple(_read(path, RulesForm).rules)) for path in _rule_files(FOLDER))


def accounting_of(folder: Path) -> Accounting:
    """The data of a folder with chart_of_accounts.yaml, business_codes.yaml and posting_rules/*.yaml. Raises `AccountingDataError`."""
    chart, codes = _read(folder / "chart_of_accounts.yaml", ChartForm), _read(folder / "business_codes.yaml", CodesForm)
    return Accounting(
        subjects=tuple(subject_of(line, chart.effective) for line in chart.subjects),
        business_codes=tuple(business_code_of(line, codes.effective) for line in codes.business_codes),
        forms=tuple(form for path in _rule_files(folder) for form in _read(path, RulesForm).rules),
    )


def rulebook_of(folder: Path) -> Rulebook:
    """The checked rulebook of a folder. Raises `AccountingDataError`."""
    return checked(accounting_of(folder))


def checked(accounting: Accounting) -> Rulebook:
    """The rulebook of data that do not contradict themselves. Raises `AccountingDataError` that says what does."""
    subjects, codes, forms = accounting.subjects, accounting.business_codes, accounting.forms
    rulebook = accounting.rulebook()
    rules = [rule for form in forms for rule in _rules(form)]
    _check_unique("subject", ((subject.code, subject.effective) for subject in subjects))
    _check_unique("business code", ((code.code, code.effective) for code in codes))
    _check_unique("rule", ((rule.name, rule.effective) for rule in rules))
    _check_unique("rule version", ((rule.name, rule.version) for rule in rules))
    for subject in subjects:
        with _blaming(f"subject {subject.code}"):
            _check_subject(rulebook, subject)
    for code in codes:
        with _blaming(f"business code {code.code}"):
            _check_code(rulebook, code)
    for form in forms:
        with _blaming(form.rule):
            _check_labels(rulebook, form)
            check_examples(rulebook, form)
    return rulebook


def check_examples_on(accounting: Accounting, day: date) -> None:
    """Whether every rule that will be in force on a date still does then what its examples say. Raises `AccountingDataError`."""
    rulebook = accounting.rulebook()
    for form in accounting.forms:
        with _blaming(form.rule):
            if form.effective <= day and rulebook.rule(form.rule, day).version == form.version:
                check_examples(rulebook, form, day)


def _latest(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple({(line.code, line.effective): line for line in lines}.values())


@contextmanager
def _blaming(place: str) -> Iterator[None]:
    """Says which line of the data a refusal of the domain comes from."""
    try:
        yield
    except DomainError as error:
        raise AccountingDataError(f"{place}: {error}") from error


def _rule_files(folder: Path) -> list[Path]:
    return sorted((folder / "posting_rules").glob("*.yaml"))


def _read(path: Path, form: type[Shape]) -> Shape:
    try:
        return form.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValidationError) as error:
        raise AccountingDataError(f"{path.name}: {error}") from error


def subject_of(line: SubjectLine, effective: date) -> Subject:
    """The subject of a line of the chart; `effective` unless the line names its own date."""
    return Subject(line.code, Text(line.zh, line.en), line.subject_class, line.side, line.effective or effective, line.source)


def business_code_of(line: CodeLine, effective: date) -> BusinessCode:
    """The business code of a line; `effective` unless the line names its own date."""
    return BusinessCode(
        code=line.code,
        name=Text(line.zh, line.en),
        subject=line.subject,
        owner=line.owner,
        kind=line.kind,
        guard=line.guard,
        outlet_may_open=line.open,
        off_sheet=line.subject.startswith("7"),
        effective=line.effective or effective,
        source=line.source,
        suffixes={suffix: name.text for suffix, name in line.suffixes.items()},
    )


def _rules(form: RuleForm) -> list[Rule]:
    """The rule of a form and those that share its entries."""
    entries = tuple(_entry(form, entry) for entry in form.entries)
    off_sheet = tuple(_entry(form, entry) for entry in form.off_sheet)
    return [
        Rule(
            name=name,
            version=form.version,
            title=title.text,
            source=form.source,
            effective=form.effective,
            entries=entries,
            off_sheet=off_sheet,
            channel=form.channel,
            reversible=form.may_reverse(name),
            red_only=form.red_only,
            free_legs=form.free_legs,
            amounts=frozenset(entry.amount for entry in (*entries, *off_sheet)),
        )
        for name, title in ((form.rule, form.title), *form.also.items())
    ]


def _entry(form: RuleForm, entry: EntryForm) -> RuleEntry:
    role = _REFERENCE.fullmatch(entry.target)
    code, _, label = entry.target.partition(" ")
    if role is None and not (re.fullmatch(r"\d{3}", code) and label):
        raise AccountingDataError(f"{form.rule}: `{entry.target}` is neither {{role}} nor `code name`")
    if role is not None and (entry.at or entry.suffix):
        raise AccountingDataError(f"{form.rule}: the account of {entry.target} is whole, it takes no `at` and no `suffix`")
    suffix = _SUFFIX.fullmatch(entry.suffix or FIRST_SUFFIX)
    assert suffix is not None, "the form allows no other suffix"
    if suffix[2] is None and len(suffix[1]) != len(FIRST_SUFFIX):
        raise AccountingDataError(f"{form.rule}: suffix {entry.suffix} has not five digits")
    return RuleEntry(
        direction=entry.direction,
        amount=entry.amount,
        role=role[1] if role else None,
        business_code=None if role else code,
        label=label,
        place=_place(entry.at),
        suffix=SuffixPattern(suffix[1], suffix[2]),
        signed=entry.signed or form.signed,
        red=entry.red,
        optional=entry.optional,
    )


def _place(at: str | None) -> Place:
    if at is None:
        return COUNTER
    if reference := _REFERENCE.fullmatch(at):
        return Place(reference=reference[1])
    return Place(outlet=at) if at.isdecimal() else Place(role=at)


def _check_unique(what: str, keys: Iterable[tuple[object, ...]]) -> None:
    seen: set[tuple[object, ...]] = set()
    for key in keys:
        if key in seen:
            raise AccountingDataError(f"{what} {key[0]} stands twice with {key[1]}")
        seen.add(key)


def _check_subject(rulebook: Rulebook, subject: Subject) -> None:
    if subject.code.startswith("7") is not (subject.subject_class is SubjectClass.OFF_SHEET):
        raise AccountingDataError(f"subject {subject.code}: those off the balance sheet begin with 7, and no others")
    parents = rulebook.roll_up(subject.code, subject.effective)[1:]
    if any(parent.subject_class is not subject.subject_class for parent in parents):
        raise AccountingDataError(f"subject {subject.code} is of another class than the one it rolls up to")


def _check_code(rulebook: Rulebook, code: BusinessCode) -> None:
    chain = rulebook.roll_up(code.subject, code.effective)
    forbidden = chain[0].subject_class in _PROFIT_AND_LOSS or any(subject.code in NEVER_OPENED for subject in chain)
    if code.outlet_may_open and (code.kind is CodeKind.CUSTOMER or forbidden):
        raise AccountingDataError(f"business code {code.code}: outlets open no accounts of subject {code.subject} (IB 2527)")


def _check_labels(rulebook: Rulebook, form: RuleForm) -> None:
    """The name beside a code is for the reader, so it must be the code's own name or that of the agreed account."""
    for entry in (*form.entries, *form.off_sheet):
        if entry.target.startswith("{"):
            continue
        number, _, label = entry.target.partition(" ")
        code = rulebook.business_code(number, form.effective)
        account = code.suffixes.get(entry.suffix or FIRST_SUFFIX)
        if label not in (code.name.zh, account.zh if account else None):
            raise AccountingDataError(f"{form.rule}: business code {number} is called {code.name.zh}, not {label}")
