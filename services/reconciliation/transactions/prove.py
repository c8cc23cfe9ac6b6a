"""总分核对 at the counter of the clearing centre (IB 3018)."""

from __future__ import annotations

from banking.fields import Form
from banking.menus import DAY_END
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from services.reconciliation.proving import keep, prove_at_rest, shown


class ProveForm(Form):
    """Nothing is asked: the books of the business date are proved."""


@transaction(
    code="recon.books.prove",
    name=Text("总分核对", "Proof of the books"),
    menu=(DAY_END,),
    source="IB 3018",
    levels="ABC",
    outlets="centre",
    gated=False,
)
async def prove_books(work: Work, form: ProveForm) -> Outcome:
    """Prove the books as they stand and keep the proof, outlets open or closed; the receipt shows it."""
    proven = await prove_at_rest(work.resources, work.business_date)
    await keep(work.connection, proven)
    return Outcome(result=shown(proven.proof))
