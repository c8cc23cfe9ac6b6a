"""Writes docs/posting-rules.md out of the accounting data: `python -m services.ledger.accounting.document [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

from services.ledger.accounting.examples import SIGNS
from services.ledger.accounting.forms import EntryForm, ExampleForm, RuleForm
from services.ledger.accounting.load import load_rule_forms, load_rulebook
from services.ledger.domain.model import BusinessCode, FreeLegs, Guard, Subject
from services.ledger.domain.rulebook import Rulebook

TARGET = Path(__file__).parents[3] / "docs" / "posting-rules.md"

NOT_REVERSIBLE = "not reversible 不可冲账"
_HEAD = """# Posting rules 记账规则

Generated from `services/ledger/accounting/` by `python -m services.ledger.accounting.document`; edit the YAML there, not this page.
The examples were executed when this page was written.

- 借 debit, 贷 credit, 收 received and 付 paid (off-sheet), 红 red: negative on its own side. 自动: added by the posting core so that every
  outlet balances by itself, on the inter-branch sub-account of the rule's channel.
- `{role}` is an account the business names; `{name}` inside a suffix or a place is a reference it gives. An amount of zero drops its entry.
- Every set may be reversed 冲账 in red unless its rule says otherwise.
- Sources: IB n is line n of the bank's manual of integrated business; `own` is what a complete bank needs beyond it.
"""
_SECTIONS = {
    "bank": "Opening the bank 开业",
    "clearing": "Clearing 清算",
    "corporate": "Corporate deposits 对公存款",
    "counter": "Counter 柜台",
    "ledger": "General posting and corrections 通用记账与冲补账",
    "lending": "Loans 贷款",
    "savings": "Savings 储蓄",
}
_FREE_LEGS = {
    FreeLegs.ON_SHEET: "The legs are named by the person who posts: on-sheet accounts.",
    FreeLegs.OFF_SHEET: "The legs are named by the person who posts: off-sheet accounts.",
    FreeLegs.ANY: "The legs are copied from the journal, on-sheet and off-sheet.",
}
_GUARDS = {Guard.NONE: "", Guard.DEBIT_ONLY: "never credit 不得贷方余额", Guard.CREDIT_ONLY: "never debit 不得借方余额"}


def document() -> str:
    """The whole page as Markdown."""
    rulebook = load_rulebook()
    parts = [_HEAD]
    for file, forms in load_rule_forms():
        parts.append(f"## {_SECTIONS.get(file, file)}\n")
        parts.extend(_rule(form) for form in forms)
    parts.append("## Business codes 业务代码\n\n" + _codes(rulebook))
    parts.append("## Chart of accounts 科目表\n\n" + _chart(rulebook))
    return "\n".join(parts)


def _rule(form: RuleForm) -> str:
    facts = [f"version {form.version} from {form.effective}", f"source {form.source}"]
    facts.append(f"channel {form.channel}" if form.channel else "one outlet's books only 单一部门")
    if not form.reversible:
        facts.append(NOT_REVERSIBLE)
    if form.red_only:
        facts.append("red only 只记红字")
    lines = [f"### {form.title.zh} · {form.title.en}", "", f"`{form.rule}` · {' · '.join(facts)}", ""]
    if form.also:
        lines += ["The same entries serve 同此分录:", ""]
        differs = {name: "" if form.may_reverse(name) == form.reversible else f" · {NOT_REVERSIBLE}" for name in form.also}
        lines += [f"- `{name}` {title.zh} · {title.en}{differs[name]}" for name, title in form.also.items()] + [""]
    if form.free_legs is not FreeLegs.NONE:
        lines += [_FREE_LEGS[form.free_legs], ""]
    entries = [*form.entries, *form.off_sheet]
    if entries:
        lines += ["| | account 账户 | books of 部门 | suffix 后缀 | amount 金额 | |", "|---|---|---|---|---|---|"]
        lines += [_entry(entry, form.signed) for entry in entries] + [""]
    for example in form.examples:
        lines += [_facts(example), "", "```", example.entries.strip(), "```", ""]
    return "\n".join(lines)


def _entry(entry: EntryForm, signed: bool) -> str:
    role = entry.target.startswith("{")
    account = f"`{entry.target}`" if role else entry.target
    books = "its own 账户所属" if role else _books(entry.at)
    suffix = "" if role else f"`{entry.suffix or '00001'}`"
    notes = []
    if entry.signed or signed:
        notes.append("changes sides when negative 负数反方")
    if entry.optional:
        notes.append("may be left out 可省")
    sign = SIGNS[entry.direction] + ("红" if entry.red else "")
    return f"| {sign} | {account} | {books} | {suffix} | {entry.amount} | {'; '.join(notes)} |"


def _books(at: str | None) -> str:
    if at is None:
        return "counter 业务行"
    return f"`{at}`" if at[0] in "{0123456789" else f"that of `{{{at}}}`"


def _facts(example: ExampleForm) -> str:
    facts = example.facts
    words = [f"counter {facts.outlet}"]
    if facts.cash_box:
        words.append(f"cash box {facts.cash_box}")
    words += [f"{role} = {' of '.join(filter(None, (account.number, account.outlet)))}" for role, account in facts.accounts.items()]
    words += [f"{name} = {value}" for name, value in facts.references.items()]
    words += [f"{name} {amount}" for name, amount in facts.amounts.items()]
    if facts.red:
        words.append("red 红字")
    return "Example 例: " + ", ".join(words)


def _codes(rulebook: Rulebook) -> str:
    lines = ["| code | 名称 | name | subject | kept by | from | guard and agreed suffixes | source |", "|---|---|---|---|---|---|---|---|"]
    return "\n".join([*lines, *(_code(code) for code in rulebook.all_business_codes())]) + "\n"


def _code(code: BusinessCode) -> str:
    notes = [_GUARDS[code.guard]] if code.guard is not Guard.NONE else []
    notes += [f"{suffix} {name.zh} {name.en}" for suffix, name in code.suffixes.items()]
    cells = [code.code, code.name.zh, code.name.en, code.subject, code.owner, str(code.effective), "; ".join(notes), code.source]
    return f"| {' | '.join(cells)} |"


def _chart(rulebook: Rulebook) -> str:
    lines = ["| subject | 名称 | name | class | side | from | source |", "|---|---|---|---|---|---|---|"]
    return "\n".join([*lines, *(_subject(subject) for subject in rulebook.all_subjects())]) + "\n"


def _subject(subject: Subject) -> str:
    indent = "&nbsp;" * (len(subject.code) - 3)
    cells = [indent + subject.code, subject.name.zh, subject.name.en, subject.subject_class.value, subject.side]
    return f"| {' | '.join([*cells, str(subject.effective), subject.source])} |"


def main(arguments: list[str]) -> int:
    """Writes the page; with `--check` only says (exit 1) whether it is stale."""
    text = document()
    if "--check" in arguments:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            print(f"{TARGET.name} is stale; run python -m services.ledger.accounting.document", file=sys.stderr)
            return 1
        return 0
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
