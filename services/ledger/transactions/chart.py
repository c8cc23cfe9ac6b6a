"""科目、业务代码管理: an accountant adds and changes subjects and business codes from a coming date on (IB 301-303, 559-565, 790)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from sqlalchemy import func, select

from banking.fields import Form, ShortText, labelled
from banking.menus import CHART, GENERAL
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from kernel.vouchers import ACCOUNTING_DEPARTMENT
from services.ledger.accounting.examples import AccountingDataError
from services.ledger.accounting.forms import CodeLine, Name, SubjectLine
from services.ledger.accounting.load import Accounting, business_code_of, check_examples_on, checked, subject_of
from services.ledger.domain.chart import (
    business_code_before,
    check_code_change,
    check_effective,
    check_subject_change,
    subject_before,
)
from services.ledger.domain.model import BusinessCode, Guard, Subject
from services.ledger.domain.refusals import (
    ACCOUNTANTS_ONLY,
    CHART_CODE,
    CHART_MISSING,
    CHART_NOT_WANTED,
    CONTRADICTION,
    GUARD_VIOLATED,
)
from services.ledger.domain.rulebook import Rulebook
from services.ledger.rulebook import BUSINESS_CODE, SUBJECT, accounting_as_changed
from services.ledger.tables import ACCOUNT, CHART_CHANGE

KINDS = ((SUBJECT, Text("科目", "Subject")), (BUSINESS_CODE, Text("业务代码", "Business code")))
CLASSES = (
    ("asset", Text("资产", "Asset")),
    ("liability", Text("负债", "Liability")),
    ("common", Text("共同", "Common")),
    ("equity", Text("所有者权益", "Equity")),
    ("income", Text("收入", "Income")),
    ("expense", Text("支出", "Expense")),
    ("off_sheet", Text("表外", "Off-sheet")),
)
SIDES = (("debit", Text("借方", "Debit")), ("credit", Text("贷方", "Credit")))
GUARDS = (
    ("none", Text("不限", "Either side")),
    ("debit_only", Text("只许借方余额", "Debit only")),
    ("credit_only", Text("只许贷方余额", "Credit only")),
)
OWN = "own"
"""The source of lines that are the bank's own and not the manual's."""
CHANGE_LOCKS = 4
"""Sets the lock under which changes are made one after the other apart from others."""
OF_SUBJECTS = {"subject_class": Text("科目类别", "class"), "side": Text("余额方向", "side of the balance")}
OF_CODES = {
    "subject": Text("所属科目", "subject"),
    "guard": Text("余额限制", "guard"),
    "may_open": Text("网点开户标志", "opening by outlets"),
}
NAMES = {"zh": Text("中文名称", "Chinese name"), "en": Text("英文名称", "English name")}

Digits = Annotated[str, StringConstraints(pattern=r"^([0-9]{3}|[0-9]{5}|[0-9]{7})$")]
_SUBJECT, _CODE = {"kind": [SUBJECT]}, {"kind": [BUSINESS_CODE]}


class ChartForm(Form):
    """A subject or business code from a date on; what is left out stays as it is. A new one needs its names and what it belongs to."""

    kind: Literal["subject", "business_code"] = labelled("维护对象", "What is changed", widget="choice", choices=KINDS)
    code: Digits = labelled("科目/业务代码", "Subject or code")
    effective: date = labelled("生效日期", "Effective from", widget="date")
    zh: ShortText | None = labelled("中文名称", "Chinese name", None)
    en: ShortText | None = labelled("英文名称", "English name", None)
    subject_class: Literal["asset", "liability", "common", "equity", "income", "expense", "off_sheet"] | None = labelled(
        "科目类别", "Class", None, widget="choice", choices=CLASSES, when=_SUBJECT
    )
    side: Literal["debit", "credit"] | None = labelled("余额方向", "Normal side", None, widget="choice", choices=SIDES, when=_SUBJECT)
    subject: Digits | None = labelled("所属科目", "Subject", None, when=_CODE)
    guard: Literal["none", "debit_only", "credit_only"] | None = labelled(
        "余额限制", "Guard of the balance", None, widget="choice", choices=GUARDS, when=_CODE
    )
    may_open: bool | None = labelled("网点可开户", "Outlets may open accounts", None, widget="boolean", when=_CODE)


@transaction(
    code="ledger.chart.maintain",
    name=Text("科目/业务代码管理", "Subjects and business codes"),
    menu=(GENERAL, CHART),
    source="IB 790",
    levels="ABC",
    dual="a",
    outlets="city",
)
async def maintain_chart(work: Work, form: ChartForm) -> Outcome:
    """Add a dated line to the chart or the business codes; what is posted stays under the lines of its own date.

    The accounting data with the change must load as the files do, and every rule must still do what its examples say. Raises
    `ledger.chart.*`, `ledger.subject.unknown`.
    """
    if work.outlet != ACCOUNTING_DEPARTMENT:
        raise ACCOUNTANTS_ONLY(outlet=ACCOUNTING_DEPARTMENT)
    check_effective(form.effective, work.business_date)
    _check_fields(form)
    await work.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(CHART_CHANGE.name, CHANGE_LOCKS))))
    accounting = await accounting_as_changed(work.connection)
    rulebook = accounting.rulebook()
    if form.kind == SUBJECT:
        line, after = _subject(form, rulebook)
        _check_whole(accounting.changed([after], []), form.effective)
    else:
        line, after = _business_code(form, rulebook)
        await _check_balances(work, after)
        _check_whole(accounting.changed([], [after]), form.effective)
    await _keep(work, form, line)
    result = {"kind": form.kind, "code": form.code, "effective": form.effective.isoformat(), "name": after.name.as_dict()}
    return Outcome(result=result)


def _check_fields(form: ChartForm) -> None:
    if form.kind == BUSINESS_CODE and len(form.code) != 3:
        raise CHART_CODE(field="code")
    for field, name in (OF_CODES if form.kind == SUBJECT else OF_SUBJECTS).items():
        if getattr(form, field) is not None:
            raise CHART_NOT_WANTED(field=field, name_zh=name.zh, name_en=name.en)


def _require(form: ChartForm, fields: dict[str, Text]) -> None:
    for field, name in fields.items():
        if getattr(form, field) is None:
            raise CHART_MISSING(field=field, code=form.code, name_zh=name.zh, name_en=name.en)


def _subject(form: ChartForm, rulebook: Rulebook) -> tuple[SubjectLine, Subject]:
    before = subject_before(rulebook, form.code, form.effective)
    if before is None:
        _require(form, {**NAMES, **OF_SUBJECTS})
    kept = {} if before is None else _kept(before) | {"class": before.subject_class, "side": before.side}
    given = _given(form, {"zh": "zh", "en": "en", "subject_class": "class", "side": "side"})
    line = SubjectLine.model_validate({"source": OWN, **kept, **given, "code": form.code, "effective": form.effective})
    after = subject_of(line, form.effective)
    check_subject_change(before, after)
    return line, after


def _business_code(form: ChartForm, rulebook: Rulebook) -> tuple[CodeLine, BusinessCode]:
    before = business_code_before(rulebook, form.code, form.effective)
    kept: dict[str, Any] = {"owner": "ledger"}
    if before is None:
        _require(form, {**NAMES, "subject": OF_CODES["subject"]})
    else:
        suffixes = {suffix: Name(zh=name.zh, en=name.en) for suffix, name in before.suffixes.items()}
        kept = _kept(before) | {"subject": before.subject, "owner": before.owner, "guard": before.guard, "suffixes": suffixes}
        kept["open"] = before.outlet_may_open
    given = _given(form, {"zh": "zh", "en": "en", "subject": "subject", "guard": "guard", "may_open": "open"})
    line = CodeLine.model_validate({"source": OWN, **kept, **given, "code": form.code, "effective": form.effective})
    rulebook.subject(line.subject, form.effective)
    after = business_code_of(line, form.effective)
    check_code_change(before, after)
    return line, after


def _kept(before: Subject | BusinessCode) -> dict[str, Any]:
    return {"zh": before.name.zh, "en": before.name.en, "source": before.source}


def _given(form: ChartForm, fields: dict[str, str]) -> dict[str, Any]:
    """What the form says, by the names the files use."""
    return {name: value for field, name in fields.items() if (value := getattr(form, field)) is not None}


async def _check_balances(work: Work, after: BusinessCode) -> None:
    """No account may stand where a new guard forbids it. Raises `ledger.chart.guard_violated`."""
    if after.guard is Guard.NONE:
        return
    side = ACCOUNT.c.balance_minor < 0 if after.guard is Guard.DEBIT_ONLY else ACCOUNT.c.balance_minor > 0
    wanted = select(ACCOUNT.c.account).where(ACCOUNT.c.business_code == after.code, side).limit(1)
    row = (await work.connection.execute(wanted)).first()
    if row is not None:
        raise GUARD_VIOLATED(field="guard", account=row.account)


def _check_whole(changed: Accounting, effective: date) -> None:
    """The data as changed contradict themselves nowhere, on no date from the change on. Raises `ledger.chart.contradiction`."""
    days = {effective, *(line.effective for line in (*changed.subjects, *changed.business_codes) if line.effective > effective)}
    try:
        checked(changed)
        for day in sorted(days):
            check_examples_on(changed, day)
    except AccountingDataError as error:
        raise CONTRADICTION(field="code", reason=str(error)) from error


async def _keep(work: Work, form: ChartForm, line: SubjectLine | CodeLine) -> None:
    following = select(func.coalesce(func.max(CHART_CHANGE.c.change), 0) + 1).scalar_subquery()
    await work.connection.execute(
        CHART_CHANGE.insert().values(
            change=following,
            kind=form.kind,
            code=form.code,
            effective=form.effective,
            line=line.model_dump(mode="json", by_alias=True),
            posting_id=work.posting_id,
            business_date=work.business_date,
            teller=work.principal.teller,
            second=work.second.teller if work.second else None,
        )
    )
