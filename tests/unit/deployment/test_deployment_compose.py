"""compose.yaml is valid, complete, hardened, and keeps each secret where it belongs."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import yaml

from launch.catalogue import GATEWAY, SERVICE_NAMES
from launch.wiring import SIGNING_SERVICE
from runtime.migrations import role_of
from runtime.settings import Settings

PLATFORM = {"postgres", "rabbitmq", "prometheus", "grafana", "otel-collector"}
JOBS = {"migrate", "demo"}
LAUNCH_READS = re.compile(r"HUITONG_(OWNER_DATABASE_URL|ROLE_PASSWORD_[A-Z]+)")


def variables_of(service):
    return {name for value in service.get("environment", {}).values() for name in re.findall(r"\$\{(\w+):\?", value)}


@pytest.mark.parametrize("file", ["compose.yaml", "deploy/compose.expose.yaml"])
def test_the_file_follows_the_compose_specification(root, file):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(root / file)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_there_is_one_container_for_each_application(compose, applications):
    assert set(compose["services"]) == set(applications) | PLATFORM | JOBS
    for name in applications:
        assert compose["services"][name]["command"] == ["serve", name]
    for name in JOBS:
        assert compose["services"][name]["command"] == [name]


def test_only_the_gateway_is_reachable_from_the_machine_and_only_from_it(compose):
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert list(published) == ["gateway"]
    assert all(port.startswith("127.0.0.1:") for port in published["gateway"])
    outward = {name for name, network in compose["networks"].items() if not network.get("internal")}
    assert outward == {"front"}
    assert {name for name, service in compose["services"].items() if "front" in service["networks"]} == {"gateway"}


def test_no_container_runs_as_root_writes_its_file_system_or_takes_the_whole_machine(compose):
    for name, service in compose["services"].items():
        assert service["read_only"], name
        assert service["user"].split(":")[0] not in ("root", "0"), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert {"cpus", "memory", "pids"} <= set(service["deploy"]["resources"]["limits"]), name


def test_everything_that_runs_on_has_a_healthcheck(compose):
    for name, service in compose["services"].items():
        if name not in JOBS:
            assert "healthcheck" in service, name
    without = {name for name, service in compose["services"].items() if service.get("healthcheck", {}).get("disable")}
    assert without == {"otel-collector"}


def test_applications_wait_for_the_migration_and_the_demo_bank_for_all_applications(compose, applications):
    for name in applications:
        assert compose["services"][name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert compose["services"]["demo"]["depends_on"] == {name: {"condition": "service_healthy"} for name in applications}
    assert compose["services"]["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_every_application_gets_settings_it_understands(compose, applications, secrets, compose_environment, monkeypatch):
    for name in applications:
        environment = compose_environment(compose["services"][name], secrets)
        assert {key.removeprefix("HUITONG_").lower() for key in environment} <= set(Settings.model_fields)
        with monkeypatch.context() as patched:
            for key, value in environment.items():
                patched.setenv(key, value)
            settings = Settings()
        assert settings.service_urls == {each: f"http://{each}:8000" for each in applications}
        assert settings.port == 8000
        if name == GATEWAY:
            assert settings.broker_url is None
            assert not settings.database_url.get_secret_value()
        else:
            assert settings.broker_url.get_secret_value() == f"amqp://huitong:{secrets['HUITONG_BROKER_PASSWORD']}@rabbitmq:5672/"
            password = secrets[f"HUITONG_ROLE_PASSWORD_{name.upper()}"]
            assert settings.database_url.get_secret_value() == f"postgresql://{role_of(name)}:{password}@postgres:5432/huitong"


def test_each_service_has_the_password_of_its_own_role_alone(compose, applications, secrets):
    roles = {name for name in secrets if name.startswith("HUITONG_ROLE_PASSWORD_")}
    for name in applications:
        own = set() if name == GATEWAY else {f"HUITONG_ROLE_PASSWORD_{name.upper()}"}
        assert variables_of(compose["services"][name]) & roles == own, name
    assert roles == {f"HUITONG_ROLE_PASSWORD_{name.upper()}" for name in SERVICE_NAMES}
    assert variables_of(compose["services"]["migrate"]) & roles == roles


def test_only_the_counter_can_sign_and_only_jobs_are_the_owner(compose):
    holders = {
        key: {name for name, service in compose["services"].items() if key in variables_of(service)}
        for key in ("HUITONG_TOKEN_PRIVATE_KEY", "HUITONG_OWNER_PASSWORD")
    }
    assert holders == {"HUITONG_TOKEN_PRIVATE_KEY": {SIGNING_SERVICE}, "HUITONG_OWNER_PASSWORD": {"migrate", "demo", "postgres"}}


def test_every_secret_must_be_given_and_make_env_gives_exactly_those(compose, secrets):
    wanted = set().union(*(variables_of(service) for service in compose["services"].values()))
    assert wanted == set(secrets)
    defaults = {
        name
        for service in compose["services"].values()
        for value in service.get("environment", {}).values()
        for name in re.findall(r"\$\{(\w+):-", value)
    }
    portal = {"HUITONG_SMS_SENDER", "HUITONG_SMS_URL", "HUITONG_SMS_KEY", "HUITONG_PORTAL_TICKET_PUBLIC_KEY"}
    assert defaults == {"HUITONG_ALLOW_FORCE_CLOSE", *portal}


def test_secrets_differ_and_fit_into_an_address(secrets, root):
    again = subprocess.run(["sh", str(root / "deploy" / "make-env.sh")], capture_output=True, text=True, check=True).stdout
    other = dict(line.split("=", 1) for line in again.splitlines())
    assert len(set(secrets.values()) | set(other.values())) == 2 * len(secrets)
    passwords = [value for name, value in secrets.items() if not name.startswith("HUITONG_TOKEN_")]
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for value in passwords)


def test_the_keys_made_sign_and_verify(secrets):
    from kernel.clock import SystemClock
    from runtime.auth import Signer, Verifier

    clock = SystemClock()
    token = Signer(secrets["HUITONG_TOKEN_PRIVATE_KEY"], clock).sign("teller", {"sub": "S0211"}, minutes=5)
    assert Verifier(secrets["HUITONG_TOKEN_PUBLIC_KEY"], clock).verify(token, "teller")["sub"] == "S0211"
    assert '"d"' not in secrets["HUITONG_TOKEN_PUBLIC_KEY"]


def test_a_migration_knows_every_name_it_is_given(compose):
    for name in JOBS:
        for key in compose["services"][name]["environment"]:
            assert LAUNCH_READS.fullmatch(key) or key.removeprefix("HUITONG_").lower() in Settings.model_fields, key


def test_what_is_mounted_exists(compose, root):
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (root / source).is_dir(), name
                assert volume.endswith(":ro"), name
            else:
                assert source in compose["volumes"], name


def test_the_database_lets_all_services_connect(compose):
    pool_size = Settings.model_fields["pool_size"].default
    allowed = next(int(part.split("=")[1]) for part in compose["services"]["postgres"]["command"] if part.startswith("max_connections="))
    # A pool may grow to twice its size.
    assert len(SERVICE_NAMES) * 2 * pool_size + 20 <= allowed


@pytest.mark.parametrize("name", ["postgres", "rabbitmq"])
def test_only_what_needs_it_reaches_the_stores(compose, name):
    near = {other for other, service in compose["services"].items() if "data" in service["networks"]}
    assert name in near
    assert "gateway" not in near
    assert not near & {"grafana", "prometheus", "otel-collector"}


def test_the_watching_tools_are_shown_to_this_machine_only_and_only_when_asked(root, compose):
    exposed = yaml.safe_load((root / "deploy/compose.expose.yaml").read_text(encoding="utf-8"))["services"]
    assert set(exposed) == {"grafana", "prometheus", "rabbitmq"}
    for name, service in exposed.items():
        assert set(service) == {"ports", "networks"}, name
        assert all(port.startswith("127.0.0.1:") for port in service["ports"]), name
        assert set(service["networks"]) <= set(compose["networks"]), name
