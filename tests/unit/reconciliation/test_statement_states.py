"""The life of a statement over all pairs of state and act (ER 20-51, decision 0023)."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from kernel.errors import DomainError
from services.reconciliation.domain.statement_states import (
    ACTORS,
    ReplyResult,
    Side,
    StatementAct,
    StatementState,
    after,
    check_close,
    check_result,
    is_overdue,
    next_state,
    possible_acts,
    possible_results,
)

TABLE = """
state             act          first                             later
unhandled         fetch        fetched                           fetched
unhandled         reply        waiting_approval                  waiting_approval
unhandled         close        closed                            closed
fetched           reply        waiting_approval                  waiting_approval
fetched           close        closed                            closed
waiting_approval  approve      agreed/investigating              agreed/investigating
waiting_approval  refuse       refused                           refused
waiting_approval  recall       fetched                           fetched
refused           reply        waiting_approval                  -
refused           reply_again  -                                 replied_again
refused           close        closed                            closed
agreed            close        closed                            closed
investigating     answer       answered                          answered
answered          reply_again  replied_again                     replied_again
answered          close        closed                            closed
replied_again     approve      closed/investigating              closed/investigating
replied_again     refuse       refused                           refused
replied_again     recall       answered                          answered
"""
"""What leads where in the first round and in a later one; of two states the first is that of results with nothing left open. What does not
stand here is refused."""


def expected() -> dict[tuple[str, str, int], tuple[str, str]]:
    found = {}
    for line in TABLE.strip().splitlines()[1:]:
        state, act, first, later = line.split()
        for round_number, leads in ((1, first), (2, later)):
            if leads != "-":
                settled, _, open_case = leads.partition("/")
                found[state, act, round_number] = settled, open_case or settled
    return found


@pytest.mark.parametrize(("state", "act"), list(product(StatementState, StatementAct)))
def test_every_pair_of_state_and_act_leads_where_the_table_says_or_is_refused(state: StatementState, act: StatementAct) -> None:
    for round_number, result, side in product((1, 2, 5), ReplyResult, Side):
        leads = expected().get((state.value, act.value, min(round_number, 2)))
        if side is ACTORS[act] and leads is not None:
            settles = result.value in ("agreed", "disagreed_adjusted")
            assert after(state, act, side, round_number=round_number, result=result).value == leads[0 if settles else 1]
            continue
        with pytest.raises(DomainError) as refused:
            after(state, act, side, round_number=round_number, result=result)
        assert refused.value.code == ("statement.state" if side is ACTORS[act] else "statement.side")


def test_an_approval_needs_a_reply() -> None:
    assert next_state(StatementState.WAITING, StatementAct.APPROVE) is None


def test_nothing_leads_out_of_closed_and_everything_is_reached() -> None:
    assert not [act for act in StatementAct if next_state(StatementState.CLOSED, act, result=ReplyResult.AGREED)]
    assert {state for leads in expected().values() for state in leads} | {"unhandled"} == {state.value for state in StatementState}


def test_possible_acts_are_those_that_are_not_refused() -> None:
    assert possible_acts(StatementState.UNHANDLED, Side.CLERK, 1) == [StatementAct.FETCH, StatementAct.REPLY]
    assert possible_acts(StatementState.REFUSED, Side.CLERK, 2) == [StatementAct.REPLY_AGAIN]
    assert possible_acts(StatementState.WAITING, Side.SUPERVISOR, 1) == [StatementAct.APPROVE, StatementAct.REFUSE]
    assert possible_acts(StatementState.WAITING, Side.CLERK, 1) == [StatementAct.RECALL]
    assert possible_acts(StatementState.INVESTIGATING, Side.BANK, 1) == [StatementAct.ANSWER]
    assert possible_acts(StatementState.AGREED, Side.CLERK, 1) == []


def test_the_results_of_a_first_reply_and_of_a_later_one() -> None:
    """ER 20 names four, ER 45 three of them."""
    assert {each.value for each in possible_results(1)} == {"agreed", "disagreed_to_be_checked", "disagreed_adjusted", "distorted"}
    assert {each.value for each in possible_results(2)} == {"agreed", "disagreed_to_be_checked", "distorted"}
    check_result(ReplyResult.ADJUSTED, 1)
    with pytest.raises(DomainError) as refused:
        check_result(ReplyResult.ADJUSTED, 2)
    assert (refused.value.code, refused.value.field) == ("statement.result", "result")


def test_the_bank_closes_for_a_silent_company_only_what_is_overdue() -> None:
    due = date(2005, 10, 15)
    for state in (StatementState.UNHANDLED, StatementState.FETCHED, StatementState.REFUSED, StatementState.ANSWERED):
        with pytest.raises(DomainError) as refused:
            check_close(state, due, due)
        assert refused.value.code == "statement.not_overdue"
        check_close(state, due, date(2005, 10, 16))
    check_close(StatementState.AGREED, due, date(2005, 10, 1))


def test_only_what_the_company_has_to_act_on_becomes_overdue() -> None:
    due, later = date(2005, 10, 15), date(2005, 10, 16)
    overdue = {state.value for state in StatementState if is_overdue(state, due, later)}
    assert overdue == {"unhandled", "fetched", "refused", "waiting_approval", "answered", "replied_again"}
    assert not any(is_overdue(state, due, due) for state in StatementState)
