"""What the fake bank answers with: canned receipts, rows, a report, a day end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from contracts.report import Column, Heading, ReportTable
from kernel.text import Text

DATE = "2005-09-01"
ACCOUNT, CUSTOMER, CASH = "000000001800015", "0000000018", "902011010100001"


def session_of(teller: str, cash_box: str | None) -> dict[str, Any]:
    """What sign-on answers to a teller of the demo bank."""
    outlet = "0001" if teller.startswith("S00") else f"{teller[1:3]}0{teller[3]}"
    level = "A" if teller.endswith("9") else "C"
    answer = {"token": "a.b.c", "teller": teller, "outlet": outlet, "level": level, "business_date": DATE, "cash_box": cash_box}
    return {**answer, "must_change_password": False}


def entry(outlet: str, account: str, subject: str, name: Text, direction: str, amount: str, **more: Any) -> dict[str, Any]:
    """One leg as receipts carry it."""
    leg = {"outlet": outlet, "account": account, "business_code": subject[:3], "subject": subject, "subject_name": name.as_dict()}
    return {**leg, "direction": direction, "amount": amount, "red": False, "cash": False, "automatic": False, "summary": "", **more}


def receipt(code: str, body: dict[str, Any], number: str | None, second: str | None = None) -> dict[str, Any]:
    """A canned receipt; a deposit's entries bridge two outlets."""
    entries: list[dict[str, Any]] = []
    result: dict[str, Any] = {}
    if "amount" in body:
        amount = f"{Decimal(body['amount']):.2f}"
        demand, cash, bridge = Text("活期储蓄存款", "Demand savings"), Text("现金", "Cash"), Text("辖内往来", "Inter-branch")
        entries = [
            entry("0201", CASH, "101", cash, "debit", amount, cash=True),
            entry("0201", "902011041700001", "416", bridge, "credit", amount, automatic=True),
            entry("0301", "903011041700001", "416", bridge, "debit", amount, automatic=True),
            entry("0301", body["account"], "211", demand, "credit", amount),
        ]
        result = {"account": body["account"], "balance": str(Decimal("1500.00") + Decimal(amount))}
    if "legs" in body:
        entries = [
            entry("0201", leg["account"], "101", Text("现金", "Cash"), leg["direction"], leg["amount"], red=leg["red"])
            for leg in body["legs"]
        ]
    base = {"transaction_number": number, "posting_id": str(uuid4()) if number else None, "code": code, "business_date": DATE}
    return {
        **base,
        "outlet": "0201",
        "teller": "S0211",
        "second": second,
        "result": result,
        "rule": f"{code} v1",
        "entries": entries,
        "off_sheet": [],
    }


LAGS = (("customer", 0, 0), ("ledger", 12, 0), ("savings", 148, 1), ("lending", 0, 0), ("clearing", 3, 0), ("counter", 0, 0))
PARKED = {
    "service": "savings",
    "id": "0193f7d2-aaaa-7bbb-8ccc-1234567890ab",
    "queue": "savings.posted",
    "name": "ledger.posting_rejected.v1",
    "code": "account.closed",
    "reason": "account 902011010100001 is closed",
    "attempts": 5,
    "received_at": "2005-09-01T10:11:12+00:00",
    "body": '{"id": "1", "name": "ledger.posting_rejected.v1"}',
}
STEPS = (
    ("tellers", "柜员轧账", "Tellers"),
    ("outlets", "网点轧账", "Outlets"),
    ("statements", "各服务对账单", "Statements"),
    ("completeness", "传票完整性", "Completeness"),
    ("netting", "汇差清算", "Netting"),
    ("journal", "账务自核", "Journal"),
    ("general_ledger", "总账", "General ledger"),
    ("proofs", "总分核对", "Proofs"),
    ("roll", "换日", "Next date"),
)


def run_at(state: str, done: int) -> dict[str, Any]:
    """A day end with so many steps done."""
    states = ["done" if index < done else "running" if index == done else "waiting" for index in range(len(STEPS))]
    steps = [
        {
            "name": name,
            "title": {"zh": zh, "en": en},
            "state": each,
            "done": 8 if each == "done" else 3 if each == "running" else 0,
            "total": 8,
        }
        for (name, zh, en), each in zip(STEPS, states, strict=True)
    ]
    head = {
        "run": "0193f7d2-0000-7000-8000-000000000001",
        "business_date": DATE,
        "first_business_date": DATE,
        "state": state,
        "through": None,
    }
    times = {
        "started_by": "S0009",
        "started_at": "2005-09-01T18:00:00+08:00",
        "finished_at": "2005-09-01T18:00:09+08:00" if state == "done" else None,
    }
    return {**head, **times, "days": 1, "days_done": int(state == "done"), "steps": steps}


def trial_balance() -> ReportTable:
    """A report that balances, with a name that a spreadsheet would run."""
    amount = {
        "opening": Text("期初余额", "Opening"),
        "debit": Text("借方", "Debit"),
        "credit": Text("贷方", "Credit"),
        "closing": Text("期末余额", "Closing"),
    }
    columns = [Column(key="subject", label=Text("科目", "Subject")), Column(key="name", label=Text("名称", "Name"))]
    columns += [Column(key=key, label=label, kind="amount") for key, label in amount.items()]
    lines = [
        ("101", Text("现金", "Cash"), "1000000.00", "1000.00", "300.00", "1000700.00"),
        ("211", Text("活期储蓄存款", "Demand savings"), "-500000.00", "300.00", "1000.00", "-500700.00"),
        ("40702", Text("网点备付金", "Outlet reserve"), "-500000.00", "0.00", "0.00", "-500000.00"),
    ]
    rows = [dict(zip([column.key for column in columns], line, strict=True)) for line in lines]
    return ReportTable(
        title=Text("日计表", "Daily trial balance"),
        headers=[
            Heading(label=Text("账务日期", "Business date"), value=DATE),
            Heading(label=Text("网点", "Outlet"), value=Text("全行", "whole bank")),
        ],
        columns=columns,
        rows=rows,
        totals={"opening": "0.00", "debit": "1300.00", "credit": "1300.00", "closing": "0.00"},
    )


def _customers(params: dict[str, str]) -> dict[str, Any]:
    if params.get("customer_number"):
        return {"rows": [{"customer_number": CUSTOMER, "name": "王小明", "kind": "personal", "status": "normal"}], "next": None}
    page = 1 if "after" in params else 0
    rows = [
        {"customer_number": f"00000{page}{number:02d}18", "name": f"客户{page}{number:02d}", "opened_on": "2005-08-01"}
        for number in range(20)
    ]
    return {"rows": rows, "next": None if page else rows[-1]["customer_number"]}


def _customer(params: dict[str, str]) -> dict[str, Any]:
    book = {"kind": "book", "number": "71000001", "state": "active", "opened_on": "2005-08-01"}
    known = {"name": "王小明", "kind": "personal", "status": "active", "id_type": "A", "instruments": [book]}
    return {"customer_number": params["customer_number"], **known, "id_type_name": {"zh": "居民身份证", "en": "Resident identity card"}}


def _rule(params: dict[str, str]) -> dict[str, Any]:
    rows = [
        {"direction": "debit", "account": "{settlement}", "amount": "amount"},
        {"direction": "credit", "account": "{account}", "amount": "amount"},
    ]
    title = {"zh": "活期存款", "en": "Demand deposit"}
    return {"name": params["name"], "version": 1, "title": title, "source": "IB 902", "effective": "2000-01-01", "rows": rows}


def _transactions(_: dict[str, str]) -> dict[str, Any]:
    rows = [
        {
            "transaction_number": f"02012{number:06d}",
            "business_date": DATE,
            "code": "savings.demand.deposit",
            "amount": f"{number}00.00",
            "red": False,
        }
        for number in range(1, 6)
    ]
    return {"rows": rows, "next": None}


def _entries(params: dict[str, str]) -> dict[str, Any]:
    made = receipt("savings.demand.deposit", {"account": ACCOUNT, "amount": "1000.00"}, params["transaction_number"])
    rule = {"name": "savings.demand.deposit", "version": 1, "title": {"zh": "活期存款", "en": "Demand deposit"}, "source": "IB 902"}
    return {**made, "rule": rule, "value_date": DATE, "currency": "CNY", "summary": ""}


def _position(_: dict[str, str]) -> dict[str, Any]:
    def unit(outlet: str, net: str, **more: Any) -> dict[str, Any]:
        return {"outlet": outlet, "net": net, "own_net": net, "waiting": net, **more}

    def below(outlet: str, net: str) -> dict[str, Any]:
        return unit(outlet, net, **{"40702": "5000000.00", "mirror": "5000000.00"})

    second = unit(
        "0200", "1800.00", **{"40701": "20000000.00", "mirror": "20000000.00"}, outlets=[below("0201", "1000.00"), below("0202", "800.00")]
    )
    second["outlets"][0]["stage"] = "stop"
    third = unit("0300", "-1300.00", **{"40701": "20000000.00", "mirror": "19999000.00"}, outlets=[below("0301", "-1300.00")])
    city = unit("0001", "500.00", **{"110": "440000000.00"}, branches=[second, third], departments=[below("0002", "0.00")])
    return {"business_date": DATE, "currency": "CNY", "city": city}


def _course(_: dict[str, str]) -> dict[str, Any]:
    """Two sub-branches in the course of a morning; the city stands between them."""

    def points(*amounts: str) -> list[list[str]]:
        return [[f"2005-09-01T0{8 + hour}:00:00+00:00", amount, amount] for hour, amount in enumerate(amounts[:2])] + [
            [f"2005-09-01T{10 + hour}:00:00+00:00", amount, amount] for hour, amount in enumerate(amounts[2:])
        ]

    lines = {"0001": ("0.00", "0.00", "500.00"), "0200": ("0.00", "1000.00", "1800.00"), "0300": ("0.00", "-1000.00", "-1300.00")}
    units = [{"outlet": outlet, "points": points(*amounts)} for outlet, amounts in lines.items()]
    return {"business_date": DATE, "currency": "CNY", "units": units, "left_out": 0}


def exchange_board(*, unchecked: int = 1, in_credit: str = "6000000.00") -> dict[str, Any]:
    """The manual's sample (IB 2369-2376) with one item that nobody has checked; `in_credit` is what has come in so far."""

    def figure(column: str, zh: str, en: str, count: int, amount: str, entered: bool = False) -> dict[str, Any]:
        kept = {"entered_count": count, "entered_amount": amount} if entered else {"entered_count": None, "entered_amount": None}
        return {"column": column, "column_name": {"zh": zh, "en": en}, "count": count, "amount": amount, **kept}

    def items(stream: tuple[str, str, str], state: tuple[str, str, str], count: int, amount: str) -> dict[str, Any]:
        names = {"stream_name": {"zh": stream[1], "en": stream[2]}, "state_name": {"zh": state[1], "en": state[2]}}
        return {"stream": stream[0], "item_state": state[0], "count": count, "amount": amount, **names}

    out_debit, in_credit_stream = ("out_debit", "提出代付", "Outward debit"), ("in_credit", "提入代收", "Inward credit")
    entered, exchanged = ("entered", "录入", "entered"), ("exchanged", "交换", "exchanged")
    blocks = {"zh": f"还有 {unchecked} 笔提出报单未复核,不能切换场次", "en": f"{unchecked} outward items are not checked"}
    waiting = [
        figure("out_debit", "提出借方", "outward debits", 1, "10000.00"),
        figure("out_credit", "提出贷方", "outward credits", 0, "0.00"),
        figure("returned_in_debit", "提入代付退票", "returns of inward debits", 1, "100000.00"),
        figure("returned_in_credit", "提入代收退票", "returns of inward credits", 1, "200000.00"),
    ]
    sample = [
        figure("out_debit", "提出借方", "outward debits", 2, "1000000.00"),
        figure("out_credit", "提出贷方", "outward credits", 2, "2000000.00"),
        figure("in_debit", "提入借方", "inward debits", 3, "3000000.00"),
        figure("in_credit", "提入贷方", "inward credits", 3, in_credit),
    ]
    by_whom = {"switched_by": "K0201", "switched_on": "2005-09-01", "settled_by": None, "settled_on": None}
    session = {"exchange_date": "2005-09-02", "session": 1, "session_state": "switched", **by_whom, "blocked": None}
    return {
        "outlet": "0200",
        "business_date": "2005-09-02",
        "items": [
            *([items(out_debit, entered, unchecked, "5.00")] if unchecked else []),
            items(out_debit, exchanged, 2, "1000000.00"),
            items(in_credit_stream, ("posted", "入账", "posted"), 1, "5700000.00"),
        ],
        "next_switch": {
            "rows": waiting,
            "total_count": 3,
            "debit_net": "0.00",
            "credit_net": "90000.00",
            "blocked": blocks if unchecked else None,
        },
        "sessions": [{**session, "rows": sample, "total_count": 10, "debit_net": "2000000.00", "credit_net": "0.00"}],
        "blockers": [{"zh": "交换场次 2005-09-02/1 未清算", "en": "exchange session 2005-09-02/1 is not settled"}],
    }


ANSWERS = {
    "customer.search": _customers,
    "customer.personal": _customer,
    "ledger.rule": _rule,
    "account.search": _customers,
    "account.detail": lambda params: {"account": params["account"], "name": "王小明", "balance": "1500.00", "rows": [], "next": None},
    "transaction.search": _transactions,
    "transaction.entries": _entries,
    "ledger.position": _position,
    "clearing.position_course": _course,
    "clearing.exchange.board": lambda params: exchange_board(),
    "agency.batches": lambda params: {"rows": [{"contract": params["contract"], "batch": 3, "control_count": 2}], "next": None},
}
