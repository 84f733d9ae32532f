"""Background removal: the step that exchanges the source for its stored cutout."""

from collections.abc import Mapping
from typing import Annotated, Any

from media.cutout import CutoutOptions
from media.language.params import Int, Names
from media.operations.arguments import Flag
from media.operations.registry import operation
from media.raster.pixels import Image
from media.scene.classes import OBJECTS

Threshold = Annotated[int | None, Int(0, 255)]


def options(arguments: Mapping[str, Any]) -> CutoutOptions:
    """What a ``background_removal`` step asks of the worker."""
    return CutoutOptions(**arguments)


@operation(price=0, cutout=options)
def background_removal(
    image: Image,
    hints: Annotated[tuple[str, ...], Names(OBJECTS)] = (),
    fine_edges: Flag = False,
    foreground_threshold: Threshold = None,
    background_threshold: Threshold = None,
    erode: Annotated[int | None, Int(0, 1000)] = None,
    base_size: Annotated[int, Int(0, 100_000)] = 0,
    semitransparency: Flag = True,
) -> Image:
    """Remove the background: what is not the subject becomes transparent.

    Stands first in a chain; the renderer then starts from the stored cutout, so there is nothing left to do here.
    """
    return image
