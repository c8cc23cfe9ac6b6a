"""Forms that several transactions of the counter share."""

from __future__ import annotations

from banking.fields import Form


class Nothing(Form):
    """Nothing needs to be entered: who acts and where is known from signing on."""
