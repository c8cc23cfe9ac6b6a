"""The posting core: what it makes of a fact and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from kernel.errors import DomainError
from kernel.text import Text
from services.ledger.domain.balance import outlet_differences
from services.ledger.domain.expand import expand
from services.ledger.domain.model import AccountReference, Fact, FreeLeg, Rule, RuleEntry
from services.ledger.domain.rulebook import Rulebook


def leg(number: str, direction: str, amount_minor: int, **more) -> FreeLeg:
    return FreeLeg(AccountReference(number), direction, amount_minor, **more)  # type: ignore[arg-type]


def columns(posting_set, *names):
    return [tuple(getattr(one, name) for name in names) for one in posting_set.legs]


def refusal(rulebook, fact) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as raised:
        expand(rulebook, fact)
    assert raised.value.message("zh") and raised.value.message("en")
    return raised.value.code, raised.value.field


def test_deposit_in_one_outlet_has_no_bridge(rulebook, deposit):
    posting_set = expand(rulebook, deposit())
    assert columns(posting_set, "outlet", "account", "subject", "direction", "amount_minor", "red", "cash", "automatic") == [
        ("0201", "902011010100001", "101", "debit", 100000, False, True, False),
        ("0201", "000000001800010", "211", "credit", 100000, False, True, False),
    ]
    assert (posting_set.rule, posting_set.rule_version, posting_set.currency) == ("savings.demand.deposit", 1, "CNY")


def test_only_the_books_that_touch_cash_are_cash_entries(rulebook, deposit, accounts):
    fact = deposit(accounts={"settlement": accounts["cash"], "account": accounts["demand_0301"]})
    assert columns(expand(rulebook, fact), "outlet", "business_code", "subject", "cash", "automatic") == [
        ("0201", "101", "101", True, False),
        ("0201", "417", "416", True, True),
        ("0301", "211", "211", False, False),
        ("0301", "417", "416", False, True),
    ]


def test_a_red_fact_turns_every_leg_red_and_keeps_the_sides(rulebook, deposit, accounts):
    fact = deposit(accounts={"settlement": accounts["cash"], "account": accounts["demand_0301"]})
    blue, red = expand(rulebook, fact), expand(rulebook, replace(fact, red=True))
    assert [one._replace(red=True) for one in blue.legs] == list(red.legs)


def test_red_of_a_red_entry_is_blue(rulebook, make_fact):
    accounts = {"loan": AccountReference("400000001050010", "0200", "123"), "new_loan": AccountReference("400000001050011", "0200", "130")}
    fact = make_fact("lending.loan.to_overdue", "0200", accounts=accounts, principal="100.00", red=True)
    assert columns(expand(rulebook, fact), "business_code", "direction", "red") == [("130", "debit", True), ("123", "debit", False)]


def test_the_fact_may_choose_the_channel_of_a_bridged_rule(rulebook, deposit, accounts):
    fact = deposit(accounts={"settlement": accounts["cash"], "account": accounts["demand_0301"]}, channel="420")
    assert [one.business_code for one in expand(rulebook, fact).legs if one.automatic] == ["420", "420"]


@pytest.mark.parametrize(("currency", "digits", "amount", "minor"), [("USD", "14", "12.50", 1250), ("JPY", "27", "1250", 1250)])
def test_internal_accounts_follow_the_currency(rulebook, deposit, accounts, currency, digits, amount, minor):
    fact = deposit(accounts={"settlement": accounts["cash"], "account": accounts["demand_0301"]}, currency=currency, amount=amount)
    legs = expand(rulebook, fact).legs
    assert [one.account for one in legs if one.account[0] == "9"] == [
        f"90201{digits}10100001",
        f"90201{digits}41700001",
        f"90301{digits}41700001",
    ]
    assert {one.amount_minor for one in legs} == {minor}


def test_an_internal_account_says_its_outlet_and_code_by_its_number(rulebook, make_fact):
    legs = (leg("902011013700001", "debit", 5), leg("902011026200001", "credit", 5))
    assert columns(expand(rulebook, make_fact("ledger.entry.post", legs=legs)), "outlet", "business_code", "subject") == [
        ("0201", "137", "13901"),
        ("0201", "262", "26201"),
    ]


def test_a_signed_amount_changes_sides_and_zero_drops_its_entry(rulebook, make_fact):
    fact = make_fact(
        "clearing.netting.outlet", references={"counterparty": "0200"}, s416="0", s417="-3.00", s418="2.00", s419="0", s420="0", net="-1.00"
    )
    assert columns(expand(rulebook, fact), "business_code", "direction", "amount_minor") == [
        ("417", "credit", 300),
        ("418", "debit", 200),
        ("472", "debit", 100),
    ]


def test_summary_of_the_leg_then_of_the_fact_then_the_title(rulebook, make_fact):
    legs = (leg("902011013700001", "debit", 5, summary="垫付"), leg("902011026200001", "credit", 5))
    assert columns(expand(rulebook, make_fact("ledger.entry.post", legs=legs, summary="调整")), "summary") == [("垫付",), ("调整",)]
    assert columns(expand(rulebook, make_fact("ledger.entry.post", legs=legs)), "summary") == [("垫付",), ("表内通用记账",)]


def test_off_sheet_legs_named_by_a_person_are_received_and_paid(rulebook, make_fact):
    legs = (leg("902011070300001", "debit", 7), leg("902011070200001", "credit", 9, red=True))
    posting_set = expand(rulebook, make_fact("ledger.entry.post_off_sheet", legs=legs))
    assert posting_set.legs == ()
    assert [(one.business_code, one.direction, one.amount_minor, one.red) for one in posting_set.off_sheet] == [
        ("703", "receive", 7, False),
        ("702", "pay", 9, True),
    ]


@pytest.mark.parametrize(("sheets", "red"), [(3, False), (-2, True)])
def test_vouchers_that_go_with_a_set_are_paid_off_sheet_in_yuan(rulebook, deposit, sheets, red):
    """One yuan a sheet whatever the set's currency is; those that come back are paid in red (IB 3541)."""
    plain = expand(rulebook, deposit())
    posting_set = expand(rulebook, replace(deposit(), voucher_sheets=sheets))
    assert posting_set.legs == plain.legs
    assert [(one.account, one.direction, one.amount_minor, one.red, one.currency) for one in posting_set.off_sheet] == [
        ("902011070200001", "pay", 100 * abs(sheets), red, "CNY")
    ]
    assert plain.off_sheet == ()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"accounts": {}}, "ledger.account.missing", "accounts.settlement"),
        ({"cash_box": None}, "ledger.cash_box.missing", "cash_box"),
        ({"amount": "-1.00"}, "ledger.amount.negative", "amounts_minor.amount"),
        ({"amount": "0"}, "ledger.set.empty", "amounts_minor"),
        ({"interest": "1.00"}, "ledger.amount.unexpected", "amounts_minor.interest"),
        ({"on": date(1999, 12, 31)}, "ledger.rule.unknown", "rule"),
        ({"references": {"rule_version": "2"}}, "ledger.rule.unknown", "rule"),
        ({"references": {"rule_version": "one"}}, "ledger.reference.malformed", "references.rule_version"),
        ({"legs": (leg("902011013700001", "debit", 5),)}, "ledger.legs.unexpected", "legs"),
    ],
)
def test_a_fact_that_does_not_fit_its_rule_is_refused(rulebook, deposit, changes, code, field):
    assert refusal(rulebook, deposit(**changes)) == (code, field)


def test_an_unknown_currency_is_refused(rulebook, deposit):
    assert refusal(rulebook, replace(deposit(), currency="XAU")) == ("currency.unknown", "currency")


def test_a_missing_amount_is_refused(rulebook, deposit):
    assert refusal(rulebook, replace(deposit(), amounts_minor={})) == ("ledger.amount.missing", "amounts_minor.amount")


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (AccountReference("000000001800010", "", "211"), "ledger.account.incomplete"),
        (AccountReference("000000001800010", "0201", ""), "ledger.account.incomplete"),
        (AccountReference("000000001800010", "0201", "998"), "ledger.business_code.unknown"),
        (AccountReference("000000001800010", "0201", "137"), "ledger.account.mismatch"),
        (AccountReference("902011013700001", "0202"), "ledger.account.mismatch"),
        (AccountReference("902011013700001", "0201", "138"), "ledger.account.mismatch"),
        (AccountReference("902011413700001"), "ledger.currency.mismatch"),
        (AccountReference("9020110137"), "account.malformed"),
        (AccountReference("902011070300001"), "ledger.account.wrong_sheet"),
    ],
)
def test_an_account_that_cannot_be_is_refused_at_its_role(rulebook, deposit, accounts, account, code):
    fact = deposit(accounts={"settlement": accounts["cash"], "account": account})
    assert refusal(rulebook, fact)[0] == code


def test_closing_amounts_must_agree(rulebook, make_fact, accounts):
    fact = make_fact(
        "savings.demand.close",
        cash_box="00001",
        accounts={"settlement": accounts["cash"], "account": accounts["demand_0301"]},
        principal="10000.00",
        interest="2.00",
        tax="0.40",
        paid="10001.61",
    )
    with pytest.raises(DomainError) as raised:
        expand(rulebook, fact)
    assert raised.value.code == "ledger.set.unbalanced"
    assert raised.value.values["difference"] == "-0.01"


@pytest.mark.parametrize(
    ("rule", "legs", "code"),
    [
        ("ledger.entry.post", (), "ledger.legs.missing"),
        ("ledger.entry.post", (leg("902011013700001", "debit", 5),), "ledger.set.unbalanced"),
        ("ledger.entry.post", (leg("902011013700001", "debit", 0),), "ledger.leg.amount"),
        ("ledger.entry.post", (leg("902011013700001", "debit", -5),), "ledger.leg.amount"),
        ("ledger.entry.post", (leg("902011013700001", "up", 5),), "ledger.leg.direction"),
        ("ledger.entry.post", (leg("902011070300001", "debit", 5),), "ledger.account.wrong_sheet"),
        ("ledger.entry.post_off_sheet", (leg("902011013700001", "debit", 5),), "ledger.account.wrong_sheet"),
        ("ledger.correct.reverse", (leg("902011013700001", "debit", 5),), "ledger.rule.red_only"),
        ("no.such.rule", (), "ledger.rule.unknown"),
    ],
)
def test_legs_named_by_a_person_are_checked(rulebook, make_fact, rule, legs, code):
    assert refusal(rulebook, make_fact(rule, legs=legs))[0] == code


def test_single_book_rules_are_never_bridged(rulebook, make_fact):
    legs = (leg("902011013700001", "debit", 5), leg("903011026200001", "credit", 5))
    fact = make_fact("ledger.correct.reverse", legs=legs, red=True, channel="418")
    assert refusal(rulebook, fact)[0] == "ledger.channel.missing"


def test_a_channel_is_one_of_the_five_sub_accounts(rulebook, deposit, accounts):
    fact = deposit(accounts={"settlement": accounts["cash"], "account": accounts["demand_0301"]}, channel="421")
    assert refusal(rulebook, fact) == ("ledger.channel.unknown", "channel")


def test_netting_is_not_reversible(rulebook, make_fact):
    fact = make_fact("clearing.netting.branch_outlet", "0200", references={"counterparty": "0201"}, net="1.00", red=True)
    assert refusal(rulebook, fact)[0] == "ledger.rule.not_reversible"


def test_a_renewal_is_not_reversible_though_a_closing_with_the_same_entries_is(rulebook, make_fact):
    assert refusal(rulebook, make_fact("savings.time.renew", "0201", principal="1.00", red=True))[0] == "ledger.rule.not_reversible"
    assert rulebook.rule("savings.time.close", make_fact("savings.time.close", "0201").business_date).reversible


@pytest.mark.parametrize(
    ("references", "code"), [({}, "ledger.reference.missing"), ({"counterparty": "201"}, "ledger.reference.malformed")]
)
def test_references_of_a_rule_are_needed_and_checked(rulebook, make_fact, references, code):
    fact = make_fact("bank.open.allocate_to_outlet", "0200", references=references, amount="1.00")
    assert refusal(rulebook, fact) == (code, "references.counterparty")


def test_a_reversal_names_the_version_that_made_the_original(rulebook):
    def rule(version: int, effective: date, credit: str) -> Rule:
        entries = (RuleEntry("debit", "amount", business_code="137"), RuleEntry("credit", "amount", business_code=credit))
        return Rule("test.fee", version, Text("费", "Fee"), "own", effective, entries, amounts=frozenset({"amount"}))

    on = date(2005, 9, 1)
    book = Rulebook(rulebook.subjects(on), rulebook.business_codes(on), [rule(1, date(2000, 1, 1), "262"), rule(2, on, "511")])

    def codes(fact) -> list[str]:
        return [one.business_code for one in expand(book, fact).legs]

    fact = Fact("test.fee", UUID(int=2), date(2005, 8, 31), "CNY", "0201", amounts_minor={"amount": 100})
    assert codes(fact) == ["137", "262"]
    assert codes(replace(fact, business_date=on)) == ["137", "511"]
    reversal = replace(fact, business_date=on, red=True, references={"rule_version": "1"})
    assert codes(reversal) == ["137", "262"]
    assert outlet_differences(expand(book, reversal)) == {}
