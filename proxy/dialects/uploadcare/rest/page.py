"""What a list is asked for, and the addresses of the pages beside it. Pure.

A page goes on ``from`` the time of its next row: of ``next`` the JavaScript client reads the parameters alone, and
sends those that it knows. Times have microseconds, so hardly two rows share one; then a row comes twice, none is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from media.integers import is_natural
from proxy.dialects.uploadcare import identity
from proxy.dialects.uploadcare.rest.auth import Refused

DEFAULT_LIMIT, MOST_ROWS = 100, 1000
FLAGS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Question:
    """``start`` is a moment (unix seconds) from which on rows are wanted, None for all; ``field`` orders them."""

    limit: int
    field: str
    is_descending: bool
    start: float | None
    shared: Mapping[str, str]

    def first_name(self) -> str:
        """The uuid from which on names are to be listed, "" for the first."""
        if self.start is None:
            return ""
        return identity.last_uuid(self.start) if self.is_descending else identity.first_uuid(self.start)


def read_question(query: Mapping[str, str], field: str, shared: Mapping[str, str]) -> Question:
    """``shared`` are the other parameters, which the addresses of other pages repeat. Raises Refused."""
    limit = query.get("limit") or str(DEFAULT_LIMIT)
    if not is_natural(limit) or not 1 <= int(limit) <= MOST_ROWS:
        raise Refused(400, f"limit should be between 1 and {MOST_ROWS}, got {limit[:40]!r}.")
    ordering = query.get("ordering") or field
    if ordering.removeprefix("-") != field:
        raise Refused(400, f"ordering should be {field} or -{field}, got {ordering[:40]!r}.")
    return Question(int(limit), field, ordering.startswith("-"), read_moment(query.get("from", "")), shared)


def read_flag(query: Mapping[str, str], name: str) -> bool | None:
    """None if it is not given. Raises Refused."""
    written = query.get(name, "").lower()
    if written and written not in FLAGS:
        raise Refused(400, f"{name} should be true or false, got {written[:40]!r}.")
    return FLAGS.get(written)


def read_moment(written: str) -> float | None:
    if not written:
        return None
    try:
        # A plus sign in a query that was not escaped is a space.
        moment = datetime.fromisoformat(written.strip().replace(" ", "+"))
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError) as error:
        raise Refused(400, f"from should be a date and time as ISO 8601 writes it, got {written[:60]!r}.") from error


def address(base: str, question: Question, file_uuid: str | None) -> str | None:
    """Of the page that begins with a uuid; None for none."""
    if file_uuid is None:
        return None
    moment = identity.instant(identity.made_at(file_uuid))
    order = f"{'-' if question.is_descending else ''}{question.field}"
    pairs = {"limit": str(question.limit), "ordering": order, **question.shared, "from": moment}
    return f"{base}?{urlencode(pairs)}"
