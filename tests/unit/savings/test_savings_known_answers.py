"""Known answers of the interest engine: a table per product in `answers/`, every amount worked by hand from the rules.

A case is its title and, below it, what happened and what it earned:

    open 2004-10-29 10000.00 301              first movement: day, amount; then as needed the term, a currency, `certificate`, `renews`,
                                              and how often interest is drawn, `every=3`
    in 2005-02-01 5000.00                     more came
    monthly 2005-02-05 200.00 11              the same in months in a row, so many times
    out 2005-02-06 5000.00                    a part went
    notice 2005-02-22 2005-03-01 50000.00     given on, for that day, an amount
    agree 2005-09-01 500000.00 1.44           from that day on a base, and the rate of what lies above it; or `ended`
    draw 2005-12-01                           all interest that is due on that day is drawn
    close 2005-10-29                          the rest was paid out
    2004-10-29 2005-10-29  10000.00 x 12 months x 2.25 % / 12 = 225.000, tax 20 %
    paid 225.00, tax 45.00                    a payment: the segments above it since the last one
    refused time.partial_once                 instead of segments: the question has no answer

`product 260` before the opening asks about another product than the table's. The working of a segment is read as arithmetic: the test holds
it to its value (half up to 3 decimals), its days to its dates, the payments to the segments (half up to 2), and the engine to all of them.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from contracts.interest import QuotedMovement, QuotedNotice, QuoteRequest
from kernel.errors import DomainError
from kernel.numbers import parse_term
from services.savings.domain.deposit_agreements import DepositAgreement
from services.savings.domain.interest import InterestStatement, Segment
from services.savings.domain.life.agreement import Agreement
from services.savings.domain.life.answer import life_of
from services.savings.domain.life.deposit import Deposit, Life, Movement, Notice, Question
from services.savings.domain.life.interest_drawing import drawing_statement, drawings_due, left_after_drawings
from services.savings.domain.limits import check_opening_amount
from services.savings.domain.products import InterestInParts, product_of
from services.savings.parameters.load import parameters
from services.savings.quoting import QUOTED, quote

FOLDER = Path(__file__).parent / "answers"
CODES = {"corporate_current": "201", "corporate_time": "221", "corporate_notice": "223", "corporate_agreement": "201"}
"""The product of a table whose name is not its code."""
SEGMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d{4}-\d\d-\d\d)  (.+?) = (-?[\d.]+), (untaxed|tax .+)")
PAID = re.compile(r"paid (-?[\d.]+), tax (-?[\d.]+)")


@dataclass
class Expected:
    """A segment as worked by hand: interest, and its parts by tax rate."""

    first: date
    end: date
    interest: Decimal
    taxes: list[tuple[Decimal, Decimal]]


@dataclass
class Case:
    """A deposit and what it earned."""

    product: str
    title: str
    movements: list[tuple[date, Decimal]] = field(default_factory=list)
    notices: list[tuple[date, date, Decimal]] = field(default_factory=list)
    draws: list[date] = field(default_factory=list)
    agreements: list[DepositAgreement] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    closed_on: date = date.max
    segments: list[Expected] = field(default_factory=list)
    payments: list[tuple[list[Expected], Decimal, Decimal]] = field(default_factory=list)
    refusal: str | None = None

    def word(self, pattern: str, otherwise: str) -> str:
        return next((word for word in self.words if re.fullmatch(pattern, word)), otherwise)


OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def value_of(working: str) -> Fraction:
    """What a working comes to, exactly: numbers, brackets, + - x / and %; other words are for the reader."""
    text = re.sub(r"\b(days|months)\b", "", working).replace("%", "/ 100").replace(" x ", " * ")
    return _walk(ast.parse(re.sub(r"[\d.]+", r"'\g<0>'", text), mode="eval").body)


def _walk(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(value=str(number)):
            return Fraction(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_walk(operand)
        case ast.BinOp(left=left, op=sign, right=right):
            return OPERATIONS[type(sign)](_walk(left), _walk(right))
    raise AssertionError(ast.dump(node))


def half_up(value: Fraction | Decimal, places: int) -> Decimal:
    whole = int(abs(Fraction(value)) * 10**places + Fraction(1, 2))
    return (Decimal(whole) if value >= 0 else -Decimal(whole)).scaleb(-places)


def read_segment(line: str) -> Expected:
    """A segment's line, its arithmetic checked."""
    found = SEGMENT.fullmatch(line)
    assert found, line
    first, end, interest = date.fromisoformat(found[1]), date.fromisoformat(found[2]), Decimal(found[4])
    assert half_up(value_of(found[3]), 3) == interest, line
    for days in re.findall(r"(\d+) days", found[3]):
        assert int(days) == (end - first).days, line
    taxes = [] if found[5] == "untaxed" else [read_tax(part, interest) for part in found[5][4:].split(", ")]
    assert not taxes or sum(share for _, share in taxes) == interest, line
    return Expected(first, end, interest, taxes)


def read_tax(part: str, interest: Decimal) -> tuple[Decimal, Decimal]:
    """`20 %` of everything, `20 % on 203.823`, or with the working of the share."""
    pct, _, share = part.partition(" % on ")
    working, _, value = share.partition(" = ")
    if value:
        assert half_up(value_of(working), 3) == Decimal(value), part
    return Decimal(pct.removesuffix(" %")), Decimal(value or working) if share else interest


def read_cases(path: Path) -> Iterator[Case]:
    """The cases of a table."""
    case: Case | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if case is not None:
                yield case
            case = Case(CODES.get(path.stem, path.stem), line)
            continue
        assert case is not None, line
        read_line(case, line.strip())
    assert case is not None
    yield case


def read_line(case: Case, line: str) -> None:
    verb, *words = line.split()
    match verb:
        case "product":
            case.product = words[0]
        case "open" | "in" | "out":
            amount = Decimal(words[1])
            case.movements.append((date.fromisoformat(words[0]), -amount if verb == "out" else amount))
            case.words += words[2:]
        case "monthly":
            first, amount = date.fromisoformat(words[0]), Decimal(words[1])
            months = [first.year * 12 + first.month - 1 + number for number in range(int(words[2]))]
            case.movements += [(first.replace(year=month // 12, month=month % 12 + 1), amount) for month in months]
        case "notice":
            case.notices.append((date.fromisoformat(words[0]), date.fromisoformat(words[1]), Decimal(words[2])))
        case "agree":
            terms = (None,) if words[1] == "ended" else (int(Decimal(words[1]) * 100), Decimal(words[2]), "contract")
            case.agreements.append(DepositAgreement(date.fromisoformat(words[0]), *terms))
        case "draw":
            case.draws.append(date.fromisoformat(words[0]))
        case "close":
            case.closed_on = date.fromisoformat(words[0])
        case "refused":
            case.refusal = words[0]
        case "paid":
            read_payment(case, line)
        case _:
            case.segments.append(read_segment(line))


def read_payment(case: Case, line: str) -> None:
    found = PAID.fullmatch(line)
    assert found, line
    done = sum(len(segments) for segments, _, _ in case.payments)
    segments = case.segments[done:]
    interest, tax = Decimal(found[1]), Decimal(found[2])
    assert half_up(sum((each.interest for each in segments), Decimal(0)), 2) == interest, f"{case.title}: {line}"
    assert half_up(sum((share * pct / 100 for each in segments for pct, share in each.taxes), Decimal(0)), 2) == tax, (
        f"{case.title}: {line}"
    )
    case.payments.append((segments, interest, tax))


CASES = [case for path in sorted(FOLDER.glob("*.answers")) for case in read_cases(path)]


def deposit_of(case: Case) -> Deposit:
    term, currency = case.word(r"\d{3}", ""), case.word("[A-Z]{3}", "CNY")
    return Deposit(
        product=product_of(case.product),
        currency=currency,
        opened_on=case.movements[0][0],
        closed_on=case.closed_on,
        movements=tuple(Movement(day, int(amount * 100)) for day, amount in case.movements),
        term=parse_term(term) if term else None,
        certificate="certificate" in case.words,
        notices=tuple(Notice(given_on, for_on, int(amount * 100)) for given_on, for_on, amount in case.notices),
        renews="renews" in case.words,
        agreements=tuple(case.agreements),
    )


def answered(case: Case) -> list[InterestStatement]:
    """Every payment of interest the engine makes in the deposit's life."""
    deposit = deposit_of(case)
    check_opening_amount(deposit.product, deposit.currency, deposit.opening_minor, deposit.opened_on, parameters())
    life = life_of(deposit, parameters())
    return list(life.statements) if not isinstance(deposit.product.withdrawals, InterestInParts) else drawn_and_closed(case, deposit, life)


def drawn_and_closed(case: Case, deposit: Deposit, life: Life) -> list[InterestStatement]:
    """Interest drawn on the days of the case, and what the closing pays of the rest."""
    question, interval = Question(deposit, parameters()), int(case.word(r"every=\d+", "every=1").removeprefix("every="))
    statements: list[InterestStatement] = []
    done = 0
    for day in case.draws:
        due = drawings_due(question, interval, day)
        statements.append(drawing_statement(question, interval, done, due))
        done = due
    agreement = Agreement(
        account="",
        starts_on=deposit.opened_on,
        interval_months=interval,
        drawings=done,
        drawn_interest_minor=sum(each.interest_minor for each in statements),
        drawn_tax_minor=sum(each.tax_minor for each in statements),
    )
    return [*statements, left_after_drawings(question, life.statements[-1], agreement)]


def plain(segment: Segment) -> Expected:
    return Expected(segment.first, segment.end, segment.interest, [(part.tax_pct, part.interest) for part in segment.tax_parts])


@pytest.mark.parametrize("case", CASES, ids=[f"{case.product}: {case.title}" for case in CASES])
def test_known_answer(case: Case) -> None:
    if case.refusal is not None:
        with pytest.raises(DomainError) as refusal:
            answered(case)
        assert refusal.value.code == case.refusal
        return
    statements = answered(case)
    assert [[plain(segment) for segment in each.segments] for each in statements] == [segments for segments, _, _ in case.payments]
    paid = [(Decimal(each.interest_minor) / 100, Decimal(each.tax_minor) / 100) for each in statements]
    assert paid == [(interest, tax) for _, interest, tax in case.payments]


ASKED = {product.code: (kind, name) for kind, products in QUOTED.items() for name, product in products.items()}


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.product in ASKED and not (case.draws or case.agreements or case.notices[1:] or case.refusal)],
    ids=lambda case: f"{case.product}: {case.title}",
)
def test_the_quote_gives_the_same(case: Case) -> None:
    """Asked without an account: the sums, and a line for every segment and tax rate."""
    kind, name = ASKED[case.product]
    asked = QuoteRequest(
        product=name,
        customer_kind=kind,
        currency=case.word("[A-Z]{3}", "CNY"),
        term=case.word(r"\d{3}", "") or None,
        opened_on=case.movements[0][0],
        closed_on=case.closed_on,
        movements=[QuotedMovement(on=day, amount=str(amount)) for day, amount in case.movements],
        school_certificate="certificate" in case.words,
        notice=QuotedNotice(given_on=case.notices[0][0], for_on=case.notices[0][1], amount=str(case.notices[0][2]))
        if case.notices
        else None,
        auto_renew="renews" in case.words,
    )
    answer = quote(asked)
    assert Decimal(answer.interest) == sum(interest for _, interest, _ in case.payments)
    assert Decimal(answer.tax) == sum(tax for _, _, tax in case.payments)
    wanted = [(pct, share) for each in case.segments for pct, share in each.taxes or [(Decimal(0), each.interest)]]
    assert [(Decimal(line.tax_rate), Decimal(line.interest)) for line in answer.segments] == wanted
    for line in answer.segments:
        assert line.days == (line.to - line.from_).days and line.rule.zh and line.rule_source and line.rate_source
        assert Decimal(line.tax) == Decimal(line.interest) * Decimal(line.tax_rate) / 100


@pytest.mark.parametrize("table", sorted(path.stem for path in FOLDER.glob("*.answers")))
def test_every_table_has_ten_answers_and_a_refusal(table: str) -> None:
    found = list(read_cases(FOLDER / f"{table}.answers"))
    assert sum(case.refusal is None for case in found) >= 10
    assert any(case.refusal for case in found)
    assert len({case.title for case in found}) == len(found)
