"""协议存款: what lies above an agreed base earns the agreed rate, in products of its own (IB 2469-2473, 3964-3977). Pure.

The excess is not carried along with the balance: it is reckoned from the balances of the days when interest is settled, so that a
correction as of an earlier day, a new base and the end of an agreement put both parts right by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from kernel.calendar import add_months, add_years, span_between
from kernel.errors import ErrorType, Kind
from kernel.interest import counted_minor
from kernel.money import format_amount
from services.savings.domain.parameters import SavingsParameters

BASE_TOO_SMALL = ErrorType(
    "agreement.base_too_small", Kind.INVALID, "基本存款额度不得低于 {minimum}", "the base of an agreement is {minimum} or more"
)
MATURITY_WRONG = ErrorType(
    "agreement.maturity", Kind.INVALID, "到期日须在今日之后、一年之内", "an agreement runs for a year at the most, and beyond today"
)
NONE_RUNNING = ErrorType("agreement.none", Kind.CONFLICT, "账户没有协议存款可取消", "the account has no agreement to end")
NO_INTEREST = ErrorType(
    "agreement.no_interest",
    Kind.CONFLICT,
    "账户不计息,不能设定协议存款",
    "the account bears no interest: nothing can be agreed for it",
)
NOT_WANTED = ErrorType(
    "agreement.not_wanted",
    Kind.INVALID,
    "只有对公活期存款可设协议额度",
    "only corporate current deposits have an agreed base",
)
INCOMPLETE = ErrorType("agreement.incomplete", Kind.INVALID, "设定协议存款须录入到期日", "an agreement needs the day it runs until")
AGREED_BY_BOTH = "合同约定 as agreed in the contract"
LONGEST_YEARS = 1
RATE = "agreement"
"""The posted rate 协定存款利率, which the parties take unless they agree on another."""


@dataclass(frozen=True, slots=True)
class DepositAgreement:
    """What holds from a day on: the base, and the percent a year for what lies above it. Without a base the agreement ended that day."""

    from_on: date
    base_minor: int | None = None
    annual_pct: Decimal = Decimal(0)
    rate_source: str = ""
    matures_on: date | None = None

    def runs_until(self, day: date) -> date | None:
        """The maturity as it stands on a day: an agreement nobody ended goes on for the same time again (IB 2471, 3977)."""
        if self.matures_on is None:
            return None
        length, maturity = span_between(self.from_on, self.matures_on), self.matures_on
        rounds = 1
        while maturity <= day:
            rounds += 1
            maturity = (
                add_months(self.from_on, length.months * rounds) + (self.matures_on - add_months(self.from_on, length.months)) * rounds
            )
        return maturity


@dataclass(frozen=True, slots=True)
class Excess:
    """The products above the base over [first, end), in minor units x days, and what they earn."""

    first: date
    end: date
    products: int
    annual_pct: Decimal
    rate_source: str


def check_base(base_minor: int, day: date, currency: str, parameters: SavingsParameters, field: str = "base_amount") -> None:
    """Whether a base is large enough on a day. Raises `agreement.base_too_small`, `parameter.*`."""
    minimum_minor = parameters.limit_minor_on(f"agreement.base_minimum.{currency}", day, currency)
    if base_minor < minimum_minor:
        raise BASE_TOO_SMALL(field=field, minimum=format_amount(minimum_minor, currency))


def check_maturity(matures_on: date, day: date) -> None:
    """Whether an agreement of a day may run until another. Raises `agreement.maturity`."""
    if not day < matures_on <= add_years(day, LONGEST_YEARS):
        raise MATURITY_WRONG(field="matures_on")


def agreed_rate(rate: str | None, day: date, currency: str, parameters: SavingsParameters) -> tuple[Decimal, str]:
    """Percent a year above the base, and where that stands: what the parties say, or the posted rate of the day. Raises `parameter.*`."""
    if rate is not None:
        return Decimal(rate), f"{AGREED_BY_BOTH}, {day.isoformat()}"
    posted = parameters.rate_on(RATE, day, currency)
    return posted.value, f"{posted.source}, {posted.effective.isoformat()}"


def excess_of(
    agreements: Sequence[DepositAgreement],
    changes: Iterable[tuple[date, int]],
    balance_minor: int,
    first: date,
    end: date,
    unit_minor: int,
) -> tuple[Excess, ...]:
    """The products above the base over [first, end), one part for each agreement that was in force.

    `agreements` in the order they were made, the last one of a day holds; `balance_minor` as it is after all `changes` (day, signed
    amount), of which those before `first` do not matter. As in `kernel.interest`, only whole units bear interest.
    """
    running = [
        each for each, after in pairwise([*agreements, None]) if each is not None and (after is None or after.from_on > each.from_on)
    ]
    borders = [max(each.from_on, first) for each in running] + [end]
    balances = _balances(changes, balance_minor, first, end) if any(each.base_minor is not None for each in running) else []
    parts = []
    for agreement, start, stop in zip(running, borders, borders[1:], strict=False):
        if agreement.base_minor is None or start >= min(stop, end):
            continue
        stop = min(stop, end)
        products = sum(
            counted_minor(balance - agreement.base_minor, unit_minor) * max(0, (min(until, stop) - max(since, start)).days)
            for since, until, balance in balances
        )
        if products:
            parts.append(Excess(start, stop, products, agreement.annual_pct, agreement.rate_source))
    return tuple(parts)


def _balances(changes: Iterable[tuple[date, int]], balance_minor: int, first: date, end: date) -> list[tuple[date, date, int]]:
    """The balances that stood over [first, end): from, to, and how much."""
    return list(reversed(list(_backwards(changes, balance_minor, first, end))))


def _backwards(changes: Iterable[tuple[date, int]], balance_minor: int, first: date, end: date) -> Iterator[tuple[date, date, int]]:
    until = end
    for day, amount_minor in sorted(changes, reverse=True):
        if day <= first:
            break
        if day < until:
            yield day, until, balance_minor
            until = day
        balance_minor -= amount_minor
    if first < until:
        yield first, until, balance_minor
