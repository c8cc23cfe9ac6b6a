"""The bank's accounting data: what the manual asks to be there, worked examples, and the mistakes the loader refuses."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from services.ledger.accounting import document
from services.ledger.accounting.examples import AccountingDataError, lines_of, worked_examples
from services.ledger.accounting.load import FOLDER, load_rule_forms, rulebook_of
from services.ledger.domain.balance import outlet_differences
from services.ledger.domain.expand import expand
from services.ledger.domain.model import CodeKind, Guard

ON = date(2005, 9, 1)
FORMS = [form for _, forms in load_rule_forms() for form in forms]
EXAMPLES = [example for form in FORMS for example in worked_examples(form)]

# Every subject the manual names.
SUBJECTS_NAMED = """
101 110 122 123 124 125 126 127 128 129 130 131 133 13301 134 139 13903 149 14901 151 152 153 162
201 202 205 211 215 221 235 243 24302 249 260 26001 261 26101 262 26203 265 26501 26503
311 312 31201 31202 31203 31204 31205 406 40601 407 40701 40702 40705 40707 40708 40709 40710 408 411 416 420 42001 42002
501 502 511 513 515 51501 521 522 529 52903 530 531 53101 53102 533 550 702 703 704 705
"""

# Business code -> subject. 260 is a kind of deposit, not interest payable; 420 is a sub-account of 416, not working capital.
CODES = {
    **dict.fromkeys(["201", "202", "203", "204", "205", "206", "207", "208", "209", "210", "212", "213", "260"], "201"),
    **{"221": "205", "223": "202", "224": "221", "235": "235", "236": "235", "249": "249", "411": "40601"},
    **{"211": "211", "215": "215", "101": "101", "110": "110", "301": "301", "133": "13301", "139": "13903", "269": "269"},
    **dict.fromkeys(["416", "417", "418", "419", "420"], "416"),
    **{"471": "40701", "472": "40702", "475": "40705", "476": "40710", "477": "40707", "478": "40708", "479": "40709"},
    **{"481": "42001", "482": "42002", "501": "501", "521": "521", "522": "522", "550": "550", "527": "502", "549": "522"},
    **{code: code for code in [*map(str, range(122, 131)), "151", "152", "702", "703", "704", "705"]},
    **{"149": "14901"},
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.rule}@{example.fact.outlet}")
def test_every_rule_does_what_its_worked_examples_say(rulebook, example):
    posting_set = expand(rulebook, example.fact)
    assert lines_of(posting_set) == example.expected
    assert outlet_differences(posting_set) == {}


def test_rules_that_share_entries_make_the_same_sets(rulebook):
    shared = [(form, name) for form in FORMS for name in form.also]
    assert ("savings.demand.deposit", "savings.demand.open") in [(form.rule, name) for form, name in shared]
    for form, name in shared:
        assert rulebook.rule(name, ON).entries == rulebook.rule(form.rule, ON).entries
        assert rulebook.rule(name, ON).title == form.also[name].text


def test_every_subject_of_the_manual_is_there_and_rolls_up(rulebook):
    for code in SUBJECTS_NAMED.split():
        chain = [subject.code for subject in rulebook.roll_up(code, ON)]
        assert chain == [code[:length] for length in range(len(code), 2, -2)]


def test_business_codes_lead_to_their_subjects(rulebook):
    assert {code: rulebook.business_code(code, ON).subject for code in CODES} == CODES


def test_balances_that_may_never_cross_zero(rulebook):
    guards = {code.code: code.guard for code in rulebook.business_codes(ON) if code.guard is not Guard.NONE}
    kept_off_sheet = dict.fromkeys(["701", "703", "704", "706"], Guard.DEBIT_ONLY)
    assert guards == {"101": Guard.DEBIT_ONLY, "110": Guard.DEBIT_ONLY, "131": Guard.CREDIT_ONLY, **kept_off_sheet}


def test_outlets_open_no_account_of_the_subjects_the_manual_forbids(rulebook):
    forbidden = {"122", "201", "202", "205", "221", "235", "24302", "406", *map(str, range(123, 131)), "149", "151", "152", "162"}
    for code in rulebook.business_codes(ON):
        chain = rulebook.roll_up(code.subject, ON)
        profit_or_loss = chain[0].subject_class.value in ("income", "expense")
        if profit_or_loss or forbidden & {subject.code for subject in chain}:
            assert not code.outlet_may_open, code.code
    assert rulebook.business_code("137", ON).outlet_may_open


def test_customers_accounts_are_kept_by_the_service_that_owns_them(rulebook):
    owners = {code: rulebook.business_code(code, ON).owner for code in ("211", "215", "201", "411", "123", "133", "705", "101", "417")}
    assert owners == {
        "211": "savings",
        "215": "savings",
        "201": "savings",
        "411": "savings",
        "123": "lending",
        "133": "lending",
        "705": "lending",
        "101": "ledger",
        "417": "ledger",
    }
    assert all((code.kind is CodeKind.INTERNAL) is (code.owner == "ledger") for code in rulebook.business_codes(ON))


def test_off_sheet_codes_belong_to_off_sheet_subjects(rulebook):
    for code in rulebook.business_codes(ON):
        assert code.off_sheet is (rulebook.subject(code.subject, ON).subject_class.value == "off_sheet")


def test_the_page_for_accountants_is_not_stale():
    assert document.TARGET.read_text(encoding="utf-8") == document.document(), "run python -m services.ledger.accounting.document"


# What the loader refuses


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The bank's data in a folder of its own, with the small file of posting rules only."""
    copy = tmp_path / "accounting"
    (copy / "posting_rules").mkdir(parents=True)
    for name in ("chart_of_accounts.yaml", "business_codes.yaml", "posting_rules/savings.yaml"):
        shutil.copy(FOLDER / name, copy / name)
    return copy


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_copied_data_load(folder):
    assert rulebook_of(folder).rule("savings.demand.deposit", ON).version == 1


RULES, CODES_FILE, CHART = "posting_rules/savings.yaml", "business_codes.yaml", "chart_of_accounts.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (RULES, '"521 活期储蓄存款利息支出"', '"521 利息收入"', "is called 利息支出"),
        (RULES, '"521 活期储蓄存款利息支出"', '"599 利息支出"', "599"),
        (RULES, '"{settlement}"', '"settlement"', "neither {role} nor"),
        (RULES, 'suffix: "00003"', 'suffix: "003"', "has not five digits"),
        (RULES, "at: account", "at: acount", "acount"),
        (RULES, "0201 贷 211 000000001800010 1000.00", "0201 贷 211 000000001800010 1000.01", "the example gives"),
        (RULES, "0201 贷 211 000000001800010 1000.00", "0201 Cr 211 000000001800010 1000.00", "does not read"),
        (RULES, 'paid: "10001.60"', 'paid: "10001.61"', "ledger.set.unbalanced"),
        (RULES, "channel: 417", "chanel: 417", "chanel"),
        (RULES, "channel: 417", "channel: 421", "channel"),
        (RULES, '- {credit: "{account}", amount: amount}', '- {credit: "{account}", debit: "{account}", amount: amount}', "exactly one"),
        (RULES, "savings.demand.open: {", "savings.demand.withdraw: {", "stands twice"),
        (CODES_FILE, 'subject: "215"', 'subject: "2151"', "2151"),
        (CODES_FILE, 'subject: "215"', 'subject: "299"', "299"),
        (CODES_FILE, "owner: savings, source: IB 3895", "owner: savings, open: true, source: IB 3895", "IB 2527"),
        (CODES_FILE, '{code: "202"', '{code: "201"', "stands twice"),
        (CHART, '"13301"', '"13501"', "135"),
        (CHART, 'class: asset, side: debit, source: "IB 2081', 'class: liability, side: debit, source: "IB 2081', "another class"),
    ],
)
def test_data_that_contradict_themselves_do_not_load(folder, file, old, new, says):
    change(folder / file, old, new)
    with pytest.raises(AccountingDataError, match=says):
        rulebook_of(folder)


def test_a_rule_across_outlets_needs_an_example_across_outlets(folder):
    change(folder / RULES, "  - rule: savings.demand.settle_interest", "  - rule: savings.demand.settle_interest\n    channel: 417")
    with pytest.raises(AccountingDataError, match="across two outlets"):
        rulebook_of(folder)


def test_every_amount_of_a_rule_needs_an_example(folder):
    change(folder / RULES, 'amounts: {interest: "2.00", tax: "0.40"}', 'amounts: {interest: "2.00", tax: "0"}')
    change(
        folder / RULES,
        "          0201 借 211 000000001800010 0.40\n          0201 贷 269 902011026900001 0.40\n",
        "",
    )
    with pytest.raises(AccountingDataError, match="no example uses the amounts tax"):
        rulebook_of(folder)


def test_a_code_may_move_to_another_subject_and_the_past_stays(folder):
    line = '  - {code: "211", zh: 活期储蓄存款, en: Personal demand deposit, subject: "211", owner: savings, source: "IB 2158, 2164"}\n'
    later = line.replace('subject: "211"', 'subject: "21101", effective: 2005-10-01')
    change(folder / CODES_FILE, line, line + later)
    rulebook = rulebook_of(folder)
    assert rulebook.business_code("211", date(2005, 9, 30)).subject == "211"
    assert rulebook.business_code("211", date(2005, 10, 1)).subject == "21101"
