"""Who acts: the teller as the counter's token names him."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from fastapi import Request

from kernel.errors import DomainError, ErrorType, Kind
from kernel.numbers import CITY, superior_of
from runtime.auth import TOKEN_INVALID, bearer
from runtime.service import resources_of

PASSWORD_CHANGE_REQUIRED = ErrorType("auth.password_change_required", Kind.FORBIDDEN, "首次签到必须先修改密码", "change the password first")

TELLER_TOKEN = "teller"
APPROVAL_TOKEN = "approval"
PASSWORD_TOKEN = "password"


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-on teller: number, outlet, level A, B or C (IB 315-320), the open cash box if he has one, and the session."""

    teller: str
    outlet: str
    level: str
    cash_box: str | None
    session: str

    @property
    def operator(self) -> str:
        """The letter of the teller number: `S` savings, `K` corporate, `A` machine (IB 312, 689)."""
        return self.teller[0]

    def claims(self) -> dict[str, Any]:
        return asdict(self)

    def oversees(self, outlet: str) -> bool:
        """Whether the outlet is the teller's own, one below it, or the teller works at the city branch."""
        return self.outlet in (outlet, CITY) or superior_of(outlet) == self.outlet


def principal_of(claims: dict[str, Any]) -> Principal:
    """The teller named by checked claims."""
    return Principal(*(claims.get(name) for name in ("teller", "outlet", "level", "cash_box", "session")))  # type: ignore[arg-type]


async def teller(request: Request) -> Principal:
    """A route dependency: the teller whose token came with the request.

    Raises the token's problems, `auth.password_change_required` for a token that is only good for changing the password.
    """
    token, verifier = bearer(request), resources_of(request).verifier
    try:
        return principal_of(verifier.verify(token, TELLER_TOKEN))
    except DomainError as error:
        if error.type is TOKEN_INVALID:
            verifier.verify(token, PASSWORD_TOKEN)
            raise PASSWORD_CHANGE_REQUIRED() from None
        raise


async def newcomer(request: Request) -> Principal:
    """A route dependency: a teller who may yet have to change his password, with either token. Raises the token's problems."""
    token, verifier = bearer(request), resources_of(request).verifier
    try:
        return principal_of(verifier.verify(token, PASSWORD_TOKEN))
    except DomainError as error:
        if error.type is TOKEN_INVALID:
            return principal_of(verifier.verify(token, TELLER_TOKEN))
        raise
