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
    "note.number.malformed", Kind.INVALID, "借据号应为1至20位字母、数字或连字符", "a note number has 1 to 20 letters, digits or hyphens"
)
CONTRACT_NUMBER_MALFORMED = ErrorType(
    "contract.number.malformed",
    Kind.INVALID,
    "合同号应为1至18位字母、数字或连字符",
    "a contract number has 1 to 18 letters, digits or hyphens",
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
KIND_ELSEWHERE = ErrorType(
    "loan.kind.elsewhere",
    Kind.INVALID,
    "{kind_zh} 有专门的交易,不在此录入",
    "{kind_en} have transactions of their own and are not entered here",
)
NOTE_UNKNOWN = ErrorType("note.unknown", Kind.NOT_FOUND, "没有借据 {number}", "there is no loan note {number}")
NOTE_EXISTS = ErrorType("note.exists", Kind.CONFLICT, "借据号 {number} 已存在", "there is a loan note {number} already")
NOTE_OTHER_OUTLET = ErrorType(
    "note.other_outlet",
    Kind.FORBIDDEN,
    "借据由网点 {outlet} 录入,只能在该网点办理",
    "the note was entered at outlet {outlet} and is dealt with there",
)
CONTRACT_FULL = ErrorType(
    "contract.full", Kind.CONFLICT, "合同 {contract} 下的借据顺序号已用完", "contract {contract} has used all its note numbers"
)
CUSTOMER_NOT_ACTIVE = ErrorType(
    "note.customer_not_active", Kind.CONFLICT, "客户 {number} 当前不能办理贷款", "customer {number} can take no loan at present"
)
DEPOSIT_OTHER_CUSTOMER = ErrorType(
    "note.deposit.other_customer", Kind.INVALID, "存款账户不属于借款人", "the deposit account is not the borrower's"
)
DEPOSIT_NOT_CURRENT = ErrorType(
    "note.deposit.not_current", Kind.INVALID, "存款账户必须是对公活期账户", "the deposit account must be a corporate current account"
)
DEPOSIT_CURRENCY = ErrorType(
    "note.deposit.currency", Kind.INVALID, "存款账户的币种为 {currency}", "the deposit account is kept in {currency}"
)
DEPOSIT_STATUS = ErrorType("note.deposit.status", Kind.CONFLICT, "存款账户目前不能存款", "the deposit account takes no deposits at present")
LOAN_UNKNOWN = ErrorType("loan.unknown", Kind.NOT_FOUND, "没有贷款账户 {account}", "there is no loan account {account}")
LOAN_NOT_OPEN = ErrorType("loan.not_open", Kind.CONFLICT, "贷款{status_zh}", "the loan is {status_en}")
LOAN_HELD = ErrorType("loan.held", Kind.CONFLICT, "该贷款正在冲正,请稍后再试", "a correction of this loan is under way; try again later")
LOAN_OTHER_BRANCH = ErrorType(
    "loan.other_branch",
    Kind.FORBIDDEN,
    "部分还贷只能在支行范围内办理,{outlet} 不属于贷款所在支行",
    "part of a loan is repaid within its sub-branch only; {outlet} is outside of it",
)
PAYMENT_NOT_EXACT = ErrorType(
    "loan.payment_not_exact", Kind.INVALID, "全部还贷应收本息合计 {due}", "repaying the whole loan takes {due}, interest included"
)
LOAN_NOT_MOVED = ErrorType(
    "loan.movement_not_allowed", Kind.FORBIDDEN, "贷款账户只能由贷款交易记账", "a loan account is moved by loan transactions only"
)
LOAN_CURRENCY = ErrorType("loan.currency", Kind.INVALID, "该贷款的币种为 {currency}", "the loan is kept in {currency}")
CORRECTION_UNKNOWN = ErrorType(
    "loan.correction.unknown", Kind.CONFLICT, "被冲交易没有动过该贷款账户", "the transaction to be taken back did not move this loan"
)
CORRECTION_AMOUNT = ErrorType(
    "loan.correction.amount", Kind.CONFLICT, "冲正金额应为 {amount}", "what is taken back must be {amount}, the whole of it"
)
CORRECTED_ALREADY = ErrorType("loan.correction.repeated", Kind.CONFLICT, "该笔贷款交易已经冲正", "this has been taken back already")
CORRECTION_OF_CORRECTION = ErrorType(
    "loan.correction.of_correction", Kind.CONFLICT, "冲正不能再冲正", "what took something back is not taken back itself"
)
CORRECTION_LATER_ACTIVITY = ErrorType(
    "loan.correction.later_activity",
    Kind.CONFLICT,
    "放款之后该贷款已有其他业务,须先冲正后来的业务",
    "more happened on the loan after its release: take that back first",
)
CORRECTION_CLOSED = ErrorType(
    "loan.correction.closed",
    Kind.CONFLICT,
    "贷款已结清,须先冲正全部还贷",
    "the loan has been repaid in full: take the full repayment back first",
)
ADJUSTMENT_WHOLE = ErrorType(
    "loan.correction.whole",
    Kind.CONFLICT,
    "更正后贷款余额须大于零,全部还贷请用还贷交易",
    "a correction leaves something of the loan: what repays the whole of it is a repayment",
)
ADJUSTMENT_BEYOND = ErrorType(
    "loan.correction.beyond",
    Kind.CONFLICT,
    "更正后贷款余额不能超过发放金额 {released}",
    "a correction leaves no more than the {released} that were released",
)
