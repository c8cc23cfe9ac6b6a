"""States of remote deposits and remittances over all pairs of state and act (IB 2227-2249, 2482-2485; decision 0020)."""

from __future__ import annotations

from itertools import product

import pytest

from kernel.errors import DomainError
from services.clearing.domain import remittances, remote_deposits
from services.clearing.domain.remittances import Instrument
from services.clearing.domain.remote_deposits import Act, Side, State, after, check_checker, check_payer, check_sides

ALLOWED = {
    ("entered", "change"): "entered",
    ("entered", "delete"): "deleted",
    ("entered", "check"): "checked",
    ("checked", "reverse"): "reversed",
}


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_remote_deposits(state: State, act: Act) -> None:
    expected = ALLOWED.get((state.value, act.value))
    if expected is not None:
        assert after(state, act) is State(expected)
        return
    with pytest.raises(DomainError) as refused:
        after(state, act)
    assert (refused.value.code, refused.value.field) == ("clearing.remote_deposit.state", "item")
    assert state.text.zh in refused.value.message("zh") and act.text.en in refused.value.message("en")


@pytest.mark.parametrize(("state", "act"), list(product(remittances.State, remittances.Act)))
def test_remittances_end_once(state: remittances.State, act: remittances.Act) -> None:
    if state is remittances.State.ISSUED:
        reached = remittances.after(state, act, Instrument.DRAFT, "00000001")
        assert reached.value == {"pay": "paid", "return": "returned"}[act.value]
        return
    with pytest.raises(DomainError) as refused:
        remittances.after(state, act, Instrument.DRAFT, "00000001")
    assert refused.value.code == "clearing.remittance.state" and "TYHP 00000001" in refused.value.message("en")


HERE = Side("400000001001011", "0201", "东方商贸", False)
THERE = Side("400000002001010", "0301", "西城机械", True)


def test_sides() -> None:
    check_sides("0201", HERE, THERE, "西城机械")
    check_sides("0201", None, THERE, None)
    check_sides("0201", None, THERE, "西城 机械")


@pytest.mark.parametrize(
    ("counter", "payer", "payee", "name", "code", "field"),
    [
        ("0202", HERE, THERE, None, "clearing.payer_elsewhere", "payer_account"),
        ("0301", None, THERE, None, "clearing.remote_deposit.same_outlet", "payee_account"),
        ("0301", None, HERE, None, "clearing.payee_not_cross_outlet", "payee_account"),
        ("0201", HERE, THERE, "西城机械厂", "clearing.name_differs", "payee_name"),
    ],
)
def test_sides_that_do_not_fit(counter: str, payer: Side | None, payee: Side, name: str | None, code: str, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_sides(counter, payer, payee, name)
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize("checker", ["K0211", "K0212"])
def test_neither_who_entered_nor_who_changed_checks(checker: str) -> None:
    with pytest.raises(DomainError, match=remote_deposits.SAME_PERSON.code):
        check_checker(checker, "K0211", "K0212")
    check_checker("K0219", "K0211", "K0212")
    check_checker("K0212", "K0211", None)


def test_personal_accounts_do_not_pay_on_paper() -> None:
    check_payer("400000001001011", "payer_account")
    with pytest.raises(DomainError) as refused:
        check_payer("000000001800012", "payer_account")
    assert refused.value.code == "clearing.payer_personal"


PAPER = {"currency": "CNY", "amount": 800_00, "payee_name": "王五", "payee_id_number": "P1"}


def test_a_paper_is_what_was_sold() -> None:
    remittances.check_paper({**PAPER, "payee_name": "王 五"}, PAPER)
    remittances.check_paper({**PAPER, "payee_id_number": "P2"}, {**PAPER, "payee_id_number": None})
    for field, other in {"currency": "USD", "amount": 799_99, "payee_name": "王六", "payee_id_number": "P2"}.items():
        with pytest.raises(DomainError) as refused:
            remittances.check_paper({**PAPER, field: other}, PAPER)
        assert (refused.value.code, refused.value.field) == ("clearing.remittance.differs", field)
