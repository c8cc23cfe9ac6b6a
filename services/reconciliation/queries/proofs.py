"""What can be asked of the proofs."""

from __future__ import annotations

from typing import Any

from banking.fields import Day, Form, labelled
from banking.query import Read, query
from kernel.text import Text
from services.reconciliation.proving import LATER, kept, prove_at_rest, shown


class ProofForm(Form):
    """The date to prove; the business date if left out."""

    date: Day | None = labelled("账务日期", "Business date", None, widget="date")


@query(name="books.proof", title=Text("总分核对", "Proof of the books"), source="IB 3018-3031")
async def books_proof(read: Read, form: ProofForm) -> dict[str, Any]:
    """The five proofs: of the current date as the books stand, of an earlier one as its day end kept them. Raises `books.proof.*`."""
    day = form.date or read.business_date
    if day > read.business_date:
        raise LATER(field="date", date=day, current=read.business_date)
    return shown(await prove_at_rest(read.resources, day) if day == read.business_date else await kept(read.connection, day))
