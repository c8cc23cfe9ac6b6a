"""协议存款: a corporate current account agrees on a base; what lies above it earns the agreed rate (IB 2467-2473, 3964-3977)."""

from __future__ import annotations

from datetime import date

from banking.fields import AccountNumber, AmountText, Form, RateText, labelled
from banking.menus import CORPORATE, CURRENT
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.money import format_amount, parse_signed
from kernel.text import Text
from services.savings.accounts import lock
from services.savings.deposit_agreements import agreement_in_force, enter_agreement
from services.savings.domain.account_status import Action, after
from services.savings.domain.accounts import Account, check_current, check_own_outlet
from services.savings.domain.deposit_agreements import (
    INCOMPLETE,
    NO_INTEREST,
    NONE_RUNNING,
    DepositAgreement,
    agreed_rate,
    check_base,
    check_maturity,
)
from services.savings.domain.products import AccumulatedInterest, Owner
from services.savings.parameters.load import parameters


class AgreementForm(Form):
    """The account and its base; a base of 0, or none, ends the agreement. Without a rate the posted one is agreed on."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    base_amount: AmountText | None = labelled("额度金额(0 为取消)", "Base amount (0 ends the agreement)", None, widget="amount")
    matures_on: date | None = labelled("到期日", "Runs until", None, widget="date")
    rate: RateText | None = labelled("协定年利率%", "Agreed rate, % a year", None)


@transaction(
    code="savings.corporate.set_agreement",
    name=Text("协议存款", "Agreement deposit"),
    menu=(CORPORATE, CURRENT),
    source="IB 2469, 3964",
    operators="K",
)
async def set_agreement(work: Work, form: AgreementForm) -> Outcome:
    """Agree on a base from today on, change it, or end the agreement, at the account's own outlet; what holds then. Makes no entries.

    Raises `account.*`, `agreement.*`, `amount.*`, `parameter.*`.
    """
    account = (await lock(work.connection, account=form.account))["account"]
    check_current(account, Owner.CORPORATE)
    check_own_outlet(account, work.outlet)
    after(account.status, Action.MAINTAIN)
    base_minor = parse_signed(form.base_amount, account.currency, "base_amount") if form.base_amount else 0
    if base_minor == 0:
        return await _end(work, account)
    if not (account.interest_bearing and isinstance(account.product.interest, AccumulatedInterest)):
        raise NO_INTEREST(field="account")
    if form.matures_on is None:
        raise INCOMPLETE(field="matures_on")
    check_base(base_minor, work.business_date, account.currency, parameters())
    check_maturity(form.matures_on, work.business_date)
    annual_pct, source = agreed_rate(form.rate, work.business_date, account.currency, parameters())
    await enter_agreement(work, account, DepositAgreement(work.business_date, base_minor, annual_pct, source, form.matures_on))
    result = {
        "account": account.number,
        "base_amount": format_amount(base_minor, account.currency),
        "rate": f"{annual_pct.normalize():f}",
        "agreed_from": work.business_date.isoformat(),
        "matures_on": form.matures_on.isoformat(),
    }
    return Outcome(result)


async def _end(work: Work, account: Account) -> Outcome:
    if await agreement_in_force(work.connection, account.number) is None:
        raise NONE_RUNNING(field="account")
    await enter_agreement(work, account, DepositAgreement(work.business_date))
    return Outcome({"account": account.number, "ended_on": work.business_date.isoformat()})
