"""The name an upload gets: public id, folder, file name. Pure."""

import re

from media.errors import RequestError
from media.records.asset import SourceRef
from proxy.delivery.ingest import random_public_id
from proxy.dialects.cloudinary.api.form import Fields, is_true, text

MAX_PUBLIC_ID_LENGTH = 255
DELIVERY_TYPES = ("upload", "private", "authenticated")
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,10}")


def ref_of(cloud: str, resource_type: str, fields: Fields, filename: str) -> SourceRef:
    """What an upload is called. Raises RequestError for a name that no URL could hold."""
    public_id = text(fields, "public_id").strip("/") or _generated(fields, resource_type, filename)
    prefixes = [text(fields, "folder")]
    if is_true(fields, "use_asset_folder_as_public_id_prefix"):
        prefixes.append(text(fields, "asset_folder"))
    if not text(fields, "public_id"):
        prefixes.append(text(fields, "public_id_prefix"))
    named = "/".join(part for part in (*(prefix.strip("/") for prefix in prefixes), public_id) if part)
    return SourceRef(cloud, resource_type, delivery_type(fields), check_public_id(named))


def delivery_type(fields: Fields, name: str = "type") -> str:
    chosen = text(fields, name) or "upload"
    if chosen not in DELIVERY_TYPES:
        raise RequestError(f"Invalid type {chosen}: expected {', '.join(DELIVERY_TYPES)}")
    return chosen


def check_public_id(public_id: str) -> str:
    if len(public_id) > MAX_PUBLIC_ID_LENGTH:
        raise RequestError("public_id is too long")
    has_gap = any(part in ("", ".", "..") for part in public_id.split("/"))
    if has_gap or not public_id.isprintable() or "\\" in public_id:
        raise RequestError(f"public_id ({public_id!r}) is invalid")
    return public_id


def folder_of(fields: Fields, ref: SourceRef) -> str:
    """The folder an asset is shown in: the one named, else that of its public id."""
    return (text(fields, "asset_folder") or ref.public_id.rpartition("/")[0]).strip("/")


def stem_of(filename: str) -> str:
    """A file's name without folders and extension."""
    name = re.split(r"[/\\]", filename)[-1]
    return name.rpartition(".")[0] or name


def extension_of(filename: str) -> str:
    match = _EXTENSION.fullmatch(filename.rpartition(".")[2]) if "." in filename else None
    return match.group().lower() if match else ""


def _generated(fields: Fields, resource_type: str, filename: str) -> str:
    stem = stem_of(filename)
    if is_true(fields, "use_filename") and stem:
        safe = "".join(character if character.isalnum() or character in "-_." else "_" for character in stem)
        is_unique = is_true(fields, "unique_filename", default=True)
        name = f"{safe}_{random_public_id()[:6]}" if is_unique else safe
    else:
        name = random_public_id()
    extension = extension_of(filename) if resource_type == "raw" else ""
    return f"{name}.{extension}" if extension else name
