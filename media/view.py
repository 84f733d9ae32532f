"""A finished picture looked at again: its size and where its subject is."""

from dataclasses import dataclass

from media.formats.decode import decode
from media.geometry import Box, Size
from media.operations.subject import find_subject


@dataclass(frozen=True, slots=True)
class View:
    """``subject`` is None where nothing is visible."""

    size: Size
    subject: Box | None


def look(body: bytes, *, max_pixels: int) -> View:
    """``body`` is a picture of ours; what is visible is judged by its alpha. Raises SourceError for a broken one."""
    image = decode(body, max_pixels=max_pixels)
    return View(Size(image.width, image.height), find_subject(image))


def look_at_matte(body: bytes, *, max_pixels: int) -> View:
    """As :func:`look` for a matte: a grey picture whose brightness is the opacity."""
    image = decode(body, max_pixels=max_pixels)[0]
    return View(Size(image.width, image.height), find_subject(image.bandjoin(image).copy(interpretation="b-w")))
