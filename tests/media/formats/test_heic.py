"""HEIC, written here by pillow-heif: read upright, in its colours, within limits, or refused with a sentence."""

import contextlib
import io
import subprocess
import sys

import numpy as np
import pillow_heif
import pytest
import pyvips
from PIL import Image

from media.analysis import metadata
from media.errors import LimitExceeded, SourceError, UnsupportedFormat
from media.formats.source import Source, open_source
from media.language.chain import Output
from media.operations import step
from tests.media import pictures
from tests.media.formats.heic_writer import heic
from tests.media.formats.test_iso import READ, branded
from tests.media.rendering import rendered

MANY = 100_000_000
WIDTH, HEIGHT = 200, 120
#: What HEVC may change of a picture of few colours, in levels.
NEAR = 3


def colours() -> pyvips.Image:
    return pictures.colours(WIDTH, HEIGHT)


def cut_out() -> pyvips.Image:
    return pictures.cut_out(WIDTH, HEIGHT)


def deep(image: pyvips.Image) -> pyvips.Image:
    return (image.cast("ushort") * 257).cast("ushort")


def opened(body: bytes) -> Source:
    return open_source(body, max_pixels=MANY)


def first(body: bytes) -> pyvips.Image:
    return opened(body).first_frame()


def difference(found: pyvips.Image, expected: pyvips.Image) -> float:
    return float(abs(found.cast("float") - expected).avg())


PLAIN = heic(colours())
GRID = heic(colours(), tile_size=64)
KINDS = {
    "colours": (PLAIN, colours()),
    "a grid of tiles": (GRID, colours()),
    "alpha": (heic(cut_out()), cut_out()),
    "premultiplied alpha": (heic(cut_out().premultiply().cast("uchar"), mode="RGBa"), cut_out()),
    "grey": (heic(colours().colourspace("b-w")), colours().colourspace("b-w").colourspace("srgb")),
    "10 bits": (heic(deep(colours())), colours()),
    "10 bits with alpha": (heic(deep(cut_out())), cut_out()),
    "grey of 10 bits": (heic(deep(colours().colourspace("b-w"))), colours().colourspace("b-w").colourspace("srgb")),
    "odd sides": (heic(pictures.colours(201, 77)), pictures.colours(201, 77)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_keeps_its_colours(kind: str) -> None:
    body, expected = KINDS[kind]
    source = opened(body)
    found = source.first_frame()
    assert (source.info.format, source.info.width, source.info.height) == ("heic", expected.width, expected.height)
    assert (found.format, found.interpretation, found.bands) == ("uchar", "srgb", expected.bands)
    assert source.info.has_alpha == found.hasalpha() == expected.hasalpha()
    visible = expected[3] > 128 if expected.hasalpha() else 255
    assert difference(found * (visible / 255), expected * (visible / 255)) < NEAR


def test_a_profile_is_applied() -> None:
    wide = colours().icc_export(output_profile="p3")
    file = pillow_heif.from_pillow(Image.fromarray(wide.numpy()))
    body = io.BytesIO()
    file.save(body, quality=95, chroma=444, icc_profile=wide.get("icc-profile-data"))
    assert difference(first(body.getvalue()), colours()) < NEAR


def turned(orientation: int, *, by_properties: bool) -> bytes:
    """Stored so that ``orientation`` makes it upright; without properties EXIF alone says so."""
    turns = {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 1, 7: 3, 8: 3}
    upright = np.asarray(colours().numpy())
    stored = upright[:, ::-1] if orientation in (2, 4, 5, 7) else upright
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = orientation, "Camera"
    file = pillow_heif.from_pillow(Image.fromarray(np.ascontiguousarray(np.rot90(stored, turns[orientation]))))
    body = io.BytesIO()
    file.save(body, quality=95, chroma=444, exif=exif.tobytes())
    found = body.getvalue()
    return found if by_properties else found.replace(b"irot", b"free").replace(b"imir", b"free")


@pytest.mark.parametrize("by_properties", [True, False])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_orientations_end_upright_once(orientation: int, by_properties: bool) -> None:
    body = turned(orientation, by_properties=by_properties)
    source = opened(body)
    assert (source.info.width, source.info.height) == (WIDTH, HEIGHT)
    assert difference(source.first_frame(), colours()) < NEAR
    kept = pictures.opened(rendered(body, output=Output(("jpg",), keep_metadata=True)).body)
    assert (kept.width, kept.height) == (WIDTH, HEIGHT)
    assert kept.get("exif-ifd0-Model").startswith("Camera")
    assert kept.get_typeof("orientation") == 0 or kept.get("orientation") == 1


def test_metadata_is_told() -> None:
    assert metadata(opened(turned(6, by_properties=True)), exif_only=True)["Model"] == "Camera"


def test_the_result_is_a_format_that_is_written() -> None:
    assert rendered(PLAIN, step("fit", width="30")).format_name == "jpg"
    assert rendered(heic(cut_out()), step("fit", width="30")).format_name == "png"


@pytest.mark.parametrize("brands", [each for each in READ if READ[each] == "heic" and len(each) > 1], ids=" ".join)
def test_every_brand_is_read(brands: tuple[str, ...]) -> None:
    assert difference(first(branded(PLAIN, *brands[:3])), colours()) < NEAR


def test_items_tell_what_brands_leave_open() -> None:
    assert difference(first(branded(PLAIN, "mif1", "miaf")), colours()) < NEAR


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5, 0.8, 0.95, 0.999])
@pytest.mark.parametrize("body", [PLAIN, GRID, KINDS["alpha"][0]], ids=["plain", "grid", "alpha"])
def test_a_truncated_file_is_a_source_error(body: bytes, share: float) -> None:
    with pytest.raises(SourceError):
        first(body[: int(len(body) * share)])


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_is_read_or_refused(seed: int) -> None:
    chance = np.random.default_rng(seed)
    damaged = bytearray(GRID if seed % 2 else KINDS["alpha"][0])
    for place in chance.integers(0, len(damaged) if seed % 4 < 2 else 600, 4):
        damaged[place] = chance.integers(256)
    with contextlib.suppress(SourceError, UnsupportedFormat, LimitExceeded):
        first(bytes(damaged))


def test_size_is_judged_before_pixels_are_decoded() -> None:
    with pytest.raises(LimitExceeded, match=f"{WIDTH}×{HEIGHT}"):
        open_source(PLAIN, max_pixels=WIDTH * HEIGHT - 1)
    large = PLAIN.replace(WIDTH.to_bytes(4) + HEIGHT.to_bytes(4), (20_000).to_bytes(4) * 2)
    with pytest.raises(LimitExceeded, match="20000×20000"):
        opened(large)


def test_a_picture_larger_than_it_says_is_not_decoded() -> None:
    small = PLAIN.replace(WIDTH.to_bytes(4) + HEIGHT.to_bytes(4), (16).to_bytes(4) * 2)
    with pytest.raises(SourceError):
        first(small)


def test_nothing_is_registered_with_pillow() -> None:
    assert ".heic" not in Image.registered_extensions()


_WITHOUT_DECODER = """
import sys
sys.modules["pillow_heif"] = None
from media.formats.source import open_source
from media.isolation.children import InProcess, instead
try:
    with instead(InProcess()):
        open_source(sys.stdin.buffer.read(), max_pixels=10**8)
except Exception as error:
    print(type(error).__name__, error)
"""


def test_without_a_decoder_the_reason_is_told() -> None:
    found = subprocess.run([sys.executable, "-c", _WITHOUT_DECODER], input=PLAIN, capture_output=True, check=True)
    assert found.stdout.decode().strip() == (
        "UnsupportedFormat Images of the format heic cannot be read here: pillow-heif is not installed."
    )
