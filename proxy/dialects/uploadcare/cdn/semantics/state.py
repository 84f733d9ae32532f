"""What directives leave behind for those that follow: the steps so far, and how to go on."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from media.errors import BadTransformation
from media.geometry import Length
from media.language.chain import Step
from media.language.params import BLACK, WHITE, Color

#: Sides that an address may ask for, and with ``format/jpeg`` in it.
MAX_SIDE, MAX_JPEG_SIDE = 3000, 5000


@dataclass(frozen=True, slots=True)
class Lettering:
    """How the next texts are written: what ``font``, ``text_align`` and ``text_box`` said."""

    family: str = "DejaVu Sans"
    weight: str = "normal"
    style: str = "normal"
    size: int = 10
    color: Color = BLACK
    align: str = "center"
    rise: str = "center"
    box: str = "none"
    box_color: Color = WHITE
    padding: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """What to encode. ``quality`` is a number or a level of automatic quality; ``exif`` as of :class:`Output`;
    ``icc_limit`` in kilobytes: a larger profile is left out."""

    format: str = "auto"
    quality: int | str = 76
    progressive: bool = False
    exif: str = ""
    keep_profile: bool = False
    icc_limit: int = 10


@dataclass(frozen=True, slots=True)
class State:
    """``fill`` is None until ``setfill`` says one; ``inline`` until somebody does; ``document`` is the JSON asked for
    instead of a picture."""

    steps: tuple[Step, ...] = ()
    fill: Color | None = None
    stretch: str = "on"
    lettering: Lettering = field(default_factory=Lettering)
    form: Form = field(default_factory=Form)
    is_processed: bool = False
    is_upright: bool = True
    sides: tuple[int, ...] = ()
    inline: bool | None = None
    document: str = ""
    colors: int = 4

    def drawing(self, *steps: Step) -> "State":
        return replace(self, steps=(*self.steps, *steps))

    def sized(self, *sides: Length | None) -> "State":
        """The sides that the last directive of size asked for, in pixels."""
        return replace(self, sides=tuple(side for side in sides if isinstance(side, int)))

    def check_sides(self) -> None:
        most = MAX_JPEG_SIDE if self.form.format == "jpeg" else MAX_SIDE
        if any(side > most for side in self.sides):
            raise BadTransformation(
                f"sides must be at most {MAX_SIDE} pixels, {MAX_JPEG_SIDE} with -/format/jpeg/, got {max(self.sides)}"
            )


Arguments: TypeAlias = tuple[str, ...]
Meaning: TypeAlias = Callable[[State, Arguments], State]
