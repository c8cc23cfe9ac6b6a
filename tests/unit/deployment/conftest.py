"""What the deployment tests read: the compose file, the rendered Kubernetes manifests, the secrets of `make-env.sh`.

The manifests are rendered here as `kubectl kustomize` does it, as far as our files use kustomize; a test compares the two where kubectl is.
"""

from __future__ import annotations

import copy
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from launch.catalogue import APPLICATIONS

ROOT = Path(__file__).parents[3]
KUBERNETES = ROOT / "deploy" / "k8s"
UNDERSTOOD = {"apiVersion", "kind", "resources", "components", "namespace", "nameSuffix", "labels", "patches", "images"}
CLUSTER_WIDE = {"Namespace"}
Manifest = dict[str, Any]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def applications() -> tuple[str, ...]:
    """The applications of the bank."""
    return APPLICATIONS


@pytest.fixture(scope="session")
def compose() -> Manifest:
    """compose.yaml with its anchors merged."""
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def secrets() -> dict[str, str]:
    """A fresh set of secrets, as `make-env.sh` prints it."""
    printed = subprocess.run(["sh", str(ROOT / "deploy" / "make-env.sh")], capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in printed.splitlines())


@pytest.fixture(scope="session")
def render() -> Callable[[str], list[Manifest]]:
    """The manifests of an overlay by its name."""
    return lambda overlay: build(KUBERNETES / "overlays" / overlay)


@pytest.fixture(scope="session", params=["production", "demo"])
def overlay(request: pytest.FixtureRequest) -> str:
    """Each overlay in turn."""
    return request.param


@pytest.fixture(scope="session")
def manifests(overlay: str) -> list[Manifest]:
    """The manifests of each overlay in turn."""
    return build(KUBERNETES / "overlays" / overlay)


def build(folder: Path) -> list[Manifest]:
    """The manifests of a kustomization. Fails on a feature of kustomize that is not understood here."""
    return _apply(folder, [])


def _apply(folder: Path, found: list[Manifest]) -> list[Manifest]:
    """A kustomization in `folder`, or a component there applied to what was `found` so far."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    assert set(kustomization) <= UNDERSTOOD, f"{folder}: {set(kustomization) - UNDERSTOOD} is not understood by the tests"
    found = list(found)
    for name in kustomization.get("resources", []):
        path = (folder / name).resolve()
        found += build(path) if path.is_dir() else [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]
    for name in kustomization.get("components", []):
        found = _apply((folder / name).resolve(), found)
    for patch in kustomization.get("patches", []):
        found = _patch_all(found, patch, folder)
    for manifest in found:
        _set_namespace(manifest, kustomization.get("namespace"))
        _set_suffix(manifest, kustomization.get("nameSuffix", ""))
        for labels in kustomization.get("labels", []):
            _set_labels(manifest, labels)
        for image in kustomization.get("images", []):
            _set_image(manifest, image)
    return found


def _patch_all(found: list[Manifest], patch: Manifest, folder: Path) -> list[Manifest]:
    target = patch["target"]
    chosen = [each for each in found if each["kind"] == target["kind"] and target.get("name") in (None, each["metadata"]["name"])]
    assert chosen, f"{folder}: the patch of {target} meets nothing"
    change = yaml.safe_load(patch["patch"])
    if isinstance(change, dict):
        assert change["$patch"] == "delete"
        return [each for each in found if each not in chosen]
    for manifest in chosen:
        for operation in change:
            _operate(manifest, operation)
    return found


def _operate(manifest: Manifest, operation: Manifest) -> None:
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
    place: Any = manifest
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place[part]
    match operation["op"], place:
        case "remove", _:
            del place[int(last) if isinstance(place, list) else last]
        case "add", list():
            place.insert(len(place) if last == "-" else int(last), copy.deepcopy(operation["value"]))
        case "replace", list():
            place[int(last)] = copy.deepcopy(operation["value"])
        case "add", dict():
            place[last] = copy.deepcopy(operation["value"])
        case "replace", dict():
            assert last in place, f"nothing to replace at {operation['path']}"
            place[last] = copy.deepcopy(operation["value"])
        case unknown:
            raise AssertionError(f"unknown operation {unknown[0]}")


def _set_namespace(manifest: Manifest, namespace: str | None) -> None:
    if namespace and manifest["kind"] not in CLUSTER_WIDE:
        manifest["metadata"]["namespace"] = namespace


def _set_suffix(manifest: Manifest, suffix: str) -> None:
    manifest["metadata"]["name"] += suffix
    if manifest["kind"] == "HorizontalPodAutoscaler":
        manifest["spec"]["scaleTargetRef"]["name"] += suffix


def _set_labels(manifest: Manifest, labels: Manifest) -> None:
    pairs = labels["pairs"]
    manifest["metadata"].setdefault("labels", {}).update(pairs)
    spec = manifest.get("spec", {})
    if "template" in spec:
        spec["template"]["metadata"]["labels"].update(pairs)
    if labels.get("includeSelectors"):
        match manifest["kind"]:
            case "Service":
                spec["selector"].update(pairs)
            case "Deployment":
                spec["selector"]["matchLabels"].update(pairs)
                for constraint in spec["template"]["spec"]["topologySpreadConstraints"]:
                    constraint["labelSelector"]["matchLabels"].update(pairs)
            case "PodDisruptionBudget":
                spec["selector"]["matchLabels"].update(pairs)


def _set_image(manifest: Manifest, image: Manifest) -> None:
    for container in manifest.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []):
        if container["image"].split(":")[0] == image["name"]:
            container["image"] = f"{image.get('newName', image['name'])}:{image['newTag']}"


@pytest.fixture(scope="session")
def pod_environment() -> Callable[[Manifest, list[Manifest], dict[str, str]], dict[str, str]]:
    """The environment Kubernetes gives the container of a Deployment or Job, with the secrets filled in."""
    return _pod_environment


def _pod_environment(workload: Manifest, manifests: list[Manifest], secrets: dict[str, str]) -> dict[str, str]:
    template = workload["spec"]["template"]
    container = template["spec"]["containers"][0]
    maps = {each["metadata"]["name"]: each["data"] for each in manifests if each["kind"] == "ConfigMap"}
    made = {
        "huitong-secrets": secrets,
        "huitong-postgres-app": {"uri": "postgresql://huitong:made@huitong-postgres-rw.huitong:5432/huitong"},
        "huitong-rabbitmq-default-user": {"connection_string": "amqp://default_user:made@huitong-rabbitmq.huitong.svc:5672/"},
    }
    environment: dict[str, str] = {}
    for source in container.get("envFrom", []):
        environment |= maps[source["configMapRef"]["name"]]
    for entry in container.get("env", []):
        match entry:
            case {"value": value}:
                environment[entry["name"]] = re.sub(r"\$\((\w+)\)", lambda found: environment[found[1]], value)
            case {"valueFrom": {"secretKeyRef": {"name": name, "key": key}}}:
                environment[entry["name"]] = made[name][key]
            case {"valueFrom": {"fieldRef": {"fieldPath": path}}}:
                environment[entry["name"]] = template["metadata"]["labels"][path.removeprefix("metadata.labels['").removesuffix("']")]
    return environment


@pytest.fixture(scope="session")
def matches() -> Callable[[Manifest, dict[str, str]], bool]:
    """Whether a label selector chooses the labels."""
    return _matches


def _matches(selector: Manifest, labels: dict[str, str]) -> bool:
    for expression in selector.get("matchExpressions", []):
        assert expression["operator"] == "In", f"{expression['operator']} is not understood by the tests"
        if labels.get(expression["key"]) not in expression["values"]:
            return False
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


@pytest.fixture(scope="session")
def compose_environment() -> Callable[[Manifest, dict[str, str]], dict[str, str]]:
    """The environment compose gives a container: `${NAME}` filled in from the secrets, then from the defaults."""
    return _compose_environment


def _compose_environment(service: Manifest, secrets: dict[str, str]) -> dict[str, str]:
    def value_of(found: re.Match[str]) -> str:
        if found["name"] in secrets:
            return secrets[found["name"]]
        assert found["rule"] == ":-", f"{found['name']} has neither a value nor a default"
        return found["text"]

    pattern = re.compile(r"\$\{(?P<name>\w+)(?P<rule>:[?-])(?P<text>[^}]*)\}")
    return {name: pattern.sub(value_of, value) for name, value in service.get("environment", {}).items()}


@pytest.fixture(scope="session")
def dashboards() -> dict[str, Manifest]:
    """The Grafana dashboards by file name."""
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))}


@pytest.fixture(scope="session")
def alerts() -> list[Manifest]:
    """The alert rules of all groups."""
    groups = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]
