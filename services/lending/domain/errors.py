"""What lending can refuse."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

KIND_UNKNOWN = ErrorType("loan.kind.unknown", Kind.INVALID, "没有贷款种类 {kind}", "there is no kind of loan {kind}")
KIND_TERM = ErrorType("loan.kind.term", Kind.INVALID, "{kind_zh} 的期限与到期日不符", "{kind_en} does not go with this due date")
KIND_CUSTOMER = ErrorType(
    "loan.kind.customer", Kind.INVALID, "{kind_zh} 不能发放给该类客户", "{kind_en} are not given to this kind of customer"
)
RATE_OUTSIDE_BAND = ErrorType(
    "loan.rate.outside_band",
    Kind.INVALID,
    "利率与期限档次不符,该档次 {base}% 允许的利率为 {allowed}",
    "the rate does not belong to the band of this term: with a base of {base} % it may be {allowed}",
)
RATE_NOT_POSITIVE = ErrorType("loan.rate.not_positive", Kind.INVALID, "利率必须大于零", "the rate must be greater than zero")
NOTE_DATES = ErrorType("note.dates", Kind.INVALID, "到期日必须晚于起始日", "a note falls due after it starts")
NOTE_NOT_TODAY = ErrorType(
    "note.not_today", Kind.INVALID, "借据起始日必须为录入当日 {today}", "a note starts on the day it is entered, {today}"
)
NOTE_NUMBER_MALFORMED = ErrorType(
    "note.number.malformed", Kind.INVALID, "借据号应为合同号加两位顺序号", "a note number is its contract number and two digits from 01"
)
CONTRACT_NUMBER_MALFORMED = ErrorType(
    "contract.number.malformed", Kind.INVALID, "合同号应为1至18位字母或数字", "a contract number has 1 to 18 letters or digits"
)
NOTE_PRINCIPAL = ErrorType("note.principal", Kind.INVALID, "借据金额必须大于零", "the principal must be greater than zero")
NOTE_LAPSED = ErrorType(
    "note.lapsed", Kind.CONFLICT, "借据仅在录入当日 {entered_on} 有效", "the note was good only on {entered_on}, the day it was entered"
)
NOTE_RELEASED = ErrorType("note.released", Kind.CONFLICT, "借据已发放", "the note has been released")
NOTE_OTHER_TELLER = ErrorType(
    "note.other_teller", Kind.FORBIDDEN, "借据只能由录入人员 {teller} 修改", "only {teller}, who entered the note, may change it"
)
NOTE_NUMBER_FIXED = ErrorType("note.number_fixed", Kind.INVALID, "借据号不可修改", "the number of a note cannot be changed")
STATE_BACKWARDS = ErrorType(
    "loan.state_backwards",
    Kind.CONFLICT,
    "贷款不能从“{from_zh}”转为“{to_zh}”",
    "a loan cannot go from {from_en} to {to_en}",
)
REPAYMENT_TOO_LARGE = ErrorType(
    "loan.repayment_too_large", Kind.INVALID, "还款金额超过贷款余额 {balance}", "the repayment exceeds the balance {balance} of the loan"
)
REPAYMENT_IS_WHOLE = ErrorType(
    "loan.repayment_is_whole", Kind.INVALID, "归还全部本金请使用全部还贷", "to repay the whole principal use full repayment"
)
INTEREST_IN_ARREARS = ErrorType(
    "loan.interest_in_arrears", Kind.CONFLICT, "该贷款尚欠利息 {arrears}", "interest of {arrears} is in arrears on this loan"
)
