"""Gateway 网关: the one door. It has no tables of its own."""

from __future__ import annotations

from contracts import matching
from contracts.agency import MOST_BYTES
from gateway import api, portal, portal_papers
from gateway.pages import routes as pages
from kernel.text import Text
from runtime.service import Service

SERVICE = Service(
    name="gateway",
    title=Text("网关", "Gateway"),
    routers=(api.router, api.system_router, portal.router, portal_papers.router, pages.router),
    larger_bodies={"/api/agency/": MOST_BYTES, "/api/portal/matchings/": matching.MOST_BYTES},
)
