"""内部账户维护: an outlet opens, closes and names internal accounts of its own (IB 1502-1509, 2524-2531, 3212-3248)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.fields import CURRENCY_CHOICES, AccountNumber, CurrencyCode, Form, OutletCode, ShortText, labelled
from banking.menus import GENERAL, INTERNAL_ACCOUNTS
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.money import currency_of, format_amount
from kernel.numbers import check_outlet, internal_account, parse_internal
from kernel.text import Text
from services.ledger.catching_up import until_posted
from services.ledger.domain.internal_accounts import (
    check_closing,
    check_suffix,
    check_writing_off,
    is_standard,
    next_suffix,
    suffixes_to_choose,
)
from services.ledger.domain.model import BusinessCode
from services.ledger.domain.refusals import (
    ACCOUNT_EXISTS,
    ACCOUNT_OUTSIDE,
    ACCOUNT_UNKNOWN,
    BANK_WIDE,
    NOT_OFF_SHEET,
)
from services.ledger.panel import status_of
from services.ledger.posting import ACCOUNT_CLOSED
from services.ledger.rulebook import rulebook_on
from services.ledger.tables import ACCOUNT, ACCOUNT_EVENT, RESERVATION

STATES = (("closed", Text("关闭", "Close")), ("written_off", Text("销账", "Write off")))
OPENING_LOCKS = 3
"""Sets these locks apart from others under the same kind of key."""
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
Suffix = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]


class OpenForm(Form):
    """A new internal account of the own outlet; without a suffix the next free one is taken."""

    business_code: Code = labelled("业务代码", "Business code")
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    counterparty: OutletCode | None = labelled("对方账户部门", "Kept for department", None)
    suffix: Suffix | None = labelled("账户后缀", "Suffix", None)
    name: ShortText = labelled("账户名称", "Account name")


class CloseForm(Form):
    """The account, and whether it is closed today or written off after having been closed earlier."""

    account: AccountNumber = labelled("销户账号", "Account", widget="account")
    state: Literal["closed", "written_off"] = labelled("销户状态", "Closing state", widget="choice", choices=STATES)


class NameForm(Form):
    """An off-sheet account and its right name."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    name: ShortText = labelled("账户名称", "Account name")


@transaction(
    code="ledger.account.open", name=Text("综合账户开户", "Internal account"), menu=(GENERAL, INTERNAL_ACCOUNTS), source="IB 2524, 3220"
)
async def open_account(work: Work, form: OpenForm) -> Outcome:
    """Open an account of the own outlet, on or off the balance sheet; one that was written off may be opened again (IB 2524).

    Raises `ledger.business_code.unknown`, `ledger.account.not_to_open`, `.counterparty_*`, `.city_only`, `.suffix_outside`, `.exists`,
    `.suffixes_used_up`.
    """
    currency_of(form.currency)
    if form.counterparty is not None:
        check_outlet(form.counterparty, "counterparty")
    rulebook = await rulebook_on(work.resources, work.business_date)
    code = rulebook.business_code(form.business_code, work.business_date)
    allowed = suffixes_to_choose(code, work.outlet, form.counterparty)
    if form.suffix is None:
        suffix = await _next_suffix(work, form.currency, code, allowed)
    else:
        suffix = form.suffix
        check_suffix(suffix, allowed)
    account = internal_account(work.outlet, form.currency, code.code, suffix)
    await _enter(work, account, form)
    await _remember(work, account, "open", form.name)
    subject = rulebook.subject(code.subject, work.business_date)
    result = {
        "account": account,
        "name": form.name,
        "business_code": code.code,
        "subject": subject.code,
        "subject_name": subject.name.as_dict(),
        "opened_on": work.business_date.isoformat(),
    }
    return Outcome(result=result)


async def _next_suffix(work: Work, currency: str, code: BusinessCode, allowed: range) -> str:
    """The first suffix of which there never was an account; whoever opens one of the same code meanwhile waits."""
    prefix = internal_account(work.outlet, currency, code.code, "00000")[:10]
    await work.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(prefix, OPENING_LOCKS))))
    taken = select(func.substr(ACCOUNT.c.account, 11)).where(
        ACCOUNT.c.business_code == code.code, ACCOUNT.c.outlet == work.outlet, ACCOUNT.c.currency == currency
    )
    return next_suffix((await work.connection.execute(taken)).scalars(), allowed)


async def _enter(work: Work, account: str, form: OpenForm) -> None:
    """Add the account, or take it up again where it was written off."""
    opened = {"name": form.name, "opened_on": work.business_date, "closed_on": None, "written_off_on": None}
    row = insert_or(ACCOUNT).values(account=account, outlet=work.outlet, currency=form.currency, business_code=form.business_code, **opened)
    again = row.on_conflict_do_update(index_elements=[ACCOUNT.c.account], set_=opened, where=ACCOUNT.c.written_off_on.is_not(None))
    if (await work.connection.execute(again.returning(ACCOUNT.c.account))).first() is None:
        raise ACCOUNT_EXISTS(field="suffix", account=account)


@transaction(
    code="ledger.account.close",
    name=Text("内部账户销户", "Closing an internal account"),
    menu=(GENERAL, INTERNAL_ACCOUNTS),
    source="IB 2530, 3238",
)
async def close_account(work: Work, form: CloseForm) -> Outcome:
    """Close an account without balance, after which it takes no posting; or write a closed one off on a later date.

    Raises `ledger.account.unknown`, `.other_outlet`, `.bank_wide`, `.closed_already`, `.not_zero`, `.under_way`, `.not_closed`,
    `.closed_today`, `.written_off`.
    """
    # What was posted a moment ago is waited for before the row is locked, which would hold it up.
    await until_posted(lambda: _at_rest(work, form.account))
    row, code = await _own(work, form.account)
    if is_standard(code, parse_internal(form.account).suffix):
        raise BANK_WIDE(field="account", account=form.account)
    if form.state == "closed":
        under_way = row.reserved_minor != 0 or not await _at_rest(work, form.account)
        check_closing(row.currency, row.balance_minor, under_way, row.closed_on)
        changed = {"closed_on": work.business_date}
    else:
        check_writing_off(row.closed_on, row.written_off_on, work.business_date)
        changed = {"written_off_on": work.business_date}
    await work.connection.execute(ACCOUNT.update().where(ACCOUNT.c.account == form.account).values(changed))
    name = row.name or code.name.zh
    await _remember(work, form.account, "close" if form.state == "closed" else "write_off", name)
    return Outcome(result={"account": form.account, "name": name, "status": form.state})


@transaction(
    code="ledger.account.maintain_off_sheet",
    name=Text("表外账户信息维护", "Off-sheet account data"),
    menu=(GENERAL, INTERNAL_ACCOUNTS),
    source="IB 1502, 3212",
)
async def maintain_off_sheet(work: Work, form: NameForm) -> Outcome:
    """Put right the name an off-sheet account of the own outlet was opened under; nothing else of it can be changed (IB 2522-2523, 3219).

    Raises `ledger.account.unknown`, `.other_outlet`, `.not_off_sheet`, `.bank_wide`, `.closed`.
    """
    row, code = await _own(work, form.account)
    if not code.off_sheet:
        raise NOT_OFF_SHEET(field="account", account=form.account)
    if is_standard(code, parse_internal(form.account).suffix):
        raise BANK_WIDE(field="account", account=form.account)
    if row.closed_on is not None:
        raise ACCOUNT_CLOSED(field="account", account=form.account)
    await work.connection.execute(ACCOUNT.update().where(ACCOUNT.c.account == form.account).values(name=form.name))
    await _remember(work, form.account, "rename", form.name)
    result = {
        "account": form.account,
        "name": form.name,
        "name_before": row.name,
        "business_code": code.code,
        "subject": code.subject,
        "balance": format_amount(row.balance_minor, row.currency),
        "opened_on": row.opened_on.isoformat(),
        "status": status_of(row.closed_on, row.written_off_on),
    }
    return Outcome(result=result)


async def _at_rest(work: Work, account: str) -> bool | None:
    """Whether no posting to an account is under way."""
    held = select(RESERVATION.c.account).where(RESERVATION.c.account == account).limit(1)
    return (await work.connection.execute(held)).first() is None or None


async def _own(work: Work, account: str) -> tuple[Row[Any], BusinessCode]:
    """An account of the own outlet, its row locked, with its business code. Raises `ledger.account.unknown`, `.other_outlet`."""
    parts = parse_internal(account)
    if parts.outlet != work.outlet:
        raise ACCOUNT_OUTSIDE(field="account", account=account, outlet=work.outlet)
    rulebook = await rulebook_on(work.resources, work.business_date)
    code = rulebook.business_code(parts.business_code, work.business_date)
    row = (await work.connection.execute(select(ACCOUNT).where(ACCOUNT.c.account == account).with_for_update())).first()
    if row is None:
        if is_standard(code, parts.suffix):
            raise BANK_WIDE(field="account", account=account)
        raise ACCOUNT_UNKNOWN(field="account", account=account)
    return row, code


async def _remember(work: Work, account: str, action: str, name: str) -> None:
    await work.connection.execute(
        ACCOUNT_EVENT.insert().values(
            posting_id=work.posting_id,
            account=account,
            action=action,
            name=name,
            business_date=work.business_date,
            outlet=work.outlet,
            teller=work.principal.teller,
        )
    )
