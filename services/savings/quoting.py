"""利息试算: the engine asked without an account (front-door.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from fastapi import APIRouter, Depends

from contracts.interest import Quote, QuotedSegment, QuoteRequest
from kernel.errors import ErrorType, Kind
from kernel.money import currency_of, format_amount, parse_amount, parse_signed
from kernel.numbers import parse_term
from runtime.auth import service_only
from services.savings.domain.deposit_agreements import NOT_WANTED, DepositAgreement, agreed_rate, check_base
from services.savings.domain.errors import PRODUCT_UNKNOWN
from services.savings.domain.interest import Segment, TaxPart
from services.savings.domain.life.answer import life_of
from services.savings.domain.life.deposit import Deposit, Life, Movement, Notice
from services.savings.domain.limits import check_opening_amount
from services.savings.domain.products import DEMAND, PERSONAL_TERM, AccumulatedInterest, Owner, Product, product_of
from services.savings.parameters.load import parameters

LONGEST = timedelta(days=100 * 366)
TOO_LONG = ErrorType("quote.too_long", Kind.INVALID, "试算期限不得超过一百年", "a quote spans a hundred years at the most")

QUOTED: dict[str, dict[str, Product]] = {
    "personal": {product.code: product for product in (DEMAND, *PERSONAL_TERM)},
    "corporate": {"demand": product_of("201"), "time": product_of("221"), "notice": product_of("223")},
}
"""What can be asked about, by the words of front-door.md (IB 838-1400, 1816-1885)."""

router = APIRouter(prefix="/internal/interest", dependencies=[Depends(service_only)], include_in_schema=False)


@router.post("/quote")
def quote_route(body: QuoteRequest) -> Quote:
    """Answers with no database, on a thread of its own: the same rules and rates as for accounts."""
    return quote(body)


def quote(asked: QuoteRequest) -> Quote:
    """Principal, interest, tax and every segment of a deposit's life.

    Raises `quote.*`, `product.*`, `term.*`, `amount.*`, `currency.unknown`, `parameter.*`, `date.reversed`.
    """
    if asked.closed_on - asked.opened_on > LONGEST:
        raise TOO_LONG(field="closed_on")
    deposit = deposit_of(asked)
    check_opening_amount(deposit.product, deposit.currency, deposit.opening_minor, deposit.opened_on, parameters(), "movements.0.amount")
    life = life_of(deposit, parameters())
    return Quote(
        principal=format_amount(life.principal_minor - life.capitalised_minor, asked.currency),
        interest=format_amount(life.interest_minor, asked.currency),
        tax=format_amount(life.tax_minor, asked.currency),
        net=format_amount(life.interest_minor - life.tax_minor, asked.currency),
        segments=[shown for segment in _segments(life) for shown in _shown(segment, asked.currency)],
        rule=life.rule,
    )


def deposit_of(asked: QuoteRequest) -> Deposit:
    """The deposit a request describes. Raises `amount.*`, `currency.unknown`, `term.malformed`, `quote.*`, `date.reversed`."""
    currency = asked.currency
    currency_of(currency)
    product = QUOTED[asked.customer_kind].get(asked.product)
    if product is None:
        raise PRODUCT_UNKNOWN(field="product", product=asked.product)
    notice = asked.notice
    return Deposit(
        product=product,
        currency=currency,
        opened_on=asked.opened_on,
        closed_on=asked.closed_on,
        movements=tuple(
            Movement(each.on, parse_signed(each.amount, currency, f"movements.{position}.amount"))
            for position, each in enumerate(asked.movements)
        ),
        term=parse_term(asked.term) if asked.term else None,
        certificate=asked.school_certificate,
        notices=(Notice(notice.given_on, notice.for_on, parse_amount(notice.amount, currency, "notice.amount")),) if notice else (),
        renews=asked.auto_renew,
        agreements=_agreements(asked, product),
    )


def _agreements(asked: QuoteRequest, product: Product) -> tuple[DepositAgreement, ...]:
    """The agreement from the opening on. Raises `agreement.*`, `amount.*`, `parameter.*`."""
    if asked.agreement is None:
        return ()
    if product.owner is not Owner.CORPORATE or not isinstance(product.interest, AccumulatedInterest):
        raise NOT_WANTED(field="agreement")
    day, currency = asked.opened_on, asked.currency
    base_minor = parse_amount(asked.agreement.base, currency, "agreement.base")
    check_base(base_minor, day, currency, parameters(), "agreement.base")
    annual_pct, source = agreed_rate(asked.agreement.rate, day, currency, parameters())
    return (DepositAgreement(day, base_minor, annual_pct, source),)


def _segments(life: Life) -> Iterator[Segment]:
    for statement in life.statements:
        yield from statement.segments


def _shown(segment: Segment, currency: str) -> Iterator[QuotedSegment]:
    """One line per tax rate; interest that is not taxed shows rate 0."""
    principal = format_amount(segment.average_principal_minor if segment.days else segment.principal_minor or 0, currency)
    untaxed = TaxPart(segment.first, segment.end, segment.interest, Decimal(0))
    for part in segment.tax_parts or (untaxed,):
        yield QuotedSegment(
            from_=part.first,
            to=part.end,
            days=(part.end - part.first).days,
            principal=principal,
            products=format_amount(segment.products, currency),
            rate=f"{segment.annual_pct.normalize():f}",
            rate_source=segment.rate_source,
            interest=f"{part.interest:.3f}",
            tax_rate=f"{part.tax_pct.normalize():f}",
            tax=f"{part.tax:.5f}",
            rule=segment.rule.text,
            rule_source=segment.rule.source,
        )
