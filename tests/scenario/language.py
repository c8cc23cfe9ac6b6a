"""Business days as readable tables.

A `.day` file is read line by line; blank lines and lines beginning with `#` are for the reader.

    date 2005-09-01                                   first business date of the bank (must be the first line)
    peer                                              the bank has the simulated front end of the central bank (second line)
    S0311 customer.personal.open name=张三 id_type=Z -> customer=customer_number
    S0311 savings.demand.open customer_number=$customer amount=500.00 ... -> a=account
        0311 debit  101  500.00                       indented lines: the entries the receipt must show, exactly these, in any order;
        0311 credit 211  500.00                       off-sheet ones are looked at where a line says receive or pay
        0311 pay    702  1.00
    K0021/ counter.voucher.purchase ...               a teller without a cash box; K0021/00002 with that one
    S0211 savings.demand.withdraw account=$a amount=9.00 refused account.insufficient
    S0311 ledger.correct.reverse transaction_number=$n business_date=2005-09-01 +S0319        approved by S0319
    result balance 491.00                             a field of the last receipt's result
    file K0211 $c 1 "$a 10.00" "$b 20.00"             a file with these lines (account, amount) is sent for batch 1 of agency contract
    $c; `refused CODE` behind them
    batch $c 1 incomplete 2 1 30.00                   a batch once it is not being posted any more: lines posted, lines failed,
    amount posted
    item $c 1 3 failed 可用余额不足                   a line of a batch: its state, and why it failed
    until clearing.national_inward sequence=1 state posted -> n=purpose      a list, asked until one of its rows says so
    position 0201 417 1000.00                         balance of a 416 sub-account of an outlet, credit positive
    subject 0201 40702 4000000.00                     closing balance of a subject in an outlet (`-` for the bank), debit positive
    voucher 0201 00001 passbook 1990                  sheets of a kind in a box or vault (00000)
    balance $a 500.00                                 balance of an account as its panel shows it
    stage 0202 approval                               stage of a unit's limit (`-` for none), once every service has heard of it
    trial                                             the daily trial balance balances, in the bank and in every outlet named so far
    day-end 2005-09-02                                run day ends until this is the business date
    netting 4 0001 0200 1800.00                       an entry of the last day's netting: step, books, counterparty, net (credit
    positive, 0 = no entry)
    netting 5 0001 - 500.00                           step 5 is between the city and the central bank
    proof                                             every proof of the books holds, for the last day that ended
    many-days                                         months follow, whose day ends take long: what is below is played in one process only
    opens-late 2006-09-01                             the date that is open gives way to this one, as if the bank had been shut in between
    (one process only, below `many-days`)
"""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.support.bank import TestBank
from tests.support.door import Door
from tests.support.waiting import until

Entry = tuple[str, str, str, Decimal]
LONGEST_BATCH_SECONDS = 60
OFF_SHEET = ("receive", "pay")


@dataclass(frozen=True)
class Step:
    """One line of a day, with the indented lines below it."""

    number: int
    words: tuple[str, ...]
    entries: tuple[Entry, ...] = ()


def read_day(path: Path) -> list[Step]:
    """The steps of a `.day` file. Raises `ValueError` with the line number for what is not of the language."""
    steps: list[Step] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        words = tuple(shlex.split(line, comments=True))
        if not line[0].isspace():
            steps.append(Step(number, words))
            continue
        if len(words) != 4 or not steps:
            raise ValueError(f"{path.name}:{number}: an entry is outlet, side, business code or subject, amount")
        last = steps[-1]
        entry = (words[0], words[1], words[2], Decimal(words[3].replace(",", "")))
        steps[-1] = Step(last.number, last.words, (*last.entries, entry))
    return steps


def has_peer(steps: list[Step]) -> bool:
    """Whether the bank of a day has the simulated front end."""
    return any(step.words[0] == "peer" for step in steps)


def before_many_days(steps: list[Step]) -> list[Step]:
    """The steps that are played in every topology."""
    end = next((position for position, step in enumerate(steps) if step.words == ("many-days",)), len(steps))
    return steps[:end]


@dataclass
class Play:
    """A day on its way: the bank's door, the names given so far, the last receipt."""

    door: Door
    today: date
    names: dict[str, str] = field(default_factory=dict)
    receipt: dict[str, Any] = field(default_factory=dict)
    outlets: set[str] = field(default_factory=set)
    ended: date | None = None

    async def run(self, steps: list[Step]) -> None:
        """Play every step; an assertion names the line that does not hold."""
        for step in steps:
            try:
                await self._step(step)
            except AssertionError as error:
                raise AssertionError(f"line {step.number}: {' '.join(step.words)}\n{error}") from error

    async def _step(self, step: Step) -> None:
        verb, *words = step.words
        if verb == "many-days":
            return
        if re.fullmatch(r"[SKA][0-9]{4}(/([0-9]{5})?)?", verb):
            await self._transaction(verb, words, step.entries)
            return
        await getattr(self, "_" + verb.replace("-", "_"))(*(self._value(word) for word in words))

    def _value(self, word: str) -> str:
        return self.names[word[1:]] if re.fullmatch(r"\$\w+", word) else word

    async def _transaction(self, verb: str, words: list[str], expected: tuple[Entry, ...]) -> None:
        teller, box_named, box = verb.partition("/")
        where = {"cash_box": box or None} if box_named else {}
        code, *rest = words
        body: dict[str, Any] = {}
        wanted: list[str] = []
        second = refusal = None
        position = 0
        while position < len(rest):
            word = rest[position]
            if word == "->":
                wanted = rest[position + 1 :]
                break
            if word == "refused":
                refusal, position = rest[position + 1], position + 1
            elif word.startswith("+"):
                second = word[1:]
            else:
                name, _, value = word.partition("=")
                body[name] = self._typed(value)
            position += 1
        self.outlets.add(f"{teller[1:3]}0{teller[3]}" if not teller.startswith("000", 1) else "0001")
        if refusal:
            await self.door.refuse(teller, code, body, refusal, second=second, **where)
            return
        self.receipt = await self.door.run(teller, code, body, second=second, **where)
        for pair in wanted:
            name, _, source = pair.partition("=")
            self.names[name] = str(self.receipt["result"].get(source, self.receipt.get(source)))
        if expected:
            off_sheet = self.receipt["off_sheet"] if any(side.startswith(OFF_SHEET) for _, side, _, _ in expected) else []
            made = sorted(_entry(each) for each in (*self.receipt["entries"], *off_sheet))
            assert made == sorted(expected), "\n".join(["entries were:", *(" ".join(map(str, entry)) for entry in made)])

    def _typed(self, value: str) -> Any:
        value = re.sub(r"\$(\w+)", lambda found: self.names[found[1]], value)
        if value in ("true", "false") or value[:1] in "[{":
            return json.loads(value)
        return value

    async def _date(self, day: str) -> None:
        assert date.fromisoformat(day) == self.today, f"the bank starts on {self.today}"

    async def _peer(self) -> None:
        """The bank was started with it: wait until it has opened the date."""
        await until(self._is_open, "national inter-bank business is not open")

    async def _is_open(self) -> bool:
        return (await self.door.ask("S0009", "clearing.national_day"))["open"]

    async def _until(self, name: str, *words: str) -> None:
        asked, wanted = words, []
        if "->" in words:
            asked, wanted = words[: words.index("->")], list(words[words.index("->") + 1 :])
        *given, field_, value = asked
        parameters = {key: str(self._typed(given_)) for key, _, given_ in (word.partition("=") for word in given)}
        found: list[dict[str, Any]] = []

        async def says_so() -> bool:
            rows = (await self.door.ask("S0009", name, **parameters))["rows"]
            found[:] = [row for row in rows if str(row[field_]) == value]
            return bool(found)

        await until(says_so, "no row of the list says so")
        for pair in wanted:
            called, _, source = pair.partition("=")
            self.names[called] = str(found[0][source])

    async def _result(self, name: str, value: str) -> None:
        assert str(self.receipt["result"][name]) == value, f"{name} is {self.receipt['result'][name]}"

    async def _stage(self, unit: str, expected: str) -> None:
        async def reached() -> bool:
            [row] = (await self.door.ask("S0009", "clearing.limits", outlet=unit))["rows"]
            return row["in_force"] and row["stage"] == expected.strip("-")

        await until(reached, f"the limit of {unit} is seen as {expected}", 0.05)

    async def _voucher(self, outlet: str, cash_box: str, kind: str, sheets: str) -> None:
        rows = (await self.door.ask("S0009", "voucher.stock", outlet=outlet, cash_box=cash_box, kind=kind))["rows"]
        found = sum(row["balance"] for row in rows)
        assert found == int(sheets), f"the box holds {found}: {json.dumps(rows, ensure_ascii=False)}"

    async def _file(self, teller: str, contract: str, batch: str, *lines: str) -> None:
        refused = "refused" in lines
        kept, refusal = (lines[:-2], lines[-1]) if refused else (lines, "")
        rows = [self._typed(line).replace(" ", ",") for line in kept]
        answer = await self.door.client.post(
            f"/api/agency/contracts/{contract}/batches/{batch}/file",
            content="\n".join(["账号,金额", *rows]).encode("gb18030"),
            headers={"Authorization": f"Bearer {await self.door.sign_on(teller)}"},
        )
        assert answer.json().get("code", "") == refusal, answer.text

    async def _batch(self, contract: str, batch: str, state: str, posted: str, failed: str, amount: str) -> None:
        async with asyncio.timeout(LONGEST_BATCH_SECONDS):
            while (row := await self._row("agency.batches", contract=contract, batch=batch))["state"] == "running":
                await asyncio.sleep(0.1)
        found = (row["state"], row["posted_count"], row["failed_count"], Decimal(row["posted_amount"]))
        assert found == (state, int(posted), int(failed), _amount(amount)), f"the batch is {found}"

    async def _item(self, contract: str, batch: str, item: str, state: str, reason: str = "") -> None:
        row = await self._row("agency.items", contract=contract, batch=batch, after=str(int(item) - 1))
        found = (row["item"], row["state"], row["reason"]["zh"] if row["reason"] else "")
        assert found == (int(item), state, reason), f"the line is {found}"

    async def _row(self, query: str, **parameters: str) -> dict[str, Any]:
        return (await self.door.ask("S0009", query, **parameters))["rows"][0]

    async def _position(self, outlet: str, sub_account: str, amount: str) -> None:
        await self.door.settle()
        rows = (await self.door.ask("S0009", "ledger.differences", outlet=outlet))["rows"]
        found = sum((Decimal(row["balance"]) for row in rows if row["sub_account"] == sub_account), Decimal(0))
        assert found == _amount(amount), f"position is {found}"

    async def _subject(self, outlet: str, subject: str, amount: str) -> None:
        await self.door.settle()
        where = {} if outlet == "-" else {"outlet": outlet}
        rows = (await self.door.ask("S0009", "ledger.subject", **where))["rows"]
        found = sum((Decimal(row["closing"]) for row in rows if row["subject"] == subject), Decimal(0))
        assert found == _amount(amount), f"closing balance is {found}"

    async def _balance(self, account: str, amount: str) -> None:
        await self.door.settle()
        headers = {"Authorization": f"Bearer {await self.door.sign_on('S0009')}"}
        answer = (await self.door.client.get(f"/api/accounts/{account}", headers=headers)).json()
        assert Decimal(answer["balance"]) == _amount(amount), f"balance is {answer.get('balance', answer)}"

    async def _trial(self) -> None:
        await self.door.settle()
        for outlet in ("", *sorted(self.outlets)):
            totals = (await self.door.report("S0009", "daily_trial", **({"outlet": outlet} if outlet else {})))["totals"]
            for pair in ("opening", "closing"):
                assert totals[f"{pair}_debit"] == totals[f"{pair}_credit"], f"{outlet or 'bank'}: {totals}"
            assert totals["debit"] == totals["credit"], f"{outlet or 'bank'}: {totals}"

    async def _day_end(self, new_date: str) -> None:
        through = date.fromisoformat(new_date)
        run = await self.door.day_end(None if through == self.today + timedelta(days=1) else through)
        assert run["state"] == "done", json.dumps(run, ensure_ascii=False, indent=1)
        self.ended, self.today = through - timedelta(days=1), through

    async def _opens_late(self, day: str) -> None:
        self.today = date.fromisoformat(day)
        assert isinstance(self.door, TestBank), "only a bank in this process can open late"
        await self.door.open_late(self.today)

    async def _netting(self, step: str, books: str, counterparty: str, net: str) -> None:
        assert self.ended is not None, "no day has ended yet"
        rows = (await self.door.report("S0009", "netting", date=self.ended.isoformat()))["rows"]
        found = [row for row in rows if str(row["step"]) == step and row["books"] == books and counterparty in ("-", row["counterparty"])]
        assert len(found) == 1, f"netting rows: {json.dumps(found or rows, ensure_ascii=False)}"
        assert Decimal(found[0]["net"]) == _amount(net), f"netting row: {json.dumps(found[0], ensure_ascii=False)}"

    async def _proof(self) -> None:
        assert self.ended is not None, "no day has ended yet"
        proofs = await self.door.ask("S0009", "books.proof", date=self.ended.isoformat())
        for name in ("trial_balance", "subledgers", "positions", "mirrors", "completeness"):
            assert proofs[name]["holds"] is True, f"{name}: {json.dumps(proofs[name], ensure_ascii=False)}"


def _amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _entry(entry: dict[str, Any]) -> Entry:
    side = entry["direction"] + ("-red" if entry["red"] else "")
    return entry["outlet"], side, entry["business_code"], Decimal(entry["amount"])
