"""Forms that several transactions of the counter share."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from banking.fields import Form
from banking.menus import GENERAL, TELLERS
from kernel.text import Text

TELLER_MENU = (GENERAL, TELLERS)
CardNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,20}$")]
"""The number of a teller's card 柜员卡."""

LEVELS = (
    ("A", Text("管理级", "management")),
    ("B", Text("柜长", "head teller")),
    ("C", Text("操作员", "teller")),
)


class Nothing(Form):
    """Nothing needs to be entered: who acts and where is known from signing on."""
