"""Who may import whom, and where in a service a thing is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

from banking.service import BankService
from launch.catalogue import all_services
from tests.architecture.source import ROOT

SERVICES = {service.name: service for service in all_services()}

EVERY_SERVICE = {"__init__.py", "README.md", "service.py", "tables.py", "queries", "transactions", "domain", "migrations"}
"""What a service has, whatever it does."""
IF_IT_HAS_ANY = {"api.py", "consumers.py", "reports", "gauges.py", "keeper.py", "parameters"}
"""What is called the same in every service that has it: internal routes, messages, reports, metrics, two-phase accounts, parameters."""
FILE_OR_FOLDER = {"queries.py": "queries", "reports.py": "reports"}
"""What is a file in one service and, where there is much of it, a folder in another."""
SHARED = {"banking.openings", "banking.special_business"}
"""Reports that are the same in every service that has a part in them."""
OF_ITS_OWN = {
    "customer": {"customers.py", "forms.py", "instruments.py", "numbers.py"},
    "ledger": {
        "account_books.py",
        "account_days.py",
        "accounting",
        "balances.py",
        "balancing.py",
        "catching_up.py",
        "corrections.py",
        "day_end",
        "general_ledger.py",
        "hand_legs.py",
        "journal.py",
        "panel.py",
        "posting.py",
        "reservations.py",
        "rulebook.py",
    },
    "savings": {
        "accounts.py",
        "agency",
        "changes.py",
        "cheque_voids.py",
        "cheques.py",
        "deposit_agreements.py",
        "dormancy.py",
        "freezes.py",
        "interest_days.py",
        "interest_payable.py",
        "losses.py",
        "notice_payments.py",
        "ordering_cheques.py",
        "passbooks.py",
        "passwords.py",
        "portions.py",
        "printouts.py",
        "quoting.py",
        "renewals.py",
        "term_deposits.py",
        "undoing.py",
    },
    "lending": {"accruals.py", "loans.py", "notes.py"},
    "clearing": {
        "blockers.py",
        "books.py",
        "customer_money.py",
        "exchange_items.py",
        "exchange_papers.py",
        "exchange_sessions.py",
        "funds.py",
        "national_inward.py",
        "national_link.py",
        "national_outward.py",
        "national_sorting.py",
        "national_suspense.py",
        "national_tables.py",
        "netting.py",
        "outlet_tables.py",
        "penalties.py",
        "position_limits.py",
        "remote_deposits.py",
        "runs.py",
        "settling.py",
    },
    "reconciliation": {"matching", "portal", "proving.py", "sources.py", "statements"},
    "counter": {
        "boxes.py",
        "catching_up.py",
        "credentials.py",
        "forms.py",
        "loading.py",
        "presence.py",
        "rights.py",
        "sheets.py",
        "signing.py",
        "tellers.py",
        "voucher_holds.py",
        "voucher_loading.py",
        "voucher_sheets.py",
        "vouchers.py",
    },
}
"""The business of each service in files named for it. A new name here should be a new thing, not another word for an old one."""
ELSEWHERE = {"ledger": {"services.ledger.posting": "consumers", "services.ledger.day_end.routes": "gauges"}}
"""Posting a batch is the use case itself; the state of a day end is shown where a day end is shown."""


def test_the_import_contracts_hold(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None), capsys.readouterr().out


def test_a_forbidden_import_is_noticed(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    """The linter really looks: a rule that is broken on purpose fails."""
    configure()
    settings = tmp_path / ".importlinter"
    settings.write_text(
        "[importlinter]\nroot_package = kernel\n[importlinter:contract:upside-down]\nname = Upside down\ntype = forbidden\n"
        "source_modules = kernel.money\nforbidden_modules = kernel.errors\n"
    )
    assert not lint_imports(config_filename=str(settings), cache_dir=None)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_keeps_things_where_every_service_keeps_them(name: str) -> None:
    folder = ROOT / "services" / name
    found = {FILE_OR_FOLDER.get(path.name, path.name) for path in folder.iterdir() if path.name != "__pycache__"}
    assert found >= EVERY_SERVICE, f"{name} lacks {sorted(EVERY_SERVICE - found)}"
    unknown = found - EVERY_SERVICE - IF_IT_HAS_ANY - OF_ITS_OWN[name]
    assert not unknown, f"{name}: {sorted(unknown)} is neither what other services call it nor known as its own"


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_declares_stands_in_the_file_of_that_name(name: str) -> None:
    for file, function in _declared(SERVICES[name]):
        module = function.__module__
        if ELSEWHERE.get(name, {}).get(module) == file or module in SHARED:
            continue
        expected = f"services.{name}.{file}"
        assert module == expected or module.startswith(f"{expected}."), f"{function.__qualname__} is in {module}, not in {expected}"


def _declared(service: BankService) -> Iterator[tuple[str, Callable[..., Any]]]:
    yield from (("transactions", each.run) for each in service.transactions)
    yield from (("queries", each.run) for each in service.queries)
    yield from (("reports", each.run) for each in service.reports)
    yield from (("consumers", each.handler) for each in service.consumes)
    yield from (("gauges", gauge) for gauge in service.gauges)
