"""The life of a deposit as far as interest goes: the question every product answers, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kernel.calendar import DATES_REVERSED, add_term
from kernel.numbers import Term
from services.savings.domain.deposit_agreements import DepositAgreement
from services.savings.domain.interest import InterestStatement
from services.savings.domain.life.refusals import MOVEMENTS_UNORDERED, OPENING_WRONG, TERM_NOT_WANTED, TERM_REQUIRED, TERM_WRONG
from services.savings.domain.parameters import SavingsParameters
from services.savings.domain.products import OfferedTerms, Product


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that came (positive) or went (negative) on a day, in minor units."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Notice:
    """取款通知: given on a day, for a withdrawal of an amount on another day (IB 1237)."""

    given_on: date
    for_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Deposit:
    """One deposit from its first movement, which opens it, to its closing; the closing pays out what is left.

    `certificate` is the school's for education savings, `renews` the agreement to renew at maturity 自动转存, `agreements` the bases of an
    agreement deposit 协议存款.
    """

    product: Product
    currency: str
    opened_on: date
    closed_on: date
    movements: tuple[Movement, ...]
    term: Term | None = None
    certificate: bool = False
    notices: tuple[Notice, ...] = ()
    renews: bool = False
    agreements: tuple[DepositAgreement, ...] = ()

    def __post_init__(self) -> None:
        """Raises `date.reversed`, `quote.opening_wrong`, `quote.movements_unordered`."""
        if self.closed_on < self.opened_on:
            raise DATES_REVERSED(field="closed_on", first=self.opened_on.isoformat(), end=self.closed_on.isoformat())
        if not self.movements or self.movements[0].on != self.opened_on or self.movements[0].amount_minor <= 0:
            raise OPENING_WRONG(field="movements.0")
        days = [movement.on for movement in self.movements]
        if days != sorted(days) or days[-1] > self.closed_on:
            raise MOVEMENTS_UNORDERED(field="movements")

    @property
    def opening_minor(self) -> int:
        return self.movements[0].amount_minor

    @property
    def later(self) -> tuple[Movement, ...]:
        """The movements after the opening."""
        return self.movements[1:]

    @property
    def agreed_term(self) -> Term:
        """The term, which the product is offered for. Raises `term.required`, `term.not_offered`, `term.not_wanted`."""
        return offered_term(self.product, self.term)

    def matures_on(self) -> date:
        """到期日. Raises as `agreed_term`."""
        return add_term(self.opened_on, self.agreed_term)


def offered_term(product: Product, term: Term | None) -> Term:
    """The term itself if the product is offered for it. Raises `term.required`, `term.not_offered`, `term.not_wanted`."""
    if not isinstance(product.term, OfferedTerms):
        raise TERM_NOT_WANTED(field="term", product=product.name.zh)
    if term is None:
        raise TERM_REQUIRED(field="term")
    if term.code not in product.term.codes:
        raise TERM_WRONG(field="term", product=product.name.zh, term=term.code)
    return term


@dataclass(frozen=True, slots=True)
class Life:
    """What a deposit earned: a statement for every time interest was paid, and what was left to pay out at the closing, interest apart.

    `capitalised_minor` is interest, less tax, that was added to the principal on the way (settlement days, renewals).
    """

    statements: tuple[InterestStatement, ...]
    principal_minor: int
    rule: str
    capitalised_minor: int = 0

    @property
    def interest_minor(self) -> int:
        return sum(statement.interest_minor for statement in self.statements)

    @property
    def tax_minor(self) -> int:
        return sum(statement.tax_minor for statement in self.statements)


@dataclass(frozen=True, slots=True)
class Question:
    """A deposit and the dated parameters it is looked at under."""

    deposit: Deposit
    parameters: SavingsParameters
