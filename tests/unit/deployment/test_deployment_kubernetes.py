"""The Kubernetes manifests are valid, hold every application once, and let each reach what it needs and nothing else."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

from contracts.topology import QUEUES
from launch.catalogue import GATEWAY, SERVICE_NAMES
from launch.wiring import SIGNING_SERVICE
from runtime import health
from runtime.migrations import role_of
from runtime.settings import Settings

OF_OPERATORS = {"Cluster", "RabbitmqCluster", "ScaledObject", "TriggerAuthentication", "ServiceMonitor", "PodMonitor"}
OPERATORS_MAKE = {"huitong-postgres-app", "huitong-rabbitmq-default-user"}
NO_RIGHTS = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def of_kind(manifests, kind):
    return {each["metadata"]["name"]: each for each in manifests if each["kind"] == kind}


def container_of(workload):
    return workload["spec"]["template"]["spec"]["containers"][0]


def workloads_of(manifests):
    return {**of_kind(manifests, "Deployment"), **of_kind(manifests, "Job")}


def secret_keys(workload):
    references = (entry.get("valueFrom", {}).get("secretKeyRef") for entry in container_of(workload)["env"])
    return {(reference["name"], reference["key"]) for reference in references if reference}


@pytest.mark.parametrize("version", ["1.29", kubernetes_validate.latest_version()])
def test_manifests_follow_the_schemas_of_kubernetes(manifests, version, monkeypatch):
    # The definitions are megabytes, and would be read again for each manifest.
    monkeypatch.setattr(kubernetes_validate.utils, "schema_contents", functools.cache(kubernetes_validate.utils.schema_contents))
    for manifest in manifests:
        if manifest["kind"] not in OF_OPERATORS:
            kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_the_rendering_of_these_tests_is_that_of_kustomize(root, overlay, manifests):
    command = ["kubectl", "kustomize", str(root / "deploy" / "k8s" / "overlays" / overlay)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def key(manifest):
        return manifest["kind"], manifest["metadata"]["name"]

    assert sorted(manifests, key=key) == sorted(yaml.safe_load_all(printed), key=key)


def test_no_two_manifests_have_one_name(manifests):
    names = [(each["kind"], each["metadata"]["name"]) for each in manifests]
    assert len(names) == len(set(names))


def test_there_is_one_deployment_for_each_application(manifests, applications, secrets, pod_environment):
    deployments = of_kind(manifests, "Deployment")
    assert set(deployments) == {f"huitong-{name}" for name in applications}
    for name in applications:
        environment = pod_environment(deployments[f"huitong-{name}"], manifests, secrets)
        assert container_of(deployments[f"huitong-{name}"])["args"] == ["serve", "$(APPLICATION)"]
        assert environment["APPLICATION"] == name


def test_every_application_gets_settings_it_understands(manifests, applications, secrets, pod_environment, monkeypatch):
    deployments = of_kind(manifests, "Deployment")
    for name in applications:
        environment = pod_environment(deployments[f"huitong-{name}"], manifests, secrets)
        given = {key: value for key, value in environment.items() if key.startswith("HUITONG_")}
        assert {key.removeprefix("HUITONG_").lower() for key in given} <= set(Settings.model_fields)
        with monkeypatch.context() as patched:
            for key, value in given.items():
                patched.setenv(key, value)
            settings = Settings()
        assert settings.service_urls == {each: f"http://huitong-{each}:8000" for each in applications}
        if name == GATEWAY:
            assert settings.broker_url is None
            assert not settings.database_url.get_secret_value()
        else:
            password = secrets[f"HUITONG_ROLE_PASSWORD_{name.upper()}"]
            assert settings.database_url.get_secret_value() == f"postgresql://{role_of(name)}:{password}@huitong-postgres-rw:5432/huitong"
            assert settings.broker_url.get_secret_value().startswith("amqp://")


def test_a_test_bank_may_close_outlets_by_force_and_a_real_one_may_not(render):
    for overlay, allowed in (("production", "false"), ("demo", "true")):
        assert of_kind(render(overlay), "ConfigMap")["huitong-settings"]["data"]["HUITONG_ALLOW_FORCE_CLOSE"] == allowed


def test_each_pod_holds_only_the_secrets_it_needs(manifests):
    private = {f"huitong-{SIGNING_SERVICE}": {"HUITONG_TOKEN_PRIVATE_KEY"}}
    everyone = {"HUITONG_SERVICE_KEY", "HUITONG_TOKEN_PUBLIC_KEY"}
    for name, deployment in of_kind(manifests, "Deployment").items():
        role = set() if name == f"huitong-{GATEWAY}" else {f"HUITONG_ROLE_PASSWORD_{name.removeprefix('huitong-').upper()}"}
        held = {key for secret, key in secret_keys(deployment) if secret == "huitong-secrets"}
        assert held == everyone | role | private.get(name, set()), name
        assert "huitong-postgres-app" not in {secret for secret, _ in secret_keys(deployment)}, name
    migration = {key for secret, key in secret_keys(of_kind(manifests, "Job")["huitong-migrate"]) if secret == "huitong-secrets"}
    assert migration == {f"HUITONG_ROLE_PASSWORD_{name.upper()}" for name in SERVICE_NAMES}


def test_no_secret_is_in_the_manifests_and_all_that_are_asked_for_are_made(manifests, secrets):
    assert not of_kind(manifests, "Secret")
    asked = set().union(*(secret_keys(workload) for workload in workloads_of(manifests).values()))
    assert {secret for secret, _ in asked} == OPERATORS_MAKE | {"huitong-secrets"}
    assert {key for secret, key in asked if secret == "huitong-secrets"} <= set(secrets)
    assert {key for secret, key in asked if secret in OPERATORS_MAKE} == {"uri", "connection_string"}


def test_the_jobs_run_their_command_as_the_owner(render):
    assert set(of_kind(render("production"), "Job")) == {"huitong-migrate"}
    jobs = of_kind(render("demo"), "Job")
    assert set(jobs) == {"huitong-migrate", "huitong-demo"}
    for name, job in jobs.items():
        assert job["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"] == name.removeprefix("huitong-")
        assert container_of(job)["args"] == ["$(JOB)"]
        assert ("huitong-postgres-app", "uri") in secret_keys(job)


def test_pods_are_hardened(manifests):
    for name, workload in workloads_of(manifests).items():
        pod = workload["spec"]["template"]["spec"]
        container = container_of(workload)
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert container["securityContext"] == NO_RIGHTS, name
        assert {"cpu", "memory"} <= set(container["resources"]["requests"]), name
        assert "memory" in container["resources"]["limits"], name


def test_probes_ask_what_the_applications_answer(manifests):
    answered = {route.path for router in (health.live_router, health.router) for route in router.routes}
    for name, deployment in of_kind(manifests, "Deployment").items():
        container = container_of(deployment)
        probes = {probe: container[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
        assert probes["livenessProbe"]["path"] == "/livez" and probes["readinessProbe"]["path"] == "/readyz", name
        assert all(probe["path"] in answered and probe["port"] == "http" for probe in probes.values()), name


def test_every_application_has_a_service_a_budget_and_one_autoscaler_of_its_own(manifests, matches):
    deployments = of_kind(manifests, "Deployment")
    pods = {name: deployment["spec"]["template"]["metadata"]["labels"] for name, deployment in deployments.items()}
    pods |= {name: job["spec"]["template"]["metadata"]["labels"] for name, job in of_kind(manifests, "Job").items()}
    scaled = [each["spec"]["scaleTargetRef"]["name"] for each in manifests if each["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")]
    assert sorted(scaled) == sorted(deployments)
    for name, deployment in deployments.items():
        service = {"matchLabels": of_kind(manifests, "Service")[name]["spec"]["selector"]}
        budget = of_kind(manifests, "PodDisruptionBudget")[name]["spec"]["selector"]
        for selector in (deployment["spec"]["selector"], service, budget):
            assert [pod for pod, labels in pods.items() if matches(selector, labels)] == [name]


def test_the_ingress_leads_to_the_gateway_alone(manifests):
    (ingress,) = of_kind(manifests, "Ingress").values()
    backends = [path["backend"]["service"]["name"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
    assert backends == ["huitong-gateway"]
    assert {rule["host"] for rule in ingress["spec"]["rules"]} == {host for entry in ingress["spec"]["tls"] for host in entry["hosts"]}


def test_the_queues_that_scale_are_the_queues_there_are(render):
    for service, scaled in of_kind(render("production"), "ScaledObject").items():
        asked = [trigger["metadata"]["queueName"] for trigger in scaled["spec"]["triggers"] if trigger["type"] == "rabbitmq"]
        names = [name for queue in QUEUES if f"huitong-{queue.service}" == service for name in queue.shard_names()]
        assert asked == names and names
        shown = {trigger["authenticationRef"]["name"] for trigger in scaled["spec"]["triggers"] if trigger["type"] == "rabbitmq"}
        assert shown == set(of_kind(render("production"), "TriggerAuthentication"))


def test_scaling_by_queues_is_optional(render):
    assert of_kind(render("production"), "ScaledObject")
    assert not {each["kind"] for each in render("demo")} & {"ScaledObject", "TriggerAuthentication", "ServiceMonitor", "PodMonitor"}


def test_the_database_lets_the_largest_number_of_replicas_connect(manifests):
    cluster = of_kind(manifests, "Cluster")["huitong-postgres"]["spec"]
    largest = {
        each["spec"]["scaleTargetRef"]["name"]: each["spec"].get("maxReplicas") or each["spec"]["maxReplicaCount"]
        for each in manifests
        if each["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")
    }
    pool_size = Settings.model_fields["pool_size"].default
    # A pool may grow to twice its size; while a new version is rolled out each service has one replica more.
    needed = sum((largest[f"huitong-{name}"] + 1) * 2 * pool_size for name in SERVICE_NAMES)
    assert needed + 50 <= int(cluster["postgresql"]["parameters"]["max_connections"])


def test_the_stores_are_what_their_operators_expect(render):
    for overlay, instances in (("production", 3), ("demo", 1)):
        cluster = of_kind(render(overlay), "Cluster")["huitong-postgres"]
        assert cluster["apiVersion"] == "postgresql.cnpg.io/v1"
        assert cluster["spec"]["instances"] == instances
        owner = cluster["spec"]["bootstrap"]["initdb"]["owner"]
        (role,) = cluster["spec"]["managed"]["roles"]
        assert role["name"] == owner and role["createrole"] and role["login"]
        assert ("synchronous" in cluster["spec"]["postgresql"]) == (instances > 1)
        broker = of_kind(render(overlay), "RabbitmqCluster")["huitong-rabbitmq"]
        assert broker["apiVersion"] == "rabbitmq.com/v1beta1"
        # Quorum queues want an odd number of nodes.
        assert broker["spec"]["replicas"] == instances


def test_service_addresses_are_services_there_are(manifests):
    urls = json.loads(of_kind(manifests, "ConfigMap")["huitong-settings"]["data"]["HUITONG_SERVICE_URLS"])
    assert {url.removeprefix("http://").removesuffix(":8000") for url in urls.values()} == set(of_kind(manifests, "Service"))
