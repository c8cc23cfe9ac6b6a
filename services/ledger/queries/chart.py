"""科目、业务代码查询: the chart of accounts and the business codes as they stand on a date, coming ones too (IB 790, 1786)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from sqlalchemy import select

from banking.fields import Day, labelled
from banking.lists import ListForm, page
from banking.query import Read, query
from contracts.report import Column
from kernel.text import Text
from services.ledger.domain.model import BusinessCode, Subject
from services.ledger.rulebook import BUSINESS_CODE, SUBJECT, accounting_as_changed
from services.ledger.tables import CHART_CHANGE
from services.ledger.transactions.chart import CLASSES, GUARDS, KINDS, SIDES

Beginning = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{1,7}$")]
OWNERS = {"ledger": Text("内部", "internal"), "savings": Text("存款", "deposits"), "lending": Text("贷款", "loans")}

COLUMNS = (
    Column(key="kind", label=Text("类别", "Kind")),
    Column(key="code", label=Text("科目/业务代码", "Subject or code")),
    Column(key="name", label=Text("名称", "Name")),
    Column(key="subject_class", label=Text("科目类别", "Class")),
    Column(key="side", label=Text("余额方向", "Normal side")),
    Column(key="subject", label=Text("所属科目", "Subject")),
    Column(key="accounts_of", label=Text("账户归属", "Accounts of")),
    Column(key="guard", label=Text("余额限制", "Guard")),
    Column(key="may_open", label=Text("网点可开户", "Outlets may open")),
    Column(key="effective", label=Text("生效日", "Effective"), kind="date"),
    Column(key="source", label=Text("依据", "Source")),
    Column(key="teller", label=Text("维护柜员", "Changed by")),
    Column(key="second", label=Text("授权柜员", "Approved by")),
)


class ChartQuery(ListForm):
    """Subjects, business codes or both, as of a date (the business date if left out), whose number begins with these digits."""

    date: Day | None = labelled("日期", "As of", None, widget="date")
    kind: Literal["subject", "business_code"] | None = labelled("类别", "Kind", None, widget="choice", choices=KINDS)
    code: Beginning | None = labelled("科目/业务代码", "Number begins with", None)


@query(name="ledger.chart", title=Text("科目、业务代码查询", "Chart of accounts"), source="IB 790, 1786", columns=COLUMNS)
async def chart(read: Read, form: ChartQuery) -> dict[str, Any]:
    """The lines in force on a date; those that an accountant has changed say who did."""
    day = form.date or read.business_date
    rulebook = (await accounting_as_changed(read.connection)).rulebook()
    changes = {
        (row.kind, row.code, row.effective): (row.teller, row.second)
        for row in await read.connection.execute(select(CHART_CHANGE).order_by(CHART_CHANGE.c.change))
    }
    rows = [*map(_subject, rulebook.subjects(day)), *map(_business_code, rulebook.business_codes(day))]
    found = []
    for row in rows:
        wanted = form.kind in (None, row["kind"]) and row["code"].startswith(form.code or "")
        if wanted and (form.after is None or _key(row) > form.after):
            teller, second = changes.get((row["kind"], row["code"], row["effective"]), (None, None))
            found.append({**row, "effective": row["effective"].isoformat(), "teller": teller, "second": second})
    found.sort(key=_key)
    return {"date": day.isoformat(), **page(found, form.limit, _key, dict)}


def _key(row: dict[str, Any]) -> str:
    """Subjects come before business codes, each in order of their digits."""
    return f"{'1' if row['kind'] == SUBJECT else '2'}.{row['code']}"


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        "kind": SUBJECT,
        "code": subject.code,
        "name": subject.name.as_dict(),
        "subject_class": dict(CLASSES)[subject.subject_class.value].as_dict(),
        "side": dict(SIDES)[subject.side].as_dict(),
        "effective": subject.effective,
        "source": subject.source,
    }


def _business_code(code: BusinessCode) -> dict[str, Any]:
    return {
        "kind": BUSINESS_CODE,
        "code": code.code,
        "name": code.name.as_dict(),
        "subject": code.subject,
        "accounts_of": OWNERS[code.owner].as_dict(),
        "guard": dict(GUARDS)[code.guard.value].as_dict(),
        "may_open": code.outlet_may_open,
        "effective": code.effective,
        "source": code.source,
    }
