"""帐户积数查询: the products accounts have gathered, and the interest they come to (IB 2493, 3713)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from banking.fields import OutletCode, labelled
from banking.lists import BusinessCode, ListForm, NumberBeginning, cursor, page, place
from banking.query import Read, query
from banking.visibility import sight_for
from contracts.report import Column
from kernel.money import format_amount
from kernel.text import Text
from services.savings.accounts import account_of
from services.savings.deposit_agreements import excess_until
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import Account
from services.savings.domain.accumulated import accrue
from services.savings.domain.deposit_agreements import Excess
from services.savings.domain.interest import settle_at_closing
from services.savings.domain.products import CATALOGUE, AccumulatedInterest
from services.savings.parameters.load import parameters
from services.savings.queries.selections import beginning_with, seen
from services.savings.tables import ACCOUNT

ACCUMULATING = [product.code for product in CATALOGUE.values() if isinstance(product.interest, AccumulatedInterest)]
LIVE = [status.value for status in (AccountStatus.NORMAL, AccountStatus.SETTLED, AccountStatus.DORMANT)]
PRODUCTS = (
    Column(key="account", label=Text("账号", "Account")),
    Column(key="name", label=Text("户名", "Name")),
    Column(key="business_code", label=Text("账户科目", "Business code")),
    Column(key="currency", label=Text("货币", "Currency")),
    Column(key="balance", label=Text("余额", "Balance"), kind="amount"),
    Column(key="products", label=Text("积数", "Products"), kind="amount"),
    Column(key="since", label=Text("计息起始日", "Accrues since"), kind="date"),
    Column(key="days", label=Text("天数", "Days"), kind="integer"),
    Column(key="rate", label=Text("利率(年%)", "Rate (% a year)")),
    Column(key="interest", label=Text("应付利息", "Interest so far"), kind="amount"),
    Column(key="outlet", label=Text("账务部门", "Books of")),
)


class AccountProducts(ListForm):
    """Any of these together."""

    account: NumberBeginning | None = labelled("起始账号", "Account number, or its beginning", None, widget="account")
    business_code: BusinessCode | None = labelled("账户科目", "Business code", None)
    outlet: OutletCode | None = labelled("网点", "Outlet", None)


@query(name="account.products", title=Text("帐户积数查询", "Accumulated products"), source="IB 3713", columns=PRODUCTS)
async def products(read_: Read, form: AccountProducts) -> dict[str, Any]:
    """Per account whose interest is counted by products: those gathered through the day before the business date (in major units x
    days), and the interest they come to at the rate of the date - above the base of an
    agreement deposit at the agreed one - in the order of the numbers. Raises `outlet.outside`, `query.cursor`."""
    table = ACCOUNT.c
    found = select(ACCOUNT).where(
        seen(sight_for(read_.principal, form.outlet)), table.product.in_(ACCUMULATING), table.status.in_(LIVE), table.interest_bearing
    )
    if form.account is not None:
        found = found.where(beginning_with(table.account, form.account))
    if form.business_code is not None:
        found = found.where(table.business_code == form.business_code)
    if (after := place(form.after, str)) is not None:
        found = found.where(table.account > after[0])
    rows = (await read_.connection.execute(found.order_by(table.account).limit(form.limit + 1))).all()
    day = read_.business_date
    excess = await excess_until(read_.connection, [account_of(row) for row in rows], day)
    return page(rows, form.limit, lambda row: cursor(row.account), lambda row: shown(account_of(row), day, excess.get(row.account, ())))


def products_on(account: Account, day: date) -> int:
    """The products of an account when a date begins, in minor units x days."""
    return accrue(account.accumulation, max(day, account.accumulation.until)).products


def shown(account: Account, day: date, excess: tuple[Excess, ...] = ()) -> dict[str, Any]:
    """The products of an account as they stand when a date begins; those of its own day are still open."""
    state = accrue(account.accumulation, max(day, account.accumulation.until))
    statement, _ = settle_at_closing(state, account.product, account.currency, state.until, parameters(), excess=excess)
    return {
        "account": account.number,
        "name": account.name,
        "business_code": account.product.business_code,
        "currency": account.currency,
        "balance": format_amount(account.balance_minor, account.currency),
        "products": format_amount(state.products, account.currency),
        "since": state.since.isoformat(),
        "days": state.days,
        "rate": f"{statement.segments[0].annual_pct.normalize():f}" if statement.segments else _rate(account, state.until),
        "interest": format_amount(statement.interest_minor, account.currency),
        "outlet": account.outlet,
    }


def _rate(account: Account, day: date) -> str | None:
    """The posted rate of the day, percent a year."""
    if not isinstance(account.product.interest, AccumulatedInterest):
        return None
    return format(parameters().rate_on(account.product.interest.rate, day, account.currency).value.normalize(), "f")
