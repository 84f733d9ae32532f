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
#: The vendor names no field for what is to lie beneath; a picture, or for ``video_over_video`` a video.
BACKGROUND_FILES = ("bg_image", "background_image", "bg_video", "background_video", "background")
THRESHOLD = (0, 255)
FRAME_RATE = (1, 60)
FRAME_LIMIT = (1, 1_000_000)
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


@dataclass(frozen=True, slots=True)
class Target:
    """A ``video_format``: what is made (a row of :mod:`media.video.formats`), and what lies beneath: ``beneath`` is
    ``image``, ``video``, ``any`` (a picture if there is one) or empty; ``has_color``: a colour if nothing else."""

    format: str
    beneath: str = ""
    has_color: bool = False


#: ``webm`` is ours: players and browsers show it where they do not know ProRes.
VIDEO_FORMATS = {
    "mov": Target("mov"),
    "webm": Target("webm"),
    "mattekey": Target("mattekey"),
    "gif": Target("gif"),
    "video_over_image": Target("mp4", beneath="image"),
    "video_over_video": Target("mp4", beneath="video"),
    "gif_with_bg": Target("gif_on", beneath="any", has_color=True),
    "mp4_with_color": Target("mp4", has_color=True),
}


@dataclass(frozen=True, slots=True)
class VideoParameters:
    """``framerate`` and ``frame_limit`` are 0 if they are left to the video."""

    cutout: CutoutOptions
    name: str
    color: Color
    framerate: int = 0
    frame_limit: int = 0

    @property
    def target(self) -> Target:
        return VIDEO_FORMATS[self.name]


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


def parse_video(texts: Mapping[str, str], network: Network) -> VideoParameters:
    """Raises RequestError naming the field, its value and what was expected."""
    fields = Fields(texts)
    # Said for mp4_with_color, whose name says it already.
    fields.flag("video_bg_color_enabled")
    return VideoParameters(
        cutout=parse_cutout(fields, Matting(), network),
        name=fields.choice("video_format", tuple(VIDEO_FORMATS), "mov"),
        color=fields.color("video_bg_color", "#00ff00"),
        framerate=fields.number("framerate", *FRAME_RATE) or 0,
        frame_limit=fields.number("frame_limit", *FRAME_LIMIT) or 0,
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
