"""The manifests against the schemas of Kubernetes, and against what the programs really answer and accept."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from media.config import load
from proxy.commands.check import check
from proxy.dialects import SETTINGS
from tests.test_docs import ROOT

KUBERNETES = ROOT / "deploy/kubernetes"
#: The oldest version that the vendor still supports today has what the manifests use (preStop sleep: 1.30).
VERSIONS = ("1.33", "1.37")
#: No part of Kubernetes: its schema comes with KEDA.
FOREIGN = {"Kustomization", "ScaledObject"}
SECRETS = {
    "CUTOUT_CLOUDS__SHOP": "{keys: {'123456789012345': a-secret-of-forty-characters-and-nothing-less}}",
    "CUTOUT_REDIS__PASSWORD": "from-the-secret",
}


def documents(text: str) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(text) if document]


def built(overlay: str) -> list[dict[str, Any]]:
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not on PATH")
    command = ["kubectl", "kustomize", str(KUBERNETES / "overlays" / overlay)]
    return documents(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout)


def whole() -> list[Path]:
    """The files that stand for themselves; the others are patches."""
    return [*KUBERNETES.glob("base/*.yaml"), *KUBERNETES.glob("overlays/cpu/*.yaml")]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_follows_its_schema(version: str) -> None:
    kinds = set()
    for path in whole():
        for document in documents(path.read_text()):
            if "kind" in document and document["kind"] not in FOREIGN:
                kubernetes_validate.validate(document, version, strict=True)
                kinds.add(document["kind"])
    assert {"Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy", "Service"} <= kinds


@pytest.mark.parametrize("overlay", ["cpu", "cuda"])
def test_every_overlay_builds_into_what_follows_its_schema(overlay: str) -> None:
    for document in built(overlay):
        if document["kind"] not in FOREIGN:
            kubernetes_validate.validate(document, VERSIONS[0], strict=True)


def test_workers_with_a_gpu_ask_for_one_and_refuse_to_do_without() -> None:
    named = {(each["kind"], each["metadata"]["name"]): each for each in built("cuda")}
    worker = named["Deployment", "cutout-worker"]
    (container,) = worker["spec"]["template"]["spec"]["containers"]
    assert container["image"].startswith("registry.example.com/cutout-worker-cuda:")
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert {"name": "CUTOUT_MATTING__DEVICE", "value": "cuda"} in container["env"]


def test_the_configuration_is_accepted_in_production_with_secrets_from_the_environment() -> None:
    settings = load(KUBERNETES / "base/config.yaml", SECRETS, SETTINGS)
    assert settings.server.environment == "production"
    check(settings)


def test_ports_and_probes_are_those_that_the_programs_open() -> None:
    settings = load(KUBERNETES / "base/config.yaml", {})
    opened = {
        "http": settings.server.port,
        "metrics": settings.server.metrics_port,
        "health": settings.worker.health_port,
    }
    seen = set()
    for path in whole():
        for document in documents(path.read_text()):
            for container in containers(document):
                for port in container["ports"]:
                    assert opened[port["name"]] == port["containerPort"]
                for name, probe in container.items():
                    if name.endswith("Probe"):
                        assert probe["httpGet"]["path"] in ("/health/live", "/health/ready")
                        seen.add((container["name"], name))
    assert len(seen) == 6


def test_processes_are_given_the_time_they_need_to_end() -> None:
    settings = load(KUBERNETES / "base/config.yaml", {})
    least = {"proxy": settings.server.shutdown_seconds + 8, "worker": settings.queue.job_timeout_seconds}
    for path in whole():
        for document in documents(path.read_text()):
            for container in containers(document):
                pod = document["spec"]["template"]["spec"]
                assert pod["terminationGracePeriodSeconds"] > least[container["name"]]


def containers(document: dict[str, Any]) -> list[dict[str, Any]]:
    return document["spec"]["template"]["spec"]["containers"] if document.get("kind") == "Deployment" else []
