"""A file as JSON: as the REST API shows it, and as the Upload API does. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from media.records.asset import Asset
from proxy.dialects.uploadcare import identity
from proxy.dialects.uploadcare.image_info import pillow_name

_UNSAFE = re.compile(r"[^\w.\-]+", re.ASCII)
IMAGE_MODES = {True: "RGBA", False: "RGB"}


@dataclass(frozen=True, slots=True)
class Bases:
    """Where clients reach the APIs and the files, without a slash."""

    api: str
    cdn: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A file that was deleted, as it was, and when (unix seconds)."""

    asset: Asset
    moment: float


def file_document(
    asset: Asset, bases: Bases, *, with_appdata: bool = False, removed: float | None = None
) -> dict[str, Any]:
    """The file object of REST v0.7: every key is always there, but ``appdata``."""
    shown: dict[str, Any] = {
        "uuid": asset.public_id,
        "url": f"{bases.api}/files/{asset.public_id}/",
        "original_filename": asset.display_name,
        "original_file_url": None if removed else f"{cdn_url(asset, bases)}{safe_name(asset.display_name)}",
        "mime_type": mime_of(asset),
        "size": asset.bytes,
        "is_image": is_image(asset),
        "is_ready": True,
        "datetime_uploaded": identity.instant(identity.made_at(asset.public_id)),
        "datetime_stored": stored_at(asset),
        "datetime_removed": identity.instant(removed) if removed else None,
        "variations": None,
        "metadata": dict(asset.metadata),
        "tags": list(asset.tags),
        "content_info": content_info(asset),
    }
    return shown | ({"appdata": appdata(asset)} if with_appdata else {})


def upload_document(asset: Asset) -> dict[str, Any]:
    """What the Upload API tells of a file."""
    info = content_info(asset)
    return {
        "uuid": asset.public_id,
        "file_id": asset.public_id,
        "size": asset.bytes,
        "total": asset.bytes,
        "done": asset.bytes,
        "original_filename": asset.display_name,
        "filename": safe_name(asset.display_name),
        "mime_type": mime_of(asset),
        "is_image": is_image(asset),
        "is_stored": is_stored(asset),
        "is_ready": True,
        "image_info": info.get("image"),
        "video_info": None,
        "content_info": info,
        "metadata": dict(asset.metadata),
        "tags": list(asset.tags),
    }


def content_info(asset: Asset) -> dict[str, Any]:
    mime = mime_of(asset)
    kind, _, sub = mime.partition("/")
    named = {"mime": {"mime": mime, "type": kind, "subtype": sub}}
    return named | ({"image": dict(asset.info.get("image") or _plain_image(asset))} if is_image(asset) else {})


def _plain_image(asset: Asset) -> Mapping[str, Any]:
    """Of a picture that we wrote: there is nothing more to know."""
    return {
        "color_mode": IMAGE_MODES[asset.has_alpha],
        "orientation": None,
        "format": pillow_name(asset.format),
        "sequence": asset.pages > 1,
        "height": asset.height,
        "width": asset.width,
        "geo_location": None,
        "datetime_original": None,
        "dpi": None,
    }


def cdn_url(asset: Asset, bases: Bases) -> str:
    return f"{bases.cdn}/{asset.public_id}/"


def safe_name(filename: str) -> str:
    """A file name as the last segment of a URL."""
    return quote(_UNSAFE.sub("_", filename)) if filename else ""


def appdata(asset: Asset) -> dict[str, Any]:
    return dict(asset.info.get("appdata") or {})


def mime_of(asset: Asset) -> str:
    return str(asset.info.get("mime") or "application/octet-stream")


def is_image(asset: Asset) -> bool:
    return asset.width > 0


def is_stored(asset: Asset) -> bool:
    return bool(asset.info.get("stored"))


def stored_at(asset: Asset) -> str | None:
    moment = asset.info.get("stored")
    return identity.instant(float(moment)) if moment else None
