"""Alerts and the dashboard: PromQL that can be read, of metrics that are really there."""

import json
from collections.abc import Iterator

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from media.work.jobs import QUEUES
from proxy.runtime.metrics import Metrics
from tests.test_docs import ROOT
from worker.health.watch import Watch

DEPLOY = ROOT / "deploy"


def alerts() -> list[dict[str, str]]:
    return yaml.safe_load((DEPLOY / "prometheus/rules.yaml").read_text())["groups"][0]["rules"]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in alerts())
    for panel in json.loads((DEPLOY / "grafana/cutout.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for path in DEPLOY.glob("kubernetes/overlays/*/scaling.yaml"):
        yield yaml.safe_load(path.read_text())["spec"]["triggers"][0]["metadata"]["query"]


@pytest.fixture(scope="module")
def known() -> set[str]:
    watch, metrics = Watch(0), Metrics()
    with watch.over("matte", 1) as ended:
        ended(True)
    metrics.requests.labels("cloudinary", "200").inc()
    metrics.render_seconds.observe(1)
    texts = (watch.exposition(), metrics.exposition({}, dict.fromkeys(QUEUES, 0)))
    return {
        sample.name
        for text in texts
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("expression", expressions())
def test_an_expression_is_promql_over_metrics_that_exist(expression: str, known: set[str]) -> None:
    names = set()

    def note(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            names.add(node.name)
        return True

    promql_parser.walk(promql_parser.parse(expression), note)
    assert names
    assert names <= known


def test_an_alert_says_what_is_wrong_and_what_to_do() -> None:
    for rule in alerts():
        assert set(rule["annotations"]) == {"summary", "action"}
        assert rule["labels"]["severity"] in ("page", "ticket")
