"""The term 存期 a deposit has."""

from __future__ import annotations

from kernel.numbers import Term
from services.savings.domain.life.deposit import Deposit
from services.savings.domain.life.refusals import TERM_NOT_WANTED, TERM_REQUIRED, TERM_WRONG
from services.savings.domain.products import CATALOGUE, OfferedTerms, Product


def term_of(product: str, deposit: Deposit) -> Term:
    """The term of a deposit. Raises `term.required`, `term.not_offered`."""
    return offered_term(CATALOGUE[product], deposit.term)


def offered_term(product: Product, term: Term | None) -> Term:
    """The term itself if the product is offered for it. Raises `term.required`, `term.not_offered`, `term.not_wanted`."""
    if not isinstance(product.term, OfferedTerms):
        raise TERM_NOT_WANTED(field="term", product=product.name.zh)
    if term is None:
        raise TERM_REQUIRED(field="term")
    if term.code not in product.term.codes:
        raise TERM_WRONG(field="term", product=product.name.zh, term=term.code)
    return term
