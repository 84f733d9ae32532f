"""Files that are small and claim much: what a parser copies and walks grows with the file, not with its claims."""

import contextlib
import struct
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from media.errors import LimitExceeded, RequestError, SourceError
from media.formats import pillow, png, psd
from media.formats.codec import open_whole
from media.formats.codecs import codec_of
from media.formats.source import open_source
from media.formats.table import FORMATS
from media.geometry import Size
from media.isolation.children import InProcess, instead
from tests.growth import FACTOR, grows_linearly
from tests.media import pictures
from tests.media.formats.heic_writer import heic

CLAIM = 0xFFFF_FFF0


def icon_of_one_picture_often(length: int) -> bytes:
    """256 entries of a directory that all name the same bytes."""
    body = pictures.png().ljust(length, b"\0")
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(body), 6 + 256 * 16)
    return struct.pack("<HHH", 0, 1, 256) + entry * 256 + body


def psd_with(layers: bytes, count: int) -> bytes:
    section = struct.pack(">Ih", len(layers) + 2, count) + layers
    head = b"8BPS\x00\x01" + bytes(6) + struct.pack(">HIIHH", 3, 4, 4, 8, 3) + bytes(8)
    return head + struct.pack(">I", len(section)) + section + bytes(2 + 48)


def layer(*, channels: int = 0, extra: bytes = b"") -> bytes:
    head = struct.pack(">4iH", 0, 0, 4, 4, channels) + struct.pack(">hI", 0, 2) * channels
    return head + b"8BIMnorm" + struct.pack(">4BI", 255, 0, 0, 0, len(extra)) + extra


def psd_of_channels(length: int) -> bytes:
    count = min(length // 6 // 60_000 + 1, 30_000)
    return psd_with(layer(channels=60_000) * count, count)


def psd_of_blocks_that_reach_to_the_end(length: int) -> bytes:
    extra = struct.pack(">II", 0, 0) + bytes(4) + b"8BIMluni" + struct.pack(">I", CLAIM)
    count = min(length // len(layer(extra=extra)), psd.MAX_LAYERS)
    return psd_with(layer(extra=extra) * count, count).ljust(length, b"\0")


def gif_of_empty_comments(length: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", 4, 4, 0, 0, 0) + b"\x21\xfe\0" * (length // 3) + b";"


def gif_of_one_byte_chunks(length: int) -> bytes:
    picture = b"\x2c" + struct.pack("<HHHHB", 0, 0, 4, 4, 0) + b"\x02"
    return b"GIF89a" + struct.pack("<HHBBB", 4, 4, 0, 0, 0) + picture + b"\x01\0" * (length // 2) + b"\0;"


def png_of_frames_that_share(length: int) -> bytes:
    frames = 2_000
    header = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    row = zlib.compress(bytes(4 * 13))
    chunks: list[tuple[bytes, bytes]] = [(b"IHDR", header), (b"acTL", struct.pack(">II", frames, 0))]
    chunks.append((b"iCCP", b"x\0\0" + bytes(length)))
    for number in range(frames):
        chunks.append((b"fcTL", struct.pack(">IIIIIHHBB", 2 * number, 4, 4, 0, 0, 1, 10, 0, 0)))
        chunks.append((b"IDAT", row) if not number else (b"fdAT", struct.pack(">I", 2 * number + 1) + row))
    return png.joined([*chunks, (b"IEND", b"")])


def png_of_empty_chunks(length: int) -> bytes:
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))] + [(b"tEXt", b"")] * (length // 12)
    return png.joined(chunks)


def bitmap_of_runs(length: int) -> bytes:
    data = b"\x01\x01" * (length // 2)
    info = struct.pack("<IiiHHIIiiII", 40, 30_000, 3_000, 1, 8, 1, len(data), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 1078 + len(data), 0, 0, 1078) + info + bytes(1024) + data


ATTACKS: dict[str, tuple[str, Callable[[int], bytes], int]] = {
    "an icon that names its bytes 256 times": ("ico", icon_of_one_picture_often, 4 << 20),
    "a PSD of channel records": ("psd", psd_of_channels, 4 << 20),
    "a PSD whose blocks reach to its end": ("psd", psd_of_blocks_that_reach_to_the_end, 1 << 20),
    "a GIF of empty comments": ("gif", gif_of_empty_comments, 4 << 20),
    "a GIF of chunks of one byte": ("gif", gif_of_one_byte_chunks, 1 << 20),
    "an animated PNG whose frames share a chunk": ("png", png_of_frames_that_share, 1 << 20),
    "a PNG of empty chunks": ("png", png_of_empty_chunks, 1 << 20),
    "a bitmap of run lengths": ("bmp", bitmap_of_runs, 16 << 20),
}


def read(kind: str, body: bytes) -> None:
    """Open and decode it, as the child process would; refusing it is right, too."""
    codec, row = codec_of(FORMATS[kind]), FORMATS[kind]
    with contextlib.suppress(RequestError, SourceError):
        codec.open(body, row)


@pytest.mark.parametrize("attack", ATTACKS)
def test_opening_costs_what_the_file_is_long(attack: str) -> None:
    kind, make, length = ATTACKS[attack]
    bodies = {size: make(size) for size in (length, length // FACTOR)}
    assert grows_linearly(lambda size: read(kind, bodies[size]), length)


@pytest.mark.parametrize("attack", ATTACKS)
def test_opening_copies_no_more_than_a_few_times_the_file(attack: str) -> None:
    kind, make, length = ATTACKS[attack]
    body = make(length)
    read(kind, body)
    tracemalloc.start()
    try:
        read(kind, body)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(body) + (8 << 20)


def png_without_a_header() -> bytes:
    frame = struct.pack(">IIIIIHHBB", 0, 4, 4, 0, 0, 1, 10, 0, 0)
    parts = [(b"IHDR", b""), (b"acTL", struct.pack(">II", 2, 0)), (b"fcTL", frame), (b"IDAT", b""), (b"fcTL", frame)]
    return png.joined([*parts, (b"IEND", b"")])


def heic_of_no_size() -> bytes:
    body = heic(pictures.colours())
    place = body.index(b"ispe") + 8
    return body[:place] + bytes(8) + body[place + 8 :]


#: Found by tests/attacks/fuzz_files.py: what no parser had thought of.
STUMBLING: dict[str, tuple[str, Callable[[], bytes]]] = {
    "an animated PNG with an empty header": ("png", png_without_a_header),
    "a HEIC that says it has no size": ("heic", heic_of_no_size),
}


@pytest.mark.parametrize("what", STUMBLING)
def test_what_a_parser_stumbles_over_is_the_fault_of_the_bytes(what: str) -> None:
    kind, make = STUMBLING[what]
    with pytest.raises(SourceError, match="cannot be read"):
        open_whole(codec_of(FORMATS[kind]), make(), FORMATS[kind])


def test_run_lengths_of_a_bitmap_are_read_up_to_a_bound() -> None:
    with pytest.raises(LimitExceeded, match="run lengths"):
        codec_of(FORMATS["bmp"]).open(bitmap_of_runs(pillow.MAX_RUN_BYTES + 2), FORMATS["bmp"])


def bmp_of(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head


def png_of(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width % 2**32, height % 2**32, 8, 2, 0, 0, 0)
    return png.joined([(b"IHDR", header), (b"IDAT", b""), (b"IEND", b"")])


def psd_of(width: int, height: int) -> bytes:
    return b"8BPS\x00\x01" + bytes(6) + struct.pack(">HIIHH", 3, height % 2**32, width % 2**32, 8, 3) + bytes(12)


def gif_of(width: int, height: int) -> bytes:
    picture = b"\x2c" + struct.pack("<HHHHB", width % 65_536, height % 65_536, width % 65_536, height % 65_536, 0)
    return b"GIF89a" + struct.pack("<HHBBB", 0, 0, 0, 0, 0) + picture + b"\x02\0;"


def icon_of(width: int, height: int) -> bytes:
    body = png_of(width, height)
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 0, 0, 0, 0, 1, 32, len(body), 22) + body


SIDES = (0, -1, 1, 65_535, 1_000_000, 100_000_001, 2**31 - 1, -(2**31))


@pytest.mark.parametrize("make", [bmp_of, png_of, psd_of, gif_of, icon_of], ids=lambda make: make.__name__)
def test_sides_that_no_picture_has_leave_no_trace_in_the_log(
    make: Callable[[int, int], bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    """libvips would write a line for each, past our log and its bounds."""
    with instead(InProcess()):
        for width in SIDES:
            for height in SIDES:
                with contextlib.suppress(SourceError, RequestError):
                    open_source(make(width, height), max_pixels=4_000_000).pixels(target=Size(9, 9))
    assert "CRITICAL" not in capfd.readouterr().err


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg_of_scans(count: int, side: int = 512) -> bytes:
    """Progressive and grey: after the first scan each says, of one coefficient, that it is zero everywhere."""
    blocks = (side // 8) ** 2
    table = bytes([1, *[0] * 15])
    parts = [b"\xff\xd8", segment(0xDB, bytes([0, *[1] * 64]))]
    parts += [segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + bytes([1, 0x11, 0]))]
    parts += [segment(0xC4, b"\x00" + table + b"\x00"), segment(0xC4, b"\x10" + table + b"\xe0")]
    parts += [segment(0xDA, bytes([1, 1, 0, 0, 0, 0])), bytes(blocks // 8)]
    steps = [(place, low) for place in range(1, 64) for low in range(13, -1, -1)]
    for place, low in steps[: count - 1]:
        high = low + 1 if low < 13 else 0
        parts += [segment(0xDA, bytes([1, 1, 0, place, place, high << 4 | low])), b"\x7f\xff\x00"]
    return b"".join([*parts, b"\xff\xd9"])


def test_a_jpeg_of_very_many_scans_is_refused_before_it_is_decoded() -> None:
    assert open_source(jpeg_of_scans(100), max_pixels=10**6).info.width == 512
    with pytest.raises(LimitExceeded, match="100 scans"):
        open_source(jpeg_of_scans(101), max_pixels=10**6)


def test_what_lies_in_or_behind_a_jpeg_is_no_scan_of_it() -> None:
    """A thumbnail, a profile, a second picture, a film."""
    body = pictures.jpeg()
    noise = b"\xff\xda\x00\x04" * 300
    for odd in (body[:2] + segment(0xE2, noise) + body[2:], body + noise):
        assert open_source(odd, max_pixels=10**6).pixels().size.width
