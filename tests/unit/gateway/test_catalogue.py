"""Whose a name is, while some services have not said what they offer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.catalogue import Catalogue
from kernel.errors import DomainError

DECLARED = {"service": "savings", "transactions": [{"code": "savings.demand.open"}], "queries": [], "reports": [], "account_kinds": []}
LOOKS: list[tuple[Callable[[Catalogue, str], str], str]] = [
    (Catalogue.owner_of_transaction, "transaction.unknown"),
    (Catalogue.owner_of_query, "query.unknown"),
    (Catalogue.owner_of_report, "report.unknown"),
]


def refusal(look: Callable[[Catalogue, str], str], catalogue: Catalogue) -> str:
    with pytest.raises(DomainError) as raised:
        look(catalogue, "nothing.of.this.name")
    return raised.value.code


@pytest.mark.parametrize(("look", "unknown"), LOOKS)
def test_only_a_whole_catalogue_says_that_something_does_not_exist(look: Callable[[Catalogue, str], str], unknown: str) -> None:
    assert refusal(look, Catalogue()) == unknown
    assert refusal(look, Catalogue(missing=("lending",))) == "service.unreachable"


def test_what_is_known_has_its_owner_while_others_are_missing() -> None:
    catalogue = Catalogue(missing=("lending",))
    catalogue.add(DECLARED)
    assert catalogue.owner_of_transaction("savings.demand.open") == "savings"
