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
CUSTOMER_UNFIT = ErrorType(
    "portal.customer_unfit", Kind.CONFLICT, "只能为状态正常的对公客户绑定操作员", "only a corporate customer in good standing has operators"
)
ACCOUNT_UNFIT = ErrorType(
    "portal.account_unfit",
    Kind.INVALID,
    "{account} 不是该客户的在用存款账户",
    "{account} is not a deposit account in use of this customer",
)
MISSING = ErrorType("portal.operator.missing", Kind.INVALID, "绑定操作员须填写此项", "this is needed to bind an operator")
ALREADY_BOUND = ErrorType("portal.operator.bound", Kind.CONFLICT, "操作员 {number} 已绑定", "operator {number} is bound already")
NOT_BOUND = ErrorType("portal.operator.not_bound", Kind.NOT_FOUND, "操作员 {number} 未绑定", "operator {number} is not bound")
NOTHING_CHANGED = ErrorType("portal.operator.unchanged", Kind.CONFLICT, "没有变更内容", "nothing would change")
ROLE_FIXED = ErrorType(
    "portal.operator.role",
    Kind.CONFLICT,
    "操作员号 {number} 的角色不能改变,请另用一个号",
    "the role of number {number} never changes; use another number",
)
PHONE_TAKEN = ErrorType(
    "portal.operator.phone",
    Kind.CONFLICT,
    "该手机已绑定给本客户的操作员 {number},对账员与主管不能是同一人",
    "this telephone is bound to operator {number} of the customer: clerk and supervisor are never one person",
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
