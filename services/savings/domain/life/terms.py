"""The terms 存期 each product is offered for."""

from __future__ import annotations

from kernel.numbers import Term, parse_term
from services.savings.domain.life.deposit import Deposit
from services.savings.domain.life.refusals import TERM_REQUIRED, TERM_WRONG

TERMS: dict[str, tuple[str, ...]] = {
    "time": ("203", "206", "301", "302", "303", "305"),
    "instalment": ("301", "303", "305"),
    "interest_drawing": ("301", "303", "305"),
    "notice": ("101", "107"),
    "education": ("301", "303", "306"),
}
"""domain.md section 9. Eight years (308) are not offered any more: no table since 1996 has a rate for them."""


def term_of(product: str, deposit: Deposit) -> Term:
    """The term of a deposit. Raises `term.required`, `term.not_offered`."""
    if deposit.term is None:
        raise TERM_REQUIRED(field="term")
    if deposit.term.code not in TERMS[product]:
        raise TERM_WRONG(field="term", product=product, term=deposit.term.code)
    return deposit.term


def offered(product: str) -> tuple[Term, ...]:
    """The terms a product is offered for; none for products without a term."""
    return tuple(parse_term(code) for code in TERMS.get(product, ()))
