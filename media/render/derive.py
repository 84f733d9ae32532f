"""A chain and the pictures it needs → the derived asset."""

from media.config import Limits
from media.formats.source import Source
from media.language.chain import Chain
from media.render.plan import plan
from media.render.render import Layers, Rendered, render
from media.scene.scene import Scene


def derive(
    chain: Chain,
    source: Source,
    layers: Layers,
    limits: Limits,
    scene: Scene | None = None,
) -> Rendered:
    """Plan and render. ``source`` is the opened cutout if the chain begins with one; ``scene`` is what was found in the
    source, for chains that need it."""
    return render(plan(chain, source.info, limits), source, layers, scene)
