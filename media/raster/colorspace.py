"""The colour space of the result. Steps work in sRGB; only the last act converts to another one, with its profile.

A profile is a file of the International Color Consortium (specification ICC.1:2022, header in section 7.2).
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from tempfile import NamedTemporaryFile

import pyvips

from media.deadline import computed
from media.errors import BadTransformation, NotFound
from media.language.params import WHITE
from media.raster.pixels import Image, flatten

#: Names of ``Output.color_space`` that are no file: sRGB untagged, sRGB tagged, CMYK, CMYK if the source was.
UNTAGGED, SRGB, CMYK, SOURCE_CMYK = "", "srgb", "cmyk", "source_cmyk"
MAX_PROFILE_BYTES = 16 << 20
_HEADER_LENGTH, _SPACE, _MARK = 128, slice(16, 20), slice(36, 40)
_KINDS = {b"RGB ": "rgb", b"GRAY": "gray", b"CMYK": "cmyk"}


@dataclass(frozen=True, slots=True)
class Space:
    """``kind`` is rgb, gray or cmyk; ``profile`` a name that libvips knows or the profile itself."""

    kind: str
    profile: str | bytes


def needs_file(name: str) -> bool:
    return name not in (UNTAGGED, SRGB, CMYK, SOURCE_CMYK)


def find_space(name: str, source_cmyk: bytes | None, files: Mapping[str, bytes]) -> Space | None:
    """The space called ``name``, None for plain sRGB. ``source_cmyk`` is :attr:`media.raster.picture.Picture.cmyk`.

    Raises NotFound or BadTransformation for a profile that is missing or broken.
    """
    if name == SOURCE_CMYK:
        return None if source_cmyk is None else Space("cmyk", source_cmyk or CMYK)
    if not needs_file(name):
        return {UNTAGGED: None, SRGB: Space("rgb", SRGB), CMYK: Space("cmyk", CMYK)}[name]
    if name not in files:
        raise NotFound(f"the color profile {name} does not exist")
    return Space(_kind_of(files[name], name.partition(":")[2]), files[name])


def _kind_of(profile: bytes, name: str) -> str:
    kind = _KINDS.get(profile[_SPACE])
    if kind is None or profile[_MARK] != b"acsp" or not _HEADER_LENGTH < len(profile) <= MAX_PROFILE_BYTES:
        raise BadTransformation(f"the color profile {name} must be an ICC profile for RGB, GRAY or CMYK")
    return kind


def converted(image: Image, space: Space) -> Image:
    """An sRGB picture in another space, the profile attached. Without a place for alpha it is laid on white."""
    flat = image if space.kind == "rgb" else flatten(image, WHITE)
    try:
        with _named(space.profile) as name:
            return computed(flat.icc_transform(name, input_profile=SRGB, intent="perceptual"))
    except pyvips.Error as error:
        raise BadTransformation("the color profile cannot be used: pictures cannot be converted with it") from error


@contextlib.contextmanager
def _named(profile: str | bytes) -> Iterator[str]:
    """libvips reads profiles by name only."""
    if isinstance(profile, str):
        yield profile
        return
    with NamedTemporaryFile(suffix=".icc") as file:
        file.write(profile)
        file.flush()
        yield file.name
