"""What a request asks to be told about a picture: flag → part of the answer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from media import analysis
from media.formats.source import Source, open_source
from media.records.asset import Asset
from media.scene.scene import Area
from media.work.lanes import Lane
from proxy.delivery.derivation import read_source
from proxy.delivery.scenes import find_scene
from proxy.dialects.cloudinary.api.form import Fields, is_true
from proxy.services import Services


def _colors(source: Source) -> dict[str, Any]:
    shares = analysis.colors(source)
    shown = [(color, round(share, 1)) for color, share in shares[: analysis.MAX_COLORS]]
    return {"colors": shown, "predominant": {"google": analysis.named_colors(shares)}}


ANALYSES: Mapping[str, Callable[[Source], dict[str, Any]]] = {
    "colors": _colors,
    "phash": lambda source: {"phash": analysis.perceptual_hash(source)},
    "exif": lambda source: {"exif": analysis.metadata(source, exif_only=True)},
    "image_metadata": lambda source: {"image_metadata": analysis.metadata(source, exif_only=False)},
    "media_metadata": lambda source: {"media_metadata": analysis.metadata(source, exif_only=False)},
    "quality_analysis": lambda source: {"quality_analysis": {"focus": analysis.sharpness(source)}},
}


async def analyse(services: Services, asset: Asset, fields: Fields) -> dict[str, Any]:
    """What ``fields`` ask for of an image."""
    is_image = asset.resource_type == "image" and not asset.placeholder
    faces = {"faces": await _faces(services, asset) if is_image else []} if is_true(fields, "faces") else {}
    wanted = [name for name in ANALYSES if is_true(fields, name)]
    if not wanted or not is_image:
        return faces
    async with services.slots.one():
        body = await read_source(services, asset.digest)
        return faces | await services.pixels.run(_analysed, body, wanted, services.settings.limits.max_source_pixels)


def _analysed(body: bytes, names: Sequence[str], max_pixels: int) -> dict[str, Any]:
    source = open_source(body, max_pixels=max_pixels)
    return {name: value for each in names for name, value in ANALYSES[each](source).items()}


async def _faces(services: Services, asset: Asset) -> list[list[int]]:
    """Those on record, else those a worker finds within ``delivery.look_wait_seconds``."""
    if asset.faces:
        return [list(face) for face in asset.faces]
    scene = await find_scene(services, Lane(asset.cloud, asset.digest), patience=0)
    return [_rectangle(face, asset) for face in scene.faces] if scene else []


def _rectangle(area: Area, asset: Asset) -> list[int]:
    left, top = round(area[0] * asset.width), round(area[1] * asset.height)
    return [left, top, round(area[2] * asset.width) - left, round(area[3] * asset.height) - top]
