"""What agency business can refuse."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

CONTRACT_UNKNOWN = ErrorType("agency.contract_unknown", Kind.NOT_FOUND, "没有代理合同 {contract}", "there is no agency contract {contract}")
CONTRACT_ENDED = ErrorType(
    "agency.contract_ended", Kind.CONFLICT, "代理合同 {contract} 已删除", "agency contract {contract} has been ended"
)
CONTRACT_OTHER_OUTLET = ErrorType(
    "agency.other_outlet",
    Kind.FORBIDDEN,
    "代理合同属于网点 {outlet},只能在该网点维护和入账",
    "the contract belongs to outlet {outlet}: only there is it maintained and are its batches run",
)
CONTRACT_IN_USE = ErrorType(
    "agency.contract_in_use",
    Kind.CONFLICT,
    "合同尚有未完成的批量 {batch},不能删除或更换账户",
    "batch {batch} of the contract is not finished: it cannot be ended or moved to another account",
)
CONTRACT_HAS_BATCHES = ErrorType(
    "agency.contract_has_batches", Kind.CONFLICT, "合同已有批量,不能更改代理类别", "the contract has batches: its kind cannot change"
)
CONTRACTS_USED_UP = ErrorType("agency.numbers_used_up", Kind.CONFLICT, "本网点的合同号已用完", "the outlet has no contract number left")
NOT_COLLECTION = ErrorType("agency.not_collection", Kind.CONFLICT, "代发合同不能代收", "a payroll contract collects nothing")
BATCH_UNKNOWN = ErrorType(
    "agency.batch_unknown", Kind.NOT_FOUND, "合同 {contract} 没有批量 {batch}", "contract {contract} has no batch {batch}"
)
BATCH_STATE = ErrorType("agency.batch_state", Kind.CONFLICT, "批量{state_zh},不能办理", "the batch is {state_en}: this cannot be done")
BATCH_HAS_POSTINGS = ErrorType(
    "agency.batch_has_postings",
    Kind.CONFLICT,
    "批量已有明细入账,不能删除或更换",
    "lines of the batch have been posted: it cannot be deleted or replaced",
)
BATCH_FROM_FILE = ErrorType(
    "agency.batch_from_file", Kind.CONFLICT, "批量明细来自文件,请上传文件", "the lines of the batch come from a file: upload it"
)
BATCH_BY_HAND = ErrorType(
    "agency.batch_by_hand", Kind.CONFLICT, "批量明细为手工录入,不接受文件", "the lines of the batch are entered by hand: it takes no file"
)
BATCH_FULL = ErrorType("agency.batch_full", Kind.CONFLICT, "批量已有 {most} 笔明细", "the batch has {most} lines already")
COUNT_DIFFERS = ErrorType(
    "agency.count_differs",
    Kind.CONFLICT,
    "明细共 {count} 笔,批量总笔数为 {control}",
    "there are {count} lines, not the {control} announced",
)
TOTAL_DIFFERS = ErrorType(
    "agency.total_differs",
    Kind.CONFLICT,
    "明细合计 {total},批量总金额为 {control}",
    "the lines come to {total}, not to the {control} announced",
)
NOTHING_TO_RUN = ErrorType("agency.nothing_to_run", Kind.CONFLICT, "没有待入账的明细", "no line is left to be posted")
ITEM_UNKNOWN = ErrorType("agency.item_unknown", Kind.NOT_FOUND, "批量没有这笔明细", "the batch has no such line")
ITEM_STATE = ErrorType("agency.item_state", Kind.CONFLICT, "明细{state_zh},不能办理", "the line is {state_en}: this cannot be done")
ITEM_AMBIGUOUS = ErrorType(
    "agency.item_ambiguous",
    Kind.CONFLICT,
    "该对象标识有多笔待收明细,请录入明细序号({numbers})",
    "several lines wait for this payer; give the number of the one that is meant ({numbers})",
)
ITEM_AMOUNT = ErrorType("agency.item_amount", Kind.CONFLICT, "应收金额为 {amount}", "the amount to collect is {amount}")
CLIENT_UNKNOWN = ErrorType("agency.client_unknown", Kind.NOT_FOUND, "合同没有这个代理客户", "the contract has no such client")
CLIENT_ENDED = ErrorType("agency.client_ended", Kind.CONFLICT, "代理客户已失效", "the client is not in force any more")
CLIENT_EXISTS = ErrorType(
    "agency.client_exists", Kind.CONFLICT, "账户 {account} 已是该合同的代理客户", "account {account} is a client of the contract already"
)
