"""The shape of the YAML an accountant edits; a misspelt key or a missing value is refused with the place it stands at."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from kernel.text import Text
from services.ledger.domain.model import CodeKind, FreeLegs, Guard, SubjectClass

SubjectNumber = Annotated[str, Field(pattern=r"^(\d{3}|\d{5}|\d{7})$")]
CodeNumber = Annotated[str, Field(pattern=r"^\d{3}$")]
Outlet = Annotated[str, Field(pattern=r"^\d{4}$")]
Decimals = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$")]


class Form(BaseModel):
    """Closed: keys nobody reads are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(Form):
    """A name in both languages."""

    zh: str
    en: str

    @property
    def text(self) -> Text:
        return Text(self.zh, self.en)


class SubjectLine(Form):
    """One line of the chart of accounts."""

    code: SubjectNumber
    zh: str
    en: str
    subject_class: SubjectClass = Field(alias="class")
    side: Literal["debit", "credit"]
    source: str
    effective: date | None = None


class ChartForm(Form):
    """`chart_of_accounts.yaml`."""

    effective: date
    subjects: list[SubjectLine]


class CodeLine(Form):
    """One business code from one date on. `open` is left out for customers' and profit-and-loss codes, which outlets never open."""

    code: CodeNumber
    zh: str
    en: str
    subject: SubjectNumber
    owner: Literal["savings", "lending", "ledger"]
    guard: Guard = Guard.NONE
    open: bool = False
    source: str
    effective: date | None = None
    suffixes: dict[Annotated[str, Field(pattern=r"^\d{5}$")], Name] = Field(default_factory=dict)

    @property
    def kind(self) -> CodeKind:
        return CodeKind.INTERNAL if self.owner == "ledger" else CodeKind.CUSTOMER


class CodesForm(Form):
    """`business_codes.yaml`."""

    effective: date
    business_codes: list[CodeLine]


class EntryForm(Form):
    """One entry of a rule. Exactly one of the four directions says where the amount goes: `{role}` or `code name`."""

    debit: str | None = None
    credit: str | None = None
    receive: str | None = None
    pay: str | None = None
    amount: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    at: str | None = None
    suffix: Annotated[str, Field(pattern=r"^\d{0,5}(\{[a-z_]+\})?$")] | None = None
    signed: bool = False
    red: bool = False
    optional: bool = False

    @property
    def direction(self) -> Literal["debit", "credit", "receive", "pay"]:
        return next(name for name in ("debit", "credit", "receive", "pay") if getattr(self, name) is not None)

    @property
    def target(self) -> str:
        return getattr(self, self.direction)

    @model_validator(mode="after")
    def _one_direction(self) -> EntryForm:
        if sum(value is not None for value in (self.debit, self.credit, self.receive, self.pay)) != 1:
            raise ValueError("an entry has exactly one of debit, credit, receive, pay")
        return self


class AccountForm(Form):
    """An account of an example's fact."""

    number: str
    outlet: str = ""
    business_code: str = ""


class FactsForm(Form):
    """The fact of an example; amounts in yuan, legs as lines of the same form as the entries expected."""

    outlet: Outlet
    business_date: date | None = None
    cash_box: str | None = None
    accounts: dict[str, AccountForm] = Field(default_factory=dict)
    amounts: dict[str, Decimals] = Field(default_factory=dict)
    references: dict[str, str] = Field(default_factory=dict)
    legs: str = ""
    red: bool = False


class ExampleForm(Form):
    """A fact and, worked by hand, the entries it must give (CNY)."""

    facts: FactsForm
    entries: str


def _channel(value: object) -> object:
    return str(value) if isinstance(value, int) else value


class Also(Name):
    """A further rule with the same entries; `reversible` where it differs."""

    reversible: bool | None = None


class RuleForm(Form):
    """One posting rule from one date on; `also` names further rules with the same entries."""

    rule: str
    also: dict[str, Also] = Field(default_factory=dict)
    title: Name
    source: str
    effective: date
    version: int = Field(ge=1)
    channel: Annotated[Literal["416", "417", "418", "419", "420"] | None, BeforeValidator(_channel)] = None
    reversible: bool = True
    signed: bool = False
    red_only: bool = False
    free_legs: FreeLegs = FreeLegs.NONE
    entries: list[EntryForm] = Field(default_factory=list)
    off_sheet: list[EntryForm] = Field(default_factory=list)
    examples: list[ExampleForm] = Field(min_length=1)

    def may_reverse(self, name: str) -> bool:
        """Whether sets of the rule, or of one that shares its entries, may be reversed."""
        own = self.also[name].reversible if name in self.also else None
        return self.reversible if own is None else own


class RulesForm(Form):
    """A file of `posting_rules/`."""

    rules: list[RuleForm]
