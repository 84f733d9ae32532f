"""Settings: one list in code, one in config.yaml, and the environment above both."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from media.config import MOVED, VENDOR_SECTIONS, ConfigError, Settings, load, setting_names
from proxy.dialects import SETTINGS
from proxy.dialects.cloudimage.settings import Cloudimage
from proxy.dialects.cloudinary.settings import Cloudinary

CONFIG = Path(__file__).parent.parent / "config.yaml"


def names_in(document: dict[str, Any]) -> set[str]:
    return {
        name if section == "clouds" else f"{section}.{name}"
        for section, fields in document.items()
        for name in (["clouds"] if section == "clouds" else fields)
    }


def test_config_yaml_has_every_setting_and_no_other() -> None:
    assert names_in(yaml.safe_load(CONFIG.read_text())) == set(setting_names(SETTINGS))


def test_the_sections_that_a_worker_accepts_unread_are_those_of_the_dialects() -> None:
    assert set(VENDOR_SECTIONS) == set(SETTINGS)
    assert set(yaml.safe_load(CONFIG.read_text())) >= set(VENDOR_SECTIONS)


def test_every_line_of_config_yaml_has_a_comment_and_the_default() -> None:
    lines = [line for line in CONFIG.read_text().splitlines() if re.match(r"  \w+:", line)]
    assert lines
    assert all("#" in line for line in lines if not line.startswith("  demo:"))
    shipped = load(CONFIG, {}, SETTINGS)
    assert replace(shipped, clouds={}, vendors={}) == Settings()
    assert shipped.vendors == {kind: kind() for kind in SETTINGS.values()}


@pytest.mark.parametrize(
    ("variable", "text", "section", "field", "value"),
    [
        ("CUTOUT_SERVER__PORT", "9000", "server", "port", 9000),
        ("CUTOUT_ORIGIN__ALLOW_PRIVATE", "true", "origin", "allow_private", True),
        ("CUTOUT_ORIGIN__ALLOWED_HOSTS", "a.example, b.example", "origin", "allowed_hosts", ("a.example", "b.example")),
        ("CUTOUT_DELIVERY__WAIT_SECONDS", "1.5", "delivery", "wait_seconds", 1.5),
    ],
)
def test_the_environment_wins(variable: str, text: str, section: str, field: str, value: object) -> None:
    assert getattr(getattr(load(CONFIG, {variable: text}), section), field) == value


def test_the_environment_wins_over_a_dialects_section_too() -> None:
    environment = {"CUTOUT_CLOUDIMAGE__ALIASES": "{m: https://m.example}", "CUTOUT_CLOUDINARY__REMOVAL_FIRST": "no"}
    settings = load(CONFIG, environment, SETTINGS)
    assert settings.vendor(Cloudimage).aliases == {"m": "https://m.example"}
    assert not settings.vendor(Cloudinary).removal_first


def test_a_worker_reads_the_file_of_the_proxy_and_leaves_the_dialects_sections() -> None:
    worker = load(CONFIG, {"CUTOUT_CLOUDIMAGE__CLOUD": "shop", "CUTOUT_SERVER__PORT": "9000"})
    assert (worker.server.port, worker.vendors) == (9000, {})


@pytest.mark.parametrize("vendors", [None, SETTINGS], ids=["worker", "proxy"])
@pytest.mark.parametrize("section", ["cloudimages", "remove-bg", "vendors"])
def test_a_misspelt_section_is_a_sentence_for_both(
    section: str, vendors: Mapping[str, type[Any]] | None, tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"{section}: {{cloud: shop}}")
    with pytest.raises(ConfigError, match=f"{section} is not a setting; expected one of: .*cloudimage.*remove_bg"):
        load(path, {}, vendors)


@pytest.mark.parametrize(("section", "setting"), list(MOVED))
def test_a_setting_of_an_older_file_is_read_where_it_stood(section: str, setting: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"{section}: {{{setting}: 0}}")
    kind = SETTINGS[MOVED[section, setting]]
    assert getattr(load(path, {}, SETTINGS).vendor(kind), setting) == 0
    for name in (section, MOVED[section, setting]):
        environment = {f"CUTOUT_{name}__{setting}".upper(): "1"}
        assert getattr(load(path, environment, SETTINGS).vendor(kind), setting) == 1
        assert getattr(load(CONFIG, environment, SETTINGS).vendor(kind), setting) == 1
    load(path, {})


def test_an_empty_section_keeps_its_defaults_and_takes_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("server:\ncloudimage:\n")
    settings = load(path, {"CUTOUT_SERVER__PORT": "9000"}, SETTINGS)
    assert (settings.server.port, settings.vendor(Cloudimage)) == (9000, Cloudimage())


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"CUTOUT_SERVER__PORT": "many"}, "server.port must be int, got 'many'"),
        ({"CUTOUT_SERVER__COLOUR": "red"}, "server.colour is not a setting"),
        ({"CUTOUT_ORIGIN__ALLOW_PRIVATE": "perhaps"}, "origin.allow_private must be true or false, got 'perhaps'"),
        ({"CUTOUT_CLOUDIMAGE__ALIASES": "a,b"}, "cloudimage.aliases must be a mapping"),
        ({"CUTOUT_CLOUDIMAGE__ALIAS": "a"}, "cloudimage.alias is not a setting; expected one of: aliases, client_keys"),
    ],
)
def test_a_wrong_setting_is_a_sentence(environment: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        load(CONFIG, environment, SETTINGS)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.yaml")


def test_clouds_come_with_keys_and_presets(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("clouds: {shop: {keys: {k: s}, strict: yes, presets: {web: {unsigned: true}}}}")
    cloud = load(path, {}).clouds["shop"]
    assert (dict(cloud.keys), cloud.strict, cloud.presets["web"]["unsigned"]) == ({"k": "s"}, True, True)
