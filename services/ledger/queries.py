"""What can be asked of the books: inter-branch differences, subjects, the entries of a transaction (IB 1770-1800, 2514, 3791-3849)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from banking.fields import CURRENCY_CHOICES, CurrencyCode, Day, Form, OutletCode, TransactionNumber, labelled
from banking.query import Read, query
from contracts.ledger import Entry, OffSheetEntry, PostingRequested
from kernel.money import currency_of, format_amount
from kernel.text import Text
from services.ledger.accounting.load import load_rulebook
from services.ledger.balances import by_subject, code_balances
from services.ledger.domain.model import CHANNELS
from services.ledger.domain.refusals import TRANSACTION_UNKNOWN
from services.ledger.tables import LEG, OFF_SHEET_LEG, POSTING_SET, REVERSAL


class BooksForm(Form):
    """A date (the business date if left out), an outlet (the whole bank if left out) and a currency."""

    date: Day | None = labelled("账务日期", "Business date", None, widget="date")
    outlet: OutletCode | None = labelled("部门号", "Outlet", None)
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)


class SubjectForm(BooksForm):
    """The same, with a range of subjects."""

    from_: str | None = labelled("起始科目", "From subject", None, alias="from", pattern=r"^[0-9]{3,7}$")
    to: str | None = labelled("终止科目", "To subject", None, pattern=r"^[0-9]{3,7}$")


class EntriesForm(Form):
    """A transaction: its number, and its business date (today's if left out)."""

    transaction_number: TransactionNumber = labelled("交易流水", "Transaction number")
    date: Day | None = labelled("账务日期", "Business date", None, widget="date")


@query(name="ledger.differences", title=Text("汇差查询", "Inter-branch differences"), source="IB 2514, 3836")
async def differences(read: Read, form: BooksForm) -> dict[str, Any]:
    """Per outlet and 416 sub-account: turnover of the date and the balance, credit positive."""
    currency_of(form.currency)
    day = form.date or read.business_date
    balances = await code_balances(read.connection, day, form.outlet, form.currency)
    rows = [
        {
            "outlet": each.outlet,
            "sub_account": each.business_code,
            "name": load_rulebook().business_code(each.business_code, day).name.as_dict(),
            "currency": each.currency,
            "debit": format_amount(each.debit_minor, each.currency),
            "credit": format_amount(each.credit_minor, each.currency),
            "balance": format_amount(-each.closing_minor, each.currency),
        }
        for each in balances
        if each.business_code in CHANNELS
    ]
    return {"date": day.isoformat(), "rows": rows, "next": None}


@query(name="ledger.subject", title=Text("科目查询", "Subjects"), source="IB 1786, 3827")
async def subjects(read: Read, form: SubjectForm) -> dict[str, Any]:
    """Per subject: opening, debit, credit, closing; opening and closing are signed, debit positive."""
    currency_of(form.currency)
    day = form.date or read.business_date
    balances = await code_balances(read.connection, day, form.outlet, form.currency)
    rows = [
        {
            "subject": each.subject,
            "name": load_rulebook().subject(each.subject, day).name.as_dict(),
            "opening": format_amount(each.opening_minor, form.currency),
            "debit": format_amount(each.debit_minor, form.currency),
            "credit": format_amount(each.credit_minor, form.currency),
            "closing": format_amount(each.closing_minor, form.currency),
        }
        for sheet in (False, True)
        for each in by_subject(balances, off_sheet=sheet)
        if _within(each.subject, form.from_, form.to)
    ]
    return {"date": day.isoformat(), "outlet": form.outlet, "currency": form.currency, "rows": rows, "next": None}


def _within(subject: str, start: str | None, end: str | None) -> bool:
    """Whether a subject lies in a range; `407` as the end takes in 40701."""
    return (start is None or subject >= start) and (end is None or subject[: len(end)] <= end)


@query(name="transaction.entries", title=Text("交易账务查询", "Entries of a transaction"), source="IB 1770, 3791")
async def entries(read: Read, form: EntriesForm) -> dict[str, Any]:
    """The entries of a transaction, who made it, and the rule that says why they are so. Raises `ledger.transaction.unknown`."""
    day = form.date or read.business_date
    found = (
        await read.connection.execute(
            select(POSTING_SET).where(POSTING_SET.c.business_date == day, POSTING_SET.c.transaction_number == form.transaction_number)
        )
    ).first()
    if found is None:
        raise TRANSACTION_UNKNOWN(field="transaction_number", number=form.transaction_number, date=day)
    legs = await read.connection.execute(select(LEG).where(LEG.c.posting_id == found.posting_id).order_by(LEG.c.line))
    off_sheet = await read.connection.execute(
        select(OFF_SHEET_LEG).where(OFF_SHEET_LEG.c.posting_id == found.posting_id).order_by(OFF_SHEET_LEG.c.line)
    )
    reversed_by = (
        await read.connection.execute(
            select(POSTING_SET.c.transaction_number, POSTING_SET.c.business_date)
            .join(REVERSAL, REVERSAL.c.reversed_by == POSTING_SET.c.posting_id)
            .where(REVERSAL.c.posting_id == found.posting_id)
        )
    ).first()
    return {
        "transaction_number": found.transaction_number,
        "posting_id": str(found.posting_id),
        "code": found.transaction_code,
        "business_date": found.business_date.isoformat(),
        "value_date": found.value_date.isoformat(),
        "currency": found.currency,
        "outlet": found.outlet,
        "teller": found.teller,
        "second": found.second,
        "red": found.red,
        "summary": PostingRequested.model_validate(found.fact).summary,
        "reversed_by": {"number": reversed_by[0], "date": reversed_by[1].isoformat()} if reversed_by else None,
        "rule": _rule_of(found),
        "entries": [_entry(row).model_dump(mode="json") for row in legs],
        "off_sheet": [_off_sheet_entry(row).model_dump(mode="json") for row in off_sheet],
    }


def _rule_of(found: Row[Any]) -> dict[str, Any]:
    rule = load_rulebook().rule(found.rule, found.business_date, found.rule_version)
    return {
        "name": rule.name,
        "version": rule.version,
        "title": rule.title.as_dict(),
        "source": rule.source,
        "effective": rule.effective.isoformat(),
    }


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        outlet=row.outlet,
        account=row.account,
        business_code=row.business_code,
        subject=row.subject,
        subject_name=load_rulebook().subject(row.subject, row.business_date).name.as_dict(),
        direction="debit" if row.is_debit else "credit",
        amount=format_amount(row.amount_minor, row.currency),
        red=row.red,
        cash=row.cash,
        automatic=row.automatic,
        summary=row.summary,
    )


def _off_sheet_entry(row: Row[Any]) -> OffSheetEntry:
    return OffSheetEntry(
        outlet=row.outlet,
        account=row.account,
        business_code=row.business_code,
        subject=row.subject,
        direction="receive" if row.is_receive else "pay",
        amount=format_amount(row.amount_minor, row.currency),
        red=row.red,
    )
