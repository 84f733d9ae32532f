"""``access_control`` of an asset: rules of type ``token`` (the owner alone) or ``anonymous`` (anybody, for a time)."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

Rule = Mapping[str, Any]
#: Spaces that stand in front of an offset: ``2019-03-22 00:00 +0200``.
_OFFSET = re.compile(r"\s+(?=[+-][0-9]{2}:?[0-9]{2}\Z)")


def open_until(rules: Iterable[Rule], now: float) -> float | None:
    """When the last rule that lets anybody in now ends, in unix seconds (infinity: never); None if none does."""
    windows = (_readable(rule) for rule in rules if rule.get("access_type") == "anonymous")
    return max((end for start, end in windows if start <= now <= end), default=None)


def window(rule: Rule) -> tuple[float, float]:
    """From when until when a rule holds, in unix seconds. Raises ValueError for what is no time in ISO 8601."""
    return _moment(rule.get("start"), -math.inf), _moment(rule.get("end"), math.inf)


def _readable(rule: Rule) -> tuple[float, float]:
    """A rule that an older version stored unread holds never."""
    try:
        return window(rule)
    except ValueError:
        return math.inf, -math.inf


def _moment(written: object, otherwise: float) -> float:
    if written in (None, ""):
        return otherwise
    try:
        read = datetime.fromisoformat(_OFFSET.sub("", str(written)))
    except ValueError as error:
        raise ValueError(f"expected a time such as 2026-11-25T12:00:00Z, got {str(written)[:40]!r}") from error
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
