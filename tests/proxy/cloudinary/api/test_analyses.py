"""What a client asks to be told about a picture is told of every format that is read."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from media.formats.table import FORMATS
from media.language.chain import Output
from tests.media import pictures
from tests.media.formats.heic_writer import heic
from tests.media.formats.photoshop import document
from tests.media.rendering import rendered
from tests.stage import Stage

ANALYSES = ("colors", "phash", "exif", "image_metadata", "media_metadata", "quality_analysis")
PICTURE = bytes(pictures.colours().write_to_buffer(".png"))


def written(name: str) -> bytes:
    return rendered(PICTURE, output=Output((name,))).body


def painted() -> bytes:
    return document([np.asarray(plane.numpy()) for plane in pictures.colours().bandsplit()])


#: Formats that are read and not written here.
MADE: dict[str, Callable[[], bytes]] = {"psd": painted, "heic": lambda: heic(pictures.colours())}
READ = [row.name for row in FORMATS.values() if row.readable]


def source(name: str) -> bytes:
    return MADE[name]() if name in MADE else written(name)


@pytest.mark.parametrize("analysis", ANALYSES)
@pytest.mark.parametrize("name", READ)
def test_every_analysis_of_every_format(stage: Stage, name: str, analysis: str) -> None:
    answer: Any = stage.upload(source(name), "shoe", **{analysis: "true"})
    assert (answer["format"], analysis in answer) == (name, True)


@pytest.mark.parametrize("name", READ)
def test_all_formats_of_one_picture_are_told_alike(stage: Stage, name: str) -> None:
    asked = dict.fromkeys(ANALYSES, "true")
    answer: Any = stage.upload(source(name), "shoe", **asked)
    like: Any = stage.upload(PICTURE, "other", **asked)
    assert answer["image_metadata"]["width"] == answer["media_metadata"]["width"] == "60"
    # Of 64; other pictures differ in about half of them.
    assert differing_bits(answer["phash"], like["phash"]) <= 8
    assert answer["quality_analysis"]["focus"] == pytest.approx(like["quality_analysis"]["focus"], abs=0.1)


def differing_bits(first: str, second: str) -> int:
    return (int(first, 16) ^ int(second, 16)).bit_count()


@pytest.mark.parametrize("output", [Output(), Output(("png",), animated=True)])
def test_of_an_animation_the_first_frame_is_told(stage: Stage, output: Output) -> None:
    asked = dict.fromkeys(ANALYSES, "true")
    frames = pictures.animation(".gif")
    moving: Any = stage.upload(rendered(frames, output=output).body, "moving", **asked)
    still: Any = stage.upload(pictures.animation(".gif", frames=1), "still", **asked)
    assert all(moving[each] == still[each] for each in ("colors", "phash", "quality_analysis"))


@pytest.mark.parametrize("size", [(1, 1), (1, 90), (90, 1)])
def test_specks_and_strips_are_told_of(stage: Stage, size: tuple[int, int]) -> None:
    body = io.BytesIO()
    Image.new("L", size, 200).save(body, "PNG")
    answer: Any = stage.upload(body.getvalue(), "speck", **dict.fromkeys(ANALYSES, "true"))
    assert answer["quality_analysis"]["focus"] == 0


def test_turned_pictures_are_judged_upright(stage: Stage) -> None:
    plain, turned, exif = io.BytesIO(), io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    picture = Image.fromarray(np.asarray(pictures.colours(256, 160).numpy()))
    picture.save(plain, "PNG")
    picture.rotate(90, expand=True).save(turned, "PNG", exif=exif)
    hashes = [stage.upload(body.getvalue(), "shoe", phash="true")["phash"] for body in (plain, turned)]
    assert hashes[0] == hashes[1]
