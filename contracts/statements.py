"""Statements 账单 of the bank-enterprise reconciliation 银企对账, as the portal shows them and takes replies (ER 20-60).

Amounts are decimal strings in major units of the statement's currency. Balances are what the company has: credit in the bank's books is
positive. Every change names the `version` of the statement that was seen; sending it again with the same content changes nothing more.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

StatementKind = Literal["balance", "detail"]
State = Literal[
    "unhandled",
    "fetched",
    "waiting_approval",
    "refused",
    "agreed",
    "investigating",
    "answered",
    "replied_again",
    "closed",
]
Act = Literal["fetch", "reply", "reply_again", "recall", "approve", "refuse", "answer", "close"]
Result = Literal["agreed", "disagreed_to_be_checked", "disagreed_adjusted", "distorted"]
ItemKind = Literal["bank_received", "bank_paid", "company_received", "company_paid"]
"""银行已收单位未收 · 银行已付单位未付 · 单位已收银行未收 · 单位已付银行未付."""
Satisfaction = Literal["satisfied", "acceptable", "dissatisfied"]

StatementNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")]
OperatorNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
Amount = Annotated[str, StringConstraints(min_length=1, max_length=24)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+() -]{5,30}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

MOST_ITEMS = 500
"""Items of one adjustment sheet."""
Day = date
"""The type of date fields; a field of that very name may then be called `date`."""


class Said(BaseModel):
    """What answers say."""

    model_config = ConfigDict(frozen=True)


class Asked(BaseModel):
    """What callers send: nothing else than the fields there are."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StatementHead(Said):
    """A statement as a list shows it. `acts` is what the asking operator can do to it now, `results` what his reply may say."""

    number: str
    kind: StatementKind
    account: str
    customer_number: str
    name: str
    outlet: str
    currency: str
    date_from: date
    date_to: date
    opening_balance: str
    closing_balance: str
    debit_total: str
    debit_count: int
    credit_total: str
    credit_count: int
    lines: int
    made_on: date
    due_on: date
    overdue: bool
    state: State
    round: int
    version: int
    result: Result | None = None
    returned_on: date | None = None
    acts: list[Act] = Field(default_factory=list)
    results: list[Result] = Field(default_factory=list)


class StatementLine(Said):
    """One entry of the account in the bank's books, in the order it was posted; a red one has a negative amount. Debit is what the bank
    paid out, credit what it received for the company."""

    line: int
    business_date: date
    transaction_number: str
    direction: Literal["debit", "credit"]
    amount: str
    balance_after: str
    counter_outlet: str
    voucher_type: str | None = None
    voucher_number: str | None = None
    summary: str = ""


class StatementLines(Said):
    """A page of the lines; `next` is the line after which the following page begins."""

    rows: list[StatementLine]
    next: int | None = None


class AdjustmentItem(Asked):
    """未达账项: what one side has booked and the other not yet. `line` is the statement's line if it is one of the bank's (detail
    statements)."""

    kind: ItemKind
    amount: Amount
    date: Day | None = None
    summary: Line | None = None
    line: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class AdjustmentSheet(Asked):
    """未达账务调节表 as the clerk fills it in: the balance in the company's own book, and the items."""

    company_balance: Amount
    items: Annotated[list[AdjustmentItem], Field(max_length=MOST_ITEMS)] = []


class WorkedSheet(Said):
    """The sheet added up: company book + `bank_received` - `bank_paid` on one side, bank statement + `company_received` - `company_paid` on
    the other, and what is between them."""

    company_balance: str
    bank_balance: str
    bank_received: str
    bank_paid: str
    company_received: str
    company_paid: str
    company_adjusted: str
    bank_adjusted: str
    difference: str
    balances: bool
    items: list[AdjustmentItem]


class Decision(Said):
    """What became of a reply: approved or refused by the supervisor, or recalled by the clerk."""

    decision: Literal["approved", "refused", "recalled"]
    by: str
    by_name: str
    reason: str | None = None
    made_at: datetime


class Reply(Said):
    """对账回复. `digest` is over everything the supervisor sees of it; who decides names it."""

    reply: int
    round: int
    result: Result
    contact_name: str
    contact_phone: str
    clerk: str
    clerk_name: str
    supervisor: str
    supervisor_name: str
    sheet: WorkedSheet | None = None
    satisfaction: Satisfaction | None = None
    opinion: str | None = None
    digest: str
    made_at: datetime
    decision: Decision | None = None


class Step(Said):
    """One step of the track 状态跟踪: what was done, by which side and whom, and where the statement stood then."""

    step: int
    act: str
    side: Literal["clerk", "supervisor", "bank"]
    by: str
    by_name: str
    state: State
    note: str | None = None
    business_date: date
    made_at: datetime


class Statement(StatementHead):
    """A whole statement but for its lines: `replies` oldest first, `answer` the bank's last one, `draft` the clerk's unsent sheet."""

    replies: list[Reply] = Field(default_factory=list)
    answer: str | None = None
    draft: AdjustmentSheet | None = None
    track: list[Step] = Field(default_factory=list)


class StatementList(Said):
    """A page of statements, the newest first; `next` is the cursor of the following one."""

    rows: list[StatementHead]
    next: str | None = None


class SupervisorChoice(Said):
    """客户授权员: somebody the clerk may choose to decide on his reply."""

    operator: str
    name: str


class SupervisorChoices(Said):
    """Everybody who may be chosen."""

    rows: list[SupervisorChoice]


class ReplyAsked(Asked):
    """A clerk's reply. From the second round on `satisfaction` is asked for and `opinion` may be said."""

    version: int
    result: Result
    contact_name: Line
    contact_phone: Phone
    supervisor: OperatorNumber
    sheet: AdjustmentSheet | None = None
    satisfaction: Satisfaction | None = None
    opinion: Note | None = None


class DecisionAsked(Asked):
    """A supervisor's decision on the reply he sees; a refusal says why."""

    version: int
    reply: int
    digest: Digest
    reason: Note | None = None


class RecallAsked(Asked):
    """The clerk takes his reply back while nobody has decided on it."""

    version: int


class Reminder(Said):
    """A statement that waits for the company shortly before its due date, or after it."""

    number: str
    account: str
    kind: StatementKind
    date_to: date
    due_on: date
    reminder: Literal["before_due", "overdue"]
    made_on: date


class Reminders(Said):
    """The reminders of statements that still wait, the newest first, at most so many as fit on a page."""

    rows: list[Reminder]
    more: bool = False
