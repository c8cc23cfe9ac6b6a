"""What can be asked of reconciliation: proofs of the books, statements (IB 3018-3031, ER 52-60)."""

from __future__ import annotations

from services.reconciliation.queries import proofs

QUERIES = (proofs.books_proof,)
