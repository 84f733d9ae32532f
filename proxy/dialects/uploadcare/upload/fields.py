"""The fields of an upload: text → values. Pure; raises UploadError naming the field and what is expected."""

import re
from collections.abc import Iterable, Mapping

from media.integers import is_natural
from media.json_text import read_json
from proxy.dialects.uploadcare.upload.errors import UploadError

MAX_FILENAME_LENGTH = 255
MAX_METADATA_KEYS, MAX_KEY_LENGTH, MAX_VALUE_LENGTH = 50, 64, 512
MAX_TAGS, MAX_TAG_LENGTH = 50, 100
STORES = {"0": False, "false": False, "1": True, "true": True}
_METADATA = re.compile(r"metadata\[([^\]]*)\]\Z")
_KEY = re.compile(r"[-_.:A-Za-z0-9]{1,64}\Z")
_TAG = re.compile(r"[-_.A-Za-z0-9]{1,100}\Z")
_CONTROL = re.compile("[\x00-\x1f\x7f]")


def read_store(texts: Mapping[str, str], *names: str, autostore: bool) -> bool:
    """Whether the file is stored; ``auto`` is as the project says."""
    given = next((texts[name] for name in names if texts.get(name)), "auto").lower()
    if given not in STORES and given != "auto":
        raise UploadError(400, "StoreInvalidError", f"store must be 0, 1 or auto, got {given[:40]!r}.")
    return STORES.get(given, autostore)


def read_metadata(texts: Mapping[str, str]) -> dict[str, str]:
    found = {match[1]: value for name, value in texts.items() if (match := _METADATA.match(name))}
    check_metadata(found)
    return found


def check_metadata(metadata: Mapping[str, str]) -> None:
    if len(metadata) > MAX_METADATA_KEYS:
        limit = f"a file has at most {MAX_METADATA_KEYS} metadata keys, got {len(metadata)}."
        raise UploadError(400, "FileMetadataKeysLimitExceededError", limit)
    for key, value in metadata.items():
        if not _KEY.match(key):
            shape = f"1 to {MAX_KEY_LENGTH} of the characters A-Z a-z 0-9 - _ . :"
            raise UploadError(400, "FileMetadataKeyInvalidError", f"A metadata key has {shape}, got {key[:80]!r}.")
        if len(value) > MAX_VALUE_LENGTH:
            limit = f"A metadata value has at most {MAX_VALUE_LENGTH} characters; {key} has {len(value)}."
            raise UploadError(400, "FileMetadataValueLengthLimitExceededError", limit)


def read_tags(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Comma-separated, or a JSON array."""
    written = texts.get("tags", "")
    if not written.startswith("["):
        return normal_tags(written.split(","))
    try:
        listed = read_json(written)
    except ValueError as error:
        raise UploadError(400, "FileTagsInvalidError", f"tags {error}.") from error
    if not all(isinstance(each, str) for each in listed):
        raise UploadError(400, "FileTagsInvalidError", "tags must be a list of texts.")
    return normal_tags(listed)


def normal_tags(tags: Iterable[str], most: int | None = MAX_TAGS) -> tuple[str, ...]:
    """In lower case, each once, in the order given."""
    found = tuple(dict.fromkeys(tag.strip().lower() for tag in tags if tag.strip()))
    for tag in found:
        if not _TAG.match(tag):
            shape = f"1 to {MAX_TAG_LENGTH} of the characters A-Z a-z 0-9 - _ ."
            raise UploadError(400, "FileTagsInvalidError", f"A tag has {shape}, got {tag[:120]!r}.")
    if most is not None and len(found) > most:
        raise UploadError(400, "FileTagsInvalidError", f"A file has at most {most} tags, got {len(found)}.")
    return found


def base_name(filename: str, otherwise: str = "file") -> str:
    """Some clients send the whole path on their disk."""
    name = _CONTROL.sub("", filename.replace("\\", "/").rpartition("/")[2]).strip()
    return name[-MAX_FILENAME_LENGTH:] or otherwise


def read_natural(texts: Mapping[str, str], name: str, default: int | None = None) -> int:
    written = texts.get(name, "")
    if not written and default is not None:
        return default
    if not is_natural(written):
        camel = "".join(part.capitalize() for part in name.split("_"))
        missing = f"{name} is required." if not written else f"{name} must be a whole number, got {written[:40]!r}."
        raise UploadError(400, f"{camel}{'Invalid' if written else 'Required'}Error", missing)
    return int(written)


def is_true(texts: Mapping[str, str], name: str) -> bool:
    return texts.get(name, "").lower() in ("1", "true")
