"""PNGs that say by numbers what their values mean, and the sRGB that browsers show: grey, colours, palettes, 16 bits.

tests/browser/test_pictures.py asks Chromium whether the values are right.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import pyvips

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
BANDS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
#: White, red, green and blue of sRGB, and with Adobe RGB's green.
SRGB = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
ADOBE = (31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
SKEWED = (34570, 35850, *SRGB[2:])
Chunk = tuple[bytes, bytes]
Pixel = tuple[int, int, int, int]


def gamma(value: int) -> Chunk:
    return b"gAMA", value.to_bytes(4)


def chromaticities(values: Sequence[int]) -> Chunk:
    return b"cHRM", struct.pack(">8I", *values)


def coded(primaries: int, curve: int, matrix: int = 0, full_range: int = 1) -> Chunk:
    return b"cICP", bytes((primaries, curve, matrix, full_range))


def profile(body: bytes) -> Chunk:
    return b"iCCP", b"p\0\0" + zlib.compress(body)


def p3() -> bytes:
    image = pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb").icc_export(output_profile="p3")
    return bytes(image.get("icc-profile-data"))


def written(chunks: Sequence[Chunk]) -> bytes:
    parts = [
        len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4) for kind, content in chunks
    ]
    return SIGNATURE + b"".join(parts)


def png(values: bytes, *chunks: Chunk, kind: int = RGB, depth: int = 8) -> bytes:
    """One row of pixels; ``chunks`` stand before them."""
    width = len(values) * 8 // (depth * BANDS[kind])
    header = struct.pack(">IIBBBBB", width, 1, depth, kind, 0, 0, 0)
    pixels = zlib.compress(b"\0" + values)
    return written([(b"IHDR", header), *chunks, (b"IDAT", pixels), (b"IEND", b"")])


def moving(first: bytes, second: bytes, *chunks: Chunk) -> bytes:
    """Two frames of RGB, the second one over all of the first."""
    width = len(first) // 3
    controls = [(b"fcTL", struct.pack(">IIIIIHHBB", number, width, 1, 0, 0, 1, 10, 0, 0)) for number in (0, 1)]
    header = struct.pack(">IIBBBBB", width, 1, 8, RGB, 0, 0, 0)
    return written([
        (b"IHDR", header), *chunks, (b"acTL", struct.pack(">II", 2, 0)),
        controls[0], (b"IDAT", zlib.compress(b"\0" + first)),
        controls[1], (b"fdAT", (2).to_bytes(4) + zlib.compress(b"\0" + second)), (b"IEND", b""),
    ])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """``pixels`` are what is shown of the last frame."""

    body: bytes
    pixels: tuple[Pixel, ...]


def grey(*values: int) -> tuple[Pixel, ...]:
    return tuple((value, value, value, 255) for value in values)


VALUES = bytes((128, 64, 200, 255, 0, 10))
UNCHANGED = ((128, 64, 200, 255), (255, 0, 10, 255))
LINEAR = ((188, 137, 229, 255), (255, 0, 56, 255))
LINEAR_ADOBE = ((204, 137, 232, 255), (255, 0, 57, 255))
P3 = ((138, 59, 207, 255), (255, 0, 0, 255))
TABLE = (b"PLTE", VALUES)
LIGHT, WIDE = gamma(100_000), chromaticities(ADOBE)
DEEP = bytes((128, 128, 64, 64, 200, 200, 255, 255, 0, 0, 10, 10))

CASES: dict[str, Case] = {
    "nothing said": Case(png(VALUES), UNCHANGED),
    "light": Case(png(VALUES, LIGHT), LINEAR),
    "light in other primaries": Case(png(VALUES, LIGHT, WIDE), LINEAR_ADOBE),
    "light in the primaries of sRGB": Case(png(VALUES, LIGHT, chromaticities(SRGB)), LINEAR),
    "half the way to light": Case(png(VALUES, gamma(50_000)), ((137, 71, 206, 255), (255, 0, 5, 255))),
    "darker": Case(png(VALUES, gamma(10_000)), ((3, 0, 84, 255), (255, 0, 0, 255))),
    "beyond light": Case(png(VALUES, gamma(1_000_000)), ((247, 240, 252, 255), (255, 0, 221, 255))),
    "beyond all": Case(png(VALUES, gamma(2**31 - 1)), ((255, 255, 255, 255), (255, 0, 255, 255))),
    "next to nothing": Case(png(VALUES, gamma(1)), ((0, 0, 0, 255), (255, 0, 0, 255))),
    "a gamma of zero": Case(png(VALUES, gamma(0)), UNCHANGED),
    "a gamma cut short": Case(png(VALUES, (b"gAMA", b"\0\1")), UNCHANGED),
    "two gammas": Case(png(VALUES, LIGHT, gamma(45_455)), LINEAR),
    "the gamma of sRGB": Case(png(VALUES, gamma(45_455)), UNCHANGED),
    "nearly the gamma of sRGB": Case(png(VALUES, gamma(43_300)), UNCHANGED),
    "no longer the gamma of sRGB": Case(png(VALUES, gamma(43_000)), ((124, 56, 199, 255), (255, 0, 2, 255))),
    "primaries without gamma": Case(png(VALUES, WIDE), UNCHANGED),
    "other primaries": Case(png(VALUES, gamma(45_455), WIDE), ((146, 62, 205, 255), (255, 0, 3, 255))),
    "primaries of zero": Case(png(VALUES, LIGHT, chromaticities((0,) * 8)), UNCHANGED),
    "primaries all white": Case(png(VALUES, LIGHT, chromaticities(SRGB[:2] * 4)), UNCHANGED),
    "primaries beyond colours": Case(png(VALUES, LIGHT, chromaticities((*SRGB[:7], 100_001))), UNCHANGED),
    "sRGB and light": Case(png(VALUES, (b"sRGB", b"\0"), LIGHT), UNCHANGED),
    "a profile": Case(png(VALUES, profile(p3())), P3),
    "a profile and light": Case(png(VALUES, profile(p3()), LIGHT), P3),
    "a broken profile and light": Case(png(VALUES, profile(b"nonsense" * 40), LIGHT), LINEAR),
    "coded P3": Case(png(VALUES, coded(12, 13)), P3),
    "coded P3 and sRGB": Case(png(VALUES, coded(12, 13), (b"sRGB", b"\0")), P3),
    "coded sRGB and a profile": Case(png(VALUES, coded(1, 13), profile(p3())), UNCHANGED),
    "coded sRGB and light": Case(png(VALUES, coded(1, 13), LIGHT), UNCHANGED),
    "coded as television": Case(png(VALUES, coded(1, 1)), ((121, 54, 197, 255), (255, 0, 1, 255))),
    "coded for wide screens": Case(png(VALUES, coded(9, 13)), ((146, 45, 209, 255), (255, 0, 0, 255))),
    "coded by a number of no meaning, and light": Case(png(VALUES, coded(200, 13), LIGHT), LINEAR),
    "coded in a narrow range, and light": Case(png(VALUES, coded(12, 13, 0, 0), LIGHT), LINEAR),
    "grey": Case(png(bytes((128, 64)), LIGHT, kind=GREY), grey(188, 137)),
    "grey in other primaries": Case(png(bytes((128, 64)), gamma(45_455), WIDE, kind=GREY), grey(129, 62)),
    "grey of 16 bits": Case(png(bytes((128, 128, 64, 64)), LIGHT, kind=GREY, depth=16), grey(188, 137)),
    "grey of 4 bits": Case(png(b"\x84", LIGHT, kind=GREY, depth=4), grey(193, 141)),
    "grey of one bit": Case(png(b"\x80", LIGHT, kind=GREY, depth=1), grey(255, *[0] * 7)),
    "grey with alpha": Case(
        png(bytes((128, 255, 64, 200)), LIGHT, kind=GREY_ALPHA), ((188, 188, 188, 255), (137, 137, 137, 200))
    ),
    "grey with alpha of 16 bits": Case(
        png(bytes((128, 128, 255, 255, 64, 64, 200, 200)), LIGHT, kind=GREY_ALPHA, depth=16),
        ((188, 188, 188, 255), (137, 137, 137, 200)),
    ),
    "grey with a transparent one": Case(
        png(bytes((128, 64)), LIGHT, (b"tRNS", b"\0\x40"), kind=GREY), ((188, 188, 188, 255), (0, 0, 0, 0))
    ),
    "a transparent colour": Case(
        png(VALUES, LIGHT, WIDE, (b"tRNS", bytes((0, 255, 0, 0, 0, 10)))), (LINEAR_ADOBE[0], (0, 0, 0, 0))
    ),
    "alpha": Case(
        png(bytes((128, 64, 200, 255, 255, 0, 10, 200)), LIGHT, kind=RGB_ALPHA), (LINEAR[0], (255, 0, 56, 200))
    ),
    "alpha in other primaries": Case(
        png(bytes((128, 64, 200, 255, 255, 0, 10, 200)), LIGHT, WIDE, kind=RGB_ALPHA),
        (LINEAR_ADOBE[0], (255, 0, 57, 200)),
    ),
    "16 bits": Case(png(DEEP, LIGHT, depth=16), LINEAR),
    "16 bits in other primaries": Case(png(DEEP, LIGHT, WIDE, depth=16), LINEAR_ADOBE),
    "16 bits with alpha": Case(
        png(DEEP[:6] + b"\xff\xff" + DEEP[6:] + b"\xc8\xc8", LIGHT, WIDE, kind=RGB_ALPHA, depth=16),
        (LINEAR_ADOBE[0], (255, 0, 57, 200)),
    ),
    "16 bits coded P3": Case(png(DEEP, coded(12, 13), depth=16), P3),
    "a palette": Case(png(bytes((0, 1)), LIGHT, TABLE, kind=PALETTE), LINEAR),
    "a palette in other primaries": Case(png(bytes((0, 1)), LIGHT, WIDE, TABLE, kind=PALETTE), LINEAR_ADOBE),
    "gamma behind a palette": Case(png(bytes((0, 1)), TABLE, LIGHT, kind=PALETTE), LINEAR),
    "a palette of 4 bits": Case(png(b"\x01", LIGHT, TABLE, kind=PALETTE, depth=4), LINEAR),
    "a palette with alpha": Case(
        png(bytes((0, 1)), LIGHT, TABLE, (b"tRNS", bytes((255, 200))), kind=PALETTE), (LINEAR[0], (255, 0, 56, 200))
    ),
    "frames": Case(moving(bytes(6), VALUES, LIGHT), LINEAR),
    "frames in other primaries": Case(moving(bytes(6), VALUES, LIGHT, WIDE), LINEAR_ADOBE),
    "frames coded P3": Case(moving(bytes(6), VALUES, coded(12, 13)), P3),
}  # fmt: skip
#: What we take for what it means: sRGB as told to old readers. Chromium shows shadows darker.
MEANT_AS_SRGB: dict[str, Case] = {
    "as encoders write sRGB": Case(png(VALUES, gamma(45_455), chromaticities(SRGB)), UNCHANGED),
    "as encoders write grey": Case(
        png(bytes((128, 64)), gamma(45_455), chromaticities(SRGB), kind=GREY), grey(128, 64)
    ),
}  # fmt: skip


def are_close(found: Sequence[float], expected: Pixel, steps: int = 1) -> bool:
    """Within so many steps, for rounding; colours under full transparency do not count."""
    is_hidden = found[3] == expected[3] == 0
    return is_hidden or max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= steps
