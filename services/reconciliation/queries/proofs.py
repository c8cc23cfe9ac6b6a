"""What can be asked of the proofs: a date's, the sums behind it side by side, the dates proved, where an account first differs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from banking.fields import CURRENCY_CHOICES, AccountNumber, CurrencyCode, Day, Form, OutletCode, labelled
from banking.lists import ListForm, cursor, given, page, place
from banking.query import Read, query
from banking.visibility import ACCOUNT_OUTSIDE, EVERYTHING, sight_for, sight_of
from contracts.books import BooksClient
from contracts.day import AccountMovements, DayClient
from contracts.reconciliation import PROOF_KINDS
from contracts.report import Column
from kernel.money import format_amount
from kernel.numbers import NumberKind, check_account
from kernel.text import Text
from services.reconciliation.domain.differences import first_difference
from services.reconciliation.proving import LATER, group_row, kept, prove_at_rest, shown
from services.reconciliation.tables import PROOF, PROOF_GROUP, REJECTION

GROUPS = (
    Column(key="outlet", label=Text("账务部门", "Books of")),
    Column(key="currency", label=Text("币种", "Currency")),
    Column(key="business_code", label=Text("业务代码", "Business code")),
    Column(key="owner", label=Text("分户账", "Kept by")),
    Column(key="kept_accounts", label=Text("分户数", "Accounts, keeper"), kind="integer"),
    Column(key="kept", label=Text("分户账余额", "Balance, keeper"), kind="amount"),
    Column(key="ledger_accounts", label=Text("总账户数", "Accounts, ledger"), kind="integer"),
    Column(key="ledger", label=Text("总账余额", "Balance, ledger"), kind="amount"),
    Column(key="difference", label=Text("差额", "Difference"), kind="amount"),
    Column(key="same", label=Text("相符", "Agrees")),
)
HISTORY = (
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="holds", label=Text("相符", "Holds")),
    *(
        Column(key=kind, label=label, kind="amount")
        for kind, label in zip(
            PROOF_KINDS,
            (
                Text("试算平衡差额", "Trial balance"),
                Text("总分差额", "Sub-ledgers"),
                Text("汇差差额", "Positions"),
                Text("往来对应差额", "Mirrors"),
                Text("完整性差额", "Completeness"),
            ),
            strict=True,
        )
    ),
    Column(key="made_at", label=Text("核对时间", "Proved at")),
)
POSTINGS_NAMED = 20


class ProofForm(Form):
    """The date to prove; the business date if left out."""

    date: Day | None = labelled("账务日期", "Business date", None, widget="date")


class GroupsForm(ListForm):
    """A date, the business date if left out; an outlet's sums, or only those that differ."""

    date: Day | None = labelled("账务日期", "Business date", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    different: bool = labelled("仅不符", "Only what differs", False, widget="boolean")


class HistoryForm(ListForm):
    """Which page."""


class AccountForm(Form):
    """A customer's account, and its currency."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)


@query(name="books.proof", title=Text("总分核对", "Proof of the books"), source="IB 3018-3031")
async def books_proof(read: Read, form: ProofForm) -> dict[str, Any]:
    """The five proofs: of the current date as the books stand, of an earlier one as its day end kept them. Raises `books.proof.*`."""
    day = _day(read, form.date)
    if day < read.business_date:
        return shown(await kept(read.connection, day))
    return shown((await prove_at_rest(read.resources, day)).proof)


def _day(read: Read, asked: date | None) -> date:
    day = asked or read.business_date
    if day > read.business_date:
        raise LATER(field="date", date=day, current=read.business_date)
    return day


@query(name="books.proof_groups", title=Text("总分核对明细", "Books side by side"), source="IB 3018-3031", columns=GROUPS)
async def proof_groups(read: Read, form: GroupsForm) -> dict[str, Any]:
    """Per outlet and account class what the keeper and the ledger say, credit positive: of the current date as the books stand, of an
    earlier one as its proof kept it. Raises `books.proof.*`, `outlet.outside`, `query.cursor`."""
    day, sight = _day(read, form.date), sight_for(read.principal, form.outlet)
    after = place(form.after, str, str, str)
    if day < read.business_date:
        await kept(read.connection, day)
        table = PROOF_GROUP.c
        key = tuple_(table.outlet, table.currency, table.business_code)
        conditions = [table.business_date == day, sight.condition(table.outlet)]
        conditions += [table.same.is_(False)] if form.different else []
        conditions += given([(after, lambda value: key > tuple_(*value))])
        asked = select(PROOF_GROUP).where(*conditions).order_by(*key.clauses).limit(form.limit + 1)
        rows = [dict(row._mapping) for row in await read.connection.execute(asked)]
    else:
        proven = await prove_at_rest(read.resources, day)
        rows = sorted((group_row(day, each) for each in proven.groups), key=_key)
        rows = [each for each in rows if sight.covers(each["outlet"]) and not (form.different and each["same"])]
        rows = [each for each in rows if after is None or _key(each) > after][: form.limit + 1]
    return page(rows, form.limit, lambda each: cursor(*_key(each)), _shown_group)


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["outlet"], row["currency"], row["business_code"]


def _shown_group(row: dict[str, Any]) -> dict[str, Any]:
    currency = row["currency"]
    amounts = {"kept": row["kept_minor"], "ledger": row["ledger_minor"], "difference": row["kept_minor"] - row["ledger_minor"]}
    counted = {name: row[name] for name in ("owner", "kept_accounts", "ledger_accounts", "same")}
    place_of = {"outlet": row["outlet"], "currency": currency, "business_code": row["business_code"]}
    return {**place_of, **counted, **{name: format_amount(minor, currency) for name, minor in amounts.items()}}


@query(name="books.proof_history", title=Text("总分核对历史", "Proofs by date"), source="IB 3018-3031", columns=HISTORY)
async def proof_history(read: Read, form: HistoryForm) -> dict[str, Any]:
    """The dates proved, the newest first, with the difference of each proof. Raises `query.cursor`."""
    after = place(form.after, date.fromisoformat)
    table = PROOF.c
    conditions = given([(after, lambda value: table.business_date < value[0])])
    dates = select(table.business_date).where(*conditions).group_by(table.business_date).order_by(table.business_date.desc())
    chosen = list((await read.connection.execute(dates.limit(form.limit + 1))).scalars())
    rows: dict[date, dict[str, Any]] = {day: {"business_date": day.isoformat(), "holds": True} for day in chosen}
    for row in await read.connection.execute(select(PROOF).where(table.business_date.in_(chosen)).order_by(table.made_at)):
        said = rows[row.business_date]
        said |= {row.kind: format_amount(row.difference_minor), "made_at": row.made_at.isoformat()}
        said["holds"] = said["holds"] and row.holds
    return page(list(rows.values()), form.limit, lambda each: each["business_date"], lambda each: each)


@query(name="books.proof_account", title=Text("分户差异追查", "First difference of an account"), source="IB 3018-3031")
async def proof_account(read: Read, form: AccountForm) -> dict[str, Any]:
    """A customer's account at its keeper and in the ledger: on which date and with which posting they first differ. For the computing
    centre and the city's departments. Raises `account.outside`."""
    if sight_of(read.principal) != EVERYTHING:
        raise ACCOUNT_OUTSIDE(field="account")
    keeper = "lending" if check_account(form.account) is NumberKind.LOAN else "savings"
    ours, theirs = await _both(read, keeper, form.account, None)
    day = first_difference(ours.days, theirs.days)
    said = {"account": form.account, "owner": keeper, **_sides(sum(ours.days.values()), sum(theirs.days.values()), form.currency)}
    if day is None:
        return {**said, "same": True}
    found = await _both(read, keeper, form.account, day)
    postings = [{each.posting_id: each.change_minor for each in side.postings} for side in found]
    different = [each for each in sorted({*postings[0], *postings[1]}) if postings[0].get(each, 0) != postings[1].get(each, 0)]
    refused = await _refused(read, different[:POSTINGS_NAMED])
    listed = [
        {"posting_id": str(each), **_sides(postings[0].get(each, 0), postings[1].get(each, 0), form.currency), **refused.get(each, {})}
        for each in different[:POSTINGS_NAMED]
    ]
    complete = len(different) <= POSTINGS_NAMED and not any(side.more for side in found)
    return {**said, "same": False, "first_date": day.isoformat(), "postings": listed, "complete": complete}


async def _both(read: Read, keeper: str, account: str, day: date | None) -> tuple[AccountMovements, AccountMovements]:
    transport = read.resources.transport
    return await asyncio.gather(DayClient(transport, keeper).movements(account, day), BooksClient(transport).movements(account, day))


def _sides(kept_minor: int, ledger_minor: int, currency: str) -> dict[str, str]:
    amounts = {"kept": kept_minor, "ledger": ledger_minor, "difference": kept_minor - ledger_minor}
    return {name: format_amount(minor, currency) for name, minor in amounts.items()}


async def _refused(read: Read, postings: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """What the ledger said of postings that it refused."""
    found = await read.connection.execute(select(REJECTION).where(REJECTION.c.posting_id.in_(list(postings))))
    return {row.posting_id: {"code": row.code, "reason": {"zh": row.reason_zh, "en": row.reason_en}} for row in found}
