"""Controlled vouchers 重要空白凭证: the kinds there are, by code. IB 329-333, 697-731, 3446-3455."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.text import Text

ACCOUNTING_DEPARTMENT = "0002"
"""财会部: buys the vouchers of the whole bank and issues them (IB 734-741, 3447)."""
BOOK_SHEETS = 25
"""A book of cheques: its first number is a multiple of 25 and one (IB 1553)."""
NUMBER_DIGITS = 8
"""Every number is given whole, with the batch (IB 3456)."""
SHEET_MINOR = 100
"""Vouchers are carried off-sheet at one yuan a sheet."""
SHEET_CURRENCY = "CNY"

PASSBOOK, SLIP, CARD, BOOK = "passbook", "slip", "card", "book"
CASH_CHEQUE, TRANSFER_CHEQUE = "CCKZ", "TCKZ"
TIME_DEPOSIT_CERTIFICATE = "CNFX"


@dataclass(frozen=True, slots=True)
class VoucherKind:
    """A kind of voucher 凭证种类: its code, its name, and how many sheets always go together (`book_sheets`; 1: each alone).

    `used_by` is the letter of the tellers who work with it: savings or corporate.
    """

    code: str
    name: Text
    used_by: str
    book_sheets: int = 1

    @property
    def is_cheque(self) -> bool:
        """Whether customers buy it in books and pay with it."""
        return self.book_sheets > 1


def _kind(code: str, zh: str, en: str, used_by: str = "K", book_sheets: int = 1) -> VoucherKind:
    return VoucherKind(code, Text(zh, en), used_by, book_sheets)


KINDS: Mapping[str, VoucherKind] = {
    kind.code: kind
    for kind in (
        _kind(PASSBOOK, "储蓄存折", "Savings passbook", "S"),
        _kind(SLIP, "储蓄存单", "Savings deposit slip", "S"),
        _kind(BOOK, "一本通存折", "All-in-one passbook", "S"),
        _kind(CARD, "一卡通", "All-in-one card", "S"),
        _kind(CASH_CHEQUE, "现金支票", "Cash cheque", book_sheets=BOOK_SHEETS),
        _kind(TRANSFER_CHEQUE, "转账支票", "Transfer cheque", book_sheets=BOOK_SHEETS),
        _kind("PYCK", "内部往来科目报单", "Inter-branch report slip"),
        _kind("YHBP", "本票", "Promissory note"),
        _kind("TYHK", "特约汇款证", "Special remittance certificate"),
        _kind("TYHP", "特约联行汇票", "Special inter-bank draft"),
        _kind("YHHP", "银行承兑汇票", "Bank acceptance"),
        _kind("SYHP", "商业承兑汇票", "Trade acceptance"),
        _kind(TIME_DEPOSIT_CERTIFICATE, "单位定期存款开户证实书", "Corporate time deposit certificate"),
        _kind("QYJB", "全国联行邮划借方报单", "National clearing, debit report by mail"),
        _kind("QYDB", "全国联行邮划贷方报单", "National clearing, credit report by mail"),
        _kind("QDDB", "全国联行电划贷方报单", "National clearing, credit report by wire"),
        _kind("TYJB", "特约联行邮划借方报单", "Special clearing, debit report by mail"),
        _kind("TYDB", "特约联行邮划贷方报单", "Special clearing, credit report by mail"),
        _kind("TTDB", "特约联行电划贷方报单", "Special clearing, credit report by wire"),
        _kind("DWDQ", "单位可转让定期存单", "Negotiable corporate certificate of deposit"),
        _kind("GQZM", "股权证明书", "Share certificate"),
        _kind("GHHP", "代理工行汇票", "Draft on behalf of ICBC"),
        _kind("JHHP", "代理建行汇票", "Draft on behalf of CCB"),
        _kind("JHWT", "建行汇票委托书", "Order for a CCB draft"),
        _kind("BOTD", "汇票委托书", "Order for a draft"),
        _kind("TEMO", "工行电汇", "Wire transfer through ICBC"),
        _kind("IPYC", "工行往来划款凭证", "Transfer voucher with ICBC"),
        _kind("TUCD", "电子联行电划贷方报单", "Electronic clearing, credit report by wire"),
    )
}
"""IB 331-333 and 706-731, 3451-3455. PYCK stands in the manual for two forms; the later chapter's name is taken."""

VOUCHER_CHOICES = tuple((kind.code, kind.name) for kind in KINDS.values())
CHEQUE_CHOICES = tuple((kind.code, kind.name) for kind in KINDS.values() if kind.is_cheque)
