"""How much may be said of an asset: what is recorded and indexed under many names must not grow without end.

Each term of an index is an object in the store, so 20,000 tags would be 20,000 files. The numbers are Cloudinary's
where it publishes one (1000 tags of 255 characters), else in that order of magnitude.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from media.errors import RequestError
from media.records.asset import Asset

MAX_NAME_LENGTH = 255
SHOWN_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Limit:
    """Most values of a field, those in its lists and mappings too, and the most characters of one."""

    values: int
    characters: int


LIMITS: Mapping[str, Limit] = {
    "tags": Limit(1000, 255),
    "context": Limit(1000, 1024),
    "metadata": Limit(1000, 1024),
    "access_control": Limit(300, 64),
    "headers": Limit(10, 1024),
    "faces": Limit(4000, 10),
    "custom_coordinates": Limit(4000, 10),
    "related": Limit(1000, 255),
    "asset_folder": Limit(1, 255),
    "display_name": Limit(1, 255),
}


def check_limits(before: Asset | None, after: Asset) -> None:
    """Raises RequestError for what a change adds; an asset that has more from earlier may keep it or lose it."""
    for field in LIMITS:
        known, wanted = getattr(before, field, ()), getattr(after, field)
        if wanted != known:
            check_limit(field, wanted, known)


def check_limit(field: str, wanted: Any, known: Any = ()) -> None:
    """``wanted`` is the whole value of a record's field, ``known`` the one it had. Raises RequestError."""
    limit = LIMITS.get(field)
    if limit is None:
        return
    values, before = list(_values(wanted)), set(_values(known))
    if len(values) > max(limit.values, len(before)):
        raise RequestError(f"Too many values for {field}: an asset has at most {limit.values}, got {len(values)}")
    for most, texts in ((limit.characters, values), (MAX_NAME_LENGTH, _names(wanted))):
        too_long = next((text for text in texts if len(text) > most and text not in before), None)
        if too_long is not None:
            shown = f"{too_long[:SHOWN_CHARACTERS]}… ({len(too_long)} characters)"
            raise RequestError(f"Invalid value for {field}: at most {most} characters, got {shown}")


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = value.values()
    elif isinstance(value, str) or not hasattr(value, "__iter__"):
        yield str(value)
        return
    for each in value:
        yield from _values(each)


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from map(str, value)
    elif not isinstance(value, str):
        for each in value:
            yield from _names(each) if isinstance(each, Mapping) else ()
