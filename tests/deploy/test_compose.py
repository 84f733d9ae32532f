"""`compose.yaml` and the `Dockerfile` name what exists: settings, files, targets, extras."""

import re
import tomllib
from typing import Any

import pytest
import yaml

from media.config import load
from proxy.commands.check import check
from proxy.dialects import SETTINGS
from tests.test_docs import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
OURS = ("proxy", "worker")
STAGES = re.findall(r"^FROM (\S+)(?: AS (\S+))?", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize("service", OURS)
def test_a_service_starts_with_settings_that_are_accepted(service: str) -> None:
    environment = {name: str(value) for name, value in COMPOSE["services"][service]["environment"].items()}
    check(load(ROOT / "config.yaml", environment, SETTINGS))


def test_files_targets_and_services_that_are_named_exist() -> None:
    targets = {name for _, name in STAGES}
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or (DEPLOY / source).exists(), source
        if "build" in service:
            assert service["build"]["target"] in targets
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])


def test_only_this_machine_reaches_what_has_published_secrets() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:8080:80"]


@pytest.mark.parametrize("service", [*OURS, "nginx", "redis"])
def test_a_service_has_a_root_that_is_read_only_and_no_rights_to_spare(service: str) -> None:
    asked = COMPOSE["services"][service]
    assert asked["read_only"]
    assert asked["cap_drop"] == ["ALL"]
    assert asked["tmpfs"]


def test_a_worker_may_end_its_job() -> None:
    assert int(COMPOSE["services"]["worker"]["stop_grace_period"].rstrip("s")) > load().queue.job_timeout_seconds


def test_the_dockerfile_copies_what_is_there_and_installs_extras_that_are_declared() -> None:
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((ROOT / source).exists() for source in sources.split())
    extras = {extra for found in re.findall(r"pip install '\.\[(.+?)\]'", DOCKERFILE) for extra in found.split(",")}
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extras == {"proxy", "worker", "cpu", "gpu"}
    assert extras <= set(declared)


def test_no_image_runs_as_root_or_has_what_builds() -> None:
    final = {"proxy", "worker-cpu", "worker-cuda"}
    parents = {name: parent for parent, name in STAGES if name}
    for stage in final:
        assert parents[stage] in ("base", "worker")
    for stage in ("proxy", "worker"):
        text = DOCKERFILE.split(f"FROM base AS {stage}\n")[1].split("\nFROM")[0]
        assert "\nUSER 65534:65534\n" in text
