"""上存下拨: money that the city lends to a sub-branch or takes from it, by contract; both books at once (IB 3249-3325)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from banking.business_day import OUTLET_UNKNOWN
from banking.fields import CURRENCY_CHOICES, AccountNumber, AmountText, CurrencyCode, Form, OutletCode, TermCode, labelled
from banking.menus import FUNDS, GENERAL
from banking.transaction import Outcome, Posting, transaction
from banking.work import Work
from contracts.internal_accounts import AskedByHand, InternalAccountClient
from kernel.money import format_amount, parse_amount
from kernel.numbers import parse_internal
from kernel.text import Text
from runtime.database import driver_connection
from services.clearing.domain import funds as domain
from services.clearing.domain.funds import FundKind
from services.clearing.funds import add_contract, lock_contract, pay_back

MENU = (GENERAL, FUNDS)
KINDS = tuple((kind.value, kind.text) for kind in FundKind)
PLACED_BY = {FundKind.DEPOSIT: "clearing.fund.deposit", FundKind.LOAN: "clearing.fund.lend"}
Permille = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,6})?$")]
SETTLES = (("0", Text("否", "No")), ("1", Text("是", "Yes")))


class FundForm(Form):
    """A sub-branch and the account that the city's business department keeps for it."""

    branch: OutletCode = labelled("合同部门", "Business department of the sub-branch")
    fund_account: AccountNumber = labelled("资金账号", "Fund account (40705)", widget="account")
    rate: Permille = labelled("月利率‰", "Monthly rate, per mille")
    amount: AmountText = labelled("交易金额", "Amount", widget="amount")


class PlacementForm(FundForm):
    """A contract; its rate is for reference, interest takes the rate of the day it is paid (IB 3261)."""

    kind: Literal["477", "479"] = labelled("合同种类", "Kind of contract", widget="choice", choices=KINDS)
    term: TermCode = labelled("存期", "Term", widget="text")
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)


class PayBackForm(FundForm):
    """What is paid back of a contract, and whether that settles it."""

    sequence: int = labelled("合同序号", "Contract number", ge=1, le=2**31 - 1)
    settles: Literal["0", "1"] = labelled("是否结清", "Settles the contract", widget="choice", choices=SETTLES)


@transaction(
    code="clearing.fund.place",
    name=Text("上存下拨合同发放", "Make a fund placement"),
    menu=MENU,
    source="IB 3249",
    dual="a",
)
async def place(work: Work, form: PlacementForm) -> Outcome:
    """Place money of a sub-branch with the city (479), or lend it money of the city (477); the contract's number.

    Raises `clearing.fund.*`, `outlet.unknown`, `term.malformed`, `ledger.account.*`.
    """
    amount_minor, rate = await _checked(work, form, form.currency)
    kind = FundKind(form.kind)
    due_on = domain.due_on(work.business_date, form.term)
    sequence = await add_contract(
        work.connection,
        form.branch,
        {
            "kind": kind.value,
            "fund_account": form.fund_account,
            "currency": form.currency,
            "principal_minor": amount_minor,
            "outstanding_minor": amount_minor,
            "monthly_permille": rate,
            "term": form.term,
            "starts_on": work.business_date,
            "due_on": due_on,
            "placed_by": work.principal.teller,
            "approved_by": work.second.teller if work.second else None,
            "posting_id": work.posting_id,
        },
    )
    posting = _posting(PLACED_BY[kind], form, form.currency, sequence, amount=amount_minor)
    result = {
        "branch": form.branch,
        "sequence": sequence,
        "amount": format_amount(amount_minor, form.currency),
        "due_on": due_on.isoformat(),
    }
    return Outcome(result=result, posting=posting)


@transaction(code="clearing.fund.repay", name=Text("内部下拨户归还", "Repay a loan to the city"), menu=MENU, source="IB 3287")
async def repay(work: Work, form: PayBackForm) -> Outcome:
    """A sub-branch pays back all or part of what the city lent it, with the interest on that part since the contract began.

    Raises `clearing.fund.*`, `ledger.account.*`.
    """
    return await _pay_back(work, form, FundKind.LOAN, "clearing.fund.repay")


@transaction(code="clearing.fund.withdraw", name=Text("内部上存户支取", "Withdraw money from the city"), menu=MENU, source="IB 3311")
async def withdraw(work: Work, form: PayBackForm) -> Outcome:
    """A sub-branch takes back all or part of what it placed with the city, with the interest on that part. Raises as `repay`."""
    return await _pay_back(work, form, FundKind.DEPOSIT, "clearing.fund.withdraw")


async def _pay_back(work: Work, form: PayBackForm, kind: FundKind, rule: str) -> Outcome:
    domain.check_operator(work.outlet)
    contract = await lock_contract(work.connection, form.branch, form.sequence, kind)
    currency = contract.currency
    amount_minor, rate = await _checked(work, form, currency)
    if form.fund_account != contract.fund_account:
        raise domain.OTHER_ACCOUNT(field="fund_account")
    outstanding = format_amount(contract.outstanding_minor, currency)
    left_minor = domain.outstanding_after(contract.outstanding_minor, amount_minor, form.settles == "1", outstanding)
    days, interest_minor = domain.interest_minor(amount_minor, rate, contract.starts_on, work.business_date)
    paid: dict[str, Any] = {
        "posting_id": work.posting_id,
        "business_date": work.business_date,
        "amount_minor": amount_minor,
        "days": days,
        "monthly_permille": rate,
        "interest_minor": interest_minor,
        "teller": work.principal.teller,
    }
    await pay_back(work.connection, contract, left_minor, paid)
    result = {
        "branch": form.branch,
        "sequence": form.sequence,
        "amount": format_amount(amount_minor, currency),
        "days": days,
        "interest": format_amount(interest_minor, currency),
        "outstanding": format_amount(left_minor, currency),
    }
    return Outcome(result=result, posting=_posting(rule, form, currency, form.sequence, amount=amount_minor, interest=interest_minor))


async def _checked(work: Work, form: FundForm, currency: str) -> tuple[int, Decimal]:
    """Amount and rate of a form whose sub-branch and fund account are right."""
    domain.check_operator(work.outlet)
    domain.check_branch(form.branch)
    raw = await driver_connection(work.connection)
    if not await raw.fetchval("SELECT EXISTS (SELECT FROM clearing.outlet_gate WHERE outlet = $1)", form.branch):
        raise OUTLET_UNKNOWN(field="branch", outlet=form.branch)
    amount_minor = parse_amount(form.amount, currency)
    domain.check_fund_account(parse_internal(form.fund_account, "fund_account"), form.branch, currency)
    asked = AskedByHand(account=form.fund_account, currency=currency, field="fund_account")
    await InternalAccountClient(work.resources.transport).by_hand(asked)
    return amount_minor, domain.check_rate(Decimal(form.rate))


def _posting(rule: str, form: FundForm, currency: str, sequence: int, **amounts_minor: int) -> Posting:
    references = {"branch": form.branch, "sequence": str(sequence), "fund_account": form.fund_account}
    return Posting(rule=rule, currency=currency, amounts_minor=amounts_minor, references=references)
