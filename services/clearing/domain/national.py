"""National inter-bank business 电子联行: bank numbers, kinds of business, and how an inward item finds its account (IB 2398-2466)."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from kernel.errors import ErrorType, Kind
from kernel.numbers import CITY, business_department_of
from kernel.text import Text

CURRENCY = "CNY"
BANK_PREFIX = "31"
"""The first two digits of the bank's own numbers 行号; the outlet's four follow (decision 0015)."""
CITY_DEPARTMENT = "0100"
"""市行营业部 (IB 295): where items for an outlet that the bank does not have are put to suspense (IB 2403)."""

OWN_BANK = ErrorType(
    "clearing.national.own_bank",
    Kind.INVALID,
    "汇入行 {bank} 是本行机构,请用辖内业务",
    "bank {bank} is an outlet of ours: this is business between outlets",
)
BANK_MALFORMED = ErrorType("clearing.national.bank_malformed", Kind.INVALID, "行号应为6位数字", "a bank number has 6 digits")
KIND_ACCOUNT = ErrorType(
    "clearing.national.kind_account",
    Kind.INVALID,
    "业务种类“{kind_zh}”不能由业务代码为 {business_code} 的账户付款",
    "{kind_en} cannot be paid from an account of business code {business_code}",
)
PAYER_NAME = ErrorType(
    "clearing.national.payer_name",
    Kind.INVALID,
    "电汇的付款人名称由系统按付款账户生成,不能另录",
    "the payer's name of a wire transfer is the account's, it is not entered",
)


@dataclass(frozen=True, slots=True)
class Business:
    """A kind of outward business 业务种类: what it is called, and which current accounts pay it (none named: any of an organisation)."""

    code: str
    name: Text
    pays_from: frozenset[str]
    names_payer: bool = True
    entered: bool = True


ENTERPRISES = frozenset(("201", "202", "203", "204", "205", "206", "207", "208", "209", "210"))
"""Accounts of enterprises and other organisations that trade."""
CURRENT_ACCOUNTS = ENTERPRISES | {"212", "213", "235", "236", "249", "260", "411"}
"""一般活期及临时存款: accounts that an outward item may be paid from (IB 2463)."""
TRANSFER, COLLECTION, ACCEPTANCE, RETURN = "transfer", "collection", "acceptance", "return"
KINDS: dict[str, Business] = {
    kind.code: kind
    for kind in (
        Business(TRANSFER, Text("电汇", "Wire transfer"), CURRENT_ACCOUNTS, names_payer=False),
        Business(COLLECTION, Text("委托收款划回", "Collected bill"), CURRENT_ACCOUNTS),
        Business(ACCEPTANCE, Text("托收承付划回", "Collection with acceptance"), ENTERPRISES),
        Business(RETURN, Text("退汇", "Return"), frozenset(), entered=False),
    )
}
KIND_CHOICES = tuple((kind.code, kind.name) for kind in KINDS.values() if kind.entered)


def own_bank(outlet: str) -> str:
    """The bank number of an outlet of ours."""
    return BANK_PREFIX + outlet


def outlet_of(bank: str, outlets: Collection[str]) -> str | None:
    """The outlet of ours that a bank number names, if there is one."""
    if not is_own(bank) or len(bank) != 6 or bank[2:] not in outlets:
        return None
    return bank[2:]


def is_own(bank: str) -> bool:
    """Whether a bank number is of this bank, whatever outlet it names."""
    return bank.startswith(BANK_PREFIX)


def check_receiving_bank(bank: str, field: str = "receiving_bank") -> None:
    """Refuse what is no number of another bank. Raises `clearing.national.bank_malformed`, `clearing.national.own_bank`."""
    if len(bank) != 6 or not (bank.isascii() and bank.isdigit()):
        raise BANK_MALFORMED(field=field)
    if is_own(bank):
        raise OWN_BANK(field=field, bank=bank)


def check_kind(kind: str, business_code: str, payer_name: str | None = None) -> None:
    """业务种类和付款帐号之间的关系 (IB 2445). Raises `clearing.national.kind_account`, `clearing.national.payer_name`."""
    business = KINDS[kind]
    if business_code not in business.pays_from:
        raise KIND_ACCOUNT(field="account", kind_zh=business.name.zh, kind_en=business.name.en, business_code=business_code)
    if payer_name is not None and not business.names_payer:
        raise PAYER_NAME(field="payer_name")


def comparable(name: str) -> str:
    """A name as names are compared: full-width letters as half-width ones, without any space; all else counts (decision 0015)."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for width and spaces."""
    return comparable(one) == comparable(other)


def own_department(outlets: Collection[str]) -> str:
    """Where items for no outlet of ours are looked after: the city business department, or the city itself in a bank without one."""
    return CITY_DEPARTMENT if CITY_DEPARTMENT in outlets else CITY


class Reason(Enum):
    """Why an item is in suspense, in the order they are looked for (IB 2407-2416)."""

    OUTLET_UNKNOWN = "outlet_unknown"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_ELSEWHERE = "account_elsewhere"
    NAME_DIFFERS = "name_differs"
    NOT_CREDITED = "not_credited"
    REFUND = "refund"
    RETURN_REJECTED = "return_rejected"

    @property
    def text(self) -> Text:
        return REASONS[self]


REASONS = {
    Reason.OUTLET_UNKNOWN: Text("汇入行不存在", "the receiving bank is none of our outlets"),
    Reason.ACCOUNT_UNKNOWN: Text("账号不存在", "there is no such account"),
    Reason.ACCOUNT_ELSEWHERE: Text("账号不属于汇入行", "the account is not kept at the receiving bank"),
    Reason.NAME_DIFFERS: Text("户名不符", "the name is not the account's"),
    Reason.NOT_CREDITED: Text("账户不能入账", "the account takes no money"),
    Reason.REFUND: Text("往帐被拒,付款账户不能入账", "an outward item was rejected, and the payer's account takes no money"),
    Reason.RETURN_REJECTED: Text("退汇被拒", "the return was rejected"),
}


@dataclass(frozen=True, slots=True)
class Sorted:
    """Where an inward item goes: to the account (`reason` None), or to the suspense account of a department."""

    books: str
    reason: Reason | None = None


def sort_item(
    receiving_bank: str, payee_name: str, outlets: Collection[str], *, account_outlet: str | None, account_name: str | None
) -> Sorted:
    """清分 by receiving bank, account, name, in this order (IB 2407-2417); an account that is not there has no outlet and no name.

    Whether the account takes money is for its keeper to say when it is paid; an item it refuses goes where `refused` says.
    """
    outlet = outlet_of(receiving_bank, outlets)
    if outlet is None:
        return Sorted(own_department(outlets), Reason.OUTLET_UNKNOWN)
    department = business_department_of(outlet)
    if account_outlet is None or account_name is None:
        return Sorted(department, Reason.ACCOUNT_UNKNOWN)
    if account_outlet != outlet:
        return Sorted(department, Reason.ACCOUNT_ELSEWHERE)
    if not same_name(payee_name, account_name):
        return Sorted(department, Reason.NAME_DIFFERS)
    return Sorted(outlet)


def refused(account_outlet: str) -> Sorted:
    """Where an item goes whose account takes no money: suspense at the account's sub-branch (IB 2415)."""
    return Sorted(business_department_of(account_outlet), Reason.NOT_CREDITED)
