"""补打存折, 重打最后交易: what stands in a passbook, and what is printed once more (IB 368-378, 420, 484-490, 936-941); no entries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, select

from banking.fields import AccountNumber, Form, TransactionNumber, VoucherNumber, labelled
from banking.menus import DEMAND as DEMAND_MENU
from banking.menus import GENERAL, PERSONAL, VOUCHERS
from banking.transaction import Outcome, transaction
from banking.work import Work
from contracts.customer import CustomerClient, InstrumentView
from kernel.text import Text
from services.savings.accounts import read
from services.savings.domain.accounts import Account
from services.savings.domain.errors import NO_PASSBOOK, NOT_AMONG_THE_LAST, NOTHING_TO_PRINT, PASSBOOK_FULL, REPORTED_LOST, VOUCHER_MISMATCH
from services.savings.domain.passbooks import format_on
from services.savings.domain.withdrawal_modes import check_outlet_of_deposit
from services.savings.parameters.load import parameters
from services.savings.passbooks import adjusted, hold_passbook, print_missing
from services.savings.printouts import printout_of
from services.savings.tables import ACCOUNT, FRAME

PASSBOOK, BOOK = "passbook", "book"
LAST = 5
"""How many transactions a teller may print again (IB 489)."""
REPRINT = "savings.passbook.reprint_last"


class ShownPassbook(Form):
    """The account, and the passbook or book that is at hand."""

    account: AccountNumber = labelled("账号", "Account", widget="account")
    voucher_number: VoucherNumber = labelled("存折号", "Number of the passbook or book")


class Reprint(Form):
    """One of the teller's last five transactions; without a number, the last."""

    transaction_number: TransactionNumber | None = labelled("流水号", "Transaction number", None)


@transaction(
    code="savings.passbook.print_missing",
    name=Text("补打存折", "Print missing lines"),
    menu=(PERSONAL, DEMAND_MENU),
    source="IB 420, 936",
    operators="S",
)
async def print_lines(work: Work, form: ShownPassbook) -> Outcome:
    """补登折: the lines that stand in no passbook yet, each with its page and row; in a book those of all accounts on it. What has no room
    waits for a new one, which begins with the balances brought forward (IB 478).

    Raises `account.unknown`, `account.not_cross_outlet`, `account.reported_lost`, `passbook.none`, `voucher.mismatch`,
    `passbook.nothing_missing`, `passbook.full`.
    """
    account = await read(work.connection, form.account)
    check_outlet_of_deposit(account.cross_outlet, account.outlet, work.outlet)
    if account.reported_lost:
        raise REPORTED_LOST(field="account")
    view = await _shown_book(work, account) if account.instrument == BOOK else None
    number = view.number if view else account.voucher_number
    if account.instrument not in (PASSBOOK, BOOK) or number is None:
        raise NO_PASSBOOK(field="account")
    if form.voucher_number != number:
        raise VOUCHER_MISMATCH(field="voucher_number")
    book = await hold_passbook(work.connection, account.instrument, number)
    if view is not None:
        book = await adjusted(work.connection, book, view)
    printing = await print_missing(
        work.connection, book, _accounts_in(account), format_on(work.business_date, parameters()), work.posting_id
    )
    if not printing.rows:
        raise (PASSBOOK_FULL if printing.left else NOTHING_TO_PRINT)(field="voucher_number")
    return Outcome(
        {
            "account": account.number,
            "name": account.name,
            "voucher_number": number,
            "printed": printing.rows,
            "left_to_print": printing.left,
        }
    )


async def _shown_book(work: Work, account: Account) -> InstrumentView | None:
    return (await CustomerClient(work.resources.transport).customer(account.customer_number)).instrument(BOOK)


def _accounts_in(account: Account) -> ColumnElement[bool]:
    """The accounts whose lines the passbook or book of an account shows."""
    if account.instrument == PASSBOOK:
        return ACCOUNT.c.account == account.number
    return (ACCOUNT.c.customer_number == account.customer_number) & (ACCOUNT.c.instrument == BOOK)


@transaction(code=REPRINT, name=Text("重打最后交易", "Print a last transaction again"), menu=(GENERAL, VOUCHERS), source="IB 368, 488")
async def reprint_last(work: Work, form: Reprint) -> Outcome:
    """What one of the teller's last five transactions of the date printed: the lines of its accounts, its interest, its place in the
    passbook. Raises `printing.not_among_the_last`."""
    last = await _last_of(work)
    found = [row for row in last if form.transaction_number in (None, row.transaction_number)]
    if not found:
        raise NOT_AMONG_THE_LAST(field="transaction_number", most=LAST)
    printout = await printout_of(work.connection, found[0])
    return Outcome({**printout, "last_transactions": [row.transaction_number for row in last]})


async def _last_of(work: Work) -> list[Row[Any]]:
    """The newest first: numbers of an outlet begin with it and rise."""
    table = FRAME.register.c
    mine = (
        table.business_date == work.business_date,
        table.transaction_number.between(f"{work.outlet}0000000", f"{work.outlet}9999999"),
        table.teller == work.principal.teller,
        table.code != REPRINT,
    )
    return list(await work.connection.execute(select(FRAME.register).where(*mine).order_by(table.transaction_number.desc()).limit(LAST)))
