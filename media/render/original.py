"""The stored file in place of what was made of it: no automatic choice answers more bytes than there were."""

import pyvips

from media.budget import Budget
from media.formats.automatic.bare import bare
from media.formats.encode import Rendered
from media.formats.source import Source
from media.language.chain import Output
from media.raster.picture import Picture
from media.render.plan import Plan
from media.render.pricing import decoding

#: Formats that every client shows, whatever it accepts by name.
PLAIN = frozenset({"jpg", "png", "gif"})


def smaller(made: Rendered, pixels: Picture, plan: Plan, source: Source, output: Output, budget: Budget) -> Rendered:
    """``made``, or the file that ``source`` was opened from if that is smaller, shows the same and is accepted.

    It goes out as a derived asset does, without metadata, unless these are asked for.
    """
    if not (len(source.opened.body) < len(made.body) and _may_stand(pixels, plan, source, output)):
        return made
    header = source.header
    orientation = int(header.get("orientation")) if header.get_typeof("orientation") else 1
    body = source.opened.body
    kept = body if output.keep_metadata else bare(body, source.format.name, orientation)
    if kept is None or len(kept) >= len(made.body) or not _shows(pixels, plan, source, budget):
        return made
    return Rendered(kept, source.format.name, made.width, made.height)


def _may_stand(pixels: Picture, plan: Plan, source: Source, output: Output) -> bool:
    several = len(set(output.candidates)) > 1
    accepted = {*output.candidates} | (PLAIN if several else frozenset()) or {source.format.name}
    ordered = (output.grayscale, output.palette, output.lossy, output.color_space, output.progressive)
    is_whole = plan.cutout is None and len(pixels.frames) == source.info.pages and pixels.size == source.info.size
    # Ink is shown in as many ways as there are browsers.
    return output.smallest and source.format.name in accepted and is_whole and pixels.cmyk is None and not any(ordered)


def _shows(pixels: Picture, plan: Plan, source: Source, budget: Budget) -> bool:
    """Whether the steps changed nothing; decoded once more only if there were any."""
    if not plan.steps:
        return True
    price = decoding(plan)
    if not budget.affords(price):
        return False
    budget.spend(price)
    stored = source.pixels()
    is_timed_alike = (pixels.delays, pixels.loop) == (stored.delays, stored.loop)
    return is_timed_alike and all(map(_is_same, pixels.frames, stored.frames))


def _is_same(one: pyvips.Image, other: pyvips.Image) -> bool:
    return bool(one.bands == other.bands and (one - other).abs().max() == 0)
