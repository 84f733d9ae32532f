"""``l_`` and ``u_``: what lies over or under the picture, and where.

The declaring component names the source and, in the old style, also sizes and places it; the component with
``fl_layer_apply`` places it and may size it once more.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

from media.chain import Step
from media.errors import BadTransformation, UnsupportedOperation
from proxy.dialects.cloudinary import effects, removal
from proxy.dialects.cloudinary.actions import given
from proxy.dialects.cloudinary.arguments import Given, build, find_operation
from proxy.dialects.cloudinary.formats import EXTENSIONS
from proxy.dialects.cloudinary.grammar import Component, decode
from proxy.dialects.cloudinary.structure import Layer

_MEDIA_TYPES = frozenset({"image"})
_TYPES = frozenset({"upload", "private", "authenticated"})
_NOT_PICTURES = frozenset({"video", "audio", "subtitles", "lut", "raw"})
_PLACES = {"g": "gravity", "x": "x", "y": "y", "o": "opacity"}
_PLACING_FLAGS = (
    "tiled",
    "no_overflow",
    "relative",
    "region_relative",
    "cutter",
    "text_no_trim",
    "text_disallow_overflow",
)
#: Keys that place a layer rather than change it.
_PLACING_KEYS = ("g", "x", "y", "l", "u", "if")

Inner = Callable[[Sequence[Any]], tuple[Step, ...]]


def compile_layer(layer: Layer, inner: Inner) -> Step:
    """``inner`` turns the nodes between declaration and placement into steps."""
    declaration = layer.declaration
    is_under = "u" in declaration
    text = declaration.get("u" if is_under else "l") or ""
    placement = declaration if layer.placement is None else layer.placement
    parts = [declaration] if layer.placement is None else [declaration, placement]
    _refuse_removal([declaration, *(node for node in layer.nodes if isinstance(node, Component)), placement])
    changes = [_change(part, is_old_style=layer.placement is None) for part in parts]
    steps = (*inner(changes[:1]), *inner(layer.nodes), *inner(changes[1:]))
    flags = {name: True for name in _PLACING_FLAGS if any(name in part.flags for part in parts)}
    blend = _blend(parts)
    operation = find_operation("layer", "Layers")
    return build(
        operation, {**given(placement, _PLACES), **blend}, source=source_of(text), steps=steps, under=is_under, **flags
    )


def _change(component: Component, *, is_old_style: bool) -> Component:
    """What the component does to the layer itself."""
    kept = component.without(*_PLACING_KEYS)
    return Component(tuple(each for each in kept.parameters if not _is_blend(each.key, each.value)))


def _is_blend(key: str, value: str) -> bool:
    return key == "e" and value.partition(":")[0] in effects.BLENDS


def _blend(parts: Sequence[Component]) -> dict[str, Given]:
    for part in reversed(parts):
        effect = part.get("e")
        if effect is not None and _is_blend("e", effect):
            name, _, text = effect.partition(":")
            return {"blend": Given("e", name)} | ({"strength": Given("e", text)} if text else {})
    return {}


def _refuse_removal(components: Sequence[Component]) -> None:
    if any(removal.is_removal(component) for component in components):
        raise UnsupportedOperation("Background removal cannot be used on a layer; apply the base image as an underlay")


def source_of(text: str) -> str:
    """``image/<type>/<public id>`` or ``fetch:<url>``.

    ``text`` is ``docs:logo``, ``authenticated:docs:logo``, ``image:private:logo.png``, ``fetch:<base64>``.
    """
    first, _, rest = text.partition(":")
    if first == "fetch":
        return f"fetch:{decode_address(rest)}"
    if first in _NOT_PICTURES and rest:
        raise UnsupportedOperation(f"A layer of {first} is not available here")
    words = text.split(":")
    if words[0] in _MEDIA_TYPES and len(words) > 2 and words[1] in _TYPES:
        words = words[1:]
    delivery_type, words = (words[0], words[1:]) if words[0] in _TYPES and len(words) > 1 else ("upload", words)
    public_id = decode("/".join(words))
    if not public_id.strip("/") or any(part in (".", "..") for part in public_id.split("/")):
        raise BadTransformation(f"Invalid overlay in transformation: {text}; expected a public id")
    stem, dot, extension = public_id.rpartition(".")
    return f"image/{delivery_type}/{stem if dot and stem and extension.lower() in EXTENSIONS else public_id}"


def decode_address(text: str) -> str:
    """URL-safe or plain base64 of a URL, with or without padding, a file extension behind it or not."""
    encoded = text.partition(".")[0].rstrip("=").replace("+", "-").replace("/", "_")
    padded = encoded + "=" * (-len(encoded) % 4)
    try:
        url = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise BadTransformation(f"Invalid overlay in transformation: {text}; expected a URL in base64") from error
    if not url.lower().startswith(("http://", "https://")):
        raise BadTransformation(f"Invalid overlay in transformation: {text}; expected an http or https URL")
    if any(character < " " for character in url):
        raise BadTransformation("Invalid overlay in transformation: the URL contains control characters")
    return url
