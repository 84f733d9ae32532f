"""BMP, icons, TGA and JPEG 2000: written as asked, read whole or refused with a sentence."""

import io
import struct

import numpy as np
import pytest
import pyvips
from PIL import Image

from media.errors import LimitExceeded, SourceError
from media.formats import ico, pillow
from media.formats.automatic.quality import BOUNDS
from media.formats.source import open_source
from media.formats.table import FORMATS, sniff
from media.language.chain import Output
from media.operations import step
from tests.media import pictures
from tests.media.rendering import rendered

MANY = 100_000_000
NAMES = ("bmp", "ico", "tga", "jp2", "jpc")
EXACT = ("bmp", "ico", "tga")


def written(name: str, source: bytes, quality: int | str = 0) -> bytes:
    return rendered(source, output=Output((name,), quality)).body


def saved(picture: Image.Image, plugin: str, **options: object) -> bytes:
    body = io.BytesIO()
    picture.save(body, plugin, **options)
    return body.getvalue()


def difference(first: pyvips.Image, second: pyvips.Image) -> float:
    return float(abs(first - second).max())


@pytest.mark.parametrize("name", EXACT)
def test_a_format_without_loss_gives_every_pixel_back(name: str) -> None:
    found, alpha = open_source(written(name, pictures.png()), max_pixels=MANY).first_frame(), FORMATS[name].alpha
    source = pictures.cut_out()
    expected = source if alpha else source.flatten(background=255).cast("uchar")
    assert difference(found, expected) == 0


@pytest.mark.parametrize("name", ["jp2", "jpc"])
def test_jpeg_2000_of_quality_100_loses_nothing(name: str) -> None:
    body = written(name, bytes(pictures.colours().write_to_buffer(".png")), 100)
    assert difference(open_source(body, max_pixels=MANY).first_frame(), pictures.colours()) == 0


@pytest.mark.parametrize("name", ["jp2", "jpc", "pdf", "eps"])
def test_size_follows_quality(name: str) -> None:
    sizes = [len(written(name, pictures.jpeg(400, 300), quality)) for quality in (20, 50, 80, 95)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1] / 2


@pytest.mark.parametrize("name", ["jp2", "pdf", "ps"])
def test_automatic_quality_is_jpegs(name: str) -> None:
    sizes = [len(written(name, pictures.jpeg(400, 300), f"auto:{level}")) for level in BOUNDS["jpg"]]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 90), (90, 1), (3, 2), (31, 33)])
def test_specks_and_strips_are_written_and_read(name: str, width: int, height: int) -> None:
    found = open_source(written(name, pictures.png(width, height)), max_pixels=MANY).info
    assert (found.format, found.width, found.height) == (name, width, height)
    assert found.has_alpha == FORMATS[name].alpha


@pytest.mark.parametrize("name", ["bmp", "tga", "jp2", "jpc", "pdf", "eps", "ps"])
def test_brightness_alone_is_one_band(name: str) -> None:
    opaque = rendered(pictures.jpeg(), step("show_matte"), output=Output((name,), grayscale=True)).body
    assert sniff(opaque) is FORMATS[name]
    assert not FORMATS[name].readable or pillow.open_file(opaque, FORMATS[name]).header.bands == 1


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(400, 300, (256, 192)), (256, 256, (256, 256)), (16, 16, (16, 16)), (1000, 3, (256, 1))],
)
def test_an_icon_is_scaled_down_to_256_and_never_up(width: int, height: int, size: tuple[int, int]) -> None:
    result = rendered(pictures.png(width, height), output=Output(("ico",)))
    assert (result.width, result.height) == size
    with Image.open(io.BytesIO(result.body)) as icon:
        assert icon.size == size


def test_the_largest_picture_of_an_icon_is_read() -> None:
    picture = Image.fromarray(np.asarray(pictures.cut_out(128, 128).numpy()))
    for kind in ("png", "bmp"):
        body = saved(picture, "ICO", sizes=[(16, 16), (128, 128), (32, 32)], bitmap_format=kind)
        assert (open_source(body, max_pixels=MANY).info.width, ico.largest(body).is_png) == (128, kind == "png")
        assert difference(open_source(body, max_pixels=MANY).first_frame(), pictures.cut_out(128, 128)) == 0


SOURCES = {
    "bmp of a palette": lambda: saved(rgb().quantize(64), "BMP"),
    "bmp of one bit": lambda: saved(rgb().convert("1"), "BMP"),
    "tga with run lengths": lambda: saved(rgb(), "TGA", compression="tga_rle"),
    "tga from below": lambda: saved(rgb(), "TGA", orientation=1),
    "grey tga": lambda: saved(rgb().convert("L"), "TGA"),
    "grey jp2": lambda: saved(rgb().convert("L"), "JPEG2000"),
    "jp2 of sixteen bits": lambda: saved(
        Image.fromarray(np.asarray(rgb().convert("L")).astype(np.uint16) * 257), "JPEG2000"
    ),
    "jp2 in tiles": lambda: saved(rgb(), "JPEG2000", tile_size=(16, 16)),
}


def rgb() -> Image.Image:
    return Image.fromarray(np.asarray(pictures.colours().numpy()))


@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_is_read_upright(kind: str) -> None:
    found = open_source(SOURCES[kind](), max_pixels=MANY).first_frame()
    is_plain = any(word in kind for word in ("grey", "sixteen", "one bit"))
    assert (found.width, found.height, found.bands) == (pictures.WIDTH, pictures.HEIGHT, 3)
    red, green, blue = found.getpoint(21, 18)
    assert (red == green == blue) if is_plain else (red > 170 and max(green, blue) < 110)
    if kind not in ("bmp of one bit", "bmp of a palette"):
        grey = np.dstack([np.asarray(rgb().convert("L"))] * 3)
        assert np.abs(np.asarray(found.numpy(), int) - (grey if is_plain else pictures.colours().numpy())).mean() < 3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_truncated_source_is_refused(name: str, share: float) -> None:
    body = written(name, pictures.png(200, 150))
    cut = body[: int(len(body) * share)]
    if name == "tga":
        # Its magic stands in the last bytes.
        cut += body[-26:]
    with pytest.raises(SourceError):
        open_source(cut, max_pixels=MANY).first_frame()


def bomb_bmp() -> bytes:
    body = bytearray(written("bmp", pictures.png()))
    body[18:26] = struct.pack("<ii", 60_000, 60_000)
    return bytes(body)


def bomb_tga() -> bytes:
    body = bytearray(written("tga", pictures.png()))
    body[12:16] = struct.pack("<HH", 60_000, 60_000)
    return bytes(body)


def bomb_jpc() -> bytes:
    body = bytearray(written("jpc", pictures.png()))
    body[8:16] = struct.pack(">II", 60_000, 60_000)
    return bytes(body)


def bomb_jp2() -> bytes:
    body = bytearray(written("jp2", pictures.png()))
    place = body.index(b"ihdr") + 4
    body[place : place + 8] = struct.pack(">II", 60_000, 60_000)
    return bytes(body)


def bomb_ico() -> bytes:
    body = bytearray(written("ico", pictures.png()))
    place = body.index(b"IHDR") + 4
    body[place : place + 8] = struct.pack(">II", 60_000, 60_000)
    return bytes(body)


@pytest.mark.parametrize("bomb", [bomb_bmp, bomb_tga, bomb_jpc, bomb_jp2, bomb_ico])
def test_size_is_judged_before_pixels_are_decoded(bomb: object) -> None:
    with pytest.raises(LimitExceeded, match="60000×60000"):
        rendered(bomb())  # type: ignore[operator]


def test_codestream_larger_than_its_file_says_is_refused() -> None:
    body = bytearray(written("jp2", pictures.png()))
    place = body.index(b"\xff\x4f\xff\x51") + 8
    body[place : place + 8] = struct.pack(">II", 30_000, 30_000)
    with pytest.raises(SourceError):
        open_source(bytes(body), max_pixels=MANY).first_frame()


def test_bitmap_in_an_icon_cannot_be_larger_than_an_icon() -> None:
    body = bytearray(saved(rgb(), "ICO", sizes=[(32, 32)], bitmap_format="bmp"))
    body[26:34] = struct.pack("<ii", 9_000, 18_000)
    with pytest.raises(SourceError):
        open_source(bytes(body), max_pixels=MANY)


@pytest.mark.parametrize("name", NAMES)
def test_any_damaged_byte_gives_a_picture_or_a_sentence(name: str) -> None:
    body = written(name, pictures.png(24, 16))
    for place in range(0, min(len(body), 400)):
        for value in (0, 255, body[place] ^ 1):
            damaged = body[:place] + bytes([value]) + body[place + 1 :]
            row = sniff(damaged)
            if row is None or row.name != name:
                continue
            try:
                open_source(damaged, max_pixels=1_000_000).first_frame()
            except (SourceError, LimitExceeded):
                continue
