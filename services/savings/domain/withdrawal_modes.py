"""Withdrawal modes 印鉴类别: what a customer must show to take money out (IB 366-367, 896-897, 1003), and where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from kernel.errors import ErrorType
from kernel.text import Text
from services.savings.domain.errors import (
    CROSS_OUTLET_NEEDS_PASSWORD,
    DOCUMENT_REQUIRED,
    NOT_CROSS_OUTLET,
    PASSWORD_MALFORMED,
    PASSWORD_NOT_WANTED,
    PASSWORD_REQUIRED,
    SEAL_REQUIRED,
)

_PASSWORD = re.compile(r"[0-9]{6}")


class Proof(Enum):
    """Something a customer shows."""

    PASSWORD = "password"
    DOCUMENT = "document"
    SEAL = "seal"


class WithdrawalMode(Enum):
    """A password, B password and document, C none, D seal."""

    PASSWORD = "A"
    PASSWORD_AND_DOCUMENT = "B"
    NONE = "C"
    SEAL = "D"

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """What must be shown, in the order it is asked for."""
        return _PROOFS[self]

    @property
    def has_password(self) -> bool:
        return Proof.PASSWORD in self.proofs

    @property
    def name_text(self) -> Text:
        return _NAMES[self]


_PROOFS: dict[WithdrawalMode, tuple[Proof, ...]] = {
    WithdrawalMode.PASSWORD: (Proof.PASSWORD,),
    WithdrawalMode.PASSWORD_AND_DOCUMENT: (Proof.PASSWORD, Proof.DOCUMENT),
    WithdrawalMode.NONE: (),
    WithdrawalMode.SEAL: (Proof.SEAL,),
}
_NAMES: dict[WithdrawalMode, Text] = {
    WithdrawalMode.PASSWORD: Text("密码", "Password"),
    WithdrawalMode.PASSWORD_AND_DOCUMENT: Text("密码与证件", "Password and document"),
    WithdrawalMode.NONE: Text("无限制", "None"),
    WithdrawalMode.SEAL: Text("印鉴", "Seal"),
}
_MISSING: dict[Proof, tuple[ErrorType, str]] = {
    Proof.PASSWORD: (PASSWORD_REQUIRED, "password"),
    Proof.DOCUMENT: (DOCUMENT_REQUIRED, "id_number"),
    Proof.SEAL: (SEAL_REQUIRED, "seal_checked"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the customer has shown: proofs the counter has verified or is about to verify."""

    proofs: frozenset[Proof] = frozenset()

    @classmethod
    def of(cls, *, password: str | None = None, document: str | None = None, seal_checked: bool = False) -> Shown:
        """From the fields of a form; an empty text is nothing shown."""
        given = {Proof.PASSWORD: bool(password), Proof.DOCUMENT: bool(document), Proof.SEAL: seal_checked}
        return cls(frozenset(proof for proof, present in given.items() if present))


def check_password(password: str, field: str = "password") -> str:
    """The password itself when it has six digits (IB 307, 366). Raises `password.malformed`."""
    if not _PASSWORD.fullmatch(password):
        raise PASSWORD_MALFORMED(field=field)
    return password


def check_mode_at_opening(mode: WithdrawalMode, password: str | None) -> None:
    """What an account may be opened with: modes A and B need a six-digit password, C and D take none (IB 896-897).

    Raises `password.required`, `password.malformed`, `password.not_wanted`.
    """
    if mode.has_password:
        if not password:
            raise PASSWORD_REQUIRED(field="password")
        check_password(password)
        return
    if password:
        raise PASSWORD_NOT_WANTED(field="password", mode=mode.value)


def check_shown(mode: WithdrawalMode, shown: Shown, password_field: str = "password") -> None:
    """Whether enough is shown to take money out. Raises `password.required`, `document.required`, `seal.required`."""
    for proof in mode.proofs:
        if proof not in shown.proofs:
            error, field = _MISSING[proof]
            raise error(field=password_field if proof is Proof.PASSWORD else field)


def check_outlet_of_deposit(cross_outlet: bool, own_outlet: str, counter_outlet: str, field: str = "account") -> None:
    """Whether the account takes money at this counter: elsewhere only when it is marked 通存通兑. Raises `account.not_cross_outlet`."""
    if counter_outlet != own_outlet and not cross_outlet:
        raise NOT_CROSS_OUTLET(field=field, outlet=own_outlet)


def check_outlet_of_withdrawal(
    mode: WithdrawalMode, cross_outlet: bool, own_outlet: str, counter_outlet: str, field: str = "account"
) -> None:
    """Whether the account pays out at this counter: elsewhere only when it is marked 通存通兑 and has a password (IB 487-489).

    Raises `account.not_cross_outlet`, `account.cross_outlet_needs_password`.
    """
    check_outlet_of_deposit(cross_outlet, own_outlet, counter_outlet, field)
    if counter_outlet != own_outlet and not mode.has_password:
        raise CROSS_OUTLET_NEEDS_PASSWORD(field=field, outlet=own_outlet)
