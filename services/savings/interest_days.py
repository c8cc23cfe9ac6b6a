"""结息: on the day after a settlement day every account gets the interest of its period (IB 2740, domain.md section 3).

Set-wise: one statement reckons, pays and keeps a portion of accounts, with the arithmetic of `kernel.interest`; the tests hold both
against each other. An account is paid once for a period: its products begin anew, and the posting id names account and period.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.automatic import SYSTEM_TELLER, column, send_set_wise
from banking.transaction import Posting
from contracts.day import EventProgress
from contracts.ledger import AccountReference
from kernel.calendar import ONE_DAY
from kernel.money import CURRENCIES
from kernel.rates import Stretch
from runtime.database import driver_connection
from runtime.service import Resources
from services.savings.accounts import lock_known
from services.savings.deposit_agreements import excess_until
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.interest import above_base
from services.savings.domain.interest_rules import ACCUMULATED
from services.savings.domain.parameters import SavingsParameters
from services.savings.domain.products import CATALOGUE, AccumulatedInterest, Owner, Product, TaxedInterest
from services.savings.parameters.load import parameters
from services.savings.portions import Place, keep_place, place_of
from services.savings.tables import DEPOSIT_AGREEMENT
from services.savings.term_deposits import segment_row

PORTION = 20_000
"""How many accounts one transaction of the day end pays."""
CODES = {Owner.PERSONAL: "savings.demand.settle_interest", Owner.CORPORATE: "savings.corporate.settle_interest"}
ACCOUNT_COLUMNS = {"number": "account", "outlet": "outlet", "business_code": "business_code", "name": "name"}
STATES = [AccountStatus.NORMAL.value, AccountStatus.DORMANT.value]
EARLIEST = date(1980, 1, 1)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What accounts of some products in one currency are paid for the period that ended the day before: rate, year, tax stretches."""

    code: str
    products: tuple[str, ...]
    currency: str
    pct: Decimal
    rate_source: str
    year_days: int
    taxes: tuple[Stretch[Decimal], ...]

    @property
    def event(self) -> str:
        return f"{self.code}:{self.currency}:{self.products[0]}"

    @property
    def posting(self) -> Posting:
        """The posting of an account, read from its row."""
        account = AccountReference(**{name: column(of) for name, of in ACCOUNT_COLUMNS.items()})
        return Posting(self.code, self.currency, {"account": account})

    @property
    def amounts(self) -> dict[str, str]:
        """The amounts of the posting, and where they stand in the row."""
        return {"interest": "interest_minor"} | ({"tax": "tax_minor"} if self.taxes else {})


def settlements(day: date, dated: SavingsParameters) -> Iterator[Settlement]:
    """What is to be paid on a day: for every convention whose period ended the day before, one settlement for each currency with a rate."""
    settled_on = day - ONE_DAY
    groups: dict[tuple[AccumulatedInterest, Owner, bool], list[Product]] = {}
    for product in CATALOGUE.values():
        if isinstance(product.interest, AccumulatedInterest):
            groups.setdefault((product.interest, product.owner, isinstance(product.tax, TaxedInterest)), []).append(product)
    for (interest, owner, taxed), members in groups.items():
        convention = dated.convention_on(interest.convention, settled_on)
        if settled_on not in convention.settlement:
            continue
        taxes = dated.interest_tax.stretches(max(EARLIEST, dated.interest_tax.entries[0].effective), day) if taxed else ()
        for currency in CURRENCIES:
            name = interest.rate if currency == "CNY" else f"{currency}.{interest.rate}"
            if name not in dated.rates or dated.rates[name].entries[0].effective > settled_on:
                continue
            rate = dated.rates[name].entry_on(settled_on)
            source = f"{rate.source}, {rate.effective.isoformat()}"
            codes = tuple(product.code for product in members)
            yield Settlement(CODES[owner], codes, currency, rate.value, source, convention.year_days, taxes)


async def settle_interest(resources: Resources, day: date) -> EventProgress:
    """The day-end event: the next portion of the accounts whose period ended yesterday; nothing on any other day."""
    done = total = 0
    for settlement in settlements(day, parameters()):
        async with resources.database.transaction() as connection:
            place = await place_of(connection, settlement.event, day, lambda due=settlement: _count(connection, due, day))
            if not place.finished and done == total:
                place = await _pay_portion(connection, resources, settlement, place)
                await keep_place(connection, place)
        done, total = done + place.done, total + place.total
    return EventProgress(done=done, total=total)


async def _count(connection: AsyncConnection, settlement: Settlement, day: date) -> int:
    raw = await driver_connection(connection)
    return int(await raw.fetchval(f"SELECT count(*) FROM savings.account WHERE {DUE}", *_due(settlement, day)))


async def _pay_portion(connection: AsyncConnection, resources: Resources, settlement: Settlement, place: Place) -> Place:
    """Pay the accounts that come next."""
    day = place.business_date
    raw = await driver_connection(connection)
    next_ones = f"SELECT account FROM savings.account WHERE {DUE} AND account > $5 ORDER BY account LIMIT $6"
    found = await raw.fetchrow(
        f"SELECT max(account) AS last, count(*) AS accounts FROM ({next_ones}) AS portion", *_due(settlement, day), place.after, PORTION
    )
    if not found["accounts"]:
        return place.moved(None, 0)
    scale = 10 ** CURRENCIES[settlement.currency].exponent
    arguments = (
        *_due(settlement, day),
        place.after,
        found["last"],
        settlement.pct,
        settlement.year_days * 100 * scale,
        scale,
        settlement.code,
        settlement.rate_source,
        SYSTEM_TELLER,
        *await _above_bases(connection, settlement, place, found["last"]),
    )
    sending = await send_set_wise(
        connection,
        resources,
        settlement.code,
        day,
        settlement.posting,
        settlement.amounts,
        rows="paying",
        order="account",
        first_parameter=len(arguments) + 1,
    )
    await sending.send(raw, statement_of(settlement.taxes), *arguments)
    return place.moved(found["last"], found["accounts"])


async def _above_bases(
    connection: AsyncConnection, settlement: Settlement, place: Place, last: str
) -> tuple[list[str], list[int], list[Decimal], list[str]]:
    """Of the accounts of a portion that agreed on a base 协议存款: their numbers, products above it, what those earn, and the segments."""
    table, day = DEPOSIT_AGREEMENT.c, place.business_date
    agreed = select(table.account).distinct().where(table.account > place.after, table.account <= last)
    numbers = list((await connection.execute(agreed)).scalars())
    accounts = {account.number: account for account in await lock_known(connection, numbers)}
    excess = await excess_until(connection, list(accounts.values()), day)
    year_days, dated = settlement.year_days, parameters()
    segments = {
        number: [above_base(part, accounts[number].product.tax, settlement.currency, year_days, dated) for part in parts]
        for number, parts in excess.items()
        if parts
    }
    return (
        list(segments),
        [sum(segment.products for segment in each) for each in segments.values()],
        [sum((segment.interest for segment in each), Decimal(0)) for each in segments.values()],
        [json.dumps([segment_row(segment) for segment in each]) for each in segments.values()],
    )


DUE = "products_since < $1::date AND product = ANY($2::text[]) AND currency = $3::text AND status = ANY($4::text[]) AND interest_bearing"
"""The accounts whose period has ended; they have no period that began today."""


def _due(settlement: Settlement, day: date) -> tuple[Any, ...]:
    return day, list(settlement.products), settlement.currency, STATES


def statement_of(taxes: Sequence[Stretch[Decimal]]) -> str:
    """The beginning of the statement that pays the accounts of a portion: its last table expression, `paying`, has a row for each that
    gets something. The tax of each stretch is a share of the interest by its days, the last takes the rest."""
    return f"""
WITH due AS (
    SELECT account, outlet, business_code, name, balance_minor, products_since, lines, products + greatest(0, $1::date - products_until)
               * (greatest(balance_minor, 0) / interest_unit_minor * interest_unit_minor) AS products
    FROM savings.account WHERE {DUE} AND account > $5::text AND account <= $6::text
    ORDER BY account FOR UPDATE
), earned AS (
    SELECT due.*, products - coalesce(above, 0) AS base_products, coalesce(segments, '[]')::jsonb AS above_base,
           round((products - coalesce(above, 0)) * $7::numeric / $8::bigint, 3) AS base_interest, coalesce(earned_above, 0) AS earned_above,
           ($1::date - products_since) AS days
    FROM due LEFT JOIN unnest($13::text[], $14::bigint[], $15::numeric[], $16::text[]) AS agreed (account, above, earned_above, segments)
         USING (account)
), whole AS (
    SELECT *, base_interest + earned_above AS interest FROM earned
), shared AS (
    SELECT *, {_shares(taxes)} FROM whole
), reckoned AS MATERIALIZED (
    SELECT *, md5('huitong:' || $10::text || ':' || account || ':' || $1::date)::uuid AS posting_id,
           round(interest * $9::bigint)::bigint AS interest_minor, round(({_tax(taxes)}) * $9::bigint)::bigint AS tax_minor
    FROM shared
), changed AS (
    UPDATE savings.account AS kept
    SET balance_minor = kept.balance_minor + paid.interest_minor - paid.tax_minor, products = 0, products_since = $1::date,
        products_until = $1::date, lines = kept.lines + (paid.interest_minor > 0)::int
    FROM reckoned AS paid WHERE kept.account = paid.account AND kept.account > $5::text AND kept.account <= $6::text
), paying AS (
    SELECT * FROM reckoned WHERE interest_minor > 0
), lined AS (
    INSERT INTO savings.account_line
        (account, line, posting_id, code, business_date, value_date, amount_minor, balance_after_minor, counter_outlet, teller, summary)
    SELECT account, lines + 1, posting_id, $10::text, $1::date, $1::date, interest_minor - tax_minor,
           balance_minor + interest_minor - tax_minor, outlet, $12::text, '结息'
    FROM paying
), stated AS (
    INSERT INTO savings.interest_paid
        (posting_id, account, outlet, business_date, code, currency, interest_minor, tax_minor, segments)
    SELECT posting_id, account, outlet, $1::date, $10::text, $3::text, interest_minor, tax_minor, jsonb_build_array(jsonb_build_object(
        'first', products_since, 'end', $1::date, 'products', base_products, 'principal_minor', NULL, 'annual_pct', $7::numeric::text,
        'rate_source', $11::text, 'interest', base_interest::text, 'rule', '{ACCUMULATED.code}', 'taxes', {_tax_parts(taxes)}))
        || above_base
    FROM paying
)"""


def _date(day: date) -> str:
    return f"DATE '{day.isoformat()}'"


def _shares(taxes: Sequence[Stretch[Decimal]]) -> str:
    """The interest that accrued under each tax rate but the last; `kernel.interest.split_by_days` in SQL."""
    days = (f"least($1::date, {_date(each.end)}) - greatest(products_since, {_date(each.first)})" for each in taxes[:-1])
    shares = [f"round(interest * greatest(0, {counted}) / days, 3) AS share_{n}" for n, counted in enumerate(days)]
    return ", ".join(shares) or "0 AS no_shares"


def _last_share(taxes: Sequence[Stretch[Decimal]]) -> str:
    return " - ".join(["interest", *(f"share_{n}" for n in range(len(taxes) - 1))])


def _tax(taxes: Sequence[Stretch[Decimal]]) -> str:
    if not taxes:
        return "0"
    shares = [*(f"share_{n}" for n in range(len(taxes) - 1)), f"({_last_share(taxes)})"]
    return " + ".join(f"{share} * {each.entry.value} / 100" for share, each in zip(shares, taxes, strict=True))


def _tax_parts(taxes: Sequence[Stretch[Decimal]]) -> str:
    """The parts of the interest under each tax rate, for the statement; those without days are left out."""
    if not taxes:
        return "'[]'::jsonb"
    shares = [*(f"share_{n}" for n in range(len(taxes) - 1)), f"({_last_share(taxes)})"]
    parts = [
        f"(CASE WHEN products_since < {_date(each.end)} THEN jsonb_build_array(jsonb_build_object("
        f"'first', greatest(products_since, {_date(each.first)}), 'end', least($1::date, {_date(each.end)}), "
        f"'interest', ({share})::numeric(20, 3)::text, 'pct', '{each.entry.value}')) ELSE '[]'::jsonb END)"
        for share, each in zip(shares, taxes, strict=True)
    ]
    return "(" + " || ".join(parts) + ")"
