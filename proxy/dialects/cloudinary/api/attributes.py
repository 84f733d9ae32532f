"""What a client says about an asset beside its bytes: parameters → fields of the record. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from media.errors import RequestError
from media.integers import is_natural
from media.records.access_rules import window
from media.records.limits import MAX_NAME_LENGTH, check_limit
from proxy.dialects.cloudinary.api.form import Fields, pairs, parsed, text, words

MODERATIONS = ("manual",)
HEADERS = ("x-robots-tag", "link", "content-language", "copyright")
STATUSES = ("pending", "approved", "rejected")

#: Add-ons and hooks of the vendor that nothing here stands behind: refused by name rather than ignored.
REFUSED = {
    "categorization": "no categorization add-on runs here",
    "detection": "no detection add-on runs here",
    "ocr": "no text recognition add-on runs here",
    "auto_tagging": "auto tagging needs a categorization add-on, which does not run here",
    "raw_convert": "no conversion add-on runs here",
    "similarity_search": "no similarity search runs here",
    "visual_search": "no visual search runs here",
    "auto_chaptering": "no video add-on runs here",
    "auto_transcription": "no video add-on runs here",
    "cinemagraph_analysis": "no video add-on runs here",
    "eval": "code sent with a request is never run here",
    "on_success": "code sent with a request is never run here",
    "proxy": "files are fetched directly, never through a proxy that a client names",
}


def check_offered(fields: Fields) -> None:
    """Raises RequestError naming the first parameter that asks for what is not here."""
    for name, reason in REFUSED.items():
        if fields.get(name) not in (None, "", False, "false", "0"):
            shown = str(fields[name])[:80]
            raise RequestError(f"Illegal value {shown} for {name}: the parameter is invalid here, {reason}")


def attributes(fields: Fields) -> dict[str, Any]:
    """Field of the record → value, for every parameter that is there (an empty one clears).

    Raises RequestError for what cannot be read, and for more than an asset may have.
    """
    found = {field: read(fields[name]) for name, (field, read) in READERS.items() if fields.get(name) is not None}
    for field, value in found.items():
        check_limit(field, value)
    return found


def rectangles(value: Any) -> tuple[tuple[int, ...], ...]:
    """``x,y,w,h|x,y,w,h`` in pixels."""
    found = []
    for written in str(value).split("|"):
        numbers = [part.strip() for part in written.split(",")]
        if written.strip() and (len(numbers) != 4 or not all(map(is_natural, numbers))):
            raise RequestError(f"Invalid coordinates {written}: expected x,y,width,height in whole pixels")
        if written.strip():
            found.append(tuple(int(part) for part in numbers))
    return tuple(found)


def moderation(value: Any) -> str:
    """``manual`` starts as pending; any other queue belongs to an add-on."""
    kinds = [part for part in str(value).split("|") if part]
    for kind in kinds:
        if kind not in MODERATIONS:
            raise RequestError(f"Illegal value {kind} for moderation: it is invalid here, expected manual")
    return f"{kinds[0]}/pending" if kinds else ""


def moderation_status(value: Any) -> str:
    if value not in STATUSES:
        raise RequestError(f"Illegal value {value} for moderation_status: expected {', '.join(STATUSES)}")
    return f"manual/{value}"


def access_control(value: Any) -> tuple[Mapping[str, Any], ...]:
    rules = parsed(value, "access_control")
    rules = rules if isinstance(rules, list) else [rules]
    for rule in rules:
        if not isinstance(rule, dict) or rule.get("access_type") not in ("anonymous", "token"):
            raise RequestError("Invalid access_control: expected rules with access_type anonymous or token")
        if not all(each is None or isinstance(each, str) for each in rule.values()):
            raise RequestError("Invalid access_control: expected texts for access_type, start and end")
        _check_times(rule)
    return tuple(rules)


def _check_times(rule: Mapping[str, Any]) -> None:
    try:
        window(rule)
    except ValueError as error:
        raise RequestError(f"Invalid access_control: {error}") from error


def metadata(value: Any) -> dict[str, Any]:
    """Structured metadata; a value that is a JSON list stays a list."""
    return {name: _list_or_text(each) for name, each in pairs(value).items()}


def headers(value: Any) -> dict[str, str]:
    """``Name: value`` lines that go with every delivery; only names that cannot harm a receiver."""
    found = {}
    for line in str(value).splitlines():
        name, _, text_ = line.partition(":")
        if name.strip().lower() not in HEADERS or not text_.strip().isprintable() or not text_.isascii():
            raise RequestError(f"Invalid headers: {line[:80]}; expected lines of {', '.join(HEADERS)}")
        found[name.strip()] = text_.strip()
    return found


def context_of(value: Any) -> dict[str, str]:
    return pairs(value)


def _list_or_text(value: str) -> Any:
    if not value.startswith("["):
        return value
    found = parsed(value, "metadata")
    if not all(isinstance(each, str | int | float) for each in found):
        raise RequestError(f"Invalid value {value[:80]} for metadata: expected a list of texts or numbers")
    return found


def display_name(fields: Fields, filename_stem: str) -> str:
    wants_filename = str(fields.get("use_filename_as_display_name", "")).lower() in ("true", "1")
    return text(fields, "display_name") or (filename_stem[:MAX_NAME_LENGTH] if wants_filename else "")


#: Parameter → (field of the record, its reader).
READERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "tags": ("tags", words),
    "context": ("context", context_of),
    "metadata": ("metadata", metadata),
    "face_coordinates": ("faces", rectangles),
    "custom_coordinates": ("custom_coordinates", rectangles),
    "access_control": ("access_control", access_control),
    "moderation": ("moderation", moderation),
    "headers": ("headers", headers),
    "moderation_status": ("moderation", moderation_status),
    "asset_folder": ("asset_folder", lambda value: str(value).strip("/")),
    "display_name": ("display_name", str),
}
