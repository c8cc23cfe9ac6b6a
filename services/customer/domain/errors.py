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
