"""No route of the portal is open by mistake, and the door's list and the service's routes are the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from gateway import portal, portal_papers
from runtime.auth import service_only
from services.reconciliation.portal.session import operator_of, session_of
from services.reconciliation.service import SERVICE

SERVED = {
    (method, route.path): route
    for router in SERVICE.routers
    for route in router.routes
    if isinstance(route, APIRoute) and route.path.startswith("/portal/")
    for method in route.methods
}
OFFERED = {(route.method, f"/portal{route.path}"): route for route in portal.ROUTES}
FILES = {route.path.removeprefix("/api") for route in portal_papers.router.routes if isinstance(route, APIRoute)}
"""What the door makes files of."""


def calls(dependant: Dependant) -> Iterator[Any]:
    """Everything a route depends on."""
    yield dependant.call
    for inner in dependant.dependencies:
        yield from calls(inner)


@pytest.mark.parametrize("served", sorted(SERVED), ids=" ".join)
def test_a_route_needs_a_session_unless_the_door_says_that_it_is_open(served: tuple[str, str]) -> None:
    needed = set(calls(SERVED[served].dependant))
    offered = OFFERED.get(served)
    if offered is not None and offered.open:
        assert service_only in needed
    else:
        assert needed & {operator_of, session_of}


def test_the_door_offers_what_is_served_and_nothing_else() -> None:
    assert OFFERED.keys() <= SERVED.keys()
    assert {path for _, path in SERVED.keys() - OFFERED.keys()} == FILES


def test_names_of_routes_are_given_once() -> None:
    names = [route.name for route in portal.ROUTES]
    assert len(names) == len(set(names))
