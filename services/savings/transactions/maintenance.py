"""表内账户信息维护: terms of an account changed with approval at its own outlet, every change kept (IB 467, 1494, 3203); no entries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from sqlalchemy.exc import IntegrityError

from banking.fields import AccountNumber, Form, LongText, labelled
from banking.menus import GENERAL, INFORMATION
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.interest import accrue, begin_next_period
from kernel.text import Text
from services.savings.accounts import lock, save, set_terms
from services.savings.changes import Change, record_changes
from services.savings.domain.account_status import Action, after
from services.savings.domain.accounts import Account, check_flag, check_own_outlet
from services.savings.domain.errors import BASIC_EXISTS, NOTHING_CHANGED, WRONG_KIND
from services.savings.domain.products import AccountFlag, AccumulatedInterest
from services.savings.term_deposits import save_agreement
from services.savings.transactions.corporate_forms import FLAGS
from services.savings.transactions.time import running_agreement

RENEWS = "auto_renew"


class Maintenance(Form):
    """The account, and what shall be different; what is left out stays as it is."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    name: LongText | None = labelled("账户名称", "Account name", None)
    cross_outlet: bool | None = labelled("通存通兑", "Usable at other outlets", None, widget="boolean")
    auto_renew: bool | None = labelled("自动转存", "Renew at maturity", None, widget="boolean")
    interest_bearing: bool | None = labelled("计息标志", "Bears interest", None, widget="boolean")
    account_flag: Literal["0", "1", "2", "3", "4", "5"] | None = labelled("账户标志", "Account flag", None, widget="choice", choices=FLAGS)


@transaction(
    code="savings.account.maintain",
    name=Text("表内账户信息维护", "Maintain account"),
    menu=(GENERAL, INFORMATION),
    source="IB 467, 1494, 3203",
    dual="a",
)
async def maintain(work: Work, form: Maintenance) -> Outcome:
    """Change terms of an account; each with its value before and after. Renewal is for time deposits that have not matured, the interest
    flag for accounts with products, the account flag for organisations: one basic account of a customer in a sub-branch.

    Raises `account.*`, `time.matured`.
    """
    account = (await lock(work.connection, account=form.account))["account"]
    check_own_outlet(account, work.outlet)
    after(account.status, Action.MAINTAIN)
    asked = {name: value for name in ("name", "cross_outlet", "interest_bearing") if (value := getattr(form, name)) is not None}
    columns: dict[str, Any] = {name: value for name, value in asked.items() if value != getattr(account, name)}
    changes = {name: (_text(getattr(account, name)), _text(value)) for name, value in columns.items()}
    if "interest_bearing" in columns:
        await _set_interest(work, account, columns["interest_bearing"])
    if form.account_flag is not None:
        changes |= _flagged(account, AccountFlag(form.account_flag), columns)
    if form.auto_renew is not None:
        changes |= await _set_renewal(work, account, form.auto_renew)
    if not changes:
        raise NOTHING_CHANGED(field="account")
    if columns:
        await _store(work, account, columns)
    await record_changes(work, account, changes)
    shown = [{"field": field, "before": before, "after": value} for field, (before, value) in changes.items()]
    return Outcome({"account": account.number, "name": columns.get("name", account.name), "changes": shown})


async def _set_interest(work: Work, account: Account, bears: bool) -> None:
    """The flag in force when interest is paid decides for the whole period; an account that begins to bear interest begins a period, so
    that the days without are never paid."""
    if not isinstance(account.product.interest, AccumulatedInterest):
        raise WRONG_KIND(field="interest_bearing", product_zh=account.product.name.zh, product_en=account.product.name.en)
    if bears:
        begun = begin_next_period(accrue(account.accumulation, max(work.business_date, account.accumulation.until)))
        await save(work.connection, replace(account, accumulation=begun))


def _flagged(account: Account, flag: AccountFlag, columns: dict[str, Any]) -> dict[str, Change]:
    check_flag(account.product, flag)
    if flag is account.flag:
        return {}
    columns["account_flag"] = flag.value
    return {"account_flag": (account.flag.value if account.flag else None, flag.value)}


async def _set_renewal(work: Work, account: Account, renews: bool) -> dict[str, Change]:
    agreement = await running_agreement(work, account)
    if agreement.renews == renews:
        return {}
    await save_agreement(work.connection, replace(agreement, renews=renews))
    return {RENEWS: (_text(agreement.renews), _text(renews))}


async def _store(work: Work, account: Account, columns: dict[str, Any]) -> None:
    try:
        async with work.connection.begin_nested():
            await set_terms(work.connection, account.number, **columns)
    except IntegrityError as broken:
        raise BASIC_EXISTS(field="account_flag") from broken


def _text(value: bool | str) -> str:
    return value if isinstance(value, str) else str(value).lower()
