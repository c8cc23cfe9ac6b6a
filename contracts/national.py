"""National inter-bank business 电子联行 between clearing and the central bank's front end, its peer (IB 2398-2466, decision 0015).

Both sides number what they send by date, from 1 without a gap, and may say anything twice: the date and the number are the identity of an
item, not the message. Amounts are minor units of CNY.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.message import Message

BankNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
AccountText = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,32}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
Remark = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
Sequence = Annotated[int, Field(ge=1, le=99_999_999)]
PaymentKind = Literal["transfer", "collection", "acceptance", "return"]


class ItemReference(BaseModel):
    """An item that was sent before: its date and number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    business_date: date
    sequence: Sequence


class NationalPayment(BaseModel):
    """What an item says: who pays whom how much, over which banks. A `return` 退汇 names the item whose money it brings back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: PaymentKind
    sending_bank: BankNumber
    receiving_bank: BankNumber
    payer_account: AccountText
    payer_name: Line
    payee_account: AccountText
    payee_name: Line
    amount_minor: int = Field(gt=0, le=10**15)
    purpose: Remark = ""
    returns: ItemReference | None = None


class NationalSignedOn(Message):
    """The bank is there for business of a date, and has heard of inward numbers of it up to `inward_heard`."""

    NAME: ClassVar[str] = "clearing.national_signed_on.v1"

    business_date: date
    inward_heard: int = Field(ge=0)


class NationalOutward(Message):
    """An outward item 往帐, checked and authorised, on its way to another bank."""

    NAME: ClassVar[str] = "clearing.national_outward.v1"

    business_date: date
    sequence: Sequence
    payment: NationalPayment


class NationalRepeatAsked(Message):
    """Inward numbers of a date that have not arrived and shall be sent again."""

    NAME: ClassVar[str] = "clearing.national_repeat_asked.v1"

    business_date: date
    sequences: tuple[Sequence, ...] = Field(min_length=1, max_length=500)


class NationalOpened(Message):
    """The front end is open for business of a date, and has sent inward numbers of it up to `inward_sent`."""

    NAME: ClassVar[str] = "peer.national_opened.v1"

    business_date: date
    inward_sent: int = Field(ge=0)


class NationalInward(Message):
    """An inward item 来帐: money from another bank, by the date and number of the front end."""

    NAME: ClassVar[str] = "peer.national_inward.v1"

    business_date: date
    sequence: Sequence
    payment: NationalPayment


class NationalAnswered(Message):
    """What became of an outward item: the front end has `taken` it over, the other side has `confirmed` or `rejected` it, and why."""

    NAME: ClassVar[str] = "peer.national_answered.v1"

    business_date: date
    sequence: Sequence
    outcome: Literal["taken", "confirmed", "rejected"]
    reason: Remark = ""


TO_PEER: tuple[type[Message], ...] = (NationalSignedOn, NationalOutward, NationalRepeatAsked)
FROM_PEER: tuple[type[Message], ...] = (NationalOpened, NationalInward, NationalAnswered)
