"""What a request asks to be told about a picture: flag → part of the answer."""

from collections.abc import Callable, Mapping
from typing import Any

from media import analysis
from media.asset import Asset
from proxy.derivation import read_source
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
    """Faces are those somebody named: no face detector runs here."""
    faces = {"faces": [list(face) for face in asset.faces]} if is_true(fields, "faces") else {}
    wanted = [name for name in ANALYSES if is_true(fields, name)]
    if not wanted or asset.resource_type != "image" or asset.placeholder:
        return faces
    body = await read_source(services, asset.digest)
    found = [await services.pixels.run(ANALYSES[name], body) for name in wanted]
    return faces | {name: value for part in found for name, value in part.items()}
