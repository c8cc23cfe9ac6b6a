"""The ledger as other services call it: entries of a fact, reservations, balances, the organisation, totals and group sums for the
proofs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy import Text, case, func, select, true
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.automatic import Automatic, post_automatically
from banking.business_day import business_date_of
from banking.sub_ledger import AccountLines, group_sums, movements_of
from banking.transaction import Posting
from contracts.chart import SubjectView
from contracts.day import AccountMovements, DayClient, SubLedger
from contracts.internal_accounts import AskedByHand
from contracts.ledger import AccountReference, Entry, Expansion, OffSheetEntry, PostingRequested, control_total_minor
from contracts.topology import OWNERS
from kernel.money import format_amount
from kernel.numbers import check_outlet
from runtime.auth import service_only
from runtime.identifiers import derived_id
from runtime.service import Resources, resources_of
from services.ledger.domain.expand import expand
from services.ledger.domain.model import CHANNELS, CodeKind, Leg, OffSheetLeg, PostingSet
from services.ledger.domain.rulebook import Rulebook
from services.ledger.general_ledger import unexplained_balances
from services.ledger.hand_legs import account_by_hand
from services.ledger.reservations import claims_of, release, reserve
from services.ledger.rulebook import rulebook_on
from services.ledger.tables import ACCOUNT, FRAME, LEG, ORIGIN_TOTAL, OUTLET, POSTING_SET, SUBJECT_TOTAL

router = APIRouter(prefix="/internal", dependencies=[Depends(service_only)], include_in_schema=False)
SERVICES = OWNERS[PostingRequested.NAME]


@router.post("/expand")
async def expand_fact(fact: PostingRequested, request: Request) -> Expansion:
    """The entries a fact makes; with `reserve` money leaving guarded accounts is held, without it is only checked to be there."""
    return await expansion_of(resources_of(request), fact, hold=request.query_params.get("reserve") == "1")


async def expansion_of(resources: Resources, fact: PostingRequested, *, hold: bool) -> Expansion:
    """Expand a fact, look after guarded accounts, and show the entries."""
    rulebook = await rulebook_on(resources, fact.business_date)
    posting_set = expand(rulebook, fact)  # type: ignore[arg-type]
    claims = claims_of(rulebook, posting_set)
    if claims:
        await reserve(resources, fact, claims, hold=hold)
    return Expansion(
        posting_id=fact.posting_id,
        rule=posting_set.rule,
        rule_version=posting_set.rule_version,
        control_total_minor=control_total_minor(fact),
        entries=[entry_of(leg, posting_set, rulebook) for leg in posting_set.legs],
        off_sheet=[off_sheet_entry_of(leg) for leg in posting_set.off_sheet],
    )


def entry_of(leg: Leg, posting_set: PostingSet, rulebook: Rulebook) -> Entry:
    """A leg as receipts show it."""
    return Entry(
        outlet=leg.outlet,
        account=leg.account,
        business_code=leg.business_code,
        subject=leg.subject,
        subject_name=rulebook.subject(leg.subject, posting_set.business_date).name.as_dict(),
        direction=leg.direction,
        amount=format_amount(leg.amount_minor, posting_set.currency),
        red=leg.red,
        cash=leg.cash,
        automatic=leg.automatic,
        summary=leg.summary,
    )


def off_sheet_entry_of(leg: OffSheetLeg) -> OffSheetEntry:
    """An off-sheet leg as receipts show it."""
    return OffSheetEntry(
        outlet=leg.outlet,
        account=leg.account,
        business_code=leg.business_code,
        subject=leg.subject,
        direction=leg.direction,
        amount=format_amount(leg.amount_minor, leg.currency),
        red=leg.red,
    )


@router.post("/reservations/{posting_id}/release")
async def release_reservation(posting_id: UUID, request: Request) -> dict[str, str]:
    """Give back what is held under a posting id."""
    await release(resources_of(request), posting_id)
    return {"state": "released"}


class Accounts(BaseModel):
    """Account numbers to look up."""

    accounts: list[str]


@router.post("/balances")
async def balances(body: Accounts, request: Request) -> dict[str, dict[str, int]]:
    """Balances in minor units, debit positive."""
    async with resources_of(request).database.reading() as connection:
        rows = await connection.execute(select(ACCOUNT.c.account, ACCOUNT.c.balance_minor).where(ACCOUNT.c.account.in_(body.accounts)))
        return {"balances": {row.account: row.balance_minor for row in rows}}


@router.post("/accounts/by-hand")
async def named_by_hand(body: AskedByHand, request: Request) -> AccountReference:
    """The internal account that somebody named in a transaction of another service. Raises as `account_by_hand`."""
    resources = resources_of(request)
    async with resources.database.reading() as connection:
        return await account_by_hand(resources, connection, await business_date_of(connection, FRAME), body)


class Department(BaseModel):
    """A department of the bank."""

    outlet: str
    zh: str
    en: str


class Organisation(BaseModel):
    """The departments and the business date the bank starts with."""

    business_date: date
    outlets: list[Department]


@router.post("/organisation")
async def set_organisation(body: Organisation, request: Request) -> dict[str, int]:
    """Add departments and open the business day for them in every service. Repeating it changes nothing."""
    resources = resources_of(request)
    for department in body.outlets:
        check_outlet(department.outlet)
    async with resources.database.transaction() as connection:
        rows = [{"outlet": each.outlet, "name_zh": each.zh, "name_en": each.en, "opened_on": body.business_date} for each in body.outlets]
        await connection.execute(insert_or(OUTLET).on_conflict_do_nothing(), rows)
        outlets = list((await connection.execute(select(OUTLET.c.outlet).order_by(OUTLET.c.outlet))).scalars())
    for service in SERVICES:
        await DayClient(resources.transport, service).open(body.business_date, outlets)
    return {"outlets": len(outlets)}


@router.get("/organisation")
async def organisation(request: Request) -> Organisation:
    """The departments and the ledger's business date."""
    async with resources_of(request).database.reading() as connection:
        day = await business_date_of(connection, FRAME)
        rows = await connection.execute(select(OUTLET).order_by(OUTLET.c.outlet))
        return Organisation(business_date=day, outlets=[Department(outlet=row.outlet, zh=row.name_zh, en=row.name_en) for row in rows])


class AutomaticItem(BaseModel):
    """One system posting: a key that makes it once, and the fact."""

    key: str
    outlet: str
    rule: str
    currency: str = "CNY"
    accounts: dict[str, AccountReference] = {}
    amounts_minor: dict[str, int] = {}
    references: dict[str, str] = {}
    cash_box: str | None = None


class AutomaticBatch(BaseModel):
    """System postings of one code."""

    code: str
    items: list[AutomaticItem]


@router.post("/automatic")
async def post_automatic(body: AutomaticBatch, request: Request) -> dict[str, int]:
    """Post what was not posted before under the same key."""
    resources = resources_of(request)
    items = [
        Automatic(
            derived_id(body.code, item.key),
            item.outlet,
            Posting(
                rule=item.rule,
                currency=item.currency,
                accounts=item.accounts,
                amounts_minor=item.amounts_minor,
                references=item.references,
                cash_box=item.cash_box,
            ),
        )
        for item in body.items
    ]
    async with resources.database.transaction() as connection:
        day = await business_date_of(connection, FRAME)
        posted = await post_automatically(connection, resources, body.code, day, items)
    resources.outbox.committed()
    return {"posted": posted}


@router.get("/totals")
async def totals(date: date, request: Request) -> dict[str, list[dict[str, Any]]]:
    """Count and control total of what stands in the journal for a date, per origin."""
    async with resources_of(request).database.reading() as connection:
        rows = await connection.execute(select(ORIGIN_TOTAL).where(ORIGIN_TOTAL.c.business_date == date).order_by(ORIGIN_TOTAL.c.origin))
        return {
            "totals": [{"origin": row.origin, "postings": row.postings, "control_total_minor": row.control_total_minor} for row in rows]
        }


@router.get("/interbranch")
async def interbranch(request: Request, currency: str | None = None) -> Response:
    """Account -> balance of every 416-420 sub-account, of 110, and of the reserve accounts, in one currency or all; debit positive.

    The database writes the answer: a large bank has tens of thousands of them, and asks several times a run.
    """
    codes = (*CHANNELS, "110", "471", "472")
    balances = func.coalesce(func.json_object_agg(ACCOUNT.c.account, ACCOUNT.c.balance_minor).cast(Text), "{}")
    async with resources_of(request).database.reading() as connection:
        found = select(balances).where(ACCOUNT.c.business_code.in_(codes), ACCOUNT.c.currency == currency if currency else true())
        return Response(await connection.scalar(found), media_type="application/json")


class PostingIds(BaseModel):
    """Postings to look up."""

    posting_ids: list[UUID]


@router.post("/posted")
async def posted(body: PostingIds, request: Request) -> dict[str, list[UUID]]:
    """Which of these postings stand in the journal."""
    async with resources_of(request).database.reading() as connection:
        found = select(POSTING_SET.c.posting_id).where(POSTING_SET.c.posting_id.in_(body.posting_ids))
        return {"posted": list((await connection.execute(found)).scalars())}


def codes_owned_by(owner: str, day: date, rulebook: Rulebook) -> Sequence[str]:
    """The business codes of customers' accounts that a service keeps."""
    return [code.code for code in rulebook.business_codes(day) if code.owner == owner and code.kind is CodeKind.CUSTOMER]


@router.get("/sub-ledgers/{owner}")
async def sub_ledger(owner: str, request: Request) -> SubLedger:
    """The ledger's own group sums of the accounts a service owns, credit positive, to be held against that service's."""
    resources = resources_of(request)
    async with resources.database.reading() as connection:
        day = await business_date_of(connection, FRAME)
        codes = codes_owned_by(owner, day, await rulebook_on(resources, day))
        balance = case((ACCOUNT.c.business_code.in_(codes), -ACCOUNT.c.balance_minor), else_=0)
        groups = await group_sums(connection, ACCOUNT.c.account, ACCOUNT.c.outlet, ACCOUNT.c.currency, ACCOUNT.c.business_code, balance)
        return SubLedger(service="ledger", groups=groups)


@router.get("/sub-ledgers/{owner}/accounts")
async def sub_ledger_accounts(owner: str, outlet: str, currency: str, business_code: str, request: Request) -> dict[str, dict[str, int]]:
    """Every account of one group with its balance, credit positive."""
    async with resources_of(request).database.reading() as connection:
        rows = await connection.execute(
            select(ACCOUNT.c.account, -ACCOUNT.c.balance_minor)
            .where(ACCOUNT.c.outlet == outlet, ACCOUNT.c.currency == currency, ACCOUNT.c.business_code == business_code)
            .where(ACCOUNT.c.balance_minor != 0)
        )
        return {"balances": dict(rows.tuples().all())}


@router.get("/account-movements")
async def account_movements(account: str, request: Request, business_date: date | None = None) -> AccountMovements:
    """What moved an account in the journal: sums by date, or of one date by posting; credit positive."""
    signed = case((LEG.c.is_debit == LEG.c.red, LEG.c.amount_minor), else_=-LEG.c.amount_minor)
    lines = AccountLines(LEG.c.account, LEG.c.business_date, LEG.c.posting_id, signed)
    async with resources_of(request).database.reading() as connection:
        return await movements_of(connection, lines, account, business_date)


@router.get("/subjects")
async def subjects(date: date, request: Request) -> dict[str, dict[str, SubjectView]]:
    """The subject behind each business code of customers' accounts, as it stands on a date."""
    rulebook = await rulebook_on(resources_of(request), date)
    codes = [code for code in rulebook.business_codes(date) if code.kind is CodeKind.CUSTOMER]
    found = {code.code: rulebook.subject(code.subject, date) for code in codes}
    return {"subjects": {code: SubjectView(subject=subject.code, name=subject.name) for code, subject in found.items()}}


@router.get("/trial-balance")
async def trial_balance(date: date, request: Request) -> dict[str, list[dict[str, Any]]]:
    """Outlets whose turnover of a date, or whose accounts as they stand, do not balance, and business codes whose accounts are not what the
    general ledger and the date's turnover make; empty when all is well."""
    turnover = func.sum(
        SUBJECT_TOTAL.c.debit_cash_minor
        + SUBJECT_TOTAL.c.debit_transfer_minor
        - SUBJECT_TOTAL.c.credit_cash_minor
        - SUBJECT_TOTAL.c.credit_transfer_minor
    )
    resources = resources_of(request)
    off_sheet = [code.code for code in (await rulebook_on(resources, date)).business_codes(date) if code.off_sheet]
    async with resources.database.reading() as connection:
        moved = await connection.execute(
            select(SUBJECT_TOTAL.c.outlet, SUBJECT_TOTAL.c.currency, turnover.label("difference_minor"))
            .where(SUBJECT_TOTAL.c.business_date == date, SUBJECT_TOTAL.c.off_sheet.is_(False))
            .group_by(SUBJECT_TOTAL.c.outlet, SUBJECT_TOTAL.c.currency)
            .having(turnover != 0)
        )
        standing = func.sum(ACCOUNT.c.balance_minor)
        stood = await connection.execute(
            select(ACCOUNT.c.outlet, ACCOUNT.c.currency, standing.label("difference_minor"))
            .where(ACCOUNT.c.business_code.not_in(off_sheet))
            .group_by(ACCOUNT.c.outlet, ACCOUNT.c.currency)
            .having(standing != 0)
        )
        return {
            "turnover": [_plain(row) for row in moved.mappings()],
            "balances": [_plain(row) for row in stood.mappings()],
            "unexplained": await unexplained_balances(connection, date),
        }


def _plain(row: Any) -> dict[str, Any]:
    return {**row, "difference_minor": int(row["difference_minor"])}
