"""What a layer shows (the public id of an asset, or a remote address in base64), and the files it needs."""

import base64
import re

from media.errors import BadTransformation, UnsupportedOperation
from proxy.dialects.cloudinary.syntax.formats import EXTENSIONS
from proxy.dialects.cloudinary.syntax.grammar import decode

#: In front of the public id of an uploaded file that is no picture.
RAW = "raw:"
_TYPES = frozenset({"upload", "private", "authenticated", "text"})
#: As in a delivery URL, a version in front of the public id names no folder.
_VERSION = re.compile(r"v\d+", re.ASCII)
_NOT_PICTURES = frozenset({"video", "audio", "subtitles", "lut", "raw"})


def source_of(text: str) -> str:
    """``image/<type>/<public id>`` or ``fetch:<url>``.

    ``text`` is ``docs:logo``, ``authenticated:docs:logo``, ``image:private:logo.png`` or ``fetch:<base64>``.
    """
    first, _, rest = text.partition(":")
    if first == "fetch":
        return f"fetch:{decode_address(rest)}"
    if first in _NOT_PICTURES and rest:
        raise UnsupportedOperation(f"A layer of {first} is not available here")
    words = text.split(":")
    if len(words) > 2 and words[0] == "image" and words[1] in _TYPES:
        words = words[1:]
    has_type = words[0] in _TYPES and len(words) > 1
    delivery_type = words[0] if has_type else "upload"
    words = words[1:] if has_type else words
    if len(words) > 1 and _VERSION.fullmatch(words[0]):
        words = words[1:]
    public_id = _public_id("/".join(words), text)
    return f"image/{delivery_type}/{_without_extension(public_id)}"


def file_source_of(text: str) -> str:
    """``raw:<public id>`` of a font or a colour profile, which keep their extension; ``text`` is ``fonts:ours.ttf``."""
    return f"{RAW}{_public_id(text.replace(':', '/'), text, 'file')}"


def _public_id(written: str, text: str, what: str = "overlay") -> str:
    public_id = decode(written)
    parts = public_id.split("/")
    if not all(parts) or "." in parts or ".." in parts or any(character < " " for character in public_id):
        raise BadTransformation(f"Invalid {what} in transformation: {text}; expected a public id")
    return public_id


def _without_extension(public_id: str) -> str:
    stem, dot, extension = public_id.rpartition(".")
    return stem if dot and stem and extension.lower() in EXTENSIONS else public_id


def decode_address(text: str) -> str:
    """URL-safe or plain base64 of a URL, with or without padding, a file extension behind it or not."""
    encoded = text.partition(".")[0].rstrip("=").replace("+", "-").replace("/", "_")
    padded = encoded + "=" * (-len(encoded) % 4)
    try:
        url = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise BadTransformation(f"Invalid overlay in transformation: {text}; expected a URL in base64") from error
    if any(character < " " for character in url):
        raise BadTransformation("Invalid overlay in transformation: the URL contains control characters")
    return url
