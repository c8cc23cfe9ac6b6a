"""上存下拨: what a placement between a sub-branch and the city earns, and what may be paid back of it (IB 3249-3325)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum

from kernel.calendar import add_term, days_between
from kernel.errors import ErrorType, Kind
from kernel.money import round_half_up
from kernel.numbers import CITY, CITY_BRANCH, InternalAccount, branch_of, is_business_department, parse_term
from kernel.text import Text
from services.clearing.domain.national import CITY_DEPARTMENT

NOT_THE_CITY = ErrorType(
    "clearing.fund.not_the_city",
    Kind.FORBIDDEN,
    "上存下拨由市行清算中心或市行营业部办理",
    "placements are run by the clearing centre or the city's business department",
)
NOT_A_BRANCH = ErrorType(
    "clearing.fund.not_a_branch", Kind.INVALID, "{branch} 不是支行营业部", "{branch} is not the business department of a sub-branch"
)
FUND_ACCOUNT = ErrorType(
    "clearing.fund.account",
    Kind.INVALID,
    "资金账号应为 {branch} 在市行的 40705 账户,货币 {currency}",
    "the fund account is the 40705 account in {currency} that the city keeps for {branch}",
)
CONTRACT_UNKNOWN = ErrorType("clearing.fund.unknown", Kind.NOT_FOUND, "{branch} 没有合同 {sequence}", "{branch} has no contract {sequence}")
WRONG_KIND = ErrorType(
    "clearing.fund.kind",
    Kind.CONFLICT,
    "合同 {sequence} 是{kind_zh},不能办理此交易",
    "contract {sequence} is {kind_en}; this is not for it",
)
SETTLED = ErrorType("clearing.fund.settled", Kind.CONFLICT, "合同 {sequence} 已于 {date} 结清", "contract {sequence} was settled on {date}")
OTHER_ACCOUNT = ErrorType(
    "clearing.fund.other_account", Kind.INVALID, "资金账号与合同不符", "the contract was made for another fund account"
)
TOO_MUCH = ErrorType(
    "clearing.fund.too_much", Kind.CONFLICT, "交易金额超过合同余额 {outstanding}", "only {outstanding} of the contract is outstanding"
)
SETTLES = ErrorType(
    "clearing.fund.settles",
    Kind.INVALID,
    "交易金额等于合同余额 {outstanding} 时,是否结清应选是,否则选否",
    "a contract is settled exactly when all of the {outstanding} outstanding is paid back",
)
RATE_RANGE = ErrorType(
    "clearing.fund.rate", Kind.INVALID, "月利率应在 0 至 {most}‰ 之间", "a monthly rate lies between 0 and {most} per mille"
)

OPERATORS = (CITY, CITY_DEPARTMENT)
"""The clearing centre, and the city's business department, which keeps the sub-branches' fund accounts (IB 3228, 3249-3252)."""
FUND_ACCOUNT_CODE = "475"
"""40705, the account of a sub-branch with the city (IB 3228-3234)."""
DIVISOR = 30000
"""A monthly rate in per mille is divided by 30 days and by 1000 (IB 3301)."""
MOST_PERMILLE = Decimal(100)


class FundKind(Enum):
    """合同种类: who has lent to whom (IB 3260)."""

    DEPOSIT = "479"
    LOAN = "477"

    @property
    def text(self) -> Text:
        return _KINDS[self]


_KINDS = {FundKind.DEPOSIT: Text("上存", "money placed with the city"), FundKind.LOAN: Text("下拨", "money lent to the sub-branch")}


def check_operator(outlet: str) -> None:
    """Raises `clearing.fund.not_the_city`."""
    if outlet not in OPERATORS:
        raise NOT_THE_CITY()


def check_branch(branch: str) -> None:
    """A contract is with the business department of a sub-branch other than the city's own. Raises `clearing.fund.not_a_branch`."""
    if not is_business_department(branch) or branch_of(branch) == CITY_BRANCH or branch == CITY_DEPARTMENT:
        raise NOT_A_BRANCH(field="branch", branch=branch)


def check_fund_account(parts: InternalAccount, branch: str, currency: str) -> None:
    """Kept by the city's business department, of code 475, its suffix beginning with the sub-branch (IB 3228-3234).

    Raises `clearing.fund.account`.
    """
    expected = (CITY_DEPARTMENT, currency, FUND_ACCOUNT_CODE, branch_of(branch))
    if (parts.outlet, parts.currency, parts.business_code, parts.suffix[:2]) != expected:
        raise FUND_ACCOUNT(field="fund_account", branch=branch, currency=currency)


def due_on(starts_on: date, term: str) -> date:
    """The day a term of three digits ends on. Raises `term.malformed`."""
    return add_term(starts_on, parse_term(term))


def check_rate(monthly_permille: Decimal) -> Decimal:
    """Raises `clearing.fund.rate`."""
    if not 0 <= monthly_permille <= MOST_PERMILLE:
        raise RATE_RANGE(field="rate", most=MOST_PERMILLE)
    return monthly_permille


def interest_minor(amount_minor: int, monthly_permille: Decimal, starts_on: date, today: date) -> tuple[int, int]:
    """Days and interest of what is paid back: days x monthly rate x amount / 30000, the first day counted and the last not, rounded half
    up to the fen (IB 3299-3301)."""
    days = days_between(starts_on, today)
    return days, int(round_half_up(Decimal(days) * monthly_permille * amount_minor / DIVISOR, 0))


def outstanding_after(outstanding_minor: int, amount_minor: int, settles: bool, outstanding_text: str) -> int:
    """What is left once an amount is paid back. Raises `clearing.fund.too_much`, `clearing.fund.settles`."""
    left = outstanding_minor - amount_minor
    if left < 0:
        raise TOO_MUCH(field="amount", outstanding=outstanding_text)
    if (left == 0) is not settles:
        raise SETTLES(field="settles", outstanding=outstanding_text)
    return left
