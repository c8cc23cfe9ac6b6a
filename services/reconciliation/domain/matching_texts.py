"""What the text of a line says: whose money, and by which document. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

LEAST_REFERENCE = 6
"""Shorter numbers stand for too many things."""
SAME_NAME = 75
"""Two names whose pairs of characters are the same to this per cent are one name, written differently."""
OTHER_NAME = 20
"""Names that share no more of them are two."""
_TOKEN = re.compile(r"[A-Z0-9][A-Z0-9-]*[A-Z0-9]")
_AMOUNT = re.compile(r"\d[\d,]*\.\d+")
_DAY = re.compile(r"(?:19|20)\d{2}-?(?:0[1-9]|1[0-2])(?:-?(?:0[1-9]|[12]\d|3[01]))?")
_NAME = re.compile(r"[A-Z]+|[\u3400-\u9fff]+")
_COMMON = """
货款 转账 转帐 转出 转入 付款 收款 汇款 汇入 汇出 支付 收到 往来 支票 本票 汇票 现金 存款 取款 存入 支取 缴款 入账 出账 交易 业务
工资 奖金 利息 付息 结息 手续费
电汇 信汇 汇兑 结算 清算 委托收款 托收 承付 贴现 代发 代收 代扣 冲账 补账
费用 报销 预付 预收 定金 尾款 退款 贷款 还款 税款 社保 公积金 水费 电费 电话费 租金 房租
账号 户名 票号 票据号 支票号 凭证号 凭证 流水号 编号 号码 对公 个人 单位 活期 定期 通知 账户 客户 本行 我行 他行 同城 异地 大额 小额
有限责任公司 股份有限公司 有限公司 分公司 公司 集团
付 收 转 汇 给 来 往 款
""".split()  # noqa: SIM905
"""What business it was, in which account, and what every company is called: never whose."""
_COMMON_WORDS = frozenset(
    """
    PAYMENT TRANSFER RECEIPT RECEIVED PAID PAY FROM TO FOR OF THE CASH CHEQUE CHECK DEPOSIT WITHDRAWAL SALARY WAGES BONUS INTEREST FEE FEES
    RENT LOAN REFUND INVOICE NO CO LTD LIMITED COMPANY CORPORATION CORP INC GROUP REMITTANCE
    """.split()  # noqa: SIM905
)
_STRIPPED = re.compile("|".join(sorted(map(re.escape, _COMMON), key=len, reverse=True)))


class Agreement(Enum):
    """What two texts say of each other."""

    SAME = "same"
    SILENT = "silent"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Said:
    """The name in a text, without what every text says, and the numbers of documents it gives."""

    name: str
    references: frozenset[str]


@lru_cache(maxsize=200_000)
def said(text: str, reference: str) -> Said:
    """What a line's text and its column for document numbers say. A number in the column counts whatever its length from four on."""
    plain = unicodedata.normalize("NFKC", text).upper()
    column = unicodedata.normalize("NFKC", reference).upper()
    without_amounts = _AMOUNT.sub(" ", plain)
    found = {_bare(token) for token in _TOKEN.findall(without_amounts) if not _DAY.fullmatch(token)}
    references = {each for each in found if len(each) >= LEAST_REFERENCE and sum(map(str.isdigit, each)) >= 4}
    references |= {each for each in map(_bare, _TOKEN.findall(column)) if len(each) >= 4}
    return Said(_name(_TOKEN.sub(lambda token: token[0] if token[0].isalpha() else " ", without_amounts)), frozenset(references))


def _bare(token: str) -> str:
    return token.replace("-", "").lstrip("0")


def _name(text: str) -> str:
    parts = []
    for part in _NAME.findall(text):
        if part.isascii():
            parts.append("" if part in _COMMON_WORDS or len(part) < 2 else part)
        else:
            parts.append(_STRIPPED.sub("", part))
    return "".join(parts)


def references_agree(one: Said, other: Said) -> Agreement:
    """Whether both name a document, and the same one."""
    if not one.references or not other.references:
        return Agreement.SILENT
    return Agreement.OTHER if one.references.isdisjoint(other.references) else Agreement.SAME


@lru_cache(maxsize=400_000)
def names_agree(one: str, other: str) -> Agreement:
    """Whether two names are one: equal, one a part of the other, or all but the same pairs of characters; two when they share next to
    nothing; in between, or where one is short or none, they say nothing."""
    if len(one) < 2 or len(other) < 2:
        return Agreement.SILENT
    if one == other:
        return Agreement.SAME
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= (4 if shorter.isascii() else 3) and shorter in longer:
        return Agreement.SAME
    if len(shorter) < 3:
        return Agreement.SILENT
    ours, theirs = _pairs(one), _pairs(other)
    alike = 200 * len(ours & theirs) // (len(ours) + len(theirs))
    if alike >= SAME_NAME:
        return Agreement.SAME
    return Agreement.OTHER if alike <= OTHER_NAME else Agreement.SILENT


@lru_cache(maxsize=100_000)
def _pairs(name: str) -> frozenset[str]:
    return frozenset(name[place : place + 2] for place in range(len(name) - 1))
