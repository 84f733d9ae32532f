"""Settings: one list in code, one in config.yaml, and the environment above both."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from media.config import ConfigError, Settings, load, setting_names

CONFIG = Path(__file__).parent.parent / "config.yaml"


def names_in(document: dict[str, Any]) -> set[str]:
    return {
        name if section == "clouds" else f"{section}.{name}"
        for section, fields in document.items()
        for name in (["clouds"] if section == "clouds" else fields)
    }


def test_config_yaml_has_every_setting_and_no_other() -> None:
    assert names_in(yaml.safe_load(CONFIG.read_text())) == set(setting_names())


def test_every_line_of_config_yaml_has_a_comment_and_the_default() -> None:
    lines = [line for line in CONFIG.read_text().splitlines() if re.match(r"  \w+:", line)]
    assert lines
    assert all("#" in line for line in lines if not line.startswith("  demo:"))
    shipped = load(CONFIG, {})
    assert {**vars_of(shipped), "clouds": None} == {**vars_of(Settings()), "clouds": None}


def vars_of(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__slots__}


@pytest.mark.parametrize(
    ("variable", "text", "section", "field", "value"),
    [
        ("CUTOUT_SERVER__PORT", "9000", "server", "port", 9000),
        ("CUTOUT_ORIGIN__ALLOW_PRIVATE", "true", "origin", "allow_private", True),
        ("CUTOUT_ORIGIN__ALLOWED_HOSTS", "a.example, b.example", "origin", "allowed_hosts", ("a.example", "b.example")),
        ("CUTOUT_DELIVERY__WAIT_SECONDS", "1.5", "delivery", "wait_seconds", 1.5),
        ("CUTOUT_CLOUDIMAGE__ALIASES", "{m: https://m.example}", "cloudimage", "aliases", {"m": "https://m.example"}),
    ],
)
def test_the_environment_wins(variable: str, text: str, section: str, field: str, value: object) -> None:
    assert getattr(getattr(load(CONFIG, {variable: text}), section), field) == value


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"CUTOUT_SERVER__PORT": "many"}, "server.port must be int, got 'many'"),
        ({"CUTOUT_SERVER__COLOUR": "red"}, "server.colour is not a setting"),
        ({"CUTOUT_ORIGIN__ALLOW_PRIVATE": "perhaps"}, "origin.allow_private must be true or false, got 'perhaps'"),
        ({"CUTOUT_CLOUDIMAGE__ALIASES": "a,b"}, "cloudimage.aliases must be a mapping"),
    ],
)
def test_a_wrong_setting_is_a_sentence(environment: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        load(CONFIG, environment)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.yaml")


def test_clouds_come_with_keys_and_presets(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("clouds: {shop: {keys: {k: s}, strict: yes, presets: {web: {unsigned: true}}}}")
    cloud = load(path, {}).clouds["shop"]
    assert (dict(cloud.keys), cloud.strict, cloud.presets["web"]["unsigned"]) == ({"k": "s"}, True, True)
