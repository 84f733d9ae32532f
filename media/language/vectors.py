"""How a picture is traced: the arguments of ``vectorize``."""

from dataclasses import dataclass, replace

from media.language.params import Float, format_number


@dataclass(frozen=True, slots=True)
class Vectors:
    """``detail`` is the longest side that is traced, in pixels or up to 1 as a share of the picture's; ``despeckle``
    the side of specks that go, in pixels or below 1 as a share. ``paths`` 100 is the least optimised, ``corners`` 100
    are polygons, 0 curves without a corner."""

    colors: float = 10
    detail: float = 300
    despeckle: float = 2
    paths: float = 100
    corners: float = 25


@dataclass(frozen=True, slots=True)
class VectorsKind:
    """The settings of ``vectorize``.

    ``colors:3:detail:500:…``, ``colors_3;detail_500`` or the numbers in that order.
    """

    expected: str = "colors 2..30, detail, despeckle, paths 0..100, corners 0..100"
    takes_all: bool = True

    def parse(self, text: str) -> Vectors:
        words = text.replace(";", ":").replace("_", ":").split(":")
        bare = [word for word in words if word not in VECTOR_RANGES]
        names = [word for word in words if word in VECTOR_RANGES] or list(VECTOR_RANGES)[: len(bare)]
        if len(names) != len(bare):
            raise ValueError(text)
        values = {name: Float(*VECTOR_RANGES[name]).parse(word) for name, word in zip(names, bare, strict=True)}
        return replace(DEFAULT_VECTORS, **values)

    def format(self, value: Vectors) -> str:
        return ":".join(f"{name}:{format_number(getattr(value, name))}" for name in VECTOR_RANGES)


VECTOR_RANGES: dict[str, tuple[float, float]] = {
    "colors": (2, 30), "detail": (0, 1000), "despeckle": (0, 100), "paths": (0, 100), "corners": (0, 100),
}  # fmt: skip
DEFAULT_VECTORS = Vectors()
