"""A chain and the pictures it needs → the derived asset."""

from collections.abc import Mapping

from media.config import Limits
from media.cutout import StoredCutout
from media.formats.probe import probe, probe_cutout
from media.language.chain import Chain
from media.render.plan import plan
from media.render.render import Rendered, render
from media.scene.scene import Scene


def derive(
    chain: Chain,
    picture: bytes | StoredCutout,
    layers: Mapping[str, bytes],
    limits: Limits,
    scene: Scene | None = None,
) -> Rendered:
    """Probe, plan and render. ``picture`` is the stored cutout where the chain begins with one; ``scene`` is what was
    seen in the source, for chains that look (:func:`media.render.plan.looks`)."""
    judge = probe_cutout if isinstance(picture, StoredCutout) else probe
    info = judge(picture, max_pixels=limits.max_source_pixels)  # type: ignore[arg-type]
    return render(plan(chain, info, limits), picture, layers, scene)
