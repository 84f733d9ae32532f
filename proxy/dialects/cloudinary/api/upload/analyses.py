"""What a request asks to be told about a picture: flag → part of the answer."""

from collections.abc import Callable, Mapping
from typing import Any

from media import analysis
from media.records.asset import Asset
from media.scene.scene import Area
from proxy.delivery.derivation import read_source
from proxy.delivery.scenes import find_scene
from proxy.dialects.cloudinary.api.form import Fields, is_true
from proxy.services import Services


def _colors(body: bytes) -> dict[str, Any]:
    shares = analysis.colors(body)
    shown = [(color, round(share, 1)) for color, share in shares[: analysis.MAX_COLORS]]
    return {"colors": shown, "predominant": {"google": analysis.named_colors(shares)}}


ANALYSES: Mapping[str, Callable[[bytes], dict[str, Any]]] = {
    "colors": _colors,
    "phash": lambda body: {"phash": analysis.perceptual_hash(body)},
    "exif": lambda body: {"exif": analysis.metadata(body, exif_only=True)},
    "image_metadata": lambda body: {"image_metadata": analysis.metadata(body, exif_only=False)},
    "media_metadata": lambda body: {"media_metadata": analysis.metadata(body, exif_only=False)},
    "quality_analysis": lambda body: {"quality_analysis": {"focus": analysis.sharpness(body)}},
}


async def analyse(services: Services, asset: Asset, fields: Fields) -> dict[str, Any]:
    """What ``fields`` ask for of an image."""
    is_image = asset.resource_type == "image" and not asset.placeholder
    faces = {"faces": await _faces(services, asset) if is_image else []} if is_true(fields, "faces") else {}
    wanted = [name for name in ANALYSES if is_true(fields, name)]
    if not wanted or not is_image:
        return faces
    body = await read_source(services, asset.digest)
    found = [await services.pixels.run(ANALYSES[name], body) for name in wanted]
    return faces | {name: value for part in found for name, value in part.items()}


async def _faces(services: Services, asset: Asset) -> list[list[int]]:
    """Those on record, else those a worker finds within ``delivery.look_wait_seconds``."""
    if asset.faces:
        return [list(face) for face in asset.faces]
    scene = await find_scene(services, asset.digest, patience=0)
    return [_rectangle(face, asset) for face in scene.faces] if scene else []


def _rectangle(area: Area, asset: Asset) -> list[int]:
    left, top = round(area[0] * asset.width), round(area[1] * asset.height)
    return [left, top, round(area[2] * asset.width) - left, round(area[3] * asset.height) - top]
