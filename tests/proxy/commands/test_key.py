"""`cutout key`: tokens are made once, and hashed for the configuration."""

import re

import pytest
from typer.testing import CliRunner

from proxy.commands.cli import app
from proxy.runtime.secret_tokens import hashed, is_hash, is_one_of

SHOWN = re.compile(r"token +(\S+)\nhash +(\S+)\n")


STAGES: list[tuple[list[str], str]] = [
    ([], "sk_"),
    (["--stage", "test"], "test_sk_"),
    (["--stage", "live"], "live_sk_"),
]


@pytest.mark.parametrize(("options", "begins"), STAGES)
def test_a_new_token_comes_with_its_hash(options: list[str], begins: str) -> None:
    made = [SHOWN.fullmatch(CliRunner().invoke(app, ["key", "new", *options]).output) for _ in range(2)]
    tokens = [found.group(1) for found in made if found]
    assert len(set(tokens)) == 2
    assert all(token.startswith(begins) and len(token) >= 43 for token in tokens)
    assert [found.group(2) for found in made if found] == [hashed(token) for token in tokens]


def test_a_token_is_hashed_without_being_written_on_a_command_line() -> None:
    expected = hashed("sk_mine")
    typed = CliRunner().invoke(app, ["key", "hash"], input="sk_mine\n")
    assert expected in typed.output
    assert "sk_mine" not in typed.output
    assert CliRunner().invoke(app, ["key", "hash"], env={"CUTOUT_TOKEN": "sk_mine"}).output == f"{expected}\n"


def test_a_key_of_cloudinary_is_an_id_and_a_secret() -> None:
    made = CliRunner().invoke(app, ["key", "new", "--cloudinary"])
    assert re.fullmatch(r"key +(\d{15})\nsecret +(\S{32})\n", made.output)


def test_an_unknown_stage_is_a_sentence() -> None:
    refused = CliRunner().invoke(app, ["key", "new", "--stage", "beta"])
    assert refused.exit_code == 2
    assert "must be test or live" in refused.output


def test_a_token_is_known_as_it_is_and_by_its_hash() -> None:
    assert is_hash(hashed("a"))
    assert is_one_of("a", ["b", hashed("a")])
    assert is_one_of("a", ["a"])
    assert not is_one_of(hashed("a"), [hashed("a")])
    assert not is_one_of("", ["", hashed("")])
