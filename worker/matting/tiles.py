"""Work at the photo's size is done in tiles: memory follows the tile, and a tile without an edge costs nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, floor

import pyvips

from worker.matting.raster import Bools, Bytes, Pixels, array

SIDE = 128


@dataclass(frozen=True, slots=True)
class Tile:
    left: int
    top: int
    width: int
    height: int

    @property
    def place(self) -> tuple[slice, slice]:
        """Its rows and columns in an array of the photo's size."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


def reader(image: pyvips.Image) -> Callable[[Tile], Pixels]:
    """A function that computes one tile of ``image``: H×W×bands, to be copied before the next.

    A region costs nothing to move; writing a crop to memory would cost half a millisecond each time.
    """
    region = pyvips.Region.new(image)

    def read(tile: Tile) -> Pixels:
        fetched = region.fetch(tile.left, tile.top, tile.width, tile.height)
        return array(fetched, image).reshape(tile.height, tile.width, image.bands)

    return read


def tiles(width: int, height: int) -> Iterator[Tile]:
    """All tiles of a photo, row by row."""
    for top in range(0, height, SIDE):
        for left in range(0, width, SIDE):
            yield Tile(left, top, min(SIDE, width - left), min(SIDE, height - top))


def touched(region: Bools, width: int, height: int) -> Iterator[Tile]:
    """The tiles in which ``region``, a map of the photo at any size, holds anything."""
    down, across = region.shape[0] / height, region.shape[1] / width
    for tile in tiles(width, height):
        rows = slice(floor(tile.top * down), ceil((tile.top + tile.height) * down))
        columns = slice(floor(tile.left * across), ceil((tile.left + tile.width) * across))
        if region[rows, columns].any():
            yield tile


def draw(matte: Bytes, image: pyvips.Image, region: Bools) -> None:
    """Write ``image``, one band of the matte's size, into all tiles of ``matte`` that ``region`` touches."""
    read = reader(image)
    for tile in touched(region, image.width, image.height):
        matte[tile.place] = read(tile)[..., 0]
