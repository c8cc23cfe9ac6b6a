"""对账约定: how often a corporate account gets which statement, within how many days it is replied to, or that it gets none."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.fields import AccountNumber, Form, ShortText, labelled
from banking.menus import CORPORATE, RECONCILIATION
from banking.transaction import Outcome, transaction
from banking.visibility import check_account_seen
from banking.work import Work
from contracts.savings import SavingsClient
from kernel.numbers import NumberKind, kind_of
from kernel.text import Text
from services.reconciliation.domain.statement_errors import EXEMPT_REASON, NOT_CORPORATE
from services.reconciliation.domain.statement_periods import DAYS_UNTIL_DUE, MOST_DAYS_UNTIL_DUE, Frequency, StatementKind
from services.reconciliation.portal.acts import log_bank_act
from services.reconciliation.statements.tables import ARRANGEMENT, ARRANGEMENT_CHANGE

KINDS = tuple((kind.value, kind.text) for kind in StatementKind)
FREQUENCIES = tuple((each.value, each.text) for each in Frequency)
AGREED_ON = ("frequency", "exempt", "exempt_reason", "days_until_due")


class ArrangementForm(Form):
    """An account and kind of statement, and what is agreed on; an exemption states its reason."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    kind: Literal["balance", "detail"] = labelled("账单类型", "Kind of statement", "balance", widget="choice", choices=KINDS)
    frequency: Literal["month", "quarter", "year", "on_demand"] = labelled(
        "对账周期", "Frequency", "month", widget="choice", choices=FREQUENCIES
    )
    days_until_due: int = labelled("回复期限(天)", "Days until due", DAYS_UNTIL_DUE, ge=1, le=MOST_DAYS_UNTIL_DUE)
    exempt: bool = labelled("免对账", "Exempt", False, widget="boolean")
    exempt_reason: ShortText | None = labelled("免对账原因", "Reason of the exemption", None, when={"exempt": [True]})


@transaction(
    code="recon.arrangement.set",
    name=Text("对账约定维护", "Statement arrangements"),
    menu=(CORPORATE, RECONCILIATION),
    source="ER 20, 50",
    operators="K",
    dual="c",
)
async def arrange(work: Work, form: ArrangementForm) -> Outcome:
    """Agree on the statements of an account, or change what was agreed; statements already made stay as they are.

    Raises `statement.not_corporate`, `statement.arrangement.exempt_reason`, `account.unknown`, `account.outside`.
    """
    if form.exempt != (form.exempt_reason is not None):
        raise EXEMPT_REASON(field="exempt_reason")
    if kind_of(form.account) is not NumberKind.CORPORATE_DEPOSIT:
        raise NOT_CORPORATE(field="account", account=form.account)
    account = await SavingsClient(work.resources.transport).account(form.account)
    check_account_seen(work.principal, account.outlet)
    agreed = form.model_dump(include=set(AGREED_ON))
    before = await _keep(work, form, {"customer_number": account.customer_number, "outlet": account.outlet, **agreed})
    changed = {"account": form.account, "kind": form.kind, "before": before, "after": agreed}
    await work.connection.execute(
        ARRANGEMENT_CHANGE.insert().values(
            **changed,
            posting_id=work.posting_id,
            business_date=work.business_date,
            teller=work.principal.teller,
            second=work.second.teller if work.second else None,
        )
    )
    await log_bank_act(work, work.code, form.account, {"kind": form.kind, **agreed}, customer_number=account.customer_number)
    return Outcome(result={"name": account.name, **form.model_dump(exclude_none=True)})


async def _keep(work: Work, form: ArrangementForm, values: dict[str, Any]) -> dict[str, Any] | None:
    """Store what is agreed; what was agreed before, if anything was."""
    table = ARRANGEMENT.c
    new = insert_or(ARRANGEMENT).values(account=form.account, kind=form.kind, arranged_on=work.business_date, **values)
    if (await work.connection.execute(new.on_conflict_do_nothing().returning(table.account))).first() is not None:
        return None
    mine = (table.account == form.account, table.kind == form.kind)
    before = (await work.connection.execute(select(ARRANGEMENT).where(*mine).with_for_update())).one()
    await work.connection.execute(ARRANGEMENT.update().where(*mine).values(values))
    return {name: getattr(before, name) for name in AGREED_ON}
