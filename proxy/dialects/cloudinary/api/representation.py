"""An asset as the vendor's JSON (spec 7.1). Pure."""

from typing import Any
from urllib.parse import quote

from media.config import Cloud
from media.records.asset import Asset, Backup
from proxy.dialects.cloudinary import signature

Document = dict[str, Any]


def delivery_url(base: str, asset: Asset, transformation: str, extension: str) -> str:
    path = [asset.cloud, asset.resource_type, asset.type, transformation, f"v{asset.version}"]
    name = quote(asset.public_id, safe="/") + (f".{extension}" if extension else "")
    return "/".join([base, *(part for part in path if part), name])


def own_url(base: str, asset: Asset) -> str:
    """A raw file's public id has its extension in it."""
    return delivery_url(base, asset, "", "" if asset.resource_type == "raw" else asset.format)


def signed_url(base: str, asset: Asset, cloud: Cloud) -> str:
    """The URL of a raw file that only the owner may open."""
    secret = next(iter(cloud.keys.values()), "")
    return delivery_url(base, asset, f"s--{signature.sign(quote(asset.public_id, safe='/'), secret)}--", "")


def answer(base: str, asset: Asset, cloud: Cloud) -> Document:
    """What an upload, an explicit and a rename answer."""
    secret = next(iter(cloud.keys.values()), "")
    return {
        "asset_id": asset.asset_id,
        "public_id": asset.public_id,
        "version": asset.version,
        "version_id": asset.version_id,
        "signature": signature.sign_response(asset.public_id, asset.version, secret),
        **_facts(base, asset),
        "original_filename": asset.original_filename,
        "api_key": next(iter(cloud.keys), ""),
        **_said(asset),
    }


def row(base: str, asset: Asset) -> Document:
    """An asset in a list."""
    return {
        "asset_id": asset.asset_id,
        "public_id": asset.public_id,
        "version": asset.version,
        **_facts(base, asset),
        "folder": asset.public_id.rpartition("/")[0],
    }


def details(base: str, asset: Asset) -> Document:
    """An asset alone, in full."""
    return {
        **row(base, asset),
        "version_id": asset.version_id,
        "original_filename": asset.original_filename,
        "metadata": dict(asset.metadata),
        **({"backup": True} if asset.backups else {}),
        **_said(asset),
    }


def version(kept: Backup) -> Document:
    return {
        "version_id": kept.version_id,
        "version": str(kept.version),
        "format": kept.format,
        "size": kept.bytes,
        "time": kept.uploaded_at,
        "restorable": True,
    }


def _facts(base: str, asset: Asset) -> Document:
    url = own_url(base, asset)
    sides = {"width": asset.width, "height": asset.height} if asset.resource_type == "image" else {}
    pages = {"pages": asset.pages} if asset.resource_type == "image" else {}
    form = {"format": asset.format} if asset.format and asset.resource_type != "raw" else {}
    return {
        **sides,
        **form,
        "resource_type": asset.resource_type,
        "created_at": asset.created_at,
        "uploaded_at": asset.uploaded_at,
        "tags": list(asset.tags),
        **pages,
        "bytes": 0 if asset.placeholder else asset.bytes,
        "type": asset.type,
        "etag": asset.etag,
        "placeholder": asset.placeholder,
        "url": url,
        "secure_url": url,
        "asset_folder": asset.asset_folder,
        "display_name": asset.display_name or asset.public_id.rpartition("/")[2],
        "access_mode": "authenticated" if asset.access_control else "public",
    }


def _said(asset: Asset) -> Document:
    """What is shown only if a client set it."""
    kind, _, status = asset.moderation.partition("/")
    shown = {
        "context": {"custom": dict(asset.context)} if asset.context else None,
        "metadata": dict(asset.metadata) or None,
        "info": dict(asset.info) or None,
        "access_control": [dict(rule) for rule in asset.access_control] or None,
        "moderation": [{"kind": kind, "status": status}] if kind else None,
        "coordinates": _coordinates(asset) or None,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _coordinates(asset: Asset) -> Document:
    found = {"faces": asset.faces, "custom": asset.custom_coordinates}
    return {name: [list(each) for each in rectangles] for name, rectangles in found.items() if rectangles}
