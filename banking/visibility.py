"""Whose business a teller may look into: an outlet's teller his outlet's, a sub-branch's business department that of all its outlets, the
city's departments everybody's (IB 2491-2500, 3692-3730, 3778).

Numbers begin with the outlet, so what a teller sees is a beginning of numbers: none for the city, two digits for a sub-branch, four for an
outlet. Every query and report of every service asks here.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, true

from banking.principal import Principal
from kernel.errors import ErrorType, Kind
from kernel.numbers import CITY_BRANCH, branch_of, is_business_department

OUTSIDE = ErrorType(
    "outlet.outside",
    Kind.FORBIDDEN,
    "只能查询本部门及所辖网点的业务,不能查询 {outlet}",
    "only the business of the own department and of those below it can be looked into, not that of {outlet}",
)
ACCOUNT_OUTSIDE = ErrorType(
    "account.outside",
    Kind.FORBIDDEN,
    "只能查询本部门及所辖网点的账户",
    "only accounts of the own department and those below it can be looked into",
)


@dataclass(frozen=True, slots=True)
class Sight:
    """The outlets that somebody sees or asked for: those whose number begins with these digits."""

    beginning: str

    def covers(self, outlet: str) -> bool:
        """Whether an outlet is among them."""
        return outlet.startswith(self.beginning)

    def condition(self, column: ColumnElement[str], digits: int = 4) -> ColumnElement[bool]:
        """The same over a column of numbers of so many digits that begin with the outlet, as a range that an index can follow."""
        if not self.beginning:
            return true()
        if len(self.beginning) == digits:
            return column == self.beginning
        return column.between(self.beginning.ljust(digits, "0"), self.beginning.ljust(digits, "9"))


EVERYTHING = Sight("")


def sight_of(principal: Principal) -> Sight:
    """What a teller sees."""
    if branch_of(principal.outlet) == CITY_BRANCH:
        return EVERYTHING
    return Sight(branch_of(principal.outlet) if is_business_department(principal.outlet) else principal.outlet)


def sight_for(principal: Principal, outlet: str | None, field: str = "outlet") -> Sight:
    """What a teller sees, narrowed to an outlet if one is asked for. Raises `outlet.outside`."""
    sight = sight_of(principal)
    if outlet is None:
        return sight
    if not sight.covers(outlet):
        raise OUTSIDE(field=field, outlet=outlet)
    return Sight(outlet)


def check_account_seen(principal: Principal, outlet: str, field: str = "account") -> None:
    """Refuse an account of an outlet that the teller does not see. Raises `account.outside`."""
    if not sight_of(principal).covers(outlet):
        raise ACCOUNT_OUTSIDE(field=field)
