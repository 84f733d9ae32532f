"""An error as it is sent: what a dialect's envelope makes of it, and the application puts on the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from media.errors import MediaError


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """Status, headers and body of an error.

    ``is_lasting``: caches may keep it for ``delivery.error_max_age_seconds`` whatever ``headers`` say.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    is_lasting: bool = False


def json_answer(error: MediaError, status: int, document: Any, headers: Mapping[str, str]) -> ErrorAnswer:
    """An answer that no cache keeps and every page may read; ``headers`` go before those of all dialects."""
    shared = {
        "Content-Type": "application/json; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
    }
    return ErrorAnswer(status, {**shared, **retry_header(error), **headers}, json.dumps(document).encode())


def retry_header(error: MediaError) -> dict[str, str]:
    """When to try again, if trying again is any use."""
    seconds = getattr(error, "retry_after", 0)
    return {"Retry-After": str(seconds)} if seconds else {}
