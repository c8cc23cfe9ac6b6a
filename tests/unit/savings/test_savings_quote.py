"""Known answers of the interest engine, each worked by hand from the rule beside it (domain.md sections 3 and 9)."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.interest import QuoteRequest
from kernel.errors import DomainError
from services.savings.quoting import quote

Case = tuple[str, dict[str, Any], str, str]


def asked(product: str, opened_on: str, closed_on: str, *movements: tuple[str, str], **more: Any) -> QuoteRequest:
    """A question in CNY; the movements after the opening amount as (day, amount)."""
    return QuoteRequest(
        product=product,
        currency="CNY",
        opened_on=opened_on,
        closed_on=closed_on,
        movements=[{"on": day, "amount": amount} for day, amount in movements],
        **more,
    )


def monthly(first_year: int, first_month: int, day: int, count: int, amount: str, without: tuple[int, ...] = ()) -> list[tuple[str, str]]:
    """Deposits of one amount on the same day of months in a row."""
    months = [(first_year * 12 + first_month - 1 + number) for number in range(count) if number not in without]
    return [(f"{month // 12}-{month % 12 + 1:02d}-{day:02d}", amount) for month in months]


TIME = {"term": "301"}
KNOWN = [
    # demand: products x rate of the closing day / 360, whole yuan
    ("10 days: 100000 x 0.72 % / 360 = 2.000", asked("demand", "2005-09-01", "2005-09-11", ("2005-09-01", "10000.00")), "2.00", "0.40"),
    ("fen bear nothing: 10000 x 10 days", asked("demand", "2005-09-01", "2005-09-11", ("2005-09-01", "10000.99")), "2.00", "0.40"),
    ("the day itself bears nothing", asked("demand", "2005-09-01", "2005-09-01", ("2005-09-01", "10000.00")), "0.00", "0.00"),
    (
        "more comes after 5 days: (1000 x 5 + 3000 x 5) x 0.72 % / 360 = 0.400",
        asked("demand", "2005-09-01", "2005-09-11", ("2005-09-01", "1000.00"), ("2005-09-06", "2000.00")),
        "0.40",
        "0.08",
    ),
    (
        # 2005-12-01 to 12-20 inclusive: 20 days, 10000 x 20 x 0.72 % / 360 = 4.000, tax 0.80, on 12-21 the balance is 10003.20;
        # ten days to 12-31 of 10003: 100030 x 0.72 % / 360 = 2.0006 -> 2.001, tax 0.40
        "settled on 20 December, booked on the 21st",
        asked("demand", "2005-12-01", "2005-12-31", ("2005-12-01", "10000.00")),
        "6.00",
        "1.20",
    ),
    (
        # before 2005-09-21 persons are settled once a year, on 30 June: 20 June passes; 06-01 to 06-30 inclusive 30 days: 6.000, tax 1.20,
        # balance 10004.80 from 07-01: 10 days of 10004: 2.0008 -> 2.001, tax 0.40
        "settled on 30 June",
        asked("demand", "2005-06-01", "2005-07-11", ("2005-06-01", "10000.00")),
        "8.00",
        "1.60",
    ),
    (
        # corporate: 20 June: 20 days of 100000: 40.000 untaxed; from 06-21 20 days to 07-11 of 100040: 2000800 x 0.72 % / 360 = 40.016
        "corporate is settled quarterly and not taxed",
        asked("demand", "2005-06-01", "2005-07-11", ("2005-06-01", "100000.00"), customer_kind="corporate"),
        "80.02",
        "0.00",
    ),
    # time: opening rate to maturity
    ("a year at 2.25 %", asked("time", "2004-10-29", "2005-10-29", ("2004-10-29", "10000.00"), **TIME), "225.00", "45.00"),
    ("a day before the change: 1.98 %", asked("time", "2004-10-28", "2005-10-28", ("2004-10-28", "10000.00"), **TIME), "198.00", "39.60"),
    (
        # a day early: 364 days at 0.72 %: 10000 x 364 x 0.0072 / 360 = 72.800
        "a day early everything is demand",
        asked("time", "2004-10-29", "2005-10-28", ("2004-10-29", "10000.00"), **TIME),
        "72.80",
        "14.56",
    ),
    (
        # a day late: 225 + 10000 x 1 x 0.0072 / 360 = 0.200
        "a day late adds a day of demand",
        asked("time", "2004-10-29", "2005-10-30", ("2004-10-29", "10000.00"), **TIME),
        "225.20",
        "45.04",
    ),
    (
        "three months from 30 November end on the last of February: 10000 x 1.71 % x 3 / 12 = 42.750",
        asked("time", "2004-11-30", "2005-02-28", ("2004-11-30", "10000.00"), term="203"),
        "42.75",
        "8.55",
    ),
    (
        "a year from 29 February ends on the 28th",
        asked("time", "2004-02-29", "2005-02-28", ("2004-02-29", "10000.00"), **TIME),
        "198.00",
        "39.60",
    ),
    (
        # half taken out after 100 days: 5000 x 100 x 0.0072 / 360 = 10.000; the rest 5000 x 2.25 % = 112.500; taxes 2.00 and 22.50
        "one part early, the rest keeps its rate",
        asked("time", "2004-10-29", "2005-10-29", ("2004-10-29", "10000.00"), ("2005-02-06", "-5000.00"), **TIME),
        "122.50",
        "24.50",
    ),
    (
        # 225.00 less 45.00 is added: 10180 for a second year at the rate of 2006-10-29, 2.52 %: 256.536; tax changes on 2007-08-15:
        # 290 of 365 days: 256.536 x 290 / 365 = 203.823 at 20 % = 40.7646; 52.713 at 5 % = 2.63565; together 43.40
        "renewed once with interest",
        asked("time", "2005-10-29", "2007-10-29", ("2005-10-29", "10000.00"), auto_renew=True, **TIME),
        "481.54",
        "88.40",
    ),
    (
        "corporate time is not taxed",
        asked("time", "2004-10-29", "2005-10-29", ("2004-10-29", "10000.00"), customer_kind="corporate", **TIME),
        "225.00",
        "0.00",
    ),
    (
        # 1999-05-01 to 2000-05-01 at 3.78 %: 378.000; 184 days before the tax of 1999-11-01, 182 of 366 under it:
        # 378 x 184 / 366 = 190.033, the rest 187.967 x 20 % = 37.59
        "the tax begins within the term",
        asked("time", "1999-05-01", "2000-05-01", ("1999-05-01", "10000.00"), **TIME),
        "378.00",
        "37.59",
    ),
    # optional: rates of the closing day
    (
        # 89 days: 2005-01-30 + 3 months = 04-30; on 04-29 not reached: 10000 x 89 x 0.0072 / 360 = 17.800
        "a day short of three months",
        asked("optional", "2005-01-30", "2005-04-29", ("2005-01-30", "10000.00")),
        "17.80",
        "3.56",
    ),
    (
        "three months: 1.71 % x 60 % x 3 / 12 = 25.650",
        asked("optional", "2005-01-30", "2005-04-30", ("2005-01-30", "10000.00")),
        "25.65",
        "5.13",
    ),
    (
        # five months and 29 days at 1.026 %: 10000 x (5/12 + 29/360) x 0.01026 = 51.015
        "a day short of six months stays on three",
        asked("optional", "2005-01-01", "2005-06-30", ("2005-01-01", "10000.00")),
        "51.02",
        "10.20",
    ),
    ("six months: 2.07 % x 60 % / 2 = 62.100", asked("optional", "2005-01-01", "2005-07-01", ("2005-01-01", "10000.00")), "62.10", "12.42"),
    ("a year: 2.25 % x 60 % = 135.000", asked("optional", "2004-10-29", "2005-10-29", ("2004-10-29", "10000.00")), "135.00", "27.00"),
    (
        "two years stay on the one-year rate, 2.52 % from 2006-08-19: 302.400",
        asked("optional", "2004-10-29", "2006-10-29", ("2004-10-29", "10000.00")),
        "302.40",
        "60.48",
    ),
    # instalment
    (
        "200 x 78 months x 1.71 % / 12 = 22.230",
        asked("instalment", "2005-01-05", "2006-01-05", *monthly(2005, 1, 5, 12, "200.00"), **TIME),
        "22.23",
        "4.45",
    ),
    (
        # March missed and made up in April with a double amount: 200 x (78 - 1) months: 15400 x 1.71 % / 12 = 21.945
        "one month later by one",
        asked(
            "instalment",
            "2005-01-05",
            "2006-01-05",
            *sorted([*monthly(2005, 1, 5, 12, "200.00", without=(2,)), ("2005-04-06", "200.00")]),
            **TIME,
        ),
        "21.95",
        "4.39",
    ),
    (
        # a day early: days of each deposit to 2006-01-04 x 200 x 0.72 % / 360; the days are
        # 364 333 305 274 244 213 183 152 121 91 60 30 = 2370; 474000 x 0.0072 / 360 = 9.480
        "a day early everything is demand",
        asked("instalment", "2005-01-05", "2006-01-04", *monthly(2005, 1, 5, 12, "200.00"), **TIME),
        "9.48",
        "1.90",
    ),
    (
        # ten days late: 22.230 + 2400 x 10 x 0.0072 / 360 = 0.480
        "ten days late",
        asked("instalment", "2005-01-05", "2006-01-15", *monthly(2005, 1, 5, 12, "200.00"), **TIME),
        "22.71",
        "4.54",
    ),
    # interest drawing
    (
        # 956 of 1095 days before 2007-08-15: 621 x 956 / 1095 = 542.170 at 20 %, 78.830 at 5 %
        "3 years at 2.07 %: 621.000",
        asked("interest_drawing", "2005-01-01", "2008-01-01", ("2005-01-01", "10000.00"), term="303"),
        "621.00",
        "112.38",
    ),
    (
        "closed early: 365 days demand",
        asked("interest_drawing", "2005-01-01", "2006-01-01", ("2005-01-01", "10000.00"), term="303"),
        "73.00",
        "14.60",
    ),
    # notice
    (
        "59 days at 1.62 %",
        asked(
            "notice",
            "2005-01-01",
            "2005-03-01",
            ("2005-01-01", "100000.00"),
            term="107",
            notice={"given_on": "2005-02-22", "for_on": "2005-03-01", "amount": "100000.00"},
        ),
        "265.50",
        "53.10",
    ),
    (
        "notice a day too late: 59 days demand: 118.000",
        asked(
            "notice",
            "2005-01-01",
            "2005-03-01",
            ("2005-01-01", "100000.00"),
            term="107",
            notice={"given_on": "2005-02-23", "for_on": "2005-03-01", "amount": "100000.00"},
        ),
        "118.00",
        "23.60",
    ),
    ("without notice: demand", asked("notice", "2005-01-01", "2005-03-01", ("2005-01-01", "100000.00"), term="107"), "118.00", "23.60"),
    (
        "a day after the agreed one: 60 days demand: 120.000",
        asked(
            "notice",
            "2005-01-01",
            "2005-03-02",
            ("2005-01-01", "100000.00"),
            term="107",
            notice={"given_on": "2005-02-22", "for_on": "2005-03-01", "amount": "100000.00"},
        ),
        "120.00",
        "24.00",
    ),
    (
        # 60000 at 1.62 %: 159.300, the 40000 above at 0.72 %: 47.200
        "more than agreed",
        asked(
            "notice",
            "2005-01-01",
            "2005-03-01",
            ("2005-01-01", "100000.00"),
            term="107",
            notice={"given_on": "2005-02-22", "for_on": "2005-03-01", "amount": "60000.00"},
        ),
        "206.50",
        "41.30",
    ),
    (
        # 50000 taken as agreed: 59 days at 1.62 %: 132.750; the rest 50000 without notice on 03-11, 69 days demand: 69.000
        "a part as agreed, the rest without notice",
        asked(
            "notice",
            "2005-01-01",
            "2005-03-11",
            ("2005-01-01", "100000.00"),
            ("2005-03-01", "-50000.00"),
            term="107",
            notice={"given_on": "2005-02-22", "for_on": "2005-03-01", "amount": "50000.00"},
        ),
        "201.75",
        "40.35",
    ),
    (
        "it lay six days only, shorter than the notice of seven: 12.000",
        asked(
            "notice",
            "2005-01-08",
            "2005-01-14",
            ("2005-01-08", "100000.00"),
            term="107",
            notice={"given_on": "2005-01-07", "for_on": "2005-01-14", "amount": "100000.00"},
        ),
        "12.00",
        "2.40",
    ),
    # education
    (
        # 10000 x (72 + 71) months x 3.60 % / 12 = 4290.000, untaxed
        "six years with the certificate, at the five-year rate",
        asked(
            "education",
            "2005-01-01",
            "2011-01-01",
            ("2005-01-01", "10000.00"),
            ("2005-02-01", "10000.00"),
            term="306",
            school_certificate=True,
        ),
        "4290.00",
        "0.00",
    ),
    (
        # without: 1 year at 1.71 %: 5000 x (12 + 11) x 1.71 % / 12 = 163.875, tax 32.78
        "a year without the certificate",
        asked("education", "2005-01-01", "2006-01-01", ("2005-01-01", "5000.00"), ("2005-02-01", "5000.00"), term="301"),
        "163.88",
        "32.78",
    ),
    (
        # closed after exactly a year of three, with the certificate:
        # (365 + 334) days of 5000 at the one-year rate of the opening, 2.25 %: 218.4375
        "early with the certificate",
        asked(
            "education",
            "2005-01-01",
            "2006-01-01",
            ("2005-01-01", "5000.00"),
            ("2005-02-01", "5000.00"),
            term="303",
            school_certificate=True,
        ),
        "218.44",
        "0.00",
    ),
]


@pytest.mark.parametrize(
    ("question", "interest", "tax"), [case[1:] for case in KNOWN], ids=[f"{case[1].product}: {case[0]}" for case in KNOWN]
)
def test_known_answer(question: QuoteRequest, interest: str, tax: str) -> None:
    answer = quote(question)
    assert (answer.interest, answer.tax) == (interest, tax)


REFUSED = [
    ("product.below_opening_minimum", asked("time", "2005-01-01", "2006-01-01", ("2005-01-01", "49.99"), **TIME)),
    ("term.not_offered", asked("time", "2005-01-01", "2006-01-01", ("2005-01-01", "50.00"), term="304")),
    ("term.required", asked("time", "2005-01-01", "2006-01-01", ("2005-01-01", "50.00"))),
    ("term.not_offered", asked("instalment", "2005-01-01", "2006-01-01", ("2005-01-01", "50.00"), term="203")),
    (
        "time.partial_once",
        asked("time", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), ("2005-02-01", "-50.00"), ("2005-03-01", "-50.00"), **TIME),
    ),
    ("quote.overdrawn", asked("time", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), ("2005-02-01", "-500.00"), **TIME)),
    ("time.not_early", asked("time", "2005-01-01", "2006-02-01", ("2005-01-01", "500.00"), ("2006-01-01", "-50.00"), **TIME)),
    ("quote.overdrawn", asked("demand", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), ("2005-02-01", "-500.01"))),
    ("instalment.amount", asked("instalment", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), ("2005-01-02", "500.00"), **TIME)),
    ("instalment.amount", asked("instalment", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), ("2005-02-02", "400.00"), **TIME)),
    ("instalment.default", asked("instalment", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), ("2005-04-02", "500.00"), **TIME)),
    (
        "notice.rest_below_minimum",
        asked("notice", "2005-01-01", "2005-03-01", ("2005-01-01", "99999.99"), ("2005-02-01", "-50000.00"), term="101"),
    ),
    ("education.deposits_too_few", asked("education", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), term="301")),
    ("education.limit", asked("education", "2005-01-01", "2006-01-01", ("2005-01-01", "10000.00"), ("2005-02-01", "10000.01"), term="301")),
    ("product.unknown", asked("optional", "2005-01-01", "2006-01-01", ("2005-01-01", "500.00"), customer_kind="corporate")),
    ("date.reversed", asked("optional", "2005-01-02", "2005-01-01", ("2005-01-02", "500.00"))),
    ("quote.opening_wrong", asked("optional", "2005-01-01", "2006-01-01", ("2005-01-02", "500.00"))),
    ("quote.too_long", asked("demand", "1990-05-01", "2190-01-01", ("1990-05-01", "500.00"))),
    ("amount.too_many_decimals", asked("demand", "2005-01-01", "2006-01-01", ("2005-01-01", "500.001"))),
    ("parameter.not_in_force", asked("time", "1989-01-01", "1990-01-01", ("1989-01-01", "500.00"), **TIME)),
]


@pytest.mark.parametrize(("code", "question"), REFUSED, ids=[f"{code}: {question.product}" for code, question in REFUSED])
def test_refused(code: str, question: QuoteRequest) -> None:
    with pytest.raises(DomainError) as refusal:
        quote(question)
    assert refusal.value.code == code
