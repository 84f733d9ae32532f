"""Read JSON that a client wrote, within bounds of size, depth and number of values.

``json.loads`` alone follows ``[[[[…`` until Python's stack ends, makes 300 bytes of ``[]``, reads NaN, numbers
beyond every range and half of a surrogate pair, which no store, header or log can hold.
"""

import json
import math
import re
from collections.abc import Iterable
from typing import Any

from media.integers import MAX_DIGITS, is_integer

MAX_DEPTH = 32
#: Every value needs a bracket or a comma; commas in texts count, too, so that counting costs nothing.
MAX_MARKS = 50_000
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(text: str | bytes) -> Any:
    """The document in ``text`` (UTF-8). Raises ValueError with the rest of a sentence: "is not JSON: …"."""
    written = text if isinstance(text, str) else _decoded(text)
    if sum(map(written.count, "[{,")) > MAX_MARKS:
        raise ValueError(f"holds more than {MAX_MARKS} values")
    try:
        document = _DECODER.decode(written)
    except RecursionError as error:
        raise ValueError(f"is nested deeper than {MAX_DEPTH}") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} at character {error.pos}") from error
    _check(document)
    return document


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8") from error


def _check(document: Any) -> None:
    """Level by level: a document that is too deep must not be walked by a function that calls itself."""
    level = [document]
    for _ in range(MAX_DEPTH + 1):
        if any(map(_is_torn, level)):
            raise ValueError("holds half of a surrogate pair")
        containers = [value for value in level if isinstance(value, dict | list)]
        if not containers:
            return
        level = [inner for outer in containers for inner in _inside(outer)]
    raise ValueError(f"is nested deeper than {MAX_DEPTH}")


def _inside(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return (*container.keys(), *container.values()) if isinstance(container, dict) else container


def _is_torn(value: Any) -> bool:
    return isinstance(value, str) and _SURROGATE.search(value) is not None


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"holds the number {text[:40]}, which is too large")
    return value


def _integer(text: str) -> int:
    if not is_integer(text):
        raise ValueError(f"holds a number of more than {MAX_DIGITS} digits")
    return int(text)


def _constant(name: str) -> Any:
    raise ValueError(f"holds {name}, which is no JSON")


_DECODER = json.JSONDecoder(parse_float=_float, parse_int=_integer, parse_constant=_constant)
