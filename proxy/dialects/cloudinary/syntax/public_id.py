"""The public id at the end of a URL: the spellings under which it may be stored, in look-up order."""

from dataclasses import dataclass

from media.errors import NotFound, RequestError
from proxy.dialects.cloudinary.syntax.formats import EXTENSIONS
from proxy.dialects.cloudinary.syntax.grammar import decode

MAX_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Candidate:
    """A public id to look up, with the extension that was cut off it (None: nothing was cut)."""

    public_id: str
    extension: str | None


def candidates_of(raw: str) -> tuple[Candidate, ...]:
    """The id as decoded once, then twice, then literally; each whole first, then with its extension cut off.

    SDKs disagree on how often an id is encoded, and an id may contain a dot.
    """
    once = decode(raw)
    spellings = dict.fromkeys([once, decode_again(once), raw])
    found: dict[Candidate, None] = {}
    for spelling in spellings:
        _check(spelling)
        found[Candidate(spelling, None)] = None
        stem, dot, extension = spelling.rpartition(".")
        if dot and stem and extension.lower() in EXTENSIONS:
            found[Candidate(stem, extension.lower())] = None
    return tuple(found)


def decode_again(text: str) -> str:
    try:
        return decode(text)
    except RequestError:
        return text  # A literal percent sign, not a second encoding.


def _check(public_id: str) -> None:
    # Written literally, a character may be three escaped bytes of three characters each.
    if len(public_id) > MAX_LENGTH * 9:
        raise RequestError(f"public_id is too long: at most {MAX_LENGTH} characters")
    if any(part in (".", "..") for part in public_id.split("/")) or "\0" in public_id:
        raise NotFound("Resource not found")
