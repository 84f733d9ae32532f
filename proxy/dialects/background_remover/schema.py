"""The parameters of ``/v1/convert/`` and of the server form: text → complete, checked values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from media.cutout import CutoutOptions
from media.errors import RequestError
from media.language.params import Color
from proxy.dialects.background_remover.fields import Fields
from proxy.dialects.background_remover.models import objects_of

IMAGE, VIDEO = "image-backgroundremover", "video-backgroundremover"
CONVERSIONS = (IMAGE, VIDEO)
BACKGROUNDS = ("transparent", "color", "image")
#: The spellings of the sample clients: Python and curl repeat the first, PHP numbers the third.
FILES = ("files", "files[]", "file", "file[]")
#: The vendor names no field for the picture that ``bg_type=image`` asks for.
BACKGROUND_FILES = ("bg_image", "background_image")
THRESHOLD = (0, 255)
WHITE = Color(255, 255, 255)
ERODE = (0, 100)
BASE_SIZE = (1, 100_000)


@dataclass(frozen=True, slots=True)
class Matting:
    """Names of the four parameters of alpha matting, which the engine's server abbreviates."""

    fine: str = "alpha_matting"
    foreground: str = "alpha_fg"
    background: str = "alpha_bg"
    erode: str = "alpha_erode"
    base_size: str = "alpha_base_size"


@dataclass(frozen=True, slots=True)
class Network:
    """The configured network, and whether it stands in for others."""

    name: str
    substitutes: bool


@dataclass(frozen=True, slots=True)
class ImageParameters:
    """``mask_threshold`` 0…255 makes every pixel opaque or transparent; None leaves them as they are."""

    cutout: CutoutOptions
    only_mask: bool = False
    background: str = "transparent"
    color: Color = WHITE
    mask_threshold: int | None = None


def is_file_field(name: str) -> bool:
    """``files``, ``files[]``, ``file``, ``file[7]``."""
    return name in FILES or (name.startswith(("file[", "files[")) and name.endswith("]"))


def parse_conversion(texts: Mapping[str, str]) -> str:
    if "convert_to" not in texts:
        raise RequestError(f"convert_to is missing; expected {' or '.join(CONVERSIONS)}.")
    return Fields(texts).choice("convert_to", CONVERSIONS, "")


def parse_image(texts: Mapping[str, str], network: Network) -> ImageParameters:
    """Raises RequestError naming the field, its value and what was expected."""
    fields = Fields(texts)
    return ImageParameters(
        cutout=parse_cutout(fields, Matting(), network),
        only_mask=fields.flag("only_mask"),
        background=fields.choice("bg_type", BACKGROUNDS, "transparent"),
        color=fields.color("bg_color_value", "#ffffff"),
    )


def parse_cutout(fields: Fields, names: Matting, network: Network) -> CutoutOptions:
    """The cutout of a model with or without alpha matting; what only matting reads is checked in any case.

    Thresholds that a client leaves out stay open: all three together are then better chosen by the pipeline.
    """
    objects = objects_of(fields.text("model"), network=network.name, substitutes=network.substitutes)
    matting = {
        "foreground_threshold": fields.number(names.foreground, *THRESHOLD),
        "background_threshold": fields.number(names.background, *THRESHOLD),
        "erode": fields.number(names.erode, *ERODE),
        "base_size": fields.number(names.base_size, *BASE_SIZE) or 0,
    }
    if not fields.flag(names.fine):
        return CutoutOptions(hints=objects)
    return CutoutOptions(hints=objects, fine_edges=True, **matting)  # type: ignore[arg-type]
