"""The pictures and fonts that a chain's layers are made from, and the plan of a layer."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyvips

from media.errors import NotFound
from media.formats.source import Source, open_source
from media.language.chain import Chain, Step
from media.language.expression import Facts
from media.operations.needs import cutout_options, is_paired
from media.render.cutting import Cutting, Find, none_made
from media.render.plan import Plan, plan
from media.typography.typeface import FontFile

#: Where a layer without a source starts: one transparent pixel, until a step such as ``text`` draws something.
BLANK = bytes(pyvips.Image.black(1, 1, bands=4).copy(interpretation="srgb").write_to_buffer(".png"))


@dataclass(frozen=True, slots=True)
class Pair:
    """What is rendered, and the ``cutout`` that goes through the first steps beside it (None: there is none)."""

    source: Source
    cutout: Source | None = None


@dataclass(frozen=True, slots=True)
class Layers:
    """``files`` holds the bytes behind every source of :func:`media.operations.needs.sources`, ``digests`` their
    SHA-256; ``picture`` opens one of them, once, when a step asks for it; ``cutting`` finds cutouts."""

    files: Mapping[str, bytes]
    digests: Mapping[str, str]
    picture: Callable[[str], Source]
    cutting: Cutting

    def pair(self, step: Step) -> Pair:
        """What the steps of a layer work on. Raises CutoutMissing."""
        name, chain = step["source"] or "", Chain(step["steps"])
        options = cutout_options(chain) if name else None
        if options is None:
            return Pair(self.picture(name))
        cutout = self.cutting.of_source(self.digests[name], options)
        return Pair(self.picture(name), cutout) if is_paired(chain) else Pair(cutout)

    def font(self, name: str) -> FontFile | None:
        return FontFile(self.files[name], self.digests[name]) if name in self.files else None


def layers_of(
    files: Mapping[str, bytes], digests: Mapping[str, str], *, max_pixels: int, find: Find = none_made
) -> Layers:
    def opened(name: str) -> Source:
        if name and name not in files:
            raise NotFound(f"the layer {name} does not exist")
        return open_source(files[name] if name else BLANK, max_pixels=max_pixels)

    return Layers(files, digests, functools.cache(opened), Cutting(find, max_pixels))


def layer_plan(step: Step, facts: Facts, outer: Plan, layers: Layers) -> Plan:
    """What a layer's own steps do; ``facts`` are those of the picture under it, its size what fractions refer to."""
    info = layers.pair(step).source.info
    # A text has no size before it is drawn: its ``iw`` is that of the picture it will lie on.
    initial = None if step["source"] else facts.initial
    return plan(Chain(step["steps"]), info, outer.limits, base=facts.current, initial=initial, is_still=True)
