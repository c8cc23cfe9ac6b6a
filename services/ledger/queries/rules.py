"""记账规则: the posting rules, where the entries of a transaction lead to. What is shown is what the posting core works by."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import StringConstraints

from banking.fields import Form, ShortText, labelled
from banking.lists import ListForm, page
from banking.query import Read, query
from contracts.report import Column
from kernel.text import Text
from services.ledger.accounting.forms import EntryForm, ExampleForm, RuleForm
from services.ledger.accounting.load import load_rule_forms
from services.ledger.domain.errors import RULE_UNKNOWN
from services.ledger.domain.model import FIRST_SUFFIX, Rule
from services.ledger.domain.rulebook import Rulebook
from services.ledger.queries.forms import rulebook_for

RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,79}$")]
ROLES = {
    "account": Text("账户", "the account"),
    "deposit": Text("存款账户", "the deposit account"),
    "from_account": Text("付款账户", "the paying account"),
    "to_account": Text("收款账户", "the receiving account"),
    "loan": Text("贷款账户", "the loan account"),
    "new_loan": Text("新贷款账户", "the new loan account"),
    "receivable": Text("表内应收利息户", "the account of interest receivable"),
    "off_sheet_receivable": Text("表外应收利息户", "the account of interest receivable off-sheet"),
    "settlement": Text("现金或对方账户", "cash, or the counter account"),
    "branch": Text("支行", "the sub-branch"),
    "counterparty": Text("对方机构", "the counterparty"),
}
AMOUNTS = {
    "amount": Text("金额", "amount"),
    "principal": Text("本金", "principal"),
    "interest": Text("利息", "interest"),
    "accrued": Text("已计提利息", "interest accrued before"),
    "tax": Text("利息税", "interest tax"),
    "paid": Text("实付金额", "amount paid"),
    "net": Text("净额", "net amount"),
    "current": Text("本期利息", "interest of the period"),
    "on_sheet": Text("表内欠息", "arrears on the balance sheet"),
    "off_sheet": Text("表外欠息", "arrears off the balance sheet"),
    "collateral": Text("抵质押品", "collateral"),
    **{f"s{code}": Text(f"{code} 汇差", f"difference on {code}") for code in range(416, 421)},
}
"""What rules call their roles and amounts."""
COUNTER = Text("业务行", "counter outlet")
OWN = Text("账户所属部门", "the account's own")

LISTED = (
    Column(key="rule", label=Text("规则", "Rule")),
    Column(key="title", label=Text("名称", "Title")),
    Column(key="version", label=Text("版本", "Version"), kind="integer"),
    Column(key="effective", label=Text("生效日", "Effective"), kind="date"),
    Column(key="channel", label=Text("汇差账户", "Inter-branch sub-account")),
    Column(key="source", label=Text("依据", "Source")),
)
ENTRIES = (
    Column(key="direction", label=Text("方向", "Side")),
    Column(key="target", label=Text("账户", "Account")),
    Column(key="books", label=Text("账务部门", "Books of")),
    Column(key="suffix", label=Text("后缀", "Suffix")),
    Column(key="sum", label=Text("金额", "Amount")),
    Column(key="red", label=Text("红字", "Red")),
    Column(key="optional", label=Text("可省", "May be left out")),
    Column(key="changes_sides", label=Text("负数反方", "Changes sides when negative")),
)


class RulesForm(ListForm):
    """Part of the name of the rules asked for."""

    name: ShortText | None = labelled("规则或名称", "Part of name or title", None)


class RuleAsked(Form):
    """A rule by name; without a version, the one in force."""

    name: RuleName = labelled("规则", "Rule")
    version: int | None = labelled("版本", "Version", None, ge=1, le=9999)


@query(name="ledger.rules", title=Text("记账规则", "Posting rules"), source="IB 556-565", columns=LISTED)
async def rules(read: Read, form: RulesForm) -> dict[str, Any]:
    """The rules in force, in the order of their names."""
    wanted = (form.name or "").casefold()
    found = sorted((await rulebook_for(read)).rules(read.business_date), key=lambda rule: rule.name)
    behind = [rule for rule in found if rule.name > (form.after or "") and _fits(rule, wanted)]
    return page(behind[: form.limit + 1], form.limit, lambda rule: rule.name, _listed)


@query(name="ledger.rule", title=Text("记账规则查询", "Posting rule"), source="IB 556-565", columns=ENTRIES)
async def rule(read: Read, form: RuleAsked) -> dict[str, Any]:
    """A rule with its entries and the examples it was proved with. Raises `ledger.rule.unknown`."""
    rulebook = await rulebook_for(read)
    found = rulebook.rule(form.name, read.business_date, form.version)
    written = _form_of(found)
    if written is None:
        raise RULE_UNKNOWN(field="name", rule=form.name, on=read.business_date)
    entries = [*written.entries, *written.off_sheet]
    return {
        "name": found.name,
        "version": found.version,
        "title": found.title.as_dict(),
        "source": found.source,
        "effective": found.effective.isoformat(),
        "channel": found.channel,
        "reversible": written.reversible,
        "red_only": written.red_only,
        "versions": [each.version for each in rulebook.versions(found.name)],
        "examples": [_example(example) for example in written.examples],
        "rows": [_entry(rulebook, written, entry) for entry in entries],
        "next": None,
    }


def _fits(rule: Rule, wanted: str) -> bool:
    return wanted in rule.name or wanted in rule.title.zh.casefold() or wanted in rule.title.en.casefold()


def _listed(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "title": rule.title.as_dict(),
        "version": rule.version,
        "effective": rule.effective.isoformat(),
        "channel": rule.channel,
        "source": rule.source,
    }


def _form_of(rule: Rule) -> RuleForm | None:
    """The rule as accountants wrote it; several rules may share their entries."""
    forms = (form for _file, forms in load_rule_forms() for form in forms)
    return next((form for form in forms if rule.name in (form.rule, *form.also) and form.version == rule.version), None)


def _entry(rulebook: Rulebook, form: RuleForm, entry: EntryForm) -> dict[str, Any]:
    role = _role(entry.target)
    return {
        "direction": entry.direction,
        "target": (role or _code(rulebook, form, entry.target)).as_dict(),
        "books": (OWN if role else _books(entry.at)).as_dict(),
        "suffix": None if role else entry.suffix or FIRST_SUFFIX,
        "sum": AMOUNTS.get(entry.amount, Text(entry.amount, entry.amount)).as_dict(),
        "red": entry.red,
        "optional": entry.optional,
        "changes_sides": entry.signed or form.signed,
    }


def _role(target: str) -> Text | None:
    if not target.startswith("{"):
        return None
    name = target.strip("{}")
    return ROLES.get(name, Text(target, target))


def _code(rulebook: Rulebook, form: RuleForm, target: str) -> Text:
    """A business code with its name in both languages; the rule names it in Chinese."""
    number, _, zh = target.partition(" ")
    return Text(target if zh else number, f"{number} {rulebook.business_code(number, form.effective).name.en}")


def _books(at: str | None) -> Text:
    if at is None:
        return COUNTER
    if at.isdigit():
        return Text(at, at)
    named = ROLES.get(at.strip("{}"), Text(at, at))
    return named if at.startswith("{") else Text(f"{named.zh}所属部门", f"that of {named.en}")


def _example(example: ExampleForm) -> dict[str, Any]:
    facts = example.facts
    return {
        "outlet": facts.outlet,
        "amounts": _together([(AMOUNTS.get(name, Text(name, name)), value) for name, value in facts.amounts.items()]).as_dict(),
        "example_entries": example.entries.strip(),
    }


def _together(amounts: list[tuple[Text, str]]) -> Text:
    return Text(", ".join(f"{name.zh} {value}" for name, value in amounts), ", ".join(f"{name.en} {value}" for name, value in amounts))
