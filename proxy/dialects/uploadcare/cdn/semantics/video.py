"""What is written behind ``gif2video`` → the video that is made of a GIF."""

from collections.abc import Mapping

from media.errors import BadTransformation
from media.video.order import VideoOrder
from proxy.dialects.uploadcare.cdn.syntax import values
from proxy.dialects.uploadcare.cdn.syntax.directives import Directive

FORMATS = ("mp4", "webm")
#: Steps of the encoder's scale below our finest. The vendor publishes no numbers.
QUALITIES = {"lightest": 20, "lighter": 14, "normal": 8, "better": 4, "best": 0}
CHOICES: Mapping[str, tuple[str, ...]] = {"format": FORMATS, "quality": tuple(QUALITIES)}


def read_video(source: str, directives: tuple[Directive, ...]) -> VideoOrder:
    """Of two that say the same the last counts. Raises BadTransformation."""
    chosen = {"format": "mp4", "quality": "normal", **dict(map(_read, directives))}
    return VideoOrder(source, chosen["format"], coarser=QUALITIES[chosen["quality"]])


def _read(directive: Directive) -> tuple[str, str]:
    if directive.name not in CHOICES or len(directive.arguments) != 1:
        raise BadTransformation(f"{directive}: behind gif2video stand -/format/:format/ and -/quality/:value/ alone")
    try:
        return directive.name, values.choice(directive.arguments[0], CHOICES[directive.name])
    except BadTransformation as error:
        raise BadTransformation(f"{directive}: {error}") from error
