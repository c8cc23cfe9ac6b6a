"""A few customers and accounts to work with at the door, and a look at everything the bank has written down."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from kernel.numbers import customer_number, personal_account
from tests.support.bank import TestBank

PASSWORD = "123456"
COMPANY = {"nature": "006", "id_type": "G", "id_number": "440301103456789", "address": "深圳路1号", "phone": "07551234567"}
UNKNOWN = personal_account(customer_number(3, 99_999_999), 4_999)
"""A well-formed account that nobody has."""


@dataclass(frozen=True)
class Premises:
    """Numbers a test speaks of: accounts are of outlet 0201, hold 1,000.00 and are open to other outlets."""

    person: str
    company: str
    account: str
    guarded: str
    """Pays out with the password `PASSWORD`."""
    local: str
    """Not open to other outlets."""
    closed: str
    current: str
    unknown: str = UNKNOWN

    def filled(self, body: Any) -> Any:
        """A body whose `$name` values are these numbers."""
        if isinstance(body, dict):
            return {key: self.filled(value) for key, value in body.items()}
        if isinstance(body, list):
            return [self.filled(value) for value in body]
        return asdict(self).get(body[1:], body) if isinstance(body, str) and body.startswith("$") else body


async def furnish(bank: TestBank) -> Premises:
    """Open the customers and accounts over the door, and wait until the books have them."""
    person = (await bank.run("S0211", "customer.personal.open", {"name": "李四", "id_type": "Z"}))["result"]["customer_number"]
    company = (await bank.run("K0211", "customer.corporate.open", {"name": "汇通贸易公司", **COMPANY}))["result"]["customer_number"]

    async def demand(**fields: Any) -> str:
        opening = {"customer_number": person, "amount": "1000.00", "withdrawal_mode": "C", "cross_outlet": True, **fields}
        return (await bank.run("S0211", "savings.demand.open", opening))["result"]["account"]

    accounts = [await demand(), await demand(withdrawal_mode="A", password=PASSWORD), await demand(cross_outlet=False), await demand()]
    await bank.run("S0211", "savings.demand.close", {"account": accounts[-1]})
    opening = {"customer_number": company, "kind": "201", "account_flag": "0", "interest_bearing": True}
    current = (await bank.run("K0211", "savings.corporate.pre_open", opening))["result"]["account"]
    await bank.run("K0211", "savings.corporate.deposit_cash", {"account": current, "amount": "1000.00"})
    await bank.settle()
    return Premises(person, company, *accounts, current)


# Written now and then by themselves, not by what a caller does.
BY_THE_CLOCK = ["position_sample"]


async def everything(bank: TestBank) -> dict[str, tuple[int, str]]:
    """Every table of every service: how many rows it has, and a digest of what they say."""
    tables = await bank.sql(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'public') AND tablename <> ALL($1::text[]) ORDER BY 1",
        BY_THE_CLOCK,
    )
    looks = [
        f"SELECT '{row['name']}' AS name, count(*) AS rows, md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) AS digest "
        f"FROM {row['name']} t"
        for row in tables
    ]
    return {row["name"]: (row["rows"], row["digest"]) for row in await bank.sql(" UNION ALL ".join(looks))}


def changed(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]], *, but: frozenset[str] = frozenset()) -> list[str]:
    """The tables that differ, those named in `but` (without their schema) left out."""
    return [name for name in sorted(before | after) if name.split(".")[1] not in but and before.get(name) != after.get(name)]
