"""The people a company lets use the reconciliation portal: 对账员 and 对账主管 (ER 15, 17, 24)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernel.errors import ErrorType, Kind

Role = Literal["clerk", "supervisor"]
"""`clerk` 对账员 replies to statements; `supervisor` 对账主管 approves or refuses what a clerk has replied."""

ROLE_MISSING = ErrorType("portal.role", Kind.FORBIDDEN, "该操作仅限{role_zh}办理", "only a {role_en} may do this")
ACCOUNT_OUTSIDE = ErrorType(
    "portal.account_outside", Kind.FORBIDDEN, "无权查看该账户的账单", "this operator has no right to this account's statements"
)

ROLE_NAMES: dict[Role, tuple[str, str]] = {"clerk": ("对账员", "clerk"), "supervisor": ("对账主管", "supervisor")}


@dataclass(frozen=True, slots=True)
class Operator:
    """A signed-on operator of a corporate customer: whose he is, his number there, his role, his name, the accounts he may see."""

    customer_number: str
    operator_number: str
    role: Role
    name: str
    accounts: frozenset[str]

    @property
    def user_name(self) -> str:
        """用户名: the customer number and the operator's number behind it, 13 digits."""
        return self.customer_number + self.operator_number

    def require_role(self, role: Role) -> None:
        """Raises `portal.role` for an operator of the other role."""
        if self.role != role:
            zh, en = ROLE_NAMES[role]
            raise ROLE_MISSING(role_zh=zh, role_en=en)

    def require_account(self, account: str) -> None:
        """Raises `portal.account_outside` for an account that the bank has not given this operator to see."""
        if account not in self.accounts:
            raise ACCOUNT_OUTSIDE(field="account")
