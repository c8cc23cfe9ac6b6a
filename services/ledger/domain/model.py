"""The nouns of the posting core: subjects and business codes, rules, facts, and the posting set 套账 a fact becomes.

Legs are named tuples, not dataclasses: they are the one thing made by the ten thousand a second, and go into the journal as rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Literal, NamedTuple
from uuid import UUID

from kernel.text import Text

Direction = Literal["debit", "credit"]
OffSheetDirection = Literal["receive", "pay"]

CASH_IN_HAND = "101"
"""Business code of 库存现金: vaults and cash boxes."""
BLANK_VOUCHERS = "702"
"""Business code of 重要空白凭证: the controlled vouchers an outlet holds."""
CHANNELS = ("416", "417", "418", "419", "420")
"""The inter-branch sub-accounts 汇差分户: settlement, deposits and withdrawals, within the system, exchange, national (IB 2916)."""
FIRST_SUFFIX = "00001"
"""The suffix of an internal account that is the only one of its business code in its outlet."""
CASH_NUMBER = "cash"
"""The account number that stands for the cash box of the fact."""


class SubjectClass(Enum):
    """What a subject is in the balance sheet or the profit and loss account; `common` 共同类 may stand on either side."""

    ASSET = "asset"
    LIABILITY = "liability"
    COMMON = "common"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"
    OFF_SHEET = "off_sheet"


class Guard(Enum):
    """The side an account's balance may never leave."""

    NONE = "none"
    DEBIT_ONLY = "debit_only"
    CREDIT_ONLY = "credit_only"


class CodeKind(Enum):
    """Who stands behind the accounts of a business code: a customer, or the bank itself."""

    CUSTOMER = "customer"
    INTERNAL = "internal"


class FreeLegs(Enum):
    """Whether a rule takes legs named by a person, and of which sheet."""

    NONE = "none"
    ON_SHEET = "on_sheet"
    OFF_SHEET = "off_sheet"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject 科目 of the chart: 3, 5 or 7 digits; a longer one rolls up to the one two digits shorter."""

    code: str
    name: Text
    subject_class: SubjectClass
    side: Direction
    effective: date
    source: str

    @property
    def parent_code(self) -> str | None:
        return self.code[:-2] if len(self.code) > 3 else None


@dataclass(frozen=True, slots=True)
class BusinessCode:
    """A business code 业务代码 and the subject its accounts belong to from a date on (IB 301-303, 553-575).

    `owner` is the service that keeps the balances of its customers' accounts; `suffixes` names the internal accounts whose suffix the
    whole bank has agreed on (IB 680).
    """

    code: str
    name: Text
    subject: str
    owner: str
    kind: CodeKind
    guard: Guard
    outlet_may_open: bool
    off_sheet: bool
    effective: date
    source: str
    suffixes: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose books an entry stands in: those of a role's account, of an outlet a reference names, a fixed outlet, else the counter's."""

    role: str | None = None
    reference: str | None = None
    outlet: str | None = None


COUNTER = Place()


@dataclass(frozen=True, slots=True)
class SuffixPattern:
    """The suffix of an internal account: fixed digits, then the value of a reference (or the cash box) where one is named."""

    digits: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One line of a rule: direction, the account (a role of the fact, or a business code somewhere), the name of its amount.

    A `signed` entry changes sides when its amount is negative; a `red` one is red in a blue set; an `optional` one falls away when the
    fact does not name its amount.
    """

    direction: Direction | OffSheetDirection
    amount: str
    role: str | None = None
    business_code: str | None = None
    label: str = ""
    place: Place = COUNTER
    suffix: SuffixPattern = SuffixPattern(FIRST_SUFFIX)
    signed: bool = False
    red: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A posting rule in force from a date on: what a named fact becomes. Without a channel its sets keep to one outlet."""

    name: str
    version: int
    title: Text
    source: str
    effective: date
    entries: tuple[RuleEntry, ...] = ()
    off_sheet: tuple[RuleEntry, ...] = ()
    channel: str | None = None
    reversible: bool = True
    red_only: bool = False
    free_legs: FreeLegs = FreeLegs.NONE
    amounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AccountReference:
    """An account of a fact. An internal account says outlet and business code by its number; `cash` is the cash box of the fact."""

    number: str
    outlet: str = ""
    business_code: str = ""


@dataclass(frozen=True, slots=True)
class FreeLeg:
    """A leg named by a person. On an off-sheet account debit means received 收, credit paid 付."""

    account: AccountReference
    direction: Direction
    amount_minor: int
    red: bool = False
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A business event as the ledger hears it. `contracts.ledger.PostingRequested` has the same fields and may stand in for it.

    `red` reverses: the same fact again, every leg in red; `references["rule_version"]` then names the version that made the original.
    """

    rule: str
    posting_id: UUID
    business_date: date
    currency: str
    outlet: str
    accounts: Mapping[str, AccountReference] = field(default_factory=dict)
    amounts_minor: Mapping[str, int] = field(default_factory=dict)
    legs: tuple[FreeLeg, ...] = ()
    cash_box: str | None = None
    channel: str | None = None
    voucher_sheets: int = 0
    summary: str = ""
    red: bool = False
    references: Mapping[str, str] = field(default_factory=dict)


class Leg(NamedTuple):
    """One side of a set in the books of one outlet.

    A `red` leg 红字 counts negative on its own side. `cash`: its books touch cash in this set (现金, else 转账).
    `automatic`: added by the posting core to bridge outlets.
    """

    outlet: str
    account: str
    business_code: str
    subject: str
    direction: Direction
    amount_minor: int
    red: bool
    cash: bool
    automatic: bool
    summary: str


class OffSheetLeg(NamedTuple):
    """A single-sided entry 表外: received 收 or paid 付. Vouchers are carried in the local currency whatever the set's is."""

    outlet: str
    account: str
    business_code: str
    subject: str
    direction: OffSheetDirection
    amount_minor: int
    red: bool
    summary: str
    currency: str


class PostingSet(NamedTuple):
    """套账: one event in one currency, posted whole or not at all; balanced in every outlet it touches."""

    posting_id: UUID
    rule: str
    rule_version: int
    business_date: date
    currency: str
    legs: tuple[Leg, ...]
    off_sheet: tuple[OffSheetLeg, ...]
