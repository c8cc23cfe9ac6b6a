"""Alerts, dashboards and collector speak of metrics, labels, queues and addresses that exist."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from contracts.topology import QUEUES
from runtime import telemetry

# Metrics that are not ours, with the labels we use of them.
FOREIGN = {"up": {"job", "instance"}, "rabbitmq_detailed_queue_messages_ready": {"queue"}}
PARTS_OF_HISTOGRAM = ("_bucket", "_sum", "_count")
OURS = {each for each in vars(telemetry).values() if isinstance(each, MetricWrapperBase)}


def defined_metrics():
    """Each series the code defines, with its labels."""
    series = {}
    for metric in OURS:
        labels = set(metric._labelnames)
        match metric._type:
            case "counter":
                series[f"{metric._name}_total"] = labels
            case "histogram":
                series |= {f"{metric._name}{part}": labels | ({"le"} if part == "_bucket" else set()) for part in PARTS_OF_HISTOGRAM}
            case _:
                series[metric._name] = labels
    return series


def selectors_of(expression):
    """Pairs of metric name and the labels that select it."""
    known = r"\b(huitong_\w+|rabbitmq_\w+|up)\b(?:\{([^}]*)\})?"
    return [(name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", chosen))) for name, chosen in re.findall(known, expression)]


def grouping_of(expression):
    """The labels an expression groups by."""
    return {label.strip() for labels in re.findall(r"\bby\s*\(([^)]*)\)", expression) for label in labels.split(",")}


@pytest.fixture(scope="module")
def expressions(alerts, dashboards):
    """Every expression of alerts and dashboards, with where it stands."""
    found = {f"alert {rule['alert']}": rule["expr"] for rule in alerts}
    for file, dashboard in dashboards.items():
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                found[f"{file} {panel['title']} {target['refId']}"] = target["expr"]
        for variable in dashboard["templating"]["list"]:
            found[f"{file} ${variable['name']}"] = variable["query"]["query"]
    return found


def test_every_expression_names_metrics_and_labels_the_code_defines(expressions):
    defined = defined_metrics() | FOREIGN
    for place, expression in expressions.items():
        selectors = selectors_of(expression)
        assert selectors, place
        for name, labels in selectors:
            assert name in defined, f"{place}: {name}"
            assert labels <= defined[name], f"{place}: {name} has no {labels - defined[name]}"
        available = set().union(*(defined[name] for name, _ in selectors))
        assert grouping_of(expression) <= available, f"{place}: groups by {grouping_of(expression) - available}"


def test_every_metric_the_code_defines_is_looked_at(expressions):
    named = {name for expression in expressions.values() for name, _ in selectors_of(expression)}
    for metric in OURS:
        assert any(name.startswith(metric._name) for name in named), metric._name


def test_every_alert_says_how_bad_it_is_and_what_to_do_in_both_languages(alerts):
    names = [rule["alert"] for rule in alerts]
    assert len(names) == len(set(names))
    for rule in alerts:
        assert rule["labels"]["severity"] in ("warning", "critical"), rule["alert"]
        assert re.search(r"[\u4e00-\u9fff]", rule["annotations"]["summary"]), rule["alert"]
        assert rule["annotations"]["description"].endswith("."), rule["alert"]
        shown = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        kept = grouping_of(rule["expr"]) or set().union(*(FOREIGN.get(name, set()) for name, _ in selectors_of(rule["expr"])))
        assert shown <= kept, rule["alert"]


@pytest.mark.parametrize(
    "alert", ["OutboxLag", "ParkedMessages", "ProofFailed", "LedgerConsumerLag", "ReserveOverdrawn", "DayEndFailed", "PositionsDoNotMatch"]
)
def test_what_endangers_the_books_has_an_alert(alerts, alert):
    assert alert in {rule["alert"] for rule in alerts}


def test_the_queues_named_are_queues_there_are(expressions):
    queues = [name for queue in QUEUES for name in queue.shard_names()]
    patterns = {pattern for expression in expressions.values() for pattern in re.findall(r'queue=~"([^"]+)"', expression)}
    assert patterns
    for pattern in patterns:
        assert any(re.fullmatch(pattern, queue) for queue in queues), pattern


def test_the_day_end_states_are_those_the_code_reports(alerts):
    failed = next(rule for rule in alerts if rule["alert"] == "DayEndFailed")["expr"]
    assert f"{failed.rsplit('==', 1)[1].strip()} failed" in telemetry.DAY_END_STEP._documentation


def test_prometheus_scrapes_every_application(root, compose, applications):
    config = yaml.safe_load((root / "deploy/prometheus/prometheus.yaml").read_text(encoding="utf-8"))
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    targets = [target for each in jobs["applications"]["static_configs"] for target in each["targets"]]
    assert targets == [f"{name}:8000" for name in applications]
    for job in jobs.values():
        for target in (target for each in job["static_configs"] for target in each["targets"]):
            host = target.split(":")[0]
            assert host == "localhost" or "monitoring" in compose["services"][host]["networks"], target
    mounted = compose["services"]["prometheus"]["volumes"][0].split(":")
    for file in config["rule_files"]:
        assert (root / file.replace(mounted[1], mounted[0])).is_file(), file


def test_traces_go_where_the_collector_listens(root, compose):
    collector = yaml.safe_load((root / "deploy/otel/collector.yaml").read_text(encoding="utf-8"))
    listening = collector["receivers"]["otlp"]["protocols"]["http"]["endpoint"].split(":")[1]
    assert compose["x-environment"]["HUITONG_OTLP_ENDPOINT"] == f"http://otel-collector:{listening}"
    parts = {kind: set(collector[kind]) for kind in ("receivers", "processors", "exporters", "connectors")}
    for pipeline in collector["service"]["pipelines"].values():
        for kind in ("receivers", "processors", "exporters"):
            assert set(pipeline.get(kind, [])) <= parts[kind] | (parts["connectors"] if kind != "processors" else set())
    config = yaml.safe_load((root / "deploy/prometheus/prometheus.yaml").read_text(encoding="utf-8"))
    scraped = next(job for job in config["scrape_configs"] if job["job_name"] == "traces")["static_configs"][0]["targets"]
    assert scraped == [f"otel-collector:{collector['exporters']['prometheus']['endpoint'].split(':')[1]}"]


def test_dashboards_are_laid_out_without_overlap_and_read_from_the_provisioned_source(root, compose, dashboards):
    provisioned = yaml.safe_load((root / "deploy/grafana/provisioning/datasources/prometheus.yaml").read_text(encoding="utf-8"))
    (source,) = provisioned["datasources"]
    assert set(dashboards) == {"operations.json", "clearing.json"}
    assert len({dashboard["uid"] for dashboard in dashboards.values()}) == len(dashboards)
    for file, dashboard in dashboards.items():
        ids = [panel["id"] for panel in dashboard["panels"]]
        assert len(ids) == len(set(ids)), file
        cells = set()
        for panel in dashboard["panels"]:
            place = panel["gridPos"]
            own = set(itertools.product(range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])))
            assert place["x"] + place["w"] <= 24 and not own & cells, f"{file} {panel['title']}"
            cells |= own
            for used in [panel.get("datasource"), *(target["datasource"] for target in panel.get("targets", []))]:
                assert used is None or used["uid"] == source["uid"], f"{file} {panel['title']}"


def test_grafana_finds_the_dashboards(root, compose):
    provider = yaml.safe_load((root / "deploy/grafana/provisioning/dashboards/huitong.yaml").read_text(encoding="utf-8"))["providers"][0]
    mounts = dict(reversed(volume.split(":")[:2]) for volume in compose["services"]["grafana"]["volumes"])
    assert mounts[provider["options"]["path"]] == "./deploy/grafana/dashboards"
    home = compose["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (root / home.replace(provider["options"]["path"], "deploy/grafana/dashboards")).is_file()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_alerts_fire_when_they_should(root):
    here = root / "tests/unit/deployment"
    checked = subprocess.run(["promtool", "test", "rules", str(here / "alerts.test.yaml")], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_page_explains_every_alert(root, alerts):
    page = (root / "docs/deployment.md").read_text(encoding="utf-8")
    explained = {name.strip() for line in page.splitlines() if line.startswith("| ") for name in line.split("|")[1].split(",")}
    assert {rule["alert"] for rule in alerts} <= explained
