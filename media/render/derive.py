"""A chain and the pictures it needs → the derived asset."""

from collections.abc import Mapping

from media.config import Limits
from media.formats.source import Source
from media.language.chain import Chain
from media.render.plan import plan
from media.render.render import Rendered, layers_of, render
from media.scene.scene import Scene


def derive(
    chain: Chain,
    source: Source,
    layers: Mapping[str, bytes],
    limits: Limits,
    scene: Scene | None = None,
) -> Rendered:
    """Plan and render. ``source`` is the opened cutout if the chain begins with one; ``layers`` are bytes, opened when
    a step asks for them; ``scene`` is what was found in the source, for chains that need it."""
    opened = layers_of(layers, max_pixels=limits.max_source_pixels)
    return render(plan(chain, source.info, limits), source, opened, scene)
