"""Render in one line: what the tests of operations share."""

import hashlib
from collections.abc import Mapping
from typing import Any

from media.config import Limits
from media.cutout import StoredCutout
from media.formats.cutout import open_cutout
from media.formats.source import Source, open_source
from media.language.chain import Chain, Output, Step
from media.operations import step
from media.render.layers import Layers, layers_of
from media.render.plan import plan
from media.render.render import Rendered, render
from media.scene.scene import Scene


def rendered(
    source: Any,
    *steps: Step,
    output: Output | None = None,
    layers: Mapping[str, bytes] | None = None,
    scene: Scene | None = None,
) -> Rendered:
    picture = opened(source)
    return render(plan(Chain(steps, output or Output()), picture.info, Limits()), picture, files(layers or {}), scene)


def files(bodies: Mapping[str, bytes]) -> Layers:
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in bodies.items()}
    return layers_of(bodies, digests, max_pixels=Limits().max_source_pixels)


def opened(picture: bytes | StoredCutout) -> Source:
    most = Limits().max_source_pixels
    is_file = isinstance(picture, bytes)
    return open_source(picture, max_pixels=most) if is_file else open_cutout(picture, max_pixels=most)


def rendered_with(source: Any, operation: str, /, **arguments: Any) -> Rendered:
    return rendered(source, step(operation, **arguments), output=Output(("png",)))
