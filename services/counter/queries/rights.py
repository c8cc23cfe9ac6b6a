"""Who may do what: the matrix of rights in force, what of it concerns the own level, and every change ever made (IB 315-328)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from sqlalchemy import Row, func, select

from banking.fields import CURRENCY_CHOICES, CurrencyCode, Form, labelled
from banking.lists import ListForm, cursor, page, place
from banking.query import Read, query
from banking.rights import RightsInForce, all_rules, limit_of
from contracts.report import Column
from contracts.rights import EVERY, LEVELS, DeclaredRight, RightRule
from kernel.money import currency_of, format_amount
from kernel.text import Text
from services.counter.forms import LEVELS as LEVEL_CHOICES
from services.counter.forms import Nothing
from services.counter.rights import declarations
from services.counter.tables import FRAME, RIGHT_CHANGE

CodeBeginning = Annotated[str, StringConstraints(pattern=r"^[a-z._*]{1,80}$")]
SHOWN = (("all", Text("全部", "All")), ("changed", Text("已调整", "Changed by the administrator")))


class RightsForm(Form):
    """Which rows of the matrix; limits are shown in one currency."""

    transaction: CodeBeginning | None = labelled("交易代码", "Transaction, or its beginning", None)
    level: Literal["A", "B", "C"] | None = labelled("柜员级别", "Level", None, widget="choice", choices=LEVEL_CHOICES)
    shown: Literal["all", "changed"] = labelled("范围", "Shown", "all", widget="choice", choices=SHOWN)
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)


class ChangesForm(ListForm):
    """Changes of one transaction's rights, or of all."""

    transaction: CodeBeginning | None = labelled("交易代码", "Transaction, or its beginning", None)


ABOVE = {"approval": Text("以上须授权", "above it needs approval"), "refusal": Text("以上不能办理", "above it is refused")}
DUAL = {"c": Text("须复核", "needs a checker"), "a": Text("须A级授权", "needs level A")}
RIGHTS = (
    Column(key="transaction", label=Text("交易代码", "Transaction")),
    Column(key="name", label=Text("交易名称", "Name")),
    Column(key="level", label=Text("柜员级别", "Level")),
    Column(key="operators", label=Text("操作员类别", "Operators")),
    Column(key="outlets", label=Text("办理部门", "Departments")),
    Column(key="allowed", label=Text("允许", "Allowed")),
    Column(key="dual", label=Text("复核授权", "Second person")),
    Column(key="cash_limit", label=Text("现金限额", "Cash limit"), kind="amount"),
    Column(key="cash_above", label=Text("现金超限", "Cash above it")),
    Column(key="transfer_limit", label=Text("转账限额", "Transfer limit"), kind="amount"),
    Column(key="transfer_above", label=Text("转账超限", "Transfer above it")),
    Column(key="changed_by", label=Text("调整柜员", "Changed by")),
    Column(key="second", label=Text("授权柜员", "Approved by")),
    Column(key="changed_on", label=Text("调整日期", "Changed on"), kind="date"),
)
CHANGES = (
    Column(key="version", label=Text("版本", "Version"), kind="integer"),
    Column(key="business_date", label=Text("账务日期", "Business date"), kind="date"),
    Column(key="transaction", label=Text("交易代码", "Transaction")),
    Column(key="level", label=Text("柜员级别", "Level")),
    Column(key="settlement", label=Text("现金/转账", "Cash or transfer")),
    Column(key="currency", label=Text("币种", "Currency")),
    Column(key="before", label=Text("调整前", "Before")),
    Column(key="after", label=Text("调整后", "After")),
    Column(key="changed_by", label=Text("调整柜员", "Changed by")),
    Column(key="second", label=Text("授权柜员", "Approved by")),
    Column(key="transaction_number", label=Text("流水号", "Transaction number")),
)


@query(name="counter.rights", title=Text("柜员权限表", "Rights in force"), source="IB 315-328, 696", columns=RIGHTS)
async def rights(read: Read, form: RightsForm) -> dict[str, Any]:
    """For every transaction and level: whether it is allowed, with whom, up to what amount, and who changed that when.

    Limits for every transaction stand first, under `*`. A row names the last change of what it shows.
    """
    currency_of(form.currency)
    rules, last = await all_rules(read.connection, FRAME), await _last_changes(read)
    declared = await declarations(read.resources)
    found = []
    for code in [EVERY, *sorted(declared)]:
        if form.transaction is None or code.startswith(form.transaction):
            found += [_row(code, declared.get(code), level, rules, form.currency, last) for level in LEVELS if form.level in (None, level)]
    return {"rows": [row for row in found if form.shown == "all" or row["changed_by"]], "next": None}


def _row(
    code: str,
    declared: DeclaredRight | None,
    level: str,
    rules: tuple[RightRule, ...],
    currency: str,
    last: dict[tuple[str, str], Row[Any]],
) -> dict[str, Any]:
    fitting = tuple(rule for rule in rules if rule.transaction_code in (code, EVERY))
    shown: dict[str, Any] = {"transaction": code, "level": level}
    if declared is not None:
        in_force = RightsInForce(declared, fitting)
        shown |= {"name": declared.name, "operators": declared.operators, "outlets": declared.outlets}
        shown |= {"allowed": in_force.allows(level), "dual": in_force.dual(level)}
    for settlement in ("cash", "transfer"):
        rule = limit_of(fitting, level, settlement, currency)
        shown[f"{settlement}_limit"] = None if rule is None else format_amount(rule.limit_minor or 0, currency)
        shown[f"{settlement}_above"] = None if rule is None else rule.above
    change = last.get((code, level))
    shown |= {"changed_by": change.made_by if change else None, "second": change.second if change else None}
    return {**shown, "changed_on": change.business_date.isoformat() if change else None}


async def _last_changes(read: Read) -> dict[tuple[str, str], Row[Any]]:
    table = RIGHT_CHANGE
    newest = select(func.max(table.c.version)).group_by(table.c.transaction_code, table.c.level)
    rows = await read.connection.execute(select(table).where(table.c.version.in_(newest)))
    return {(row.transaction_code, row.level): row for row in rows}


@query(name="counter.own_rights", title=Text("本人权限调整", "What deviates for the own level"), source="IB 326, 696")
async def own_rights(read: Read, _form: Nothing) -> dict[str, Any]:
    """What the administrator has set for the level of the teller who asks; whatever is not listed is as declared."""
    rules = [rule for rule in await all_rules(read.connection, FRAME) if rule.level == read.principal.level]
    return {"rows": [_rule(rule) for rule in rules], "next": None}


def _rule(rule: RightRule) -> dict[str, Any]:
    limit = None if rule.limit_minor is None else format_amount(rule.limit_minor, rule.currency)
    content = rule.model_dump(include={"level", "settlement", "currency", "allowed", "dual", "above"})
    return {"transaction": rule.transaction_code, **content, "limit": limit}


@query(name="counter.right_changes", title=Text("权限调整登记", "Changes of rights"), source="IB 326, 696", columns=CHANGES)
async def right_changes(read: Read, form: ChangesForm) -> dict[str, Any]:
    """Every change with the rule before and after it, the newest first; an empty side means that the declaration held."""
    table, register = RIGHT_CHANGE, FRAME.register
    found = select(table, register.c.transaction_number).join(register, register.c.posting_id == table.c.posting_id, isouter=True)
    if form.transaction is not None:
        found = found.where(table.c.transaction_code.startswith(form.transaction, autoescape=True))
    if (after := place(form.after, int)) is not None:
        found = found.where(table.c.version < after[0])
    rows = (await read.connection.execute(found.order_by(table.c.version.desc()).limit(form.limit + 1))).all()
    return page(rows, form.limit, lambda row: cursor(row.version), _change)


def _change(row: Row[Any]) -> dict[str, Any]:
    return {
        "version": row.version,
        "business_date": row.business_date.isoformat(),
        "transaction": row.transaction_code,
        "level": row.level,
        "settlement": row.settlement or None,
        "currency": row.currency or None,
        "before": _sentence(row.before, row.currency),
        "after": _sentence(row.after, row.currency),
        "changed_by": row.made_by,
        "second": row.second,
        "transaction_number": row.transaction_number,
    }


def _sentence(content: dict[str, Any] | None, currency: str) -> dict[str, str] | None:
    """A rule in words."""
    if content is None:
        return None
    if content["limit_minor"] is not None:
        limit = format_amount(content["limit_minor"], currency)
        above = ABOVE[content["above"]]
        return Text(f"{limit} {above.zh}", f"{limit}, {above.en}").as_dict()
    words = []
    if content["allowed"] is not None:
        words.append(Text("允许", "allowed") if content["allowed"] else Text("禁止", "not allowed"))
    if content["dual"] is not None:
        words.append(DUAL[content["dual"]])
    return Text("、".join(each.zh for each in words), ", ".join(each.en for each in words)).as_dict()
