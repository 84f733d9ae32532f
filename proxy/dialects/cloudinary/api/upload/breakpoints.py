"""``responsive_breakpoints``: widths at which a page's images change, derived and described."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from media.errors import RequestError
from media.integers import read_integer
from media.records.asset import Asset
from proxy.dialects.cloudinary.api.call import Call, Document
from proxy.dialects.cloudinary.api.form import parsed
from proxy.dialects.cloudinary.api.upload import eager
from proxy.services import Services

MAX_IMAGES = 50


@dataclass(frozen=True, slots=True)
class BreakpointParameters:
    """Bounds in pixels; ``max_images`` widths between them."""

    min_width: int
    max_width: int
    max_images: int
    transformation: str
    extension: str


async def derive_breakpoints(
    services: Services, call: Call, asset: Asset, requested: Sequence[BreakpointParameters]
) -> Document:
    """Evenly spaced widths: files grow with the area, so this is close to even steps of bytes at a fraction of the
    work of measuring them."""
    if not requested or asset.resource_type != "image":
        return {}
    found = []
    for parameters in requested:
        rows = []
        for width in _widths(parameters, asset.width):
            transformation = "/".join(part for part in (parameters.transformation, f"c_scale,w_{width}") if part)
            wanted = await eager.read_one(services, call.name, transformation, parameters.extension or asset.format)
            rows += await eager.derive_all(services, call, asset, [wanted])
        names = ("width", "height", "bytes", "url", "secure_url")
        breakpoints = [{name: row[name] for name in names} for row in rows if "width" in row]
        found.append({"transformation": parameters.transformation, "breakpoints": breakpoints})
    return {"responsive_breakpoints": found}


def read_parameters(text: str) -> list[BreakpointParameters]:
    """``text`` is a JSON object or a list of them."""
    if not text:
        return []
    documents = parsed(text, "responsive_breakpoints")
    documents = documents if isinstance(documents, list) else [documents]
    return [_parameters(each) for each in documents]


def _parameters(document: Any) -> BreakpointParameters:
    try:
        parameters = BreakpointParameters(
            read_integer(str(document.get("min_width", 50))),
            read_integer(str(document.get("max_width", 1000))),
            read_integer(str(document.get("max_images", 20))),
            str(document.get("transformation") or ""),
            str(document.get("format") or ""),
        )
    except (AttributeError, ValueError) as error:
        raise RequestError("Invalid responsive_breakpoints: expected objects with whole numbers") from error
    if not 0 < parameters.min_width <= parameters.max_width or not 0 < parameters.max_images <= MAX_IMAGES:
        raise RequestError(f"Invalid responsive_breakpoints: expected widths in order and 1..{MAX_IMAGES} images")
    return parameters


def _widths(parameters: BreakpointParameters, width: int) -> list[int]:
    """Largest first; never larger than the picture itself."""
    high = min(parameters.max_width, width)
    low = min(parameters.min_width, high)
    steps = max(1, parameters.max_images - 1)
    return sorted({round(low + (high - low) * step / steps) for step in range(steps + 1)}, reverse=True)
