"""What a use case has in hand while it runs: the transaction, the teller, the business date, and the ways to the other services."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from banking.principal import Principal
from banking.tables import Frame
from contracts.ledger import AccountReference, LedgerClient
from contracts.message import Message
from contracts.movement import (
    MovementAnswer,
    MovementClient,
    MovementLine,
    MovementRequest,
)
from kernel.errors import ErrorType, Kind
from runtime.service import Resources

CASH_BOX_REQUIRED = ErrorType(
    "counter.cash_box_required",
    Kind.CONFLICT,
    "未注册钱箱,只能办理转账业务",
    "no cash box is open: only transfers can be done (IB 344-358)",
)
CASH = "cash"


@dataclass(frozen=True, slots=True)
class Approval:
    """The second person: who, of what level, where."""

    approval_id: str
    teller: str
    level: str
    outlet: str


@dataclass
class Work:
    """One running transaction. Everything a use case changes goes through `connection` and is committed or rolled back with the receipt."""

    resources: Resources
    frame: Frame
    connection: AsyncConnection
    principal: Principal
    business_date: date
    posting_id: UUID
    code: str
    dry_run: bool = False
    second: Approval | None = None
    transaction_number: str | None = None
    voucher_holds: int = 0
    voucher_sheets: int = 0
    after_commit: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    on_failure: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def outlet(self) -> str:
        """The counter outlet 业务行: the teller's own."""
        return self.principal.outlet

    @property
    def ledger(self) -> LedgerClient:
        return LedgerClient(self.resources.transport)

    def cash(self) -> AccountReference:
        """The teller's cash box as a role of a fact. Raises `counter.cash_box_required`."""
        if self.principal.cash_box is None:
            raise CASH_BOX_REQUIRED(field="settlement")
        return AccountReference(number=CASH, outlet=self.outlet)

    async def publish(self, message: Message) -> None:
        """Say something to other services, if and when this transaction commits."""
        await self.resources.outbox.add(self.connection, message, business_date=self.business_date, cause=str(self.posting_id))

    async def move(
        self,
        owner: str,
        currency: str,
        lines: tuple[MovementLine, ...],
        *,
        value_date: date | None = None,
        correction: bool = False,
        reverses: UUID | None = None,
    ) -> MovementAnswer:
        """Hold a movement on accounts of another service; it is posted once this transaction has committed, voided if it fails.

        Only transactions declared `two_phase` may call it. Raises the owner's refusal.
        """
        client = MovementClient(self.resources.transport, owner)
        if not self.dry_run:
            self.on_failure.append(lambda: client.void(self.posting_id))
            self.after_commit.append(lambda: client.post(self.posting_id, self.transaction_number))
        return await client.pend(
            MovementRequest(
                posting_id=self.posting_id,
                initiator=self.resources.name,
                transaction_code=self.code,
                business_date=self.business_date,
                value_date=value_date or self.business_date,
                currency=currency,
                counter_outlet=self.outlet,
                teller=self.principal.teller,
                lines=lines,
                correction=correction,
                reverses=reverses,
                dry_run=self.dry_run,
            )
        )
