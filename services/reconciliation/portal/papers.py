"""账单下载、打印: a statement as a table that the door renders as PDF, workbook, CSV or a page to print, and the proof that a paper is
genuine (decision 0025)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from banking.lists import Cursor, place
from contracts.papers import PaperAsked, PaperFacts, PaperVerified
from contracts.report import Column, Heading, ReportTable
from contracts.statements import StatementNumber
from kernel.money import format_amount
from kernel.text import Text
from kernel.vouchers import KINDS
from runtime.auth import service_only
from runtime.service import Resources, resources_of
from services.reconciliation.domain.papers import Paper, PaperLine, check_code, digest_of_lines, is_code_of, may_be
from services.reconciliation.domain.portal_operators import Operator
from services.reconciliation.domain.statement_periods import StatementKind
from services.reconciliation.portal.acts import log_act
from services.reconciliation.portal.session import operator_of
from services.reconciliation.statements.store import found, seen_by
from services.reconciliation.statements.tables import STATEMENT, STATEMENT_LINE

router = APIRouter(prefix="/portal", include_in_schema=False)
PAGE = 1000
DIGESTS_KEPT = 10_000
TITLES = {
    StatementKind.BALANCE.value: Text("余额对账单", "Balance statement"),
    StatementKind.DETAIL.value: Text("明细对账单", "Detail statement"),
}
WHERE_TO_VERIFY = Text(
    "凭账单编号和校验码在本行网站 /verify 验证真伪", "to be verified by number and check code at the bank's page /verify"
)
COLUMNS = [
    Column(key="line", label=Text("序号", "No."), kind="integer"),
    Column(key="business_date", label=Text("日期", "Date"), kind="date"),
    Column(key="transaction_number", label=Text("流水号", "Transaction")),
    Column(key="voucher", label=Text("凭证", "Voucher")),
    Column(key="summary", label=Text("摘要", "Summary")),
    Column(key="debit", label=Text("借方(付出)", "Debit (paid)"), kind="amount"),
    Column(key="credit", label=Text("贷方(收入)", "Credit (received)"), kind="amount"),
    Column(key="balance_after", label=Text("余额", "Balance"), kind="amount"),
]
FIGURES = [
    Column(key="figure", label=Text("项目", "Figure")),
    Column(key="entries", label=Text("笔数", "Entries"), kind="integer"),
    Column(key="amount", label=Text("金额", "Amount"), kind="amount"),
]


@router.get("/papers/{number}")
async def paper(
    number: Annotated[StatementNumber, Path()],
    request: Request,
    operator: Annotated[Operator, Depends(operator_of)],
    format: Annotated[Literal["html", "csv", "xlsx", "pdf"], Query()],
    after: Cursor | None = None,
) -> ReportTable:
    """A statement as a table, page by page; the first page is written down as the operator's act. Raises `statement.unknown`,
    `query.cursor`."""
    resources = resources_of(request)
    behind = (place(after, _line_number) or (0,))[0]
    async with resources.database.transaction() as connection:
        row = await found(connection, number, *seen_by(operator))
        rows, more = await _lines(connection, row, behind)
        code = ""
        if after is None:
            code = check_code(_secret(resources), await _paper(connection, resources, row))
            await log_act(connection, operator, "recon.statement.paper", number, {"format": format}, at=resources.clock.now())
    return _table(row, rows, code, str(rows[-1].line) if more else None)


@router.post("/verify", dependencies=[Depends(service_only)])
async def verify(body: PaperAsked, request: Request) -> PaperVerified:
    """Whether a paper is the bank's, for anybody who has it. What is not gets one and the same answer, mostly without a look into the
    books."""
    resources = resources_of(request)
    if not may_be(_secret(resources), body.number, body.code):
        return PaperVerified(genuine=False)
    async with resources.database.reading() as connection:
        row = (await connection.execute(select(STATEMENT).where(STATEMENT.c.number == body.number))).first()
        if row is None or not is_code_of(_secret(resources), await _paper(connection, resources, row), body.code):
            return PaperVerified(genuine=False)
    return PaperVerified(genuine=True, facts=_facts(row))


def _line_number(text: str) -> int:
    """The number of a line in a cursor; `ValueError` for what no statement can have."""
    number = int(text)
    if not 0 <= number < 2**31:
        raise ValueError(text)
    return number


def _secret(resources: Resources) -> str:
    return resources.settings.service_key.get_secret_value()


async def _paper(connection: AsyncConnection, resources: Resources, row: Row[Any]) -> Paper:
    """A statement as its code is made of it. Entries never change, so the digest of a statement's is reckoned once in a process."""
    digests: dict[str, bytes] = resources.state.setdefault("digests_of_statement_lines", {})
    if row.number not in digests:
        if len(digests) >= DIGESTS_KEPT:
            digests.clear()
        digests[row.number] = await _digest(connection, row)
    return Paper(
        number=row.number,
        kind=row.kind,
        account=row.account,
        name=row.name,
        currency=row.currency,
        date_from=row.date_from,
        date_to=row.date_to,
        opening_minor=row.opening_minor,
        closing_minor=row.closing_minor,
        lines_digest=digests[row.number],
    )


async def _digest(connection: AsyncConnection, row: Row[Any]) -> bytes:
    line = STATEMENT_LINE.c
    wanted = select(
        line.line, line.business_date, line.transaction_number, line.is_debit, line.amount_minor, line.balance_after_minor, line.summary
    )
    rows = await connection.execute(wanted.where(line.number == row.number).order_by(line.line))
    return digest_of_lines(PaperLine(*each) for each in rows)


async def _lines(connection: AsyncConnection, row: Row[Any], after: int) -> tuple[list[Row[Any]], bool]:
    """A page of the entries, and whether more follow."""
    mine = (STATEMENT_LINE.c.number == row.number, STATEMENT_LINE.c.line > after)
    rows = (await connection.execute(select(STATEMENT_LINE).where(*mine).order_by(STATEMENT_LINE.c.line).limit(PAGE + 1))).all()
    return list(rows[:PAGE]), len(rows) > PAGE


def _facts(row: Row[Any]) -> PaperFacts:
    return PaperFacts(
        number=row.number,
        kind=row.kind,
        account=row.account,
        name=row.name,
        currency=row.currency,
        date_from=row.date_from,
        date_to=row.date_to,
        opening_balance=format_amount(row.opening_minor, row.currency),
        closing_balance=format_amount(row.closing_minor, row.currency),
        lines=row.debit_count + row.credit_count if row.kind == StatementKind.DETAIL.value else 0,
    )


def _table(row: Row[Any], rows: list[Row[Any]], code: str, following: str | None) -> ReportTable:
    def amount(minor: int) -> str:
        return format_amount(minor, row.currency)

    detail = row.kind == StatementKind.DETAIL.value
    headers = [
        Heading(label=Text("账单编号", "Statement"), value=row.number),
        Heading(label=Text("账号", "Account"), value=row.account),
        Heading(label=Text("户名", "Name"), value=row.name),
        Heading(label=Text("开户网点", "Outlet"), value=row.outlet),
        Heading(label=Text("币种", "Currency"), value=row.currency),
        Heading(label=Text("账单期间", "Period"), value=f"{row.date_from.isoformat()} – {row.date_to.isoformat()}"),
        Heading(label=Text("请于此日前回复", "To be replied to by"), value=row.due_on.isoformat()),
        Heading(label=Text("校验码", "Check code"), value=code),
        Heading(label=Text("验证", "Verification"), value=WHERE_TO_VERIFY),
    ]
    figures = (
        (Text("期初余额", "Opening balance"), None, row.opening_minor),
        (Text("借方发生额(付出)", "Debit turnover (paid)"), row.debit_count, row.debit_minor),
        (Text("贷方发生额(收入)", "Credit turnover (received)"), row.credit_count, row.credit_minor),
        (Text("期末余额", "Closing balance"), None, row.closing_minor),
    )
    if not detail:
        summary = [{"figure": label, "entries": entries, "amount": amount(minor)} for label, entries, minor in figures]
        return ReportTable(title=TITLES[row.kind], headers=headers, columns=FIGURES, rows=summary)
    headers += [
        Heading(label=label, value=amount(minor) if entries is None else f"{amount(minor)} ({entries})")
        for label, entries, minor in figures
    ]
    totals = {side: amount(sum(each.amount_minor for each in rows if each.is_debit is (side == "debit"))) for side in ("debit", "credit")}
    return ReportTable(
        title=TITLES[row.kind],
        headers=headers,
        columns=COLUMNS,
        rows=[_row(each, row.currency) for each in rows],
        totals=dict(totals),
        next=following,
    )


def _voucher(line: Row[Any]) -> Text | str:
    """The kind of voucher by its name, where the bank has one for it, and its number."""
    number, kind = line.voucher_number or "", KINDS.get(line.voucher_type)
    return Text(f"{kind.name.zh} {number}".strip(), f"{kind.name.en} {number}".strip()) if kind else number


def _row(line: Row[Any], currency: str) -> dict[str, Any]:
    return {
        "line": line.line,
        "business_date": line.business_date.isoformat(),
        "transaction_number": line.transaction_number,
        "voucher": _voucher(line),
        "summary": line.summary,
        "debit" if line.is_debit else "credit": format_amount(line.amount_minor, currency),
        "balance_after": format_amount(line.balance_after_minor, currency),
    }
