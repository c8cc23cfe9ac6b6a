"""What several queries of the counter ask for."""

from __future__ import annotations

from banking.fields import Form, OutletCode, labelled


class WhichOutlet(Form):
    """The outlet asked about; left out, all that the teller sees."""

    outlet: OutletCode | None = labelled("网点", "Outlet", None)
