"""代理合同, 代理客户: contracts with organisations, and who has agreed to be paid or charged by them (IB 1626-1645, 1680-1698)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from banking.menus import AGENCY
from banking.transaction import Outcome, transaction
from banking.work import Work
from kernel.text import Text
from services.savings.accounts import lock, read
from services.savings.agency.contracts import ACTIVE, ENDED, counted_up, next_contract, own_contract, unfinished_batch
from services.savings.agency.tables import CLIENT, CONTRACT
from services.savings.domain.account_status import Action, after
from services.savings.domain.accounts import Account, check_currency, check_current, check_own_outlet
from services.savings.domain.agency import AgencyKind, check_contract_account
from services.savings.domain.agency_errors import (
    CLIENT_ENDED,
    CLIENT_EXISTS,
    CLIENT_UNKNOWN,
    CONTRACT_HAS_BATCHES,
    CONTRACT_IN_USE,
)
from services.savings.domain.errors import NOTHING_CHANGED
from services.savings.domain.products import Owner
from services.savings.transactions.agency_forms import DELETE, ClientEntry, ClientMaintenance, ContractEntry, ContractMaintenance

MENU = (AGENCY,)


@transaction(code="savings.agency.enter_contract", name=Text("合同录入", "Enter agency contract"), menu=MENU, source="IB 1626")
async def enter_contract(work: Work, form: ContractEntry) -> Outcome:
    """Agree with an organisation of this outlet; the contract's number. Collection is from registered clients alone unless the contract
    says otherwise, wages are paid to anybody.

    Raises `account.*`, `agency.numbers_used_up`.
    """
    account = await _account_for(work, form.account, form.currency)
    number = await next_contract(work.connection, work.outlet)
    clients_only = form.clients_only if form.clients_only is not None else form.kind == AgencyKind.COLLECTION.value
    row: dict[str, Any] = {
        "contract": number,
        "outlet": work.outlet,
        "kind": form.kind,
        "account": account.number,
        "currency": form.currency,
        "customer_name": form.customer_name or account.name,
        "clients_only": clients_only,
        "remarks": form.remarks or "",
        "state": ACTIVE,
        "entered_on": work.business_date,
        "entered_by": work.principal.teller,
    }
    await work.connection.execute(insert(CONTRACT).values(row))
    return Outcome(_shown(row))


@transaction(code="savings.agency.maintain_contract", name=Text("合同维护", "Maintain agency contract"), menu=MENU, source="IB 1633")
async def maintain_contract(work: Work, form: ContractMaintenance) -> Outcome:
    """Change a contract of the own outlet, or end it; its number stays (IB 1645). The kind is settled once there are batches, the account
    while one of them is unfinished.

    Raises `agency.contract_*`, `agency.other_outlet`, `account.*`.
    """
    contract = await own_contract(work, form.contract, "update")
    values: dict[str, Any] = {"state": ENDED} if form.action == DELETE else _different(contract, form)
    if not values:
        raise NOTHING_CHANGED(field="contract")
    if "kind" in values and contract.batches:
        raise CONTRACT_HAS_BATCHES(field="kind")
    if values.keys() & {"state", "account", "currency"}:
        unfinished = await unfinished_batch(work.connection, contract.contract)
        if unfinished is not None:
            raise CONTRACT_IN_USE(field="contract", batch=unfinished)
    if values.keys() & {"account", "currency"}:
        await _account_for(work, values.get("account", contract.account), values.get("currency", contract.currency))
    changed = {**values, "changed_on": work.business_date, "changed_by": work.principal.teller}
    await work.connection.execute(update(CONTRACT).where(CONTRACT.c.contract == contract.contract).values(changed))
    return Outcome(_shown({**contract._mapping, **changed}))


async def _account_for(work: Work, number: str, currency: str) -> Account:
    """An organisation's current account of the own outlet, locked, that pays and is paid now. Raises `account.*`."""
    account = (await lock(work.connection, account=number))["account"]
    check_own_outlet(account, work.outlet)
    check_contract_account(account)
    check_currency(account, currency, "currency")
    after(account.status, Action.DEBIT)
    return account


def _different(contract: Any, form: ContractMaintenance) -> dict[str, Any]:
    names = ("kind", "account", "currency", "customer_name", "clients_only", "remarks")
    asked = {name: value for name in names if (value := getattr(form, name)) is not None}
    return {name: value for name, value in asked.items() if value != getattr(contract, name)}


def _shown(row: Any) -> dict[str, Any]:
    return {
        "contract": row["contract"],
        "kind": row["kind"],
        "account": row["account"],
        "currency": row["currency"],
        "organisation": row["customer_name"],
        "clients_only": row["clients_only"],
        "state": row["state"],
    }


@transaction(code="savings.agency.enter_client", name=Text("代理客户录入", "Enter agency client"), menu=MENU, source="IB 1675, 1680")
async def enter_client(work: Work, form: ClientEntry) -> Outcome:
    """Register whose account a contract of the own outlet may pay into or collect from; the client's number in the contract.

    Raises `agency.contract_*`, `agency.other_outlet`, `agency.client_exists`, `account.*`.
    """
    contract = await own_contract(work, form.contract, "update")
    number = await _register(work, contract, form.account, form.remarks or "")
    return Outcome({"contract": contract.contract, "client": number, "account": form.account})


@transaction(code="savings.agency.maintain_client", name=Text("代理客户维护", "Maintain agency client"), menu=MENU, source="IB 1678, 1684")
async def maintain_client(work: Work, form: ClientMaintenance) -> Outcome:
    """End what was agreed with a client, or go over to another account: the old one ends, the new one is a client of its own.

    Raises `agency.contract_*`, `agency.other_outlet`, `agency.client_*`, `account.*`.
    """
    contract = await own_contract(work, form.contract, "update")
    mine = (CLIENT.c.contract == contract.contract, CLIENT.c.client == form.client)
    client = (await work.connection.execute(select(CLIENT).where(*mine))).first()
    if client is None:
        raise CLIENT_UNKNOWN(field="client")
    if client.ended_on is not None:
        raise CLIENT_ENDED(field="client")
    if form.action != DELETE and form.account in (None, client.account):
        raise NOTHING_CHANGED(field="account")
    ended = {"ended_on": work.business_date, "ended_by": work.principal.teller}
    await work.connection.execute(update(CLIENT).where(*mine).values(ended))
    number = form.client if form.action == DELETE else await _register(work, contract, str(form.account), client.remarks)
    account = client.account if form.action == DELETE else form.account
    return Outcome({"contract": contract.contract, "client": number, "account": account, "action": form.action})


async def _register(work: Work, contract: Any, number: str, remarks: str) -> int:
    account = await read(work.connection, number)
    check_current(account, Owner.PERSONAL)
    check_currency(account, contract.currency, "account")
    row = {
        "contract": contract.contract,
        "client": await counted_up(work.connection, contract.contract, "clients"),
        "outlet": contract.outlet,
        "account": account.number,
        "customer_number": account.customer_number,
        "name": account.name,
        "remarks": remarks,
        "valid_from": work.business_date,
        "entered_by": work.principal.teller,
    }
    entered = insert_or(CLIENT).values(row).on_conflict_do_nothing().returning(CLIENT.c.client)
    if (await work.connection.execute(entered)).first() is None:
        raise CLIENT_EXISTS(field="account", account=account.number)
    return int(row["client"])
