"""What a search asks of a file: JSON → conditions, each a function of an asset. Pure.

All conditions must hold. Words are looked for in name, type and metadata, in any case; ``fuzziness`` lets each word of
``query`` miss by one letter.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from media.records.asset import Asset
from proxy.dialects.uploadcare import identity
from proxy.dialects.uploadcare.document import is_image, mime_of
from proxy.dialects.uploadcare.rest.auth import Invalid, Refused
from proxy.dialects.uploadcare.rest.page import read_moment
from proxy.dialects.uploadcare.upload.errors import UploadError
from proxy.dialects.uploadcare.upload.fields import normal_tags

LEAST_LETTERS, MOST_SORTS = 4, 4
BOUNDS: Mapping[str, Callable[[float, float], bool]] = {
    "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le,
}  # fmt: skip
#: Field → what a file has under it.
TEXTS: Mapping[str, Callable[[Asset], str]] = {
    "original_filename": lambda asset: asset.display_name,
    "detected_mime_type": mime_of,
    "metadata": lambda asset: "\n".join(asset.metadata.values()),
}
EXACT: Mapping[str, Callable[[Asset], str]] = {"uuid": lambda asset: asset.public_id, **TEXTS}
SORTS: Mapping[str, Callable[[Asset, float], Any]] = {
    "score": lambda asset, score: score,
    "datetime_uploaded": lambda asset, score: asset.public_id,
    "size": lambda asset, score: asset.bytes,
    "original_filename": lambda asset, score: asset.display_name,
}
Holds = Callable[[Asset], bool]


@dataclass(frozen=True, slots=True)
class Search:
    """``words`` give the score; ``sorts`` are names, the most important first, each with whether it descends."""

    holds: Sequence[Holds]
    words: tuple[str, ...]
    is_fuzzy: bool
    sorts: Sequence[tuple[str, bool]]

    def score(self, asset: Asset) -> float:
        """How many of the words the file has; 1 if none are looked for, 0 if it is none of those that are."""
        if not all(holds(asset) for holds in self.holds):
            return 0.0
        if not self.words:
            return 1.0
        text = _text(asset)
        known = _words(text)
        return sum(word in text or (self.is_fuzzy and _is_near(word, known)) for word in self.words) / len(self.words)


def read_search(document: Any) -> Search:
    """Raises Invalid, by the names of fields."""
    if not isinstance(document, dict):
        raise Refused(400, "The body must be an object.")
    holds: list[Holds] = []
    for name, read in READERS.items():
        if document.get(name) is not None:
            holds += read(name, document[name])
    query = document.get("query")
    if query is not None and (not isinstance(query, str) or len(query.strip()) < LEAST_LETTERS):
        raise Invalid({"query": [f"Must be at least {LEAST_LETTERS} characters."]})
    if not holds and not query:
        raise Invalid({"non_field_errors": [f"At least one of query, {', '.join(READERS)} is required."]})
    return Search(holds, tuple(_words(query or "")), bool(document.get("fuzziness")), _sorts(document.get("sort")))


def _phrase(name: str, value: Any) -> list[Holds]:
    given = _fields(name, value, TEXTS)
    for field, text in given.items():
        if not isinstance(text, str) or len(text) < LEAST_LETTERS:
            raise Invalid({name: {field: [f"Must be at least {LEAST_LETTERS} characters."]}})
    return [_contains(TEXTS[field], text) for field, text in given.items()]


def _contains(of: Callable[[Asset], str], text: str) -> Holds:
    return lambda asset: text.casefold() in of(asset).casefold()


def _exact(name: str, value: Any) -> list[Holds]:
    if not isinstance(value, dict) or not value:
        raise Invalid({name: ["At least one condition is required."]})
    holds: list[Holds] = []
    for field, listed in value.items():
        if not isinstance(listed, list) or not listed or not all(isinstance(each, str) for each in listed):
            raise Invalid({name: {field: ["Must be a list of texts."]}})
        holds.append(_is_one_of(name, field, frozenset(listed)))
    return holds


def _is_one_of(name: str, field: str, listed: frozenset[str]) -> Holds:
    if field.startswith("metadata[") and field.endswith("]"):
        key = field.removeprefix("metadata[").removesuffix("]")
        return lambda asset: asset.metadata.get(key) in listed
    if field not in EXACT or field == "metadata":
        raise Invalid({name: {field: ["Unknown field."]}})
    return lambda asset: EXACT[field](asset) in listed


def _uploaded(name: str, value: Any) -> list[Holds]:
    given = _fields(name, value, BOUNDS)
    if not all(isinstance(each, str) and each for each in given.values()):
        raise Invalid({name: ["Must be dates and times as ISO 8601 writes them."]})
    bounds = {bound: read_moment(each) or 0.0 for bound, each in given.items()}
    return [_bound(bound, moment, lambda asset: identity.made_at(asset.public_id)) for bound, moment in bounds.items()]


def _size(name: str, value: Any) -> list[Holds]:
    given = _fields(name, value, BOUNDS)
    if not all(isinstance(each, int) and not isinstance(each, bool) and each >= 0 for each in given.values()):
        raise Invalid({name: ["Must be whole numbers."]})
    return [_bound(bound, each, lambda asset: asset.bytes) for bound, each in given.items()]


def _bound(bound: str, limit: float, of: Callable[[Asset], float]) -> Holds:
    return lambda asset: BOUNDS[bound](of(asset), limit)


def _is_image(name: str, value: Any) -> list[Holds]:
    if not isinstance(value, bool):
        raise Invalid({name: ["Must be a boolean value."]})
    return [lambda asset: is_image(asset) is value]


def _tags(name: str, value: Any) -> list[Holds]:
    given = _fields(name, value, ("any", "all", "none"))
    if not all(isinstance(listed, list) and all(isinstance(tag, str) for tag in listed) for listed in given.values()):
        raise Invalid({name: ["Must be lists of tags."]})
    try:
        wanted = {how: frozenset(normal_tags(listed, most=None)) for how, listed in given.items()}
    except UploadError as error:
        raise Invalid({name: [str(error)]}) from error
    tests: Mapping[str, Callable[[frozenset[str], frozenset[str]], bool]] = {
        "any": lambda tags, found: not tags.isdisjoint(found),
        "all": lambda tags, found: tags <= found,
        "none": lambda tags, found: tags.isdisjoint(found),
    }
    return [_tagged(tests[how], tags) for how, tags in wanted.items()]


def _tagged(test: Callable[[frozenset[str], frozenset[str]], bool], tags: frozenset[str]) -> Holds:
    return lambda asset: test(tags, frozenset(asset.tags))


READERS: Mapping[str, Callable[[str, Any], list[Holds]]] = {
    "phrase": _phrase, "exact": _exact, "datetime_uploaded": _uploaded, "size": _size, "is_image": _is_image,
    "tags": _tags,
}  # fmt: skip


def _fields(name: str, value: Any, known: Any) -> dict[str, Any]:
    """The fields of a condition that are given. Raises Invalid for none and for others."""
    given = {field: each for field, each in value.items() if each is not None} if isinstance(value, dict) else {}
    if not given or not set(given) <= set(known):
        raise Invalid({name: [f"Must be an object with at least one of {', '.join(known)}."]})
    return given


def _sorts(value: Any) -> list[tuple[str, bool]]:
    if value is None:
        return [("score", True), ("datetime_uploaded", True)]
    names = (
        [each.removeprefix("-") if isinstance(each, str) else "" for each in value] if isinstance(value, list) else []
    )
    if not 0 < len(names) <= MOST_SORTS or len(set(names)) != len(names) or not set(names) <= set(SORTS):
        raise Invalid({"sort": [f"Must be a list of {', '.join(SORTS)}, each once, with - for descending."]})
    return [(name, each.startswith("-")) for name, each in zip(names, value, strict=True)]


def _text(asset: Asset) -> str:
    return "\n".join(of(asset) for of in TEXTS.values()).casefold()


def _words(text: str) -> list[str]:
    return "".join(each if each.isalnum() else " " for each in text.casefold()).split()


def _is_near(word: str, known: Sequence[str]) -> bool:
    return any(_differs_by_one(word, each) for each in known)


def _differs_by_one(one: str, other: str) -> bool:
    """By a letter that is another, more, or missing."""
    if abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    start = next((at for at, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short))
    return short[start + (len(short) == len(long)) :] == long[start + 1 :]
