"""The image holds the code, the locked packages and nothing else, and runs without rights."""

from __future__ import annotations

import fnmatch
import re
import subprocess

import pytest
import yaml

# What the repository holds beside the packages of the product.
NOT_THE_PRODUCT = {"tests", "bench"}


@pytest.fixture(scope="module")
def stages(root):
    """The instructions of each stage of the Dockerfile, with continued lines joined."""
    text = (root / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [re.sub(r"\s+", " ", line) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found: list[list[str]] = []
    for line in lines:
        if line.startswith("FROM "):
            found.append([])
        found[-1].append(line)
    return found


def workloads_of(manifests):
    """The manifests that run containers."""
    return [each for each in manifests if each["kind"] in ("Deployment", "Job")]


def copied(stage):
    """What a stage copies out of the repository."""
    return [line.split()[1] for line in stage if line.startswith("COPY ") and "--from=" not in line]


def test_packages_are_installed_from_the_lock_with_its_hashes(stages, root):
    (install,) = [line for line in stages[0] if "pip install" in line]
    assert "--require-hashes" in install and "--only-binary=:all:" in install and "requirements.lock" in install
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    pinned = [block for block in re.split(r"\n(?=[A-Za-z0-9])", lock) if re.match(r"[A-Za-z0-9]", block)]
    assert pinned and all("==" in block.splitlines()[0] and "--hash=sha256:" in block for block in pinned)


def test_the_final_stage_installs_nothing_and_runs_as_an_unprivileged_user(stages):
    final = stages[-1]
    assert not [line for line in final if re.search(r"\b(apt-get|apk|pip|gcc|build-essential)\b", line)]
    users = [line.split()[1] for line in final if line.startswith("USER ")]
    assert users and users[-1] == "10001:10001"
    assert final[-2:] == ['ENTRYPOINT ["python", "-m", "launch"]', 'CMD ["--help"]']


def test_every_package_of_the_product_is_in_the_image(stages, root):
    tracked = subprocess.run(["git", "ls-files", "*/__init__.py"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    packages = {path.split("/")[0] for path in tracked} - NOT_THE_PRODUCT
    assert packages <= set(copied(stages[-1]))


def test_what_is_copied_exists_and_may_enter(stages, root):
    lines = [line for line in (root / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    admitted = [line[1:] for line in lines if line.startswith("!")]
    wanted = [name for stage in stages for name in copied(stage)]
    assert sorted(admitted) == sorted(wanted)
    assert all((root / name).exists() for name in wanted)


def test_no_secret_can_enter(root):
    admitted = [line[1:] for line in (root / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")]
    assert not [name for name in (".env", ".git", "data", "deploy") if any(fnmatch.fnmatch(name, pattern) for pattern in admitted)]


def test_images_are_named_without_the_host_of_a_registry(root, compose, stages, render):
    images = [service["image"] for service in compose["services"].values()]
    images += [stage[0].split()[1] for stage in stages]
    for overlay in ("production", "demo"):
        for workload in workloads_of(render(overlay)):
            images += [container["image"] for container in workload["spec"]["template"]["spec"]["containers"]]
    for image in images:
        first, separator, _ = image.partition("/")
        assert not (separator and re.search(r"[.:]", first)), image


def test_all_containers_of_the_bank_run_one_image(compose, applications, render):
    names = {compose["services"][name]["image"] for name in (*applications, "migrate", "demo")}
    assert names == {"${HUITONG_IMAGE:-huitong:latest}"}
    for overlay in ("production", "demo"):
        assert len({each["spec"]["template"]["spec"]["containers"][0]["image"] for each in workloads_of(render(overlay))}) == 1


def test_every_file_of_the_deployment_is_yaml_that_loads(root):
    files = list((root / "deploy").rglob("*.yaml"))
    assert files
    for path in files:
        assert list(yaml.safe_load_all(path.read_text(encoding="utf-8"))), path
