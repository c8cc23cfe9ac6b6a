"""Deposit products 储种 are values: a frozen record of small policies. New product = one literal and its dated values.

Each policy is one member of a closed union; the file that interprets a union matches all of its members.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kernel.text import Text
from services.savings.domain.errors import PRODUCT_UNKNOWN


class AccountFlag(Enum):
    """账户标志 of a corporate account (IB 3909)."""

    BASIC = "0"
    GENERAL = "1"
    SPECIAL = "2"
    TEMPORARY = "3"
    OTHER = "4"
    AUXILIARY = "5"

    @property
    def text(self) -> Text:
        return _FLAG_TEXTS[self]


_FLAG_TEXTS: dict[AccountFlag, Text] = {
    AccountFlag.BASIC: Text("基本户", "Basic"),
    AccountFlag.GENERAL: Text("一般户", "General"),
    AccountFlag.SPECIAL: Text("专用户", "Special purpose"),
    AccountFlag.TEMPORARY: Text("临时户", "Temporary"),
    AccountFlag.OTHER: Text("其他", "Other"),
    AccountFlag.AUXILIARY: Text("辅助户", "Auxiliary"),
}
ALL_FLAGS = frozenset(AccountFlag)


class Owner(Enum):
    """Who may hold a product."""

    PERSONAL = "personal"
    CORPORATE = "corporate"


@dataclass(frozen=True, slots=True)
class AccumulatedInterest:
    """积数计息: products at one rate for the whole period, the rate of its last day; names of the rate and of the convention."""

    rate: str
    convention: str


@dataclass(frozen=True, slots=True)
class LifeInterest:
    """Interest of the whole life of the deposit, paid when money leaves it: by item 逐笔 or by monthly products, as the rule of the
    name in `services.savings.domain.life.answer` says."""

    rule: str


@dataclass(frozen=True, slots=True)
class NoInterest:
    """不计息."""


@dataclass(frozen=True, slots=True)
class FreeDeposits:
    """Any amount, any time."""


@dataclass(frozen=True, slots=True)
class SingleDeposit:
    """One lump sum, which opens the account."""


@dataclass(frozen=True, slots=True)
class MonthlyDeposits:
    """A fixed amount every month of the term; what a month missed is made up in the next (IB 1118-1121)."""


@dataclass(frozen=True, slots=True)
class AgreedDeposits:
    """In at least two parts up to a limit in all (IB 1331)."""


@dataclass(frozen=True, slots=True)
class WholeOnly:
    """Everything at once, which closes the account; `one_part_early`: once a part before maturity (IB 1019)."""

    one_part_early: bool = False


@dataclass(frozen=True, slots=True)
class InterestInParts:
    """The interest on its days, the principal at once (IB 1195-1197)."""


@dataclass(frozen=True, slots=True)
class ByNotice:
    """Parts or everything, after notice (IB 1228-1247)."""


@dataclass(frozen=True, slots=True)
class FreeWithdrawals:
    """Any amount the balance allows, any time; `by_cheque` where cheques are drawn on the account.

    With `cash_from_basic_only`, cash is paid out of the customer's basic account 基本户 alone (IB 581).
    """

    by_cheque: bool = False
    cash_from_basic_only: bool = False


@dataclass(frozen=True, slots=True)
class NoTerm:
    """不定期: no maturity, so nothing can be early or overdue."""


@dataclass(frozen=True, slots=True)
class OfferedTerms:
    """定期: one of the terms a product is offered for, by the codes of IB 359-367; for notice deposits the notice period."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CloseAtOnce:
    """Closing pays principal and interest in one step."""


@dataclass(frozen=True, slots=True)
class SettleThenClose:
    """先结清后销户: interest is settled onto the account, the balance taken out, the empty account closed (IB 1856-1870)."""


@dataclass(frozen=True, slots=True)
class TaxedInterest:
    """Interest bears the interest tax of the days it accrued on (利息税)."""


@dataclass(frozen=True, slots=True)
class UntaxedInterest:
    """No interest tax is withheld."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The name under which the dated limits of a product stand in the parameters."""

    parameter: str


InterestPolicy = AccumulatedInterest | LifeInterest | NoInterest
DepositPolicy = FreeDeposits | SingleDeposit | MonthlyDeposits | AgreedDeposits
WithdrawalPolicy = FreeWithdrawals | WholeOnly | InterestInParts | ByNotice
TermPolicy = NoTerm | OfferedTerms
ClosingPolicy = CloseAtOnce | SettleThenClose
TaxPolicy = TaxedInterest | UntaxedInterest


@dataclass(frozen=True, slots=True)
class Product:
    """One kind of deposit: code, name, the business code of its accounts, and a policy for each concern.

    `subject_digits` are the two digits a corporate account carries for its subject (IB 613), empty for personal products;
    `flags` what a corporate account of the kind may be marked as.
    """

    code: str
    name: Text
    owner: Owner
    business_code: str
    subject_digits: str
    interest: InterestPolicy
    deposits: DepositPolicy
    withdrawals: WithdrawalPolicy
    term: TermPolicy
    closing: ClosingPolicy
    tax: TaxPolicy
    limits: Limits
    flags: frozenset[AccountFlag] = frozenset()

    @property
    def bears_interest(self) -> bool:
        return not isinstance(self.interest, NoInterest)


DEMAND = Product(
    code="demand",
    name=Text("活期储蓄", "Demand savings"),
    owner=Owner.PERSONAL,
    business_code="211",
    subject_digits="",
    interest=AccumulatedInterest(rate="demand", convention="demand_personal"),
    deposits=FreeDeposits(),
    withdrawals=FreeWithdrawals(),
    term=NoTerm(),
    closing=CloseAtOnce(),
    tax=TaxedInterest(),
    limits=Limits("demand"),
)


def _personal_term(code: str, name: Text, deposits: DepositPolicy, withdrawals: WithdrawalPolicy, terms: tuple[str, ...] = ()) -> Product:
    return Product(
        code=code,
        name=name,
        owner=Owner.PERSONAL,
        business_code="215",
        subject_digits="",
        interest=LifeInterest(code),
        deposits=deposits,
        withdrawals=withdrawals,
        term=OfferedTerms(terms) if terms else NoTerm(),
        closing=CloseAtOnce(),
        tax=TaxedInterest(),
        limits=Limits(code),
    )


# Terms: domain.md section 9. Eight years (308) are not offered any more: no table since 1996 has a rate for them.
TIME = _personal_term(
    "time", Text("整存整取", "Time deposit"), SingleDeposit(), WholeOnly(one_part_early=True), ("203", "206", "301", "302", "303", "305")
)
OPTIONAL = _personal_term("optional", Text("定活两便", "Optional deposit"), SingleDeposit(), WholeOnly())
INSTALMENT = _personal_term("instalment", Text("零存整取", "Instalment deposit"), MonthlyDeposits(), WholeOnly(), ("301", "303", "305"))
INTEREST_DRAWING = _personal_term(
    "interest_drawing", Text("存本取息", "Interest-drawing deposit"), SingleDeposit(), InterestInParts(), ("301", "303", "305")
)
NOTICE = _personal_term("notice", Text("通知存款", "Notice deposit"), SingleDeposit(), ByNotice(), ("101", "107"))
EDUCATION = _personal_term("education", Text("教育储蓄", "Education savings"), AgreedDeposits(), WholeOnly(), ("301", "303", "306"))
PERSONAL_CHEQUE = Product(
    code="personal_cheque",
    name=Text("个人支票", "Personal cheque account"),
    owner=Owner.PERSONAL,
    business_code="211",
    subject_digits="",
    interest=AccumulatedInterest(rate="demand", convention="demand_personal"),
    deposits=FreeDeposits(),
    withdrawals=FreeWithdrawals(by_cheque=True),
    term=NoTerm(),
    closing=SettleThenClose(),
    tax=TaxedInterest(),
    limits=Limits("personal_cheque"),
)
PERSONAL_TERM = (TIME, OPTIONAL, INSTALMENT, INTEREST_DRAWING, NOTICE, EDUCATION)

_CORPORATE_INTEREST = AccumulatedInterest(rate="demand", convention="demand_corporate")


def _corporate_current(
    business_code: str,
    subject_digits: str,
    name: Text,
    interest: InterestPolicy = _CORPORATE_INTEREST,
    closing: ClosingPolicy = SettleThenClose(),
    withdrawals: WithdrawalPolicy = FreeWithdrawals(by_cheque=True, cash_from_basic_only=True),
    flags: frozenset[AccountFlag] = ALL_FLAGS,
) -> Product:
    return Product(
        code=business_code,
        name=name,
        owner=Owner.CORPORATE,
        business_code=business_code,
        subject_digits=subject_digits,
        interest=interest,
        deposits=FreeDeposits(),
        withdrawals=withdrawals,
        term=NoTerm(),
        closing=closing,
        tax=UntaxedInterest(),
        limits=Limits("corporate_current"),
        flags=flags,
    )


# The kinds of IB 3895-3898. Public funds (IB 3907) and temporary deposits (IB 3980) bear no interest;
# what bears none needs no settling (IB 1860). A temporary account pays cash without being basic (IB 1876, 3980) and is never
# marked as basic (IB 3910).
CORPORATE_CURRENT = (
    _corporate_current("201", "01", Text("工业存款", "Industrial enterprises")),
    _corporate_current("202", "02", Text("商业存款", "Commercial enterprises")),
    _corporate_current("203", "03", Text("建筑企业存款", "Construction enterprises")),
    _corporate_current("204", "04", Text("农业存款", "Agricultural enterprises")),
    _corporate_current("205", "05", Text("城镇集体企业存款", "Urban collective enterprises")),
    _corporate_current("206", "06", Text("乡镇企业存款", "Township enterprises")),
    _corporate_current("207", "07", Text("三资企业存款", "Enterprises with foreign capital")),
    _corporate_current("208", "08", Text("私营企业及个体户存款", "Private enterprises and self-employed")),
    _corporate_current("209", "09", Text("其他企业存款", "Other enterprises")),
    _corporate_current("210", "10", Text("单位其他存款", "Other organisations")),
    _corporate_current("212", "12", Text("保险公司存款", "Insurance companies")),
    _corporate_current("213", "13", Text("行政事业单位存款", "Public institutions")),
    _corporate_current("235", "35", Text("财政预算存款", "Public budget funds"), NoInterest(), CloseAtOnce()),
    _corporate_current("236", "36", Text("财政预算外存款", "Public off-budget funds"), NoInterest(), CloseAtOnce()),
    _corporate_current("249", "49", Text("同业一般存款", "Other banks")),
    _corporate_current(
        "260",
        "40",
        Text("临时存款", "Temporary deposits"),
        NoInterest(),
        CloseAtOnce(),
        FreeWithdrawals(by_cheque=True),
        frozenset({AccountFlag.TEMPORARY, AccountFlag.OTHER}),
    ),
    _corporate_current("411", "41", Text("委托存款", "Entrusted deposits")),
)


def _corporate_term(business_code: str, name: Text, rule: str, withdrawals: WithdrawalPolicy, terms: tuple[str, ...]) -> Product:
    return Product(
        code=business_code,
        name=name,
        owner=Owner.CORPORATE,
        business_code=business_code,
        subject_digits=business_code[1:],
        interest=LifeInterest(rule),
        deposits=SingleDeposit(),
        withdrawals=withdrawals,
        term=OfferedTerms(terms),
        closing=CloseAtOnce(),
        tax=UntaxedInterest(),
        limits=Limits(f"corporate_{rule}"),
        flags=frozenset({AccountFlag.OTHER}),
    )


# IB 3897-3898; no longer than a year (IB 3904), and never marked as basic (IB 3909).
_UP_TO_A_YEAR = ("203", "206", "301")
CORPORATE_TIME = (
    _corporate_term("221", Text("单位定期存款", "Corporate time deposit"), "time", WholeOnly(one_part_early=True), _UP_TO_A_YEAR),
    _corporate_term("223", Text("单位通知存款", "Corporate notice deposit"), "notice", ByNotice(), ("101", "107")),
    _corporate_term("224", Text("单位大额可转让定期存单", "Negotiable certificate of deposit"), "time", WholeOnly(), _UP_TO_A_YEAR),
)

CATALOGUE: dict[str, Product] = {
    product.code: product for product in (DEMAND, PERSONAL_CHEQUE, *PERSONAL_TERM, *CORPORATE_CURRENT, *CORPORATE_TIME)
}


def product_of(code: str, field: str = "product") -> Product:
    """The product of a code: `demand`, or the business code of a corporate kind. Raises `product.unknown`."""
    found = CATALOGUE.get(code)
    if found is None:
        raise PRODUCT_UNKNOWN(field=field, product=code)
    return found
