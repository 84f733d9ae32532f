"""Events of a form → its fields, within the budgets of a request. Blocks: it writes files.

::

    a file                    → a file on disk                          budget of a file
    a source given as text    → decoded to a file on disk if it is a data URI or base64,
                                else a text                             budget of text
    any other field           → a text                                  budget of text, of all fields together
    any other file            → its name, nothing else
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Any, Protocol

from media.errors import LimitExceeded, RequestError
from proxy.http.syntax.base64_text import SCHEME, Base64, DataUri
from proxy.http.syntax.events import Begin, Charge, End, Event, Piece, Syntax, Whole, as_text
from proxy.http.uploads import Spool, Upload

#: More than any SDK sends in one call.
MAX_FIELDS = 2000
MAX_NAME_LENGTH = 256
#: Each one on disk takes a descriptor, which connections need, too.
MAX_FILES = 100


class Source(Enum):
    """How a field may hold a picture."""

    FILE = "as a file"
    DATA_URI = "as a file or a data URI"
    BASE64 = "as a file or base64, with or without the head of a data URI"


@dataclass(frozen=True, slots=True)
class Budget:
    """``file_bytes`` of each file, of which there are ``files`` at most; ``folder`` is where they grow, "" the
    system's."""

    text_bytes: int
    file_bytes: int
    folder: str = ""
    files: int = MAX_FILES


class _Part(Protocol):
    def write(self, body: bytes) -> None: ...
    def value(self) -> Any:
        """What the field holds, None for nothing."""
        ...


class Collector:
    def __init__(self, sources: Mapping[str, Source], budget: Budget) -> None:
        self._sources, self._budget = sources, budget
        self._left = budget.text_bytes
        self._events: Iterator[Event] = iter(())
        self._is_admitted = False
        self._spools: list[Spool] = []
        self._name = ""
        self._part: _Part = _Text(self.charge)
        self._count = 0
        #: What is complete: texts, values of JSON, uploads.
        self.fields: list[tuple[str, Any]] = []

    def charge(self, size: int) -> None:
        """Take ``size`` bytes of text from the budget. Raises LimitExceeded."""
        self._left -= size
        if self._left < 0:
            raise LimitExceeded(f"The texts of a request have at most {self._budget.text_bytes} bytes together.")

    def take(self, syntax: Syntax, body: bytes | None) -> bool:
        """Read on, None for the end. True if it stopped in front of the first file: admit the request, then go on."""
        self._events = syntax.close() if body is None else syntax.feed(body)
        return self._collect()

    def go_on(self) -> bool:
        self._is_admitted = True
        return self._collect()

    def close(self) -> None:
        """The request is refused: nothing of it stays."""
        for spool in self._spools:
            spool.close()

    def _collect(self) -> bool:
        for event in self._events:
            if isinstance(event, Begin) and not self._is_admitted and self._may_be_file(event):
                self._events = chain([event], self._events)
                return True
            self._apply(event)
        return False

    def _may_be_file(self, event: Begin) -> bool:
        """A text in a field that takes files alone is none."""
        is_source = event.name in self._sources
        return is_source and (event.filename is not None or self._sources[event.name] is not Source.FILE)

    def _apply(self, event: Event) -> None:
        match event:
            case Begin(name, filename):
                self._check(name)
                self._name, self._part = name, self._opened(name, filename)
            case Piece(body):
                self._part.write(body)
            case End():
                self._keep(self._name, self._part.value())
            case Whole(name, value):
                self._check(name)
                self._keep(name, value)

    def _check(self, name: str) -> None:
        self._count += 1
        if self._count > MAX_FIELDS:
            raise LimitExceeded(f"A request has at most {MAX_FIELDS} fields.")
        if len(name) > MAX_NAME_LENGTH:
            raise RequestError(f"The name of a field has at most {MAX_NAME_LENGTH} characters, got {name[:80]!r}….")

    def _keep(self, name: str, value: Any) -> None:
        if value is not None:
            self.fields.append((name, value))

    def _opened(self, name: str, filename: str | None) -> _Part:
        if filename is not None:
            return _File(self._spool(), filename) if name in self._sources else _Dropped(filename)
        kind = self._sources.get(name, Source.FILE)
        return _Text(self.charge) if kind is Source.FILE else _Given(self, kind)

    def _spool(self) -> Spool:
        """Raises LimitExceeded."""
        if len(self._spools) >= self._budget.files:
            raise LimitExceeded(f"A request has at most {self._budget.files} files.")
        self._spools.append(Spool(self._budget.folder, self._budget.file_bytes))
        return self._spools[-1]

    def decide(self, head: bytes, kind: Source) -> _Part:
        """What a source given as text is, by its first bytes."""
        if head.lower().startswith(SCHEME):
            spool = self._spool()
            return _Decoded(spool, DataUri(spool.write, self.charge))
        if kind is Source.BASE64 and head:
            spool = self._spool()
            return _Decoded(spool, Base64(spool.write))
        return _Text(self.charge)


class _Text:
    def __init__(self, charge: Charge) -> None:
        self._charge = charge
        self._text = bytearray()

    def write(self, body: bytes) -> None:
        self._charge(len(body))
        self._text += body

    def value(self) -> str:
        return as_text(bytes(self._text))


class _File:
    def __init__(self, spool: Spool, filename: str) -> None:
        self._spool, self._filename = spool, filename
        self.write = spool.write

    def value(self) -> Any:
        upload = self._spool.upload(self._filename)
        # What a browser sends if no file was chosen.
        return upload if upload.size or upload.filename else None


class _Dropped:
    """A file although none is expected: known by its name, its bytes are not kept."""

    def __init__(self, filename: str) -> None:
        self._filename = filename

    def write(self, body: bytes) -> None:
        return None

    def value(self) -> Any:
        return Upload(io.BytesIO(), 0, self._filename)


class _Decoded:
    def __init__(self, spool: Spool, decoder: Base64 | DataUri) -> None:
        self._spool, self._decoder = spool, decoder
        self.write = decoder.feed

    def value(self) -> Any:
        self._decoder.close()
        return self._spool.upload("")


class _Given:
    """A source given as text: what it is, its first bytes say."""

    def __init__(self, collector: Collector, kind: Source) -> None:
        self._collector, self._kind = collector, kind
        self._head = b""
        self._part: _Part | None = None

    def write(self, body: bytes) -> None:
        if self._part is not None:
            self._part.write(body)
            return
        self._head += body
        if len(self._head) >= len(SCHEME):
            self._decide()

    def value(self) -> Any:
        return (self._part or self._decide()).value()

    def _decide(self) -> _Part:
        self._part = self._collector.decide(self._head, self._kind)
        self._part.write(self._head)
        return self._part
