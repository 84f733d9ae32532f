"""A path as it was sent → what it addresses, and the directives in order. Pure and linear.

::

    /<uuid>/[-/<directive>/<argument>/…]…[<file name>]
    /<uuid>/<conversion>/-/…                         gif2video, detect_faces: no dash in front
    /<uuid>~<count>/                                 a group
    /<uuid>~<count>/nth/<index>/[-/…][<file name>]   one of its files
    /<uuid>~<count>/archive/<format>/[<file name>]
    /[-/…]<http(s) address>                          proxy: its query is the address' own

Repeated slashes count as one: SDKs write them. Percent escapes are undone once a segment is apart.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from media.errors import NotFound, RequestError
from media.integers import is_natural
from proxy.dialects.uploadcare.cdn.syntax.directives import SYNTAX, Directive

DASH = "-"
GIF2VIDEO, DETECT_FACES = "gif2video", "detect_faces"
#: What stands behind a uuid without a dash, and is no file name.
CONVERSIONS = (GIF2VIDEO, DETECT_FACES, "videoframe", "video", "document")
ARCHIVES = ("zip", "tar")
MAX_GROUP = 1000
#: Directives of libraries about themselves (``@clib/uc-blocks/1.0/``): they change nothing.
LIBRARY_MARK = "@"

_HEAD = re.compile(
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:~([0-9]{1,6}))?\Z", re.ASCII | re.IGNORECASE
)
_EMBEDDED = re.compile(r"/(https?):/+(?=[^/])", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f]")


def is_uuid(text: str) -> bool:
    match = _HEAD.match(text)
    return match is not None and match.group(2) is None


@dataclass(frozen=True, slots=True)
class CdnUrl:
    """What a path addresses.

    ``file`` is a uuid, empty for a proxied ``source``; ``count`` of a group (0: a file); ``nth`` of its files, None for
    the group itself or its ``archive`` (zip, tar).
    """

    file: str = ""
    count: int = 0
    nth: int | None = None
    archive: str = ""
    conversion: str = ""
    source: str = ""
    directives: tuple[Directive, ...] = ()
    file_name: str = ""


def parse(raw_path: str, query: str = "") -> CdnUrl:
    """Read a request's path and query, percent escapes untouched.

    Raises RequestError for a text that is none of the forms, NotFound for a member that a group cannot have.
    """
    head, _, rest = raw_path.lstrip("/").partition("/")
    match = _HEAD.match(head)
    if match is None:
        return _proxied(raw_path, query)
    file, count = match.group(1).lower(), match.group(2)
    segments = [segment for segment in rest.split("/") if segment]
    has_slash = rest.endswith("/") or not segments
    if count is not None:
        return _group(file, _count(count), segments, has_slash=has_slash)
    conversion = segments.pop(0) if segments and segments[0] in CONVERSIONS else ""
    directives, name = _directives(segments, has_slash=has_slash)
    return CdnUrl(file, conversion=conversion, directives=directives, file_name=name)


def _count(text: str) -> int:
    if not 1 <= int(text) <= MAX_GROUP:
        raise NotFound(f"A group has 1..{MAX_GROUP} files, got {text}.")
    return int(text)


def _group(file: str, count: int, segments: list[str], *, has_slash: bool) -> CdnUrl:
    if segments[:1] == ["nth"]:
        index = segments[1] if len(segments) > 1 else ""
        if not is_natural(index) or int(index) >= count:
            raise NotFound(f"nth must be one of the group's files, 0..{count - 1}, got {index[:20]!r}.")
        directives, name = _directives(segments[2:], has_slash=has_slash or len(segments) == 2)
        return CdnUrl(file, count, int(index), directives=directives, file_name=name)
    if segments[:1] == ["archive"]:
        kind, *rest = segments[1:] or [""]
        if kind not in ARCHIVES or len(rest) > 1:
            raise RequestError(f"archive must be /archive/zip/ or /archive/tar/ and a file name, got {kind[:20]!r}.")
        return CdnUrl(file, count, archive=kind, file_name=_decoded(rest[0]) if rest else "")
    if segments:
        raise RequestError(f"Behind a group stands nothing, nth or archive, got {segments[0][:40]!r}.")
    return CdnUrl(file, count)


def _proxied(raw_path: str, query: str) -> CdnUrl:
    found = _EMBEDDED.search(raw_path)
    if found is None:
        raise RequestError("The path must begin with a file's uuid, or end with an http(s) address.")
    segments = [segment for segment in raw_path[: found.start()].split("/") if segment]
    directives, _ = _directives(segments, has_slash=True)
    address = f"{found.group(1).lower()}://{raw_path[found.end() :]}"
    return CdnUrl(source=f"{address}?{query}" if query else address, directives=directives)


def read_directives(text: str) -> tuple[Directive, ...]:
    """Directives alone, as presets and groups keep them (``-/resize/300x/-/blur/``; a first dash may be missing)."""
    segments = [segment for segment in text.split("/") if segment]
    if segments and segments[0] != DASH:
        segments = [DASH, *segments]
    return _directives(segments, has_slash=True)[0]


def _directives(segments: list[str], *, has_slash: bool) -> tuple[tuple[Directive, ...], str]:
    """The directives, and the file name: a last segment without a slash, unless a directive would lack it."""
    name = ""
    if not has_slash and not _is_lacked(segments):
        *segments, last = segments
        name = _decoded(last)
    if segments and segments[0] != DASH:
        _check_place(segments[:1])
        raise RequestError(f"Behind the file stands /-/, or a file name at the end, got {segments[0][:40]!r}.")
    runs: list[list[str]] = []
    for segment in segments:
        if segment == DASH:
            runs.append([])
        else:
            runs[-1].append(_decoded(segment))
    for run in filter(None, runs):
        _check_place(run)
    made = (Directive(run[0], tuple(run[1:])) for run in runs if run)
    return tuple(each for each in made if not each.name.startswith(LIBRARY_MARK)), name


def _check_place(run: list[str]) -> None:
    """Of a directive and its arguments: ``pyuploadcare`` writes what it chains as ``-/preview/gif2video/``."""
    least = SYNTAX[run[0]].least if run[0] in SYNTAX else 0
    for name in (GIF2VIDEO, DETECT_FACES):
        if name in (run[0], *run[1 + least :]):
            raise RequestError(f"{name} stands right behind the file, first and without a dash: /:uuid/{name}/")


def _is_lacked(segments: list[str]) -> bool:
    """Whether the last segment belongs to the directive in front of it."""
    before = segments[:-1]
    if DASH not in before:
        return segments[-1] == DASH
    start = len(before) - before[::-1].index(DASH)
    run = before[start:]
    return not run or (run[0] in SYNTAX and len(run) - 1 < SYNTAX[run[0]].least)


def _decoded(segment: str) -> str:
    try:
        text = unquote_to_bytes(segment).decode()
    except UnicodeError as error:
        raise RequestError(f"The address must be UTF-8, got {segment[:80]!r}.") from error
    if _FORBIDDEN.search(text):
        raise RequestError(f"The address must hold no control characters, got {segment[:80]!r}.")
    return text
