"""What a file is that no API reads is said by every API, and a HEIC is read by all, or refused for the true reason."""

import json
import subprocess
import sys

import pytest

from media.config import Settings
from tests.media import pictures
from tests.media.formats.heic_writer import heic
from tests.media.formats.test_iso import ftyp
from tests.proxy.file_kinds import APIS, answers

HEIC = heic(pictures.colours(96, 64))
_PROGRAM = """
import runpy, sys
sys.modules["pillow_heif"] = None
runpy.run_module("tests.proxy.file_kinds", run_name="__main__")
"""


@pytest.mark.parametrize("brands", [("crx ", "crx "), ("mp42", "isom"), ("mif1", "avci")], ids=" ".join)
def test_every_api_says_what_a_file_is(settings: Settings, brands: tuple[str, ...]) -> None:
    words = {"crx ": "a Canon raw photograph", "mp42": "a video", "mif1": "a HEIF with H.264 pictures"}[brands[0]]
    for name, (status, text) in answers(settings, ftyp(*brands) + bytes(64)).items():
        assert 400 <= status < 500, name
        assert words in text, (name, text)


def test_every_api_reads_heic(settings: Settings) -> None:
    for name, (status, text) in answers(settings, HEIC).items():
        assert status == 200 or (status == 503 and "Retry-After" in text.title()), (name, status, text)


def test_every_api_says_that_there_is_no_decoder(redis_url: str) -> None:
    program = [sys.executable, "-c", _PROGRAM, redis_url]
    found = json.loads(subprocess.run(program, input=HEIC, capture_output=True, check=True).stdout)
    assert set(found) == set(APIS)
    for name, (status, text) in found.items():
        assert 400 <= status < 500, name
        assert "pillow-heif is not installed" in text, (name, text)
        assert "truncated" not in text, (name, text)
