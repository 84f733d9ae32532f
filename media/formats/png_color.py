"""The colours of a PNG that says by numbers what its values mean (chunks cICP, gAMA, cHRM) → sRGB, as browsers show it.

PNG, third edition, section 4.3: cICP goes before a profile, a profile before sRGB, sRGB before gAMA and cHRM. What the
text leaves open is decided as Chromium does: cHRM without gAMA means nothing, nor does a gAMA within five per cent of
sRGB's. A gAMA like sRGB's beside the primaries of sRGB is how encoders tell sRGB to old readers, and taken as sRGB;
Chromium takes it as a pure power, which darkens the shadows.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvips

from media.formats import libvips, png

#: x and y of white, red, green and blue.
Primaries = tuple[float, ...]

D65 = (0.3127, 0.329)
SRGB: Primaries = (*D65, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
#: A gamma may differ by this share from that of sRGB, a coordinate by this much from one of its primaries.
SRGB_GAMMA, SAME_GAMMA, SAME_POINT = 1 / 2.2, 0.05, 0.002
#: By the numbers of ITU-T H.273. What is brighter than white (16, 18) has no place in eight bits.
CODED_PRIMARIES: dict[int, Primaries] = {
    1: SRGB, 5: (*D65, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06), 6: (*D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    9: (*D65, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046), 12: (*D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
}  # fmt: skip
CODED_POWERS = {1: 2.4, 4: 2.2, 5: 2.8, 6: 2.4, 8: 1.0, 13: None, 14: 2.4, 15: 2.4}
_IS_RGB, _IS_FULL_RANGE = 0, 1
_CHROMATICITIES, _UNIT = struct.Struct(">8I"), 100_000
#: From XYZ to the responses in which white is adapted (Bradford; ICC.1:2022, annex E).
_CONES = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


@dataclass(frozen=True, slots=True)
class Meaning:
    """Light is a stored value (0..1) to this ``power``, None for the curve of sRGB."""

    power: float | None
    primaries: Primaries


def load(body: bytes) -> pyvips.Image:
    """As :func:`media.formats.libvips.load` of a PNG; of 8 bits if its values are not those of sRGB."""
    image, found = libvips.load(body), dict[bytes, bytes]()
    for kind, content in png.until_pixels(body):
        found.setdefault(kind, content)
    meaning = _coded(found.get(b"cICP", b""))
    if meaning is None and b"sRGB" not in found and not _has_profile(image):
        meaning = _measured(found.get(b"gAMA", b""), found.get(b"cHRM", b""))
    return image if meaning is None else _converted(image, meaning)


def _has_profile(image: pyvips.Image) -> bool:
    return bool(image.get_typeof("icc-profile-data")) and image.get("icc-profile-data")[36:40] == b"acsp"


def _coded(content: bytes) -> Meaning | None:
    if len(content) != 4:
        return None
    primaries, power, matrix, span = content
    if matrix != _IS_RGB or span != _IS_FULL_RANGE or primaries not in CODED_PRIMARIES or power not in CODED_POWERS:
        return None
    return Meaning(CODED_POWERS[power], CODED_PRIMARIES[primaries])


def _measured(gamma: bytes, chromaticities: bytes) -> Meaning | None:
    stored = int.from_bytes(gamma) / _UNIT
    if len(gamma) != 4 or not stored:
        return None
    is_srgb = abs(stored / SRGB_GAMMA - 1) <= SAME_GAMMA
    if len(chromaticities) != _CHROMATICITIES.size:
        return None if is_srgb else Meaning(1 / stored, SRGB)
    points = tuple(each / _UNIT for each in _CHROMATICITIES.unpack(chromaticities))
    if (is_srgb and np.allclose(points, SRGB, rtol=0, atol=SAME_POINT)) or not _is_possible(points):
        return None
    return Meaning(1 / stored, points)


def _is_possible(points: Primaries) -> bool:
    """Whether there are colours between the primaries, and light in white."""
    is_inside = all(0 <= each <= 1 for each in points)
    return is_inside and points[1] > 0 and abs(np.linalg.det(_corners(points))) > 1e-6


def _corners(points: Primaries) -> Any:
    """X, Y and Z of red, green and blue, one column each, of no brightness yet."""
    return np.array([(x, y, 1 - x - y) for x, y in zip(points[2::2], points[3::2], strict=True)]).T


def _to_xyz(points: Primaries) -> Any:
    """Light in these primaries → XYZ."""
    corners = _corners(points)
    return corners * np.linalg.solve(corners, _white(points))


def _white(points: Primaries) -> Any:
    x, y = points[:2]
    return np.array([x, y, 1 - x - y]) / y


def _to_srgb(points: Primaries) -> Any:
    """Light in these primaries → light in those of sRGB, white for white."""
    gains = (_CONES @ _white(SRGB)) / (_CONES @ _white(points))
    adapted = np.linalg.solve(_CONES, gains[:, None] * (_CONES @ _to_xyz(points)))
    return np.linalg.solve(_to_xyz(SRGB), adapted)


def _converted(image: pyvips.Image, meaning: Meaning) -> pyvips.Image:
    plain = image.copy()
    plain.remove("icc-profile-data")
    if meaning == Meaning(None, SRGB):
        return plain
    count = plain.bands - plain.hasalpha()
    colours = _mapped(plain[:count] if plain.hasalpha() else plain, meaning)
    if not plain.hasalpha():
        return colours
    alpha = plain[count] >> 8 if plain.format == "ushort" else plain[count]
    return colours.bandjoin(alpha.cast("uchar")).copy(interpretation=colours.interpretation)


def _mapped(colours: pyvips.Image, meaning: Meaning) -> pyvips.Image:
    values = np.linspace(0, 1, 65536 if colours.format == "ushort" else 256)
    light = _srgb_to_light(values) if meaning.power is None else values**meaning.power
    if colours.bands == 1 or meaning.primaries == SRGB:
        shown = np.rint(_light_to_srgb(light) * 255).astype(np.uint8)
        return colours.maplut(_table(shown)).copy(interpretation="srgb" if colours.bands > 1 else "b-w")
    mixed = colours.maplut(_table(light.astype(np.float32))).recomb(_to_srgb(meaning.primaries).tolist())
    return mixed.copy(interpretation="scrgb").colourspace("srgb")


def _table(values: Any) -> pyvips.Image:
    return pyvips.Image.new_from_array(values[None, :])


def _srgb_to_light(values: Any) -> Any:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _light_to_srgb(light: Any) -> Any:
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
