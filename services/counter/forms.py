"""Forms that several transactions of the counter share."""

from __future__ import annotations

from banking.fields import Form
from kernel.text import Text

LEVELS = (
    ("A", Text("A 管理级", "A management")),
    ("B", Text("B 柜长", "B head teller")),
    ("C", Text("C 操作员", "C teller")),
)


class Nothing(Form):
    """Nothing needs to be entered: who acts and where is known from signing on."""
