"""Loops through ourselves (RFC 8586): a fetch says whose servers a request has passed, so that it ends.

``/v7/http://self/v7/http://self/…`` asks this server to ask itself. Every fetch carries ``CDN-Loop`` with our name once
more than the request that caused it; a request that has it too often is refused.
"""

from collections.abc import Iterable
from contextvars import ContextVar

from media.errors import LoopDetected, RequestError

HEADER = "CDN-Loop"
#: The same for every Cutout: two of them that fetch from each other are a loop, too.
NAME = "cutout"
#: One Cutout may fetch from another, and that from a third.
MOST_PASSES = 3
MAX_HEADER_LENGTH = 1000
#: The header of the request that is being answered.
_passed: ContextVar[str] = ContextVar("passed", default="")


def enter(headers: Iterable[str]) -> None:
    """Remember what a request brought. Raises LoopDetected if it has passed us too often,
    RequestError for a header that is too long to be handed on."""
    passed = ", ".join(headers)
    if not passed:
        return
    passes = _names(passed).count(NAME)
    if passes >= MOST_PASSES:
        raise LoopDetected(f"The request has passed this server {passes} times: it fetches from itself.")
    if len(passed) > MAX_HEADER_LENGTH:
        raise RequestError(f"{HEADER} has at most {MAX_HEADER_LENGTH} characters, got {len(passed)}.")
    # What no header of ours could hold is not handed on; our own name counts all the same.
    _passed.set(passed if passed.isascii() and passed.isprintable() else ", ".join([NAME] * passes))


def has_passed_us() -> bool:
    """Whether a Cutout asks, which keeps what it is given."""
    return NAME in _names(_passed.get())


def _names(passed: str) -> list[str]:
    return [entry.partition(";")[0].strip().lower() for entry in passed.split(",")]


def onward() -> dict[str, str]:
    """The header of a fetch made for the request that is being answered."""
    passed = _passed.get()
    return {HEADER: f"{passed}, {NAME}" if passed else NAME}


def last() -> dict[str, str]:
    """The header of what must not reach a Cutout at all: a notification that is a call of ours would cause the next."""
    return {HEADER: ", ".join([NAME] * MOST_PASSES)}
