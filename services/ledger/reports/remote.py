"""通存通兑清单与轧差表: business at counters other than those of the account (IB 2985-3041)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from sqlalchemy import exists, or_

from banking.fields import labelled
from banking.lists import check_dates
from banking.query import Read, report
from banking.visibility import Sight, sight_for
from contracts.report import Cell, Column, ReportTable
from kernel.money import currency_of, format_amount
from kernel.text import Text
from services.ledger.queries.forms import rulebook_for, shown_leg
from services.ledger.queries.history import MOST_DAYS, TOO_LONG
from services.ledger.queries.selections import legs_with_sets
from services.ledger.queries.transactions import NUMBER_DIGITS
from services.ledger.reports.entries import entry_line
from services.ledger.reports.forms import SpanForm, currency_heading, date_heading, operator_heading, outlet_heading
from services.ledger.tables import ACCOUNT, LEG, POSTING_SET

TITLE = Text("通存通兑清单", "Deposits and withdrawals between outlets")
NET_TITLE = Text("通存通兑轧差表", "Net of deposits and withdrawals between outlets")
CHANNEL = "417"
SHEETS = (("list", Text("清单", "List")), ("net", Text("轧差表", "Net per outlet")))
KINDS = {
    ("ours", "received"): Text("本代它收", "Received here for another"),
    ("ours", "paid"): Text("本代它付", "Paid here for another"),
    ("theirs", "received"): Text("它代本收", "Received elsewhere for us"),
    ("theirs", "paid"): Text("它代本付", "Paid elsewhere for us"),
}
LIST_COLUMNS = [
    Column(key="kind", label=Text("类别", "Kind")),
    Column(key="business_date", label=Text("日期", "Date"), kind="date"),
    Column(key="transaction_number", label=Text("交易流水号", "Transaction number")),
    Column(key="counter_outlet", label=Text("业务行", "Counter outlet")),
    Column(key="outlet", label=Text("帐务行", "Books of")),
    Column(key="account", label=Text("帐号", "Account")),
    Column(key="name", label=Text("户名", "Name")),
    Column(key="received", label=Text("代收金额", "Received"), kind="amount"),
    Column(key="paid", label=Text("代付金额", "Paid"), kind="amount"),
    Column(key="teller", label=Text("操作员", "Teller")),
]
NET_COLUMNS = [
    Column(key="outlet", label=Text("部门", "Outlet")),
    Column(key="ours_received", label=KINDS["ours", "received"], kind="amount"),
    Column(key="ours_paid", label=KINDS["ours", "paid"], kind="amount"),
    Column(key="theirs_received", label=KINDS["theirs", "received"], kind="amount"),
    Column(key="theirs_paid", label=KINDS["theirs", "paid"], kind="amount"),
    Column(key="net", label=Text("轧差(贷方为正)", "Net, credit positive"), kind="amount"),
]


class RemoteForm(SpanForm):
    """Dates, an outlet (the own one and those below it if left out), a currency, and which of the two sheets."""

    sheet: Literal["list", "net"] = labelled("表式", "Sheet", "list", widget="choice", choices=SHEETS)


@dataclass(slots=True)
class _Net:
    """What an outlet received and paid for others, and others for it, in minor units."""

    ours_received: int = 0
    ours_paid: int = 0
    theirs_received: int = 0
    theirs_paid: int = 0

    @property
    def net_minor(self) -> int:
        """What the outlet owes the others: what it took in for them, and they paid out for it."""
        return self.ours_received - self.ours_paid - self.theirs_received + self.theirs_paid


@report(name="remote_business", title=TITLE, source="IB 2994, 3020")
async def remote_business(read: Read, form: RemoteForm) -> ReportTable:
    """The legs in books that are not those of the counter, with what was received and paid; or their net per outlet, which is what
    sub-account 417 of 416 moved by. Corrections count negative. Raises `outlet.outside`, `query.dates`, `query.too_long`.
    """
    currency_of(form.currency)
    first = form.date or read.business_date
    last = form.date_to or first
    check_dates(first, last, "date")
    if (last - first).days >= MOST_DAYS:
        raise TOO_LONG(field="date_to", days=MOST_DAYS)
    sight = sight_for(read.principal, form.outlet)
    bridging = LEG.alias("bridging")
    through_channel = exists().where(bridging.c.posting_id == LEG.c.posting_id, bridging.c.business_code == CHANNEL, bridging.c.automatic)
    found = (
        legs_with_sets()
        .add_columns(ACCOUNT.c.name.label("name"))
        .join(ACCOUNT, ACCOUNT.c.account == LEG.c.account)
        .where(LEG.c.business_date.between(first, last), LEG.c.currency == form.currency, LEG.c.automatic.is_(False))
        .where(LEG.c.outlet != POSTING_SET.c.outlet, through_channel)
        .where(or_(sight.condition(LEG.c.outlet), sight.condition(POSTING_SET.c.transaction_number, NUMBER_DIGITS)))
        .order_by(LEG.c.business_date, POSTING_SET.c.transaction_number, LEG.c.line)
    )
    rows = (await read.connection.execute(found)).all()
    headers = [outlet_heading(form.outlet, read.principal.outlet), date_heading(first, last)]
    headers += [currency_heading(form.currency), operator_heading(read)]
    if form.sheet == "net":
        lines, totals = _nets(rows, sight, form.currency)
        return ReportTable(title=NET_TITLE, headers=headers, columns=NET_COLUMNS, rows=lines, totals=totals)
    shown = partial(shown_leg, await rulebook_for(read))
    totals = _shown({"received": sum(_received(row) for row in rows), "paid": sum(_paid(row) for row in rows)}, form.currency)
    lines = [_line(row, shown(row), sight) for row in rows]
    return ReportTable(title=TITLE, headers=headers, columns=LIST_COLUMNS, rows=lines, totals=totals)


def _received(row: Any) -> int:
    """What a credit put on the account, in minor units; red lowers it."""
    return 0 if row.is_debit else -row.amount_minor if row.red else row.amount_minor


def _paid(row: Any) -> int:
    return 0 if not row.is_debit else -row.amount_minor if row.red else row.amount_minor


def _line(row: Any, entry: dict[str, Any], sight: Sight) -> dict[str, Cell]:
    way = "paid" if row.is_debit else "received"
    kind = KINDS["ours" if sight.covers(row.counter_outlet) else "theirs", way]
    line = entry_line(entry)
    return {**line, "kind": kind, "name": row.name, way: line["amount"]}


def _nets(rows: Iterable[Any], sight: Sight, currency: str) -> tuple[list[dict[str, Cell]], dict[str, Cell]]:
    nets: dict[str, _Net] = {}
    for row in rows:
        for outlet, side in ((row.counter_outlet, "ours"), (row.outlet, "theirs")):
            if sight.covers(outlet):
                net = nets.setdefault(outlet, _Net())
                for way, minor in (("received", _received(row)), ("paid", _paid(row))):
                    setattr(net, f"{side}_{way}", getattr(net, f"{side}_{way}") + minor)
    names = [column.key for column in NET_COLUMNS if column.key not in ("outlet", "net")]
    amounts = {outlet: {**{name: getattr(net, name) for name in names}, "net": net.net_minor} for outlet, net in sorted(nets.items())}
    totals = {name: sum(each[name] for each in amounts.values()) for name in (*names, "net")}
    return [{"outlet": outlet, **_shown(each, currency)} for outlet, each in amounts.items()], _shown(totals, currency)


def _shown(amounts: dict[str, int], currency: str) -> dict[str, Cell]:
    return {name: format_amount(minor, currency) for name, minor in amounts.items()}
