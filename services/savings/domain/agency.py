"""Agency business 代理业务 (IB 1622-1715): kinds of contract, states of batches and lines, why a line cannot be posted."""

from __future__ import annotations

from enum import Enum

from kernel.money import format_amount
from kernel.text import Text
from services.savings.domain.accounts import Account, check_current
from services.savings.domain.agency_errors import BATCH_STATE, COUNT_DIFFERS, ITEM_STATE, NOTHING_TO_RUN, TOTAL_DIFFERS
from services.savings.domain.products import CATALOGUE, FreeWithdrawals, Owner

MOST_ITEMS = 100_000
"""Lines of one batch."""


class AgencyKind(Enum):
    """What is done for the organisation: `sign` is what a line does to the customer's account."""

    PAYROLL = "payroll"
    COLLECTION = "collection"

    @property
    def text(self) -> Text:
        return Text("代发", "Payroll") if self is AgencyKind.PAYROLL else Text("代扣", "Collection")

    @property
    def sign(self) -> int:
        return 1 if self is AgencyKind.PAYROLL else -1

    @property
    def rule(self) -> str:
        """The posting rule of a portion of a batch."""
        return f"savings.agency.{self.value}"


class BatchState(Enum):
    """What has become of a batch; `incomplete` ones have run and have lines that failed."""

    ENTERED = "entered"
    RUNNING = "running"
    INCOMPLETE = "incomplete"
    DONE = "done"
    DELETED = "deleted"

    @property
    def text(self) -> Text:
        return _BATCH_TEXTS[self]


class ItemState(Enum):
    """What has become of a line; `collected` ones were paid at a counter one by one."""

    WAITING = "waiting"
    POSTED = "posted"
    FAILED = "failed"
    COLLECTED = "collected"
    DELETED = "deleted"

    @property
    def text(self) -> Text:
        return _ITEM_TEXTS[self]


OPEN_ITEMS = (ItemState.WAITING, ItemState.FAILED)
"""The lines a run or a counter may still do, and maintenance change."""
ALL_ITEMS = tuple(state for state in ItemState if state is not ItemState.DELETED)
"""The lines a batch has."""


class Failure(Enum):
    """Why a line was not posted; the first of these that holds."""

    UNKNOWN = "unknown"
    WRONG_KIND = "wrong_kind"
    PRE_OPENED = "pre_opened"
    SETTLED = "settled"
    DORMANT = "dormant"
    CLOSED = "closed"
    CURRENCY_DIFFERS = "currency_differs"
    NAME_DIFFERS = "name_differs"
    NOT_CLIENT = "not_client"
    OTHER_OUTLET = "other_outlet"
    FROZEN = "frozen"
    REPORTED_LOST = "reported_lost"
    SHORT = "short"
    TOO_LARGE = "too_large"

    @property
    def text(self) -> Text:
        return _FAILURE_TEXTS[self]


_BATCH_TEXTS = {
    BatchState.ENTERED: Text("已录入", "entered"),
    BatchState.RUNNING: Text("入账中", "being posted"),
    BatchState.INCOMPLETE: Text("部分入账", "posted in part"),
    BatchState.DONE: Text("已完成", "done"),
    BatchState.DELETED: Text("已删除", "deleted"),
}
_ITEM_TEXTS = {
    ItemState.WAITING: Text("未入账", "waiting"),
    ItemState.POSTED: Text("已入账", "posted"),
    ItemState.FAILED: Text("入账失败", "failed"),
    ItemState.COLLECTED: Text("已逐笔代收", "collected at a counter"),
    ItemState.DELETED: Text("已删除", "deleted"),
}
_FAILURE_TEXTS = {
    Failure.UNKNOWN: Text("没有这个账户", "there is no such account"),
    Failure.WRONG_KIND: Text("不是个人活期账户,或为凭支票付款的账户", "not a personal demand account, or one that pays by cheques alone"),
    Failure.PRE_OPENED: Text("账户未激活", "the account has not been activated"),
    Failure.SETTLED: Text("账户已结清", "the account has been settled"),
    Failure.DORMANT: Text("睡眠户,须先激活", "the account is dormant and must be woken first"),
    Failure.CLOSED: Text("账户已销户", "the account is closed"),
    Failure.CURRENCY_DIFFERS: Text("账户币种与合同不符", "the account is not in the currency of the contract"),
    Failure.NAME_DIFFERS: Text("户名不符", "the account belongs to another name"),
    Failure.NOT_CLIENT: Text("不是该合同的代理客户", "not a client of the contract"),
    Failure.OTHER_OUTLET: Text("账户开在其他网点且未开通通存通兑", "kept at another outlet and not open to others"),
    Failure.FROZEN: Text("账户已冻结", "the account is frozen"),
    Failure.REPORTED_LOST: Text("账户凭证已挂失", "the voucher of the account is reported lost"),
    Failure.SHORT: Text("可用余额不足", "the available balance is not enough"),
    Failure.TOO_LARGE: Text("存入后余额超出系统上限", "the balance would be beyond what the books can hold"),
}


def products_for(kind: AgencyKind) -> tuple[str, ...]:
    """The products whose accounts a batch may move: a person's demand accounts; money goes out of none that pays by cheques alone."""
    return tuple(
        product.code
        for product in CATALOGUE.values()
        if product.owner is Owner.PERSONAL
        and isinstance(product.withdrawals, FreeWithdrawals)
        and not (kind is AgencyKind.COLLECTION and product.withdrawals.by_cheque)
    )


def check_contract_account(account: Account) -> None:
    """An organisation's current account 代理收付账号. Raises `account.wrong_kind`."""
    check_current(account, Owner.CORPORATE)


def require_state(state: BatchState, *allowed: BatchState) -> None:
    """Raises `agency.batch_state`."""
    if state not in allowed:
        raise BATCH_STATE(field="batch", state_zh=state.text.zh, state_en=state.text.en)


def require_item_state(state: ItemState, *allowed: ItemState, field: str = "item") -> None:
    """Raises `agency.item_state`."""
    if state not in allowed:
        raise ITEM_STATE(field=field, state_zh=state.text.zh, state_en=state.text.en)


CHANGEABLE = (BatchState.ENTERED, BatchState.INCOMPLETE)
"""The states in which a batch, and what of it was not posted, may be changed and run."""


def check_control(count: int, total_minor: int, control_count: int, control_total_minor: int, currency: str) -> None:
    """Whether the lines of a batch are those announced (IB 1648). Raises `agency.count_differs`, `agency.total_differs`."""
    if count != control_count:
        raise COUNT_DIFFERS(field="control_count", count=count, control=control_count)
    if total_minor != control_total_minor:
        total, control = format_amount(total_minor, currency), format_amount(control_total_minor, currency)
        raise TOTAL_DIFFERS(field="control_total", total=total, control=control)


def check_left(left: int) -> None:
    """Whether a run has anything to do. Raises `agency.nothing_to_run`."""
    if left == 0:
        raise NOTHING_TO_RUN(field="batch")


def state_after_run(failed: int) -> BatchState:
    """What a batch is once every line of a run has been decided."""
    return BatchState.INCOMPLETE if failed else BatchState.DONE
