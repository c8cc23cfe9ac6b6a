"""What the customer service can refuse."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

CUSTOMER_UNKNOWN = ErrorType("customer.unknown", Kind.NOT_FOUND, "没有客户 {customer_number}", "there is no customer {customer_number}")
CUSTOMER_EXISTS = ErrorType(
    "customer.exists", Kind.CONFLICT, "该客户已开立客户号 {customer_number}", "this customer has been opened already: {customer_number}"
)
IDENTITY_CHANGING = ErrorType(
    "customer.identity_changing", Kind.CONFLICT, "该证件资料正在变更,请重新提交", "this identity is just being changed; send it again"
)
ID_TYPE_UNFIT = ErrorType(
    "customer.id_type.unfit", Kind.INVALID, "证件类别 {id_type} 不适用于此类客户", "a document {id_type} is not for this kind of customer"
)
ID_NUMBER_MISSING = ErrorType("customer.id_number.missing", Kind.INVALID, "必须输入证件号码", "the number of the document is missing")
NUMBER_NOT_ISSUED = ErrorType(
    "customer.number.not_issued",
    Kind.CONFLICT,
    "客户号 {customer_number} 不在本网点已生成的客户号清单中",
    "customer number {customer_number} is not on this outlet's list of issued numbers",
)
NUMBER_TAKEN = ErrorType(
    "customer.number.taken", Kind.CONFLICT, "客户号 {customer_number} 已被使用", "customer number {customer_number} is in use already"
)
NUMBER_OTHER_KIND = ErrorType(
    "customer.number.other_kind",
    Kind.INVALID,
    "客户号首位 0-3 为私人客户,4-8 为公司客户",
    "the first digit of a customer number is 0-3 for persons, 4-8 for organisations",
)
NUMBER_ON_CARD_MISSING = ErrorType(
    "customer.number.missing_for_card",
    Kind.INVALID,
    "开一卡通必须输入卡上印制的客户号",
    "the customer number printed on the card must be entered",
)
INSTRUMENT_NUMBER_MISSING = ErrorType(
    "customer.instrument.number_missing", Kind.INVALID, "必须输入{instrument_zh}号码", "the number of the {instrument_en} must be entered"
)
INSTRUMENT_NUMBER_NOT_WANTED = ErrorType(
    "customer.instrument.number_not_wanted", Kind.INVALID, "本次不开{instrument_zh}", "no {instrument_en} is opened here"
)
INSTRUMENT_HELD = ErrorType(
    "customer.instrument.held", Kind.CONFLICT, "客户已有{instrument_zh}", "the customer has a {instrument_en} already"
)
INSTRUMENT_NONE = ErrorType(
    "customer.instrument.none", Kind.CONFLICT, "客户没有在用的{instrument_zh}", "the customer has no {instrument_en} in use"
)
INSTRUMENT_MISMATCH = ErrorType(
    "customer.instrument.mismatch",
    Kind.CONFLICT,
    "出示的号码不是该客户在用的{instrument_zh}",
    "this is not the {instrument_en} the customer has",
)
CARD_FOR_CARD_CUSTOMERS = ErrorType(
    "customer.instrument.ordinary_customer",
    Kind.CONFLICT,
    "普通客户只能开一本通,一卡通须开立一卡通客户",
    "an ordinary customer may have a book; a card needs a customer opened for it",
)
INSTRUMENT_IN_USE = ErrorType(
    "customer.instrument.in_use",
    Kind.CONFLICT,
    "{instrument_zh}内还有 {accounts} 个账户未销户",
    "{accounts} accounts of the {instrument_en} are not closed yet",
)
PASSWORD_MALFORMED = ErrorType("customer.instrument.password_malformed", Kind.INVALID, "密码必须为6位数字", "a password has six digits")
BOOK_LINE_MALFORMED = ErrorType(
    "customer.instrument.book_line_malformed", Kind.INVALID, "存折行号必须为3位数字", "a line of the book is given in three digits"
)
BOOK_LINE_AHEAD = ErrorType(
    "customer.instrument.book_line_ahead",
    Kind.INVALID,
    "一本通内只有 {lines} 笔交易,存折行号不能在其后",
    "there are {lines} transactions in the book: the line cannot lie behind them",
)
DOCUMENT_MISMATCH = ErrorType(
    "customer.document.mismatch", Kind.CONFLICT, "证件与客户预留资料不符", "the document is not the one the customer is known by"
)
NOTHING_CHANGED = ErrorType("customer.maintain.nothing_changed", Kind.INVALID, "没有需要修改的内容", "nothing would be changed")
NAME_AND_DOCUMENT = ErrorType(
    "customer.maintain.name_and_document",
    Kind.CONFLICT,
    "不允许同时修改姓名和证件号码",
    "name and document cannot be changed at the same time",
)
AT_DEPARTMENT_ONLY = ErrorType(
    "customer.maintain.at_department_only",
    Kind.FORBIDDEN,
    "姓名、证件的修改须到支行营业部办理",
    "name and document are changed at the business department of a sub-branch",
)
BORN_OTHERWISE = ErrorType(
    "customer.maintain.born_otherwise",
    Kind.INVALID,
    "出生日期与居民身份证号码不符",
    "the date of birth is not the one in the resident identity number",
)
