"""The proof of the books as reconciliation makes it and others read it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from contracts.ledger import Transport

ProofKind = Literal["trial_balance", "subledgers", "positions", "mirrors", "completeness"]
PROOF_KINDS: tuple[ProofKind, ...] = get_args(ProofKind)


class OpenItem(BaseModel):
    """One place where two sides do not agree. `ours` is what `ours_of` says, `theirs` what `theirs_of` says; amounts are decimal strings.

    Balances of customers' accounts and positions are credit positive, balances of internal accounts debit positive.
    """

    model_config = ConfigDict(frozen=True)

    outlet: str | None = None
    account: str | None = None
    business_code: str | None = None
    currency: str | None = None
    ours_of: str
    ours: str
    theirs_of: str
    theirs: str
    difference: str
    posting_id: str | None = None
    code: str | None = None
    reason: dict[str, str] | None = None

    def sentence(self) -> str:
        """The item in one line, free of language: where, who, how much on either side."""
        where = " ".join(part for part in (self.outlet, self.business_code, self.account, self.currency) if part)
        why = f" ({self.code})" if self.code else ""
        return f"{where}: {self.ours_of} {self.ours} / {self.theirs_of} {self.theirs}{why}".removeprefix(": ")


class ProofPart(BaseModel):
    """One of the proofs: whether it holds, the sum of the absolute differences as a decimal string, and where they are."""

    model_config = ConfigDict(frozen=True)

    holds: bool = True
    difference: str = "0.00"
    open_items: list[OpenItem] = Field(default_factory=list)


class Proof(BaseModel):
    """The five proofs of a business date. `stored` ones were kept by the day end or for a teller; others show the books as they stand."""

    business_date: date
    made_at: datetime | None = None
    stored: bool = False
    trial_balance: ProofPart
    subledgers: ProofPart
    positions: ProofPart
    mirrors: ProofPart
    completeness: ProofPart

    def part(self, kind: ProofKind) -> ProofPart:
        return getattr(self, kind)

    @property
    def failed(self) -> list[ProofKind]:
        """The proofs that do not hold."""
        return [kind for kind in PROOF_KINDS if not self.part(kind).holds]


class ReconciliationClient:
    """Reconciliation as the day end calls it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def prove(self, business_date: date) -> Proof:
        """Prove the books of the current business date and keep the result; for an earlier date the proof that was kept.

        Raises `books.proof.none`, `books.proof.later`.
        """
        answer = await self._transport.call("reconciliation", "POST", "/internal/proof", json={"business_date": business_date.isoformat()})
        return Proof.model_validate(answer)
