"""操作员与手机绑定: the company's clerks and supervisors are bound, changed and unbound at the counter by two tellers (ER 15-17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import Row

from banking.fields import AccountNumber, CustomerNumber, Form, ShortText, labelled
from banking.menus import CORPORATE, RECONCILIATION
from banking.transaction import Outcome, transaction
from banking.visibility import check_account_seen, sight_for
from banking.work import Work
from contracts.customer import CustomerClient
from contracts.savings import SavingsClient
from kernel.numbers import check_customer_number
from kernel.text import Text
from services.reconciliation.domain.portal_operators import (
    ACCOUNT_UNFIT,
    ALREADY_BOUND,
    CUSTOMER_UNFIT,
    MISSING,
    NOT_BOUND,
    NOTHING_CHANGED,
    PHONE_TAKEN,
    ROLE_FIXED,
    ROLE_NAMES,
    Role,
)
from services.reconciliation.portal.acts import log_bank_act
from services.reconciliation.portal.operators import hold_customer, keep_operator, operator_row, phone_holder
from services.reconciliation.portal.sms import queue_sms

ROLES = tuple((role, Text(*names)) for role, names in ROLE_NAMES.items())
CHANGES = {"bind": "bound", "change": "changed", "unbind": "unbound"}
ACTIONS = (("bind", Text("绑定", "Bind")), ("change", Text("变更", "Change")), ("unbind", Text("解绑", "Unbind")))
MOST_ACCOUNTS = 100
TOLD_WITHIN = timedelta(hours=12)
"""A message that a telephone was bound is of no use much later."""

OperatorNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
MobilePhone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^1[3-9][0-9]{9}$")]


class AccountOfOperator(Form):
    """An account whose statements the operator may see."""

    account: AccountNumber = labelled("账号", "Account", widget="account")


class OperatorForm(Form):
    """Who is bound, and to what; with a change, what is left out stays as it is."""

    action: Literal["bind", "change", "unbind"] = labelled("操作", "Action", widget="choice", choices=ACTIONS)
    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    operator_number: OperatorNumber = labelled("操作员号", "Operator number")
    role: Role | None = labelled("角色", "Role", None, widget="choice", choices=ROLES, when={"action": ["bind"]})
    name: ShortText | None = labelled("姓名", "Name", None, when={"action": ["bind", "change"]})
    phone: MobilePhone | None = labelled("手机号码", "Mobile telephone", None, when={"action": ["bind", "change"]})
    without_phone: bool = labelled("解除手机绑定", "Take the telephone off", False, widget="boolean", when={"action": ["change"]})
    accounts: tuple[AccountOfOperator, ...] = Field(
        (),
        max_length=MOST_ACCOUNTS,
        json_schema_extra={
            "x-label": {"zh": "可查看账户", "en": "Accounts he may see"},
            "x-widget": "rows",
            "x-when": {"action": ["bind", "change"]},
        },
    )


@transaction(
    code="recon.operator.bind",
    name=Text("对账操作员与手机绑定", "Operators of the portal and their telephones"),
    menu=(CORPORATE, RECONCILIATION),
    source="ER 15-17",
    operators="K",
    dual="c",
)
async def bind_operator(work: Work, form: OperatorForm) -> Outcome:
    """Bind, change or unbind an operator of a corporate customer; whatever changes, his sessions end and his codes are worthless.

    The outlet that bound him, or one above it, changes him later. Raises `customer.*`, `portal.customer_unfit`, `portal.account_unfit`,
    `account.outside`, `outlet.outside`, `portal.operator.*`.
    """
    check_customer_number(form.customer_number)
    await hold_customer(work.connection, form.customer_number)
    before = await operator_row(work.connection, form.customer_number, form.operator_number)
    if before is not None:
        sight_for(work.principal, before.outlet, field="operator_number")
    values = await _values(work, form, before)
    if values.get("phone"):
        await _check_phone(work, form, values["phone"])
    numbers = {"customer_number": form.customer_number, "operator_number": form.operator_number}
    await keep_operator(work, before, change=CHANGES[form.action], **numbers, **values)
    await _tell(work, form, before, values)
    await log_bank_act(work, f"recon.operator.{CHANGES[form.action]}", form.operator_number, **numbers)
    return Outcome(result=_result(form, before, values))


async def _values(work: Work, form: OperatorForm, before: Row[Any] | None) -> dict[str, Any]:
    """The columns of the operator's row that are to change, in which every action has something to change."""
    bound = before is not None and before.state == "bound"
    if form.action == "bind":
        if bound:
            raise ALREADY_BOUND(field="operator_number", number=form.operator_number)
        if before is not None and form.role not in (None, before.role):
            raise ROLE_FIXED(field="role", number=form.operator_number)
        return await _binding(work, form)
    if not bound:
        raise NOT_BOUND(field="operator_number", number=form.operator_number)
    if form.action == "unbind":
        return {"state": "unbound", "phone": None, "nickname": None, "nickname_key": None}
    asked = await _asked(work, form)
    changed = {name: value for name, value in asked.items() if getattr(before, name) != value}
    if not changed:
        raise NOTHING_CHANGED(field="operator_number")
    return changed


async def _binding(work: Work, form: OperatorForm) -> dict[str, Any]:
    for name in ("role", "name", "accounts"):
        if not getattr(form, name):
            raise MISSING(field=name)
    asked = await _asked(work, form)
    customer = await CustomerClient(work.resources.transport).customer(form.customer_number)
    if customer.kind != "corporate" or customer.status != "active":
        raise CUSTOMER_UNFIT(field="customer_number")
    return {"phone": None, **asked, "role": form.role, "state": "bound", "outlet": work.outlet}


async def _asked(work: Work, form: OperatorForm) -> dict[str, Any]:
    """What the form says of name, telephone and accounts, as the row has it."""
    asked: dict[str, Any] = {}
    if form.name is not None:
        asked["name"] = form.name
    if form.phone is not None or form.without_phone:
        asked["phone"] = None if form.without_phone else form.phone
    if form.accounts:
        numbers = sorted({each.account for each in form.accounts})
        await _check_accounts(work, form.customer_number, numbers)
        asked["accounts"] = numbers
    return asked


async def _check_accounts(work: Work, customer_number: str, numbers: list[str]) -> None:
    views = {view.account: view for view in await SavingsClient(work.resources.transport).accounts(numbers)}
    for number in numbers:
        view = views.get(number)
        if view is None or view.customer_number != customer_number or view.status in ("closed", "cancelled"):
            raise ACCOUNT_UNFIT(field="accounts", account=number)
        check_account_seen(work.principal, view.outlet, field="accounts")


async def _check_phone(work: Work, form: OperatorForm, phone: str) -> None:
    holder = await phone_holder(work.connection, form.customer_number, phone)
    if holder not in (None, form.operator_number):
        raise PHONE_TAKEN(field="phone", number=holder)


async def _tell(work: Work, form: OperatorForm, before: Row[Any] | None, values: Mapping[str, Any]) -> None:
    """Tell the telephones that were taken off and put on, so that nobody is bound behind his back."""
    former = before.phone if before is not None else None
    if "phone" not in values or values["phone"] == former:
        return
    now = work.resources.clock.now()
    role: Role = values["role"] if before is None else before.role
    named = {"user_name": form.customer_number + form.operator_number, "role": ROLE_NAMES[role][0]}
    for phone, kind in ((former, "phone_unbound"), (values["phone"], "phone_bound")):
        if phone:
            await queue_sms(work.connection, phone, kind, named, now=now, until=now + TOLD_WITHIN)


def _result(form: OperatorForm, before: Row[Any] | None, values: Mapping[str, Any]) -> dict[str, Any]:
    def now(name: str) -> Any:
        return values[name] if name in values else getattr(before, name)

    return {
        "user_name": form.customer_number + form.operator_number,
        "customer_number": form.customer_number,
        "operator_number": form.operator_number,
        "state": now("state"),
        "role": now("role"),
        "name": now("name"),
        "phone": now("phone"),
        "accounts": list(now("accounts")),
    }
