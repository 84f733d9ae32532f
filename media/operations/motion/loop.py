"""How often an animation plays."""

from dataclasses import replace
from typing import Annotated

from media.language.params import Int
from media.operations.registry import operation
from media.raster.pixels import Image


@operation(price=1, leaves=lambda picture, arguments: replace(picture, loop=_plays(arguments["times"])))
def loop(image: Image, times: Annotated[int | None, Int(0, 1000)] = None) -> Image:
    """Play an animation so many times more, or for ever. A still picture stays as it is."""
    return image


def _plays(times: int | None) -> int:
    """How often it plays, 0 for ever, as files say it."""
    return 0 if times is None else times + 1
