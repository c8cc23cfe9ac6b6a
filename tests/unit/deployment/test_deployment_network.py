"""Who may talk to whom in Kubernetes: the table here, and nobody else."""

from __future__ import annotations

import itertools

import pytest

from launch.catalogue import SERVICE_NAMES

# Who may open a connection to whom, on which port: everything else is refused.
REACHABLE = {
    ("ingress-nginx", "gateway", 8000),
    ("gateway", "service", 8000),
    ("service", "service", 8000),
    ("service", "postgres", 5432),
    ("service", "rabbitmq", 5672),
    ("job", "gateway", 8000),
    ("job", "service", 8000),
    ("job", "postgres", 5432),
    ("job", "rabbitmq", 5672),
    ("postgres", "postgres", 5432),
    ("cnpg-system", "postgres", 5432),
    ("monitoring", "gateway", 8000),
    ("monitoring", "service", 8000),
    ("gateway", "monitoring", 4318),
    ("service", "monitoring", 4318),
}
PARTIES = {
    "gateway": {"huitong/tier": "gateway"},
    "service": {"huitong/tier": "service"},
    "job": {"huitong/tier": "job"},
    "postgres": {"cnpg.io/cluster": "huitong-postgres"},
    "rabbitmq": {"app.kubernetes.io/name": "huitong-rabbitmq"},
    "other": {},
}
NAMESPACES = ("ingress-nginx", "cnpg-system", "monitoring", "elsewhere")


@pytest.fixture(scope="module")
def policies(render):
    """The specifications of the network policies."""
    return [each["spec"] for each in render("demo") if each["kind"] == "NetworkPolicy"]


@pytest.fixture(scope="module")
def may_talk(policies, matches):
    """Whether the policies let a source (a party or a namespace) reach a target on a TCP port."""

    def allowed(direction, side, inside, outside, port):
        for policy in policies:
            if direction.title() not in policy["policyTypes"] or not matches(policy["podSelector"], PARTIES[inside]):
                continue
            for rule in policy.get(direction, []):
                ports = {each["port"] for each in rule["ports"] if each["protocol"] == "TCP"}
                if port in ports and (side not in rule or any(meets(peer, outside) for peer in rule[side])):
                    return True
        return False

    def meets(peer, party):
        if party in NAMESPACES:
            return "namespaceSelector" in peer and matches(peer["namespaceSelector"], {"kubernetes.io/metadata.name": party})
        return "namespaceSelector" not in peer and matches(peer["podSelector"], PARTIES[party])

    def both_agree(source, target, port):
        leaves = source in NAMESPACES or allowed("egress", "to", source, target, port)
        return leaves and (target in NAMESPACES or allowed("ingress", "from", target, source, port))

    return both_agree


def test_everybody_reaches_what_stands_in_the_table_and_nothing_else(policies, may_talk):
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies
    everyone = (*PARTIES, *NAMESPACES)
    reached = {
        (source, target, port)
        for source, target, port in itertools.product(everyone, everyone, (8000, 5432, 5672, 4318))
        if not (source in NAMESPACES and target in NAMESPACES) and may_talk(source, target, port)
    }
    # The instance managers of the database listen on 8000 too.
    assert reached - REACHABLE == {("postgres", "postgres", 8000), ("cnpg-system", "postgres", 8000)}
    assert reached >= REACHABLE


def test_the_parties_of_the_table_are_the_pods_there_are(manifests):
    workloads = [each for each in manifests if each["kind"] in ("Deployment", "Job")]
    tiers = {each["metadata"]["name"]: each["spec"]["template"]["metadata"]["labels"]["huitong/tier"] for each in workloads}
    expected = {f"huitong-{name}": "service" for name in SERVICE_NAMES} | {"huitong-gateway": "gateway"}
    assert {name: tier for name, tier in tiers.items() if tier != "job"} == expected
    jobs = {each["metadata"]["name"] for each in workloads if each["kind"] == "Job"}
    assert {name for name, tier in tiers.items() if tier == "job"} == jobs
