"""A personal account with its first deposit: what every product's opening has in common (IB 890-901)."""

from __future__ import annotations

from typing import Literal

from banking.fields import CURRENCY_CHOICES, AmountText, CurrencyCode, CustomerNumber, Secret, SettledForm, labelled
from banking.vouchers import use_vouchers
from banking.work import Work
from contracts.ledger import AccountReference
from kernel.money import parse_amount
from kernel.text import Text
from services.savings.accounts import enter_with_line, line_of, lock, next_number
from services.savings.domain.account_status import AccountStatus
from services.savings.domain.accounts import Account
from services.savings.domain.accumulated import begin_accumulation
from services.savings.domain.limits import check_opening_amount
from services.savings.domain.products import Product
from services.savings.domain.withdrawal_modes import WithdrawalMode
from services.savings.parameters.load import parameters
from services.savings.transactions.customers import customer_for, held_by, opening_password
from services.savings.transactions.proofs import ProofForm, VoucherForm
from services.savings.transactions.settlement import COUNTER, counter_number, take_money

CARD_OR_BOOK = (("card", Text("一卡通", "Card")), ("book", Text("一本通", "All-in-one book")))
ON_PASSBOOK = (("passbook", Text("存折", "Passbook")), *CARD_OR_BOOK)
ON_SLIP = (("slip", Text("存单", "Deposit slip")), *CARD_OR_BOOK)
MODES = tuple((mode.value, mode.name_text) for mode in WithdrawalMode)


class Opening(SettledForm, ProofForm, VoucherForm):
    """A new account, and what pays for it."""

    customer_number: CustomerNumber = labelled("客户号", "Customer number", widget="customer")
    instrument: Literal["passbook", "card", "book"] = labelled("凭证类型", "Instrument", "passbook", widget="choice", choices=ON_PASSBOOK)
    currency: CurrencyCode = labelled("货币", "Currency", "CNY", widget="choice", choices=CURRENCY_CHOICES)
    amount: AmountText = labelled("金额", "Amount", widget="amount")
    withdrawal_mode: Literal["A", "B", "C", "D"] = labelled("印鉴类别", "Withdrawal mode", widget="choice", choices=MODES)
    password: Secret | None = labelled("密码", "Password", None, widget="password")
    cross_outlet: bool = labelled("通存通兑", "Usable at other outlets", False, widget="boolean")
    counter_password: Secret | None = labelled(
        "付款账户密码", "Password of the paying account", None, widget="password", when={"settlement": ["transfer"]}
    )


class SlipOpening(Opening):
    """The same for products that are kept on a slip 存单 (IB 336)."""

    instrument: Literal["slip", "card", "book"] = labelled(  # type: ignore[assignment]
        "凭证类型", "Instrument", "slip", widget="choice", choices=ON_SLIP
    )


async def own_voucher(work: Work, form: Opening, account: str) -> str:
    """The passbook or slip the customer gets, out of the teller's box: the one the form names, else the lowest there. Raises as
    `use_vouchers`."""
    number, _ = await use_vouchers(work, form.instrument, form.voucher_number, account=account)
    return number


async def open_deposit(work: Work, form: Opening, product: Product) -> tuple[Account, AccountReference, int]:
    """The account that the form opens, stored with its first line; what paid for it, and how much.

    Raises `amount.*`, `password.*`, `customer.*`, `product.*`, `settlement.*`, `voucher.*`, and what taking the money refuses with.
    """
    mode = WithdrawalMode(form.withdrawal_mode)
    amount_minor = parse_amount(form.amount, form.currency)
    check_opening_amount(product, form.currency, amount_minor, work.business_date, parameters())
    begun = begin_accumulation(product, form.currency, work.business_date, parameters(), amount_minor)
    customer = await customer_for(work, product, form.customer_number, form.instrument)
    held = held_by(customer, form.instrument, form.voucher_number)
    password_hash = await opening_password(work, mode, form.password, held)
    counter = (await lock(work.connection, counter_account=counter_number(form))).get(COUNTER)
    settlement = await take_money(work, counter, form, form.currency, amount_minor, form.counter_password, "counter_password")
    number = await next_number(work.connection, product, form.customer_number)
    account = Account(
        number=number,
        customer_number=form.customer_number,
        outlet=work.outlet,
        currency=form.currency,
        product=product,
        name=customer.name,
        status=AccountStatus.NORMAL,
        accumulation=begun,
        withdrawal_mode=mode,
        cross_outlet=form.cross_outlet,
        interest_bearing=True,
        password_hash=password_hash,
        instrument=form.instrument,
        voucher_number=None if held else await own_voucher(work, form, number),
        opened_on=work.business_date,
    )
    await enter_with_line(work.connection, account, line_of(work, amount_minor))
    return account, settlement, amount_minor
