"""``multipart/form-data`` (RFC 7578, RFC 2046 section 5.1) as events.

Work per byte is a search for the delimiter (by an expression: its worst case is a quarter of that of ``bytes.find``),
work per part is bounded by the reader's number of fields. A delimiter followed by anything but a line end or ``--`` is
refused: the RFC forbids it inside of a part, and reading on would cost a step of Python for each.
"""

import re
from collections.abc import Generator
from urllib.parse import unquote

from media.errors import RequestError
from proxy.http.syntax.events import Begin, Charge, End, Event, Events, Piece, Syntax, as_text

MAX_HEADER_BYTES = 8192
#: Spaces that a gateway may put behind a delimiter.
MAX_PADDING_BYTES = 64
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]", re.ASCII)
_PARAMETER = re.compile(r';\s*([\w!#$%&*+.^`|~-]{1,40})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"\s]*))', re.ASCII | re.DOTALL)


class Multipart(Syntax):
    def __init__(self, content_type: str, charge: Charge) -> None:
        """Raises RequestError for a content type that names no boundary."""
        boundary = parameters(content_type).get("boundary", "")
        if not _BOUNDARY.fullmatch(boundary):
            raise RequestError("The form cannot be read: its Content-Type names no boundary.")
        super().__init__(charge)
        self._delimiter = b"\r\n--" + boundary.encode()
        self._search = re.compile(re.escape(self._delimiter)).search
        # The first delimiter stands at the very beginning, as if a line had ended before it.
        self._buffer += b"\r\n"

    def _parse(self) -> Events:
        yield from self._until_delimiter(is_data=False)
        while (yield from self._has_part()):
            yield (yield from self._head())
            yield from self._until_delimiter(is_data=True)
            yield End()
        while True:
            self._buffer.clear()
            yield None

    def _until_delimiter(self, *, is_data: bool) -> Events:
        while (found := self._search(self._buffer)) is None:
            # The last bytes may be the beginning of one.
            passed = self._taken(max(0, len(self._buffer) - len(self._delimiter) + 1))
            if passed and is_data:
                yield Piece(passed)
            yield from self._more()
        end = found.start()
        del found  # It holds the buffer, which cannot change meanwhile.
        if (passed := self._taken(end)) and is_data:
            yield Piece(passed)
        del self._buffer[: len(self._delimiter)]

    def _has_part(self) -> Generator[Event | None, None, bool]:
        """What stands behind a delimiter: ``--`` ends the form, a line end begins a part."""
        while len(self._buffer) < 2:
            yield from self._more()
        if self._buffer.startswith(b"--"):
            return False
        if self._buffer[0] not in b"\r\t " or (yield from self._line(MAX_PADDING_BYTES)).strip(b"\t "):
            raise RequestError("The form cannot be read: its boundary stands inside of a part.")
        return True

    def _head(self) -> Generator[Event | None, None, Begin]:
        """The header lines of a part; of them only Content-Disposition counts."""
        disposition, left = "", MAX_HEADER_BYTES
        while line := (yield from self._line(left)):
            left -= len(line) + 2
            name, _, value = as_text(line).partition(":")
            disposition = value if name.strip().lower() == "content-disposition" else disposition
        given = parameters(disposition)
        if "name" not in given:
            raise RequestError("The form cannot be read: a part has no name.")
        self._charge(len(disposition))
        return Begin(given["name"], given.get("filename"))

    def _line(self, most: int) -> Generator[Event | None, None, bytes]:
        while (end := self._buffer.find(b"\r\n")) < 0 and len(self._buffer) <= most:
            yield from self._more()
        if not 0 <= end <= most:
            raise RequestError(f"The form cannot be read: a part has more than {MAX_HEADER_BYTES} bytes of headers.")
        line = self._taken(end)
        del self._buffer[:2]
        return line

    def _more(self) -> Events:
        if self._is_over:
            raise RequestError("The form cannot be read: it ends in the middle of a part.")
        yield None


def parameters(header: str) -> dict[str, str]:
    r"""``…; name="a"; filename="b.jpg"`` → both. Browsers write a quote as ``%22``, curl as ``\"``."""
    found: dict[str, str] = {}
    for name, quoted, plain in _PARAMETER.findall(header):
        text = quoted.replace(r"\"", '"').replace(r"\\", "\\") or plain
        if name.endswith("*"):
            # RFC 5987: charset'language'escaped
            text = unquote(text.rpartition("'")[2])
        found.setdefault(name.lower().rstrip("*"), text)
    return found
