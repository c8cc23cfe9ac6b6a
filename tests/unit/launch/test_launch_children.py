"""What each process of a distributed bank is told: what it needs and no more."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from launch.bank_folder import BankFolder
from launch.catalogue import APPLICATIONS
from launch.distributed import children_of
from launch.national_peer.process import NAME as NATIONAL_PEER
from launch.one_process import UpOptions

OURS = ("HUITONG_SERVICE_KEY", "HUITONG_SERVICE_URLS", "HUITONG_TOKEN_PRIVATE_KEY", "HUITONG_DATABASE_URL")


def test_the_central_banks_front_end_gets_no_key_of_the_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITONG_SERVICE_KEY", "somebody else's")
    folder = BankFolder(tmp_path / "bank")
    options = UpOptions(folder, 8000, "127.0.0.1", date(2005, 9, 1), national_peer=True)
    children = children_of(options, folder.open(), {name: f"postgresql://{name}" for name in APPLICATIONS}, "amqp://broker")
    told = {child.name: child.environment for child in children}
    assert told.keys() == {*APPLICATIONS, NATIONAL_PEER}
    assert told["clearing"].keys() >= {"HUITONG_SERVICE_KEY", "HUITONG_SERVICE_URLS", "HUITONG_DATABASE_URL"}
    peer = told[NATIONAL_PEER]
    assert not peer.keys() & set(OURS)
    assert peer["HUITONG_BROKER_URL"] == "amqp://broker" and peer["HUITONG_NATIONAL_PEER"] == "simulator"


def test_without_it_nobody_plays_the_central_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUITONG_NATIONAL_PEER", raising=False)
    folder = BankFolder(tmp_path / "bank")
    options = UpOptions(folder, 8000, "127.0.0.1", date(2005, 9, 1))
    children = children_of(options, folder.open(), {name: f"postgresql://{name}" for name in APPLICATIONS}, "amqp://broker")
    assert [child.name for child in children] == list(APPLICATIONS)


def test_only_the_portals_service_knows_the_way_to_telephones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = BankFolder(tmp_path / "bank")
    options = UpOptions(folder, 8000, "127.0.0.1", date(2005, 9, 1), national_peer=True)
    urls = {name: f"postgresql://{name}" for name in APPLICATIONS}
    for name in ("SENDER", "URL", "KEY"):
        monkeypatch.delenv(f"HUITONG_SMS_{name}", raising=False)
    shown = {
        child.name: child.environment.get("HUITONG_SMS_SENDER") for child in children_of(options, folder.open(), urls, "amqp://broker")
    }
    assert {name for name, sender in shown.items() if sender} == {"reconciliation"} and shown["reconciliation"] == "show"
    monkeypatch.setenv("HUITONG_SMS_SENDER", "http")
    monkeypatch.setenv("HUITONG_SMS_KEY", "k")
    told = {child.name: child.environment for child in children_of(options, folder.open(), urls, "amqp://broker")}
    assert {name for name, each in told.items() if "HUITONG_SMS_KEY" in each} == {"reconciliation"}
    assert told["reconciliation"]["HUITONG_SMS_SENDER"] == "http"
