"""The canonical form of a transformation: ordered steps and an output.

No vendor exists here. Equal meanings are equal values: every argument is filled in (defaults too) and steps
are hashable, so chains compare, and :func:`format_chain` gives one text for one meaning. The text is JSON
(it also travels in job messages): ``[[["blur", {"strength": "100"}]], {"candidates": "webp"}]``.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """An operation with all its arguments, sorted by name. Made by ``media.operations.step``."""

    operation: str
    arguments: tuple[tuple[str, Any], ...] = ()

    def __getitem__(self, name: str) -> Any:
        return dict(self.arguments)[name]


@dataclass(frozen=True, slots=True)
class Output:
    """What to encode.

    ``candidates`` are format names in order of preference; the encoder takes the first that can hold the
    picture (its alpha, its size). Empty means "as the source, or PNG if the source format has no alpha".
    ``quality`` is 1..100, or ``auto:best|good|eco|low``; ``0`` is the format's default. ``chroma`` is
    ``""``, ``"420"`` or ``"444"``. ``grayscale`` writes brightness alone, as one band (formats without alpha or PNG);
    ``palette`` writes PNG with at most 256 colours. ``animated`` lets PNG move, as other
    formats with frames do anyway. ``color_space`` is a name of :mod:`media.raster.colorspace`, or the source
    of an ICC profile. ``smallest``: the client leaves to us how the picture is written, in which of the candidates,
    with loss or without (:mod:`media.formats.automatic.choice`). ``exif`` keeps EXIF alone: ``"all"``, or
    ``"shareable"``, which says no places, serial numbers and names.
    """

    candidates: tuple[str, ...] = ()
    quality: int | str = 0
    chroma: str = ""
    progressive: bool = False
    lossy: bool = False
    preserve_transparency: bool = False
    keep_profile: bool = False
    keep_metadata: bool = False
    grayscale: bool = False
    palette: bool = False
    animated: bool = False
    color_space: str = ""
    smallest: bool = False
    exif: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    steps: tuple[Step, ...] = ()
    output: Output = Output()


def walk(steps: Iterable[Step]) -> Iterator[Step]:
    """Every step, those inside layers and conditions included, in order."""
    for step in steps:
        yield step
        yield from walk(nested(step))


def nested(step: Step) -> Iterator[Step]:
    """The steps inside a layer or a condition."""
    for _, value in step.arguments:
        if isinstance(value, tuple) and value and isinstance(value[0], Step):
            yield from value


def format_output(output: Output) -> dict[str, Any]:
    """Only what differs from the defaults: a new field does not move old keys."""
    plain = Output()
    chosen = {entry.name: getattr(output, entry.name) for entry in fields(Output)}
    return {name: value for name, value in chosen.items() if value != getattr(plain, name)}


def parse_output(document: dict[str, Any]) -> Output:
    return Output(**{**document, "candidates": tuple(document.get("candidates", ()))})


def canonical(document: Any) -> str:
    """JSON with one spelling: sorted names, no spaces, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
