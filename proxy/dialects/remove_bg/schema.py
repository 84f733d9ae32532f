"""The parameters of ``POST /v1.0/removebg``: text → a complete, checked :class:`Parameters`. Pure.

Unknown parameters are ignored, as the service does; so is ``shadow_method``, which it removed in 2021.
"""

import contextlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields

from media.removal.parameters import BadParameter, Removal, choice, parse_removal
from proxy.dialects.remove_bg.errors import Refused

SOURCES = ("image_file", "image_file_b64", "image_url")
BACKGROUNDS = ("bg_color", "bg_image_url", "bg_image_file")

MEGAPIXEL = 1_000_000
#: Size → the most pixels of the result; None: as many as the format allows.
SIZES: dict[str, int | None] = {
    "preview": MEGAPIXEL // 4,
    "small": MEGAPIXEL // 4,
    "regular": MEGAPIXEL // 4,
    "medium": 3 * MEGAPIXEL // 2,
    "hd": 4 * MEGAPIXEL,
    "4k": None,
    "full": None,
    "auto": None,
    "50MP": 50 * MEGAPIXEL,
}
PREVIEWS = ("preview", "small", "regular")
PREVIEW_CREDITS, FULL_CREDITS = 0.25, 1.0
#: Format → the most pixels of a full-size result.
FORMATS = {
    "auto": 10 * MEGAPIXEL,
    "png": 10 * MEGAPIXEL,
    "webp": 10 * MEGAPIXEL,
    "jpg": 25 * MEGAPIXEL,
    "zip": 25 * MEGAPIXEL,
}


@dataclass(frozen=True, slots=True)
class Parameters(Removal):
    """What a request asks for, every default filled in."""

    size: str = "preview"
    format: str = "auto"

    @property
    def credits(self) -> float:
        return PREVIEW_CREDITS if self.size in PREVIEWS else FULL_CREDITS

    @property
    def max_pixels(self) -> int:
        return SIZES[self.size] or FORMATS[self.format]


def check_sources(names: Collection[str]) -> str:
    """The name of the one source among the fields that are there. Raises Refused for none or several."""
    given = [name for name in SOURCES if name in names]
    if not given:
        raise Refused("missing_source", f"Please provide the source image in {', '.join(SOURCES)}.")
    if len(given) > 1:
        raise Refused("multiple_sources", f"Please provide one source image only, got {' and '.join(given)}.")
    if len([name for name in BACKGROUNDS if name in names]) > 1:
        raise Refused("multiple_bg_sources", f"Please provide at most one of {', '.join(BACKGROUNDS)}.")
    return given[0]


def parse(texts: Mapping[str, str]) -> Parameters:
    """Raises Refused naming the parameter, its value and what is expected."""
    with refusing():
        removal = parse_removal(texts, type_level="1")
        size = choice(texts, "size", {name.lower(): name for name in SIZES}, "preview")
        name = choice(texts, "format", {**{name: name for name in FORMATS}, "jpeg": "jpg"}, "auto")
    shared = {each.name: getattr(removal, each.name) for each in fields(Removal)}
    return Parameters(size=size, format=name, **shared)


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """What is wrong with a parameter, in the vendor's codes."""
    try:
        yield
    except BadParameter as error:
        raise Refused(error.code, str(error)) from error
