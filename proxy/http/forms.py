"""The body of a request as fields, however it was written: the only reader of forms.

::

    read_form
      ├ _check_coding         a body is sent as it is, or not at all
      ├ _syntax_of            by Content-Type: multipart, urlencoded, JSON; anything else has no fields
      ├ Collector.take        in an I/O thread, as bytes come in: texts within one budget, files on disk
      ├ admit                 once, before the first byte of a file is kept, with the fields in front of it
      └ Form                  texts, values of JSON, uploads to be read off the loop

Nothing is parsed on the event loop, and nothing before it is known to be small: what a request may cost is decided
while it comes in (:mod:`proxy.http.middleware` bounds the bytes of one body, and of all bodies together).
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from media.config import Limits
from media.errors import LimitExceeded, UnsupportedFormat
from proxy.http.collector import MAX_FILES, Budget, Collector, Source
from proxy.http.syntax.events import Charge, Syntax
from proxy.http.syntax.json_object import JsonObject
from proxy.http.syntax.multipart import Multipart
from proxy.http.syntax.urlencoded import Urlencoded
from proxy.http.uploads import Spool, Upload
from proxy.services import Services


@dataclass(frozen=True, slots=True)
class Form:
    """Fields in the order they came: a name may come several times."""

    items: tuple[tuple[str, Any], ...] = ()

    @property
    def texts(self) -> dict[str, str]:
        """By name; of a repeated name the last one counts, empty ones are left out. Numbers and flags are texts."""
        plain = {name: value for name, value in self.items if isinstance(value, str | int | float)}
        # str(True) is "True": the APIs read it in any case.
        return {name: str(value) for name, value in plain.items() if value != ""}

    @property
    def files(self) -> dict[str, Upload]:
        return {name: value for name, value in self.items if isinstance(value, Upload)}


#: Judges a request by the fields in front of its first file; raises to refuse it.
Admit = Callable[[Form], Awaitable[None]]


async def _anybody(form: Form) -> None:
    return None


async def read_form(
    services: Services,
    request: Request,
    sources: Mapping[str, Source] | None = None,
    *,
    file_bytes: int | None = None,
    most_files: int = MAX_FILES,
    admit: Admit = _anybody,
) -> Form:
    """``sources`` are the fields that may hold a picture, of ``file_bytes`` each (default: as any source), at
    most ``most_files`` of them together.

    Raises RequestError for a body that is not what its Content-Type says, LimitExceeded for one that is too large.
    """
    _check_coding(request)
    limits, folder = services.settings.limits, services.settings.server.temporary_folder
    budget = Budget(limits.max_text_bytes, file_bytes or limits.max_source_bytes, folder, most_files)
    collector = Collector(sources or {}, budget)
    syntax = _syntax_of(request.headers.get("content-type", ""), sources or {}, collector.charge)
    if syntax is None:
        return Form()
    try:
        async with aclosing(request.stream()) as chunks:
            async for chunk in chunks:
                # Starlette's stream ends with an empty piece.
                await _take(services, collector, syntax, chunk or None, admit)
    except BaseException:
        collector.close()
        raise
    return Form(tuple(collector.fields))


async def read_file(services: Services, request: Request, most: int) -> Upload:
    """A body that is a file, on disk. Raises LimitExceeded beyond ``most`` bytes."""
    _check_coding(request)
    spool = Spool(services.settings.server.temporary_folder, most)
    try:
        async with aclosing(request.stream()) as chunks:
            async for chunk in chunks:
                await services.io.run(spool.write, chunk)
    except BaseException:
        spool.close()
        raise
    return spool.upload("")


def parse_form(limits: Limits, content_type: str, body: bytes) -> Form:
    """A body that was read before, since a signature covers it; texts alone. Raises what :func:`read_form` raises."""
    collector = Collector({}, Budget(limits.max_text_bytes, 0))
    syntax = _syntax_of(content_type, {}, collector.charge)
    if syntax is not None:
        collector.take(syntax, body)
        collector.take(syntax, None)
    return Form(tuple(collector.fields))


async def read_body(services: Services, request: Request) -> bytes:
    """A body of text alone, for callers that parse it themselves, off the loop. Raises LimitExceeded."""
    _check_coding(request)
    most, body = services.settings.limits.max_text_bytes, bytearray()
    async with aclosing(request.stream()) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > most:
                raise LimitExceeded(f"The body has at most {most} bytes.")
    return bytes(body)


async def _take(services: Services, collector: Collector, syntax: Syntax, chunk: bytes | None, admit: Admit) -> None:
    if await services.io.run(collector.take, syntax, chunk):
        await admit(Form(tuple(collector.fields)))
        await services.io.run(collector.go_on)


def _check_coding(request: Request) -> None:
    """RFC 9110 8.4: we decode no body; what is sent compressed could be any size."""
    coding = request.headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity"):
        raise UnsupportedFormat(f"The body must be sent without Content-Encoding, got {coding[:40]!r}.")


def _syntax_of(content_type: str, sources: Mapping[str, Source], charge: Charge) -> Syntax | None:
    name = content_type.partition(";")[0].strip().lower()
    if name == "multipart/form-data":
        return Multipart(content_type, charge)
    # A picture in a field that takes only files is a mistake, not a source.
    large = [each for each, kind in sources.items() if kind is not Source.FILE]
    if name == "application/x-www-form-urlencoded":
        return Urlencoded(large, charge)
    return JsonObject(large, charge) if "json" in name else None
