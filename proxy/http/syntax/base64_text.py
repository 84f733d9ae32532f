"""Decode base64 and data URIs (RFC 2397) while they come in."""

import binascii
import re
from collections.abc import Callable

from media.errors import RequestError
from proxy.http.syntax.escapes import decoded, whole_part
from proxy.http.syntax.events import Charge

SCHEME = b"data:"
MAX_HEAD_BYTES = 1024
_HEAD = re.compile(rb"data:[\w/+.;=-]*,", re.ASCII)
_ALPHABET = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
#: Line ends above all; whatever else is no digit is left out, too.
_IGNORED = bytes(each for each in range(256) if each not in _ALPHABET)

Write = Callable[[bytes], None]


class NotBase64(RequestError):
    """A text that was to be decoded and is none."""


class Base64:
    """Four digits are three bytes; what does not fill up waits."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting = b""
        self._is_padded = False

    def feed(self, text: bytes) -> None:
        digits = self._waiting + text.translate(None, _IGNORED)
        if digits and self._is_padded:
            raise NotBase64("The file is not base64: it goes on behind its padding.")
        whole = len(digits) // 4 * 4
        padding = digits.find(b"=")
        self._is_padded = 0 <= padding < whole
        if self._is_padded and padding < len(digits) - 4:
            raise NotBase64("The file is not base64: it goes on behind its padding.")
        try:
            self._write(binascii.a2b_base64(digits[:whole]))
        except binascii.Error as error:
            raise NotBase64(f"The file is not base64: {error}.") from error
        self._waiting = digits[whole:]

    def close(self) -> None:
        if self._waiting:
            raise NotBase64("The file is not base64: its last digits are missing.")


class Escaped:
    """Bytes as they are, or as ``%41``: a text, and charged as one."""

    def __init__(self, write: Write, charge: Charge) -> None:
        self._write, self._charge = write, charge
        self._waiting = b""

    def feed(self, text: bytes) -> None:
        self._charge(len(text))
        text = self._waiting + text
        end = whole_part(text)
        self._write(decoded(text[:end]))
        self._waiting = text[end:]

    def close(self) -> None:
        self._write(self._waiting)


class DataUri:
    """Reads the head, then decodes what follows as the head says."""

    def __init__(self, write: Write, charge: Charge) -> None:
        self._write, self._charge = write, charge
        self._head = b""
        self._decoder: Base64 | Escaped | None = None

    def feed(self, text: bytes) -> None:
        if self._decoder is not None:
            self._decoder.feed(text)
            return
        self._head += text
        comma = self._head.find(b",", 0, MAX_HEAD_BYTES)
        if comma < 0 and len(self._head) < MAX_HEAD_BYTES:
            return
        if not _HEAD.match(self._head[: comma + 1]):
            raise NotBase64("Invalid file parameter: the data URI has no comma behind its type.")
        is_base64 = self._head[:comma].endswith(b";base64")
        self._decoder = Base64(self._write) if is_base64 else Escaped(self._write, self._charge)
        self._decoder.feed(self._head[comma + 1 :])

    def close(self) -> None:
        if self._decoder is None:
            raise NotBase64("Invalid file parameter: the data URI has no comma behind its type.")
        self._decoder.close()
