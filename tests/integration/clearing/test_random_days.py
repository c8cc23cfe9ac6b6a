"""Two random business days in which everything between outlets and with other banks happens at once: exchange sessions with returns,
national items in and out, remote deposits, and nettings ahead of time.

The test keeps a tally of its own; at the end of each date the books must say what the tally says (IB 2250-2466, 2911-2926).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from kernel.money import format_amount
from launch.demo import BUSINESS_DATE
from tests.support.bank import TestBank, running_bank, test_settings
from tests.support.national import CANCEL, CHECK, ENTER, balance, company, elements, opened, order, outward_state, until

EXCHANGE = "clearing.exchange."
STREAMS = ("out_debit", "out_credit", "in_debit", "in_credit")
SIGN = {"out_debit": 1, "in_credit": 1, "out_credit": -1, "in_debit": -1}
"""What a stream brings the bank: what it collects or receives counts up, what it pays counts down (IB 2369-2376)."""
RICH = 5_000_000_00


@dataclass
class House:
    """An exchanging outlet with its company, and the tally of its sessions: stream -> amounts in minor units."""

    outlet: str
    account: str
    sent: list[dict[str, Any]] = field(default_factory=list)
    going_back: Counter[str] = field(default_factory=Counter)
    amounts: dict[str, list[int]] = field(default_factory=lambda: {stream: [] for stream in STREAMS})

    @property
    def first(self) -> str:
        return f"K{self.outlet[:2]}01"

    @property
    def second(self) -> str:
        return f"K{self.outlet[:2]}02"


class Tally:
    """Random acts, and what must come of them."""

    def __init__(self, bank: TestBank, seed: int) -> None:
        self.bank = bank
        self.random = random.Random(seed)
        self.today = BUSINESS_DATE
        self.houses: list[House] = []
        self.money: Counter[str] = Counter()
        """Account -> its balance in minor units."""
        self.suspense: Counter[str] = Counter()
        """261 and 262 -> what waits there, credit positive."""
        self.central = 0
        """What the central bank gained for the bank since the start (110)."""
        self.outward: list[str] = []

    async def open(self) -> None:
        """Two exchanging outlets and two more with a company each."""
        for outlet in ("0200", "0300"):
            house = House(outlet, await company(self.bank, f"公司{outlet}", f"K{outlet[:2]}01", format_amount(RICH, "CNY")))
            self.houses.append(house)
            self.money[house.account] = RICH
        self.far = await company(self.bank, "远方公司", "K0311", format_amount(RICH, "CNY"))
        self.near = await company(self.bank, "近处公司", "K0221", format_amount(RICH, "CNY"))
        self.money[self.far] = self.money[self.near] = RICH

    def amount(self) -> int:
        return self.random.randrange(1, 9_000_00)

    async def shuffled(self, *acts: Callable[[], Awaitable[None]]) -> None:
        """Each act once, in any order."""
        for act in self.random.sample(acts, len(acts)):
            await act()

    # --- Same-city exchange

    async def send(self, house: House) -> None:
        """An outward item, entered by one and checked by another; some are taken back before or after the check."""
        stream, minor = self.random.choice(("out_debit", "out_credit")), self.amount()
        text = format_amount(minor, "CNY")
        made = await self.bank.run(house.first, f"{EXCHANGE}{stream}", {"account": house.account, "amount": text})
        item, fate = made["result"]["item"], self.random.choice(("cancelled", "checked and cancelled", *["sent"] * 6))
        if fate != "cancelled":
            await self.bank.run(house.second, f"{EXCHANGE}check", {"item": item, "amount": text})
        if fate != "sent":
            await self.bank.run(house.first, f"{EXCHANGE}cancel_item", {"item": item})
            return
        house.amounts[stream].append(minor)
        house.sent.append({"item": item, "stream": stream, "minor": minor})
        if stream == "out_credit":
            self.money[house.account] -= minor
        else:
            self.suspense["261"] += minor

    async def receive(self, house: House, session: int) -> None:
        """An inward item for the outlet's own company, posted or sent back with the next session."""
        stream, minor = self.random.choice(("in_debit", "in_credit")), self.amount()
        returned = self.random.random() < 0.3
        body = {
            "exchange_date": self.today.isoformat(),
            "session": session,
            "account": house.account,
            "amount": format_amount(minor, "CNY"),
        }
        house.amounts[stream].append(minor)
        if not returned:
            await self.bank.run(house.first, f"{EXCHANGE}{stream}", body)
            self.money[house.account] += minor * SIGN[stream]
            return
        how = {"handling": "direct"} if stream == "in_credit" else {}
        await self.bank.run(house.first, f"{EXCHANGE}return_{stream}", {**body, "reason": "户名不符", **how})
        house.going_back[stream, minor] += 1

    async def switch(self, house: House, day: date, session: int) -> None:
        """Close what goes out with a session, by the paper's totals; what is sent back goes with it by itself."""
        body, streams = self._totals(house, ("out_debit", "out_credit"))
        for stream in ("in_debit", "in_credit"):
            back = [minor for (kind, minor), count in house.going_back.items() if kind == stream for _ in range(count)]
            if back:
                body |= {f"returned_{stream}_count": len(back), f"returned_{stream}_amount": format_amount(sum(back), "CNY")}
            # What was to be paid and is not, is collected again; what was received and is not wanted, is paid again.
            streams["out_debit" if stream == "in_debit" else "out_credit"] += back
            house.amounts["out_debit" if stream == "in_debit" else "out_credit"] += back
        house.going_back.clear()
        await self._send_totals(house, "switch_session", day, session, body, streams)

    async def settle(self, house: House, session: int) -> None:
        """Settle a session by the paper's totals of all four streams."""
        body, streams = self._totals(house, STREAMS)
        net = await self._send_totals(house, "settle", self.today, session, body, streams)
        self.central += net
        house.amounts = {stream: [] for stream in STREAMS}

    def _totals(self, house: House, wanted: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, list[int]]]:
        streams = {stream: list(house.amounts[stream]) for stream in wanted}
        body = {}
        for stream, amounts in streams.items():
            if amounts:
                body |= {f"{stream}_count": len(amounts), f"{stream}_amount": format_amount(sum(amounts), "CNY")}
        return body, streams

    async def _send_totals(
        self, house: House, act: str, day: date, session: int, body: dict[str, Any], streams: dict[str, list[int]]
    ) -> int:
        net = sum(SIGN[stream] * sum(amounts) for stream, amounts in streams.items())
        body |= {"total_count": sum(map(len, streams.values())), "net": format_amount(abs(net), "CNY")}
        if net:
            body["side"] = "debit" if net > 0 else "credit"
        await self.bank.run(house.first, f"{EXCHANGE}{act}", {"exchange_date": day.isoformat(), "session": session, **body})
        return net

    async def credit_customers(self, house: House, session: int) -> None:
        """The outward debits of a session whose cheques did not come back reach the customer."""
        body = {"exchange_date": self.today.isoformat(), "session": session}
        posted = await self.bank.run(house.first, f"{EXCHANGE}post_out_debits", body)
        debits = [sent["minor"] for sent in house.sent if sent["stream"] == "out_debit"]
        assert posted["result"]["posted_count"] == len(debits)
        self.money[house.account] += sum(debits)
        self.suspense["261"] -= sum(debits)
        house.sent = []

    # --- Other business between outlets and with other banks

    async def pay_abroad(self) -> None:
        """National outward: to another bank, to a bank that does not exist, taken back, or back to an account of ours."""
        minor = self.amount()
        fate = self.random.choice(("paid", "paid", "rejected", "cancelled", "ours"))
        bank = {"rejected": "001234", "ours": "800301"}.get(fate, "102100")
        payee = {"payee_account": self.far, "payee_name": "远方公司"} if fate == "ours" else {}
        body = order(self.near, format_amount(minor, "CNY"), receiving_bank=bank, **payee)
        submission = (await self.bank.run("K0221", ENTER, body))["result"]["submission"]
        if fate == "cancelled":
            await self.bank.run("K0221", CANCEL, {"submission": submission})
            return
        await self.bank.run("K0222", CHECK, elements(body), second="K0229")
        await outward_state(self.bank, submission, "refunded" if fate == "rejected" else "confirmed")
        if fate == "rejected":
            return
        self.money[self.near] -= minor
        if fate == "paid":
            self.central -= minor
            return
        self.money[self.far] += minor
        await until(self._reached(self.far), "the payment reaches our own account")

    def _reached(self, account: str) -> Callable[[], Awaitable[bool]]:
        async def reached() -> bool:
            return (await balance(self.bank, account))[0] == format_amount(self.money[account], "CNY")

        return reached

    async def deposit_far(self) -> None:
        """Cash taken at 0202 for the company at 0301, checked by a second person."""
        minor = self.amount()
        body = {"kind": "cash", "payee_account": self.far, "amount": format_amount(minor, "CNY")}
        item = (await self.bank.run("K0221", "clearing.remote_deposit.enter", body))["result"]["item"]
        checked = {"item": item, "payee_account": self.far, "amount": body["amount"]}
        await self.bank.run("K0222", "clearing.remote_deposit.check", checked)
        self.money[self.far] += minor

    async def net_early(self) -> None:
        """即时清算: a sub-branch nets one of its outlets before the day ends."""
        await self.bank.settle()
        branch, outlet = self.random.choice((("02", "0202"), ("03", "0301")))
        await self.bank.run(f"S{branch}01", "clearing.netting.now", {"outlet": outlet}, second=f"S{branch}09")

    # --- What must hold

    async def end_the_day(self) -> None:
        before = await self.subjects()
        for account, minor in self.money.items():
            assert (await balance(self.bank, account))[0] == format_amount(minor, "CNY")
        assert {code: -before[code] for code in ("261", "262", "263")} == {**dict.fromkeys(("261", "262", "263"), 0), **self.suspense}
        run = await self.bank.day_end()
        assert run["state"] == "done", run
        after = await self.subjects()
        assert {code: minor for code, minor in after.items() if code in ("416", "417", "418", "419", "420") and minor} == {}
        proofs = await self.bank.ask("S0009", "books.proof", date=self.today.isoformat())
        assert [name for name, proof in proofs.items() if isinstance(proof, dict) and proof.get("holds") is False] == []
        self.today += timedelta(days=1)
        await until(self._national_is_open, "the front end opens the next date")

    async def _national_is_open(self) -> bool:
        return bool((await self.bank.ask("K0009", "clearing.national_day"))["open"])

    async def subjects(self) -> Counter[str]:
        """Balance of every business code in the whole bank, debit positive; of those that must be zero in every outlet what they hold
        without its sign, so that none hides behind another."""
        await self.bank.settle()
        rows = await self.bank.sql(
            "SELECT business_code, sum(balance_minor)::bigint AS net, sum(abs(balance_minor))::bigint AS gross FROM ledger.account "
            "GROUP BY business_code"
        )
        alone = ("408", "416", "417", "418", "419", "420")
        return Counter({row["business_code"]: row["gross"] if row["business_code"] in alone else row["net"] for row in rows})


@pytest.mark.parametrize("seed", [408])
async def test_random_days_come_out_as_the_tally_says(bank_template: Any, seed: int) -> None:
    settings = test_settings(national_peer="simulator", national_peer_delay_seconds=0, national_peer_seed=seed)
    async with running_bank(bank_template, settings=settings) as bank:
        await opened(bank)
        tally = Tally(bank, seed)
        await tally.open()
        central = (await tally.subjects())["110"]
        tomorrow = tally.today + timedelta(days=1)
        outward = [lambda house=house: tally.send(house) for house in tally.houses for _ in range(4)]
        others = [tally.pay_abroad, tally.pay_abroad, tally.deposit_far, tally.deposit_far, tally.net_early]
        await tally.shuffled(*outward, *others)
        for house in tally.houses:
            await tally.switch(house, tomorrow, 1)
        await tally.end_the_day()
        assert (await tally.subjects())["110"] - central == tally.central

        inward = [lambda house=house: tally.receive(house, 1) for house in tally.houses for _ in range(3)]
        await tally.shuffled(*inward, *others)
        for house in tally.houses:
            await tally.settle(house, 1)
            first, house.sent = house.sent, []
            await tally.send(house)
            second, house.sent = house.sent, first
            await tally.switch(house, tally.today, 2)
            await tally.credit_customers(house, 1)
            house.sent = second
        await tally.shuffled(*(lambda house=house: tally.settle(house, 2) for house in tally.houses), *others)
        for house in tally.houses:
            await tally.switch(house, tally.today + timedelta(days=1), 1)
            await tally.credit_customers(house, 2)
        assert (await tally.subjects())["408"] == 0
        await tally.end_the_day()
        assert (await tally.subjects())["110"] - central == tally.central
