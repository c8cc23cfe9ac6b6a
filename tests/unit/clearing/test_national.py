"""National inter-bank business without a bank around it: states over all pairs, sorting, names, numbers (IB 2398-2466, decision 0015)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.problem import error_of
from kernel.errors import DomainError
from services.clearing.domain.national import (
    KINDS,
    RETURN,
    Reason,
    Sorted,
    check_kind,
    check_receiving_bank,
    outlet_of,
    own_bank,
    refused,
    same_name,
    sort_item,
)
from services.clearing.domain.national_sequence import MOST_MISSING, after_hearing_of, after_number
from services.clearing.domain.national_states import (
    INWARD,
    OUTWARD,
    InwardAct,
    InwardState,
    OutwardAct,
    OutwardState,
    inward_after,
    outward_after,
)
from services.clearing.national_sorting import account_of

OUTLETS = ("0001", "0100", "0101", "0200", "0201", "0202", "0300", "0301")

# One line a state, one column an act; `-` is refused. Written by hand from IB 2444-2466 and decision 0015.
OUTWARD_TABLE = """
           check    cancel     take       confirm    reject     refund    suspend
entered    checked  cancelled  -          -          -          -         -
checked    -        -          sent       confirmed  rejected   -         -
sent       -        -          sent       confirmed  rejected   -         -
confirmed  -        -          confirmed  confirmed  -          -         -
rejected   -        -          rejected   -          rejected   refunded  suspended
refunded   -        -          refunded   -          refunded   -         -
suspended  -        -          suspended  -          suspended  refunded  -
cancelled  -        -          -          -          -          -         -
"""
INWARD_TABLE = """
           post    suspend    pay   send_back  come_back
received   posted  suspended  -     -          -
posted     -       -          -     -          -
suspended  -       -          paid  returned   -
paid       -       -          -     -          -
returned   -       -          -     -          suspended
"""


def pairs(table: str) -> list[tuple[str, str, str]]:
    """State, act, state after it."""
    head, *lines = [line.split() for line in table.strip().splitlines()]
    return [(line[0], act, reached) for line in lines for act, reached in zip(head, line[1:], strict=True)]


def test_the_tables_show_every_pair() -> None:
    assert {(state, act) for state, act, _ in pairs(OUTWARD_TABLE)} == {(s.value, a.value) for s in OutwardState for a in OutwardAct}
    assert {(state, act) for state, act, _ in pairs(INWARD_TABLE)} == {(s.value, a.value) for s in InwardState for a in InwardAct}


@pytest.mark.parametrize(("state", "act", "reached"), pairs(OUTWARD_TABLE))
def test_outward(state: str, act: str, reached: str) -> None:
    if reached != "-":
        assert outward_after(OutwardState(state), OutwardAct(act)) is OutwardState(reached)
        return
    with pytest.raises(DomainError) as refusal:
        outward_after(OutwardState(state), OutwardAct(act), "submission")
    assert (refusal.value.code, refusal.value.field) == ("clearing.national.outward_state", "submission")
    assert refusal.value.text.zh and refusal.value.text.en


@pytest.mark.parametrize(("state", "act", "reached"), pairs(INWARD_TABLE))
def test_inward(state: str, act: str, reached: str) -> None:
    if reached != "-":
        assert inward_after(InwardState(state), InwardAct(act)) is InwardState(reached)
        return
    with pytest.raises(DomainError) as refusal:
        inward_after(InwardState(state), InwardAct(act))
    assert refusal.value.code == "clearing.national.inward_state"
    assert refusal.value.text.zh and refusal.value.text.en


def test_every_state_can_be_reached() -> None:
    assert {OutwardState.ENTERED, *OUTWARD.values()} == set(OutwardState)
    assert {InwardState.RECEIVED, *INWARD.values()} == set(InwardState)


@given(st.lists(st.sampled_from([OutwardAct.TAKE, OutwardAct.CONFIRM, OutwardAct.REJECT]), max_size=8))
def test_the_peer_ends_an_item_once_whatever_it_says(said: list[OutwardAct]) -> None:
    """An item that was confirmed is never rejected, one that was rejected never confirmed; and only the first of these counts."""
    state = OutwardState.CHECKED
    ended: list[OutwardAct] = []
    for act in said:
        try:
            reached = outward_after(state, act)
        except DomainError:
            continue
        if reached is not state and act is not OutwardAct.TAKE:
            ended.append(act)
        state = reached
    assert len(ended) <= 1
    if ended:
        assert state is {OutwardAct.CONFIRM: OutwardState.CONFIRMED, OutwardAct.REJECT: OutwardState.REJECTED}[ended[0]]


@pytest.mark.parametrize(
    ("bank", "account_outlet", "account_name", "expected"),
    [
        ("310201", "0201", "东方公司", Sorted("0201")),
        ("310201", "0201", "东方 公司", Sorted("0201")),
        ("310201", "0201", "东方公司2", Sorted("0200", Reason.NAME_DIFFERS)),
        ("310201", "0202", "东方公司", Sorted("0200", Reason.ACCOUNT_ELSEWHERE)),
        ("310201", None, None, Sorted("0200", Reason.ACCOUNT_UNKNOWN)),
        ("310200", "0200", "东方公司", Sorted("0200")),
        ("310101", None, None, Sorted("0100", Reason.ACCOUNT_UNKNOWN)),
        ("319999", "0201", "东方公司", Sorted("0100", Reason.OUTLET_UNKNOWN)),
        ("320201", "0201", "东方公司", Sorted("0100", Reason.OUTLET_UNKNOWN)),
    ],
)
def test_sorting(bank: str, account_outlet: str | None, account_name: str | None, expected: Sorted) -> None:
    assert sort_item(bank, "东方公司", OUTLETS, account_outlet=account_outlet, account_name=account_name) == expected


def test_a_bank_without_a_city_business_department_keeps_strays_in_the_city() -> None:
    assert sort_item("319999", "x", ("0001", "0200"), account_outlet=None, account_name=None) == Sorted("0001", Reason.OUTLET_UNKNOWN)


def test_what_an_accounts_keeper_refuses_stands_at_the_accounts_sub_branch() -> None:
    assert refused("0301") == Sorted("0300", Reason.NOT_CREDITED)


@pytest.mark.parametrize(
    ("status", "suspended"), [(404, True), (422, True), (401, False), (403, False), (409, False), (500, False), (503, False)]
)
async def test_only_a_number_that_savings_does_not_know_is_no_account(status: int, suspended: bool) -> None:
    """An answer that says nothing of the account, of a wrong services' key for one, leaves the item waiting."""

    async def call(*_: Any, **__: Any) -> Any:
        raise error_of({"code": "some.refusal"}, status)

    resources: Any = SimpleNamespace(transport=SimpleNamespace(call=call))
    if suspended:
        assert await account_of(resources, "400000001001011") is None
        return
    with pytest.raises(DomainError, match=r"some\.refusal"):
        await account_of(resources, "400000001001011")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("汇通（集团）公司", "汇通(集团)公司", True),
        ("ＡＢＣ公司", "ABC公司", True),
        (" 汇 通\u3000公司 ", "汇通公司", True),
        ("ABC公司", "abc公司", False),
        ("汇通公司", "汇通有限公司", False),
        ("汇通公司", "匯通公司", False),
    ],
)
def test_names(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same and same_name(other, one) is same


def test_bank_numbers() -> None:
    assert own_bank("0201") == "310201"
    assert outlet_of("310201", OUTLETS) == "0201"
    assert outlet_of("310203", OUTLETS) is None
    for bank, problem in (("310201", "own_bank"), ("319999", "own_bank"), ("12345", "bank_malformed"), ("１２３４５６", "bank_malformed")):
        with pytest.raises(DomainError) as refusal:
            check_receiving_bank(bank)
        assert refusal.value.code == f"clearing.national.{problem}"
    check_receiving_bank("102100")


def test_kinds_and_accounts() -> None:
    check_kind("transfer", "213")
    check_kind("collection", "260", "付款人")
    check_kind("acceptance", "201", "付款人")
    for kind, business_code, payer, problem in (
        ("acceptance", "213", None, "kind_account"),
        ("transfer", "211", None, "kind_account"),
        ("transfer", "201", "付款人", "payer_name"),
    ):
        with pytest.raises(DomainError) as refusal:
            check_kind(kind, business_code, payer)
        assert refusal.value.code == f"clearing.national.{problem}"
    assert KINDS[RETURN].pays_from == frozenset()


def test_a_number_that_passes_others_over() -> None:
    assert (after_number(0, 1).last, list(after_number(0, 1).missing)) == (1, [])
    assert (after_number(3, 7).last, list(after_number(3, 7).missing)) == (7, [4, 5, 6])
    assert (after_number(7, 5).last, list(after_number(7, 5).missing)) == (7, [])
    assert (after_hearing_of(3, 5).last, list(after_hearing_of(3, 5).missing)) == (5, [4, 5])
    assert after_number(0, MOST_MISSING + 1).last == MOST_MISSING + 1
    with pytest.raises(DomainError) as refusal:
        after_number(0, MOST_MISSING + 2)
    assert refusal.value.code == "clearing.national.sequence_jump"


@given(st.permutations(range(1, 30)), st.integers(0, 30))
def test_whatever_the_order_what_has_not_come_is_missing(order: list[int], come: int) -> None:
    last, missing = 0, set[int]()
    for number in order[:come]:
        reached = after_number(last, number)
        last = reached.last
        missing = (missing | set(reached.missing)) - {number}
    assert last == max(order[:come], default=0)
    assert missing == set(range(1, last + 1)) - set(order[:come])
