"""What can be asked of reconciliation: proofs of the books, statements (IB 3018-3031, ER 52-60)."""

from __future__ import annotations

from services.reconciliation.queries import portal, proofs, statements

QUERIES = (
    proofs.books_proof,
    proofs.proof_groups,
    proofs.proof_history,
    proofs.proof_account,
    *portal.PORTAL_QUERIES,
    statements.statements,
    statements.statement,
    statements.lines,
    statements.cases,
    statements.runs,
    statements.arrangements,
)
