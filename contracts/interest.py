"""Interest asked for without an account: tellers quote, students check (front-door.md)."""

from __future__ import annotations

from datetime import date as Date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from kernel.text import Text

QuotedProduct = Literal["demand", "time", "optional", "instalment", "interest_drawing", "notice", "education"]


class QuotedMovement(BaseModel):
    """Money that comes (positive) or goes (negative) on a day; the first one opens the deposit."""

    model_config = ConfigDict(extra="forbid")

    on: Date
    amount: str = Field(max_length=30)


class QuotedNotice(BaseModel):
    """Notice given on a day for a withdrawal of an amount on another."""

    model_config = ConfigDict(extra="forbid")

    given_on: Date
    for_on: Date
    amount: str = Field(max_length=30)


class QuotedAgreement(BaseModel):
    """What a corporate current account agrees on when it opens: the base, and the rate above it (without one, the posted rate)."""

    model_config = ConfigDict(extra="forbid")

    base: str = Field(max_length=30)
    rate: str | None = Field(None, pattern=r"^[0-9]{1,2}(\.[0-9]{1,6})?$")


class QuoteRequest(BaseModel):
    """A deposit's life: what it is, when it opens and closes, what comes and goes in between."""

    model_config = ConfigDict(extra="forbid")

    product: QuotedProduct
    customer_kind: Literal["personal", "corporate"] = "personal"
    currency: str = Field("CNY", max_length=3)
    term: str | None = Field(None, max_length=3)
    opened_on: Date
    closed_on: Date
    movements: list[QuotedMovement] = Field(min_length=1, max_length=2000)
    school_certificate: bool = False
    notice: QuotedNotice | None = None
    auto_renew: bool = False
    agreement: QuotedAgreement | None = None


class QuotedSegment(BaseModel):
    """Interest over [from, to) at one rate and one tax rate; rates in percent, interest in major units to three decimals, its tax to
    five, as it enters the sum. `products` are those of the whole segment, amount x days, also where a change of tax divides it; a whole
    month weighs 30 days. `rule` says how the segment was counted, `rule_source` where that stands."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Date = Field(alias="from")
    to: Date
    days: int
    principal: str
    products: str
    rate: str
    rate_source: str
    interest: str
    tax_rate: str
    tax: str
    rule: Text
    rule_source: str


class Quote(BaseModel):
    """What is paid out at the closing: the principal left, and the interest and tax of the whole life; `net` is interest less tax."""

    principal: str
    interest: str
    tax: str
    net: str
    segments: list[QuotedSegment]
    rule: str
