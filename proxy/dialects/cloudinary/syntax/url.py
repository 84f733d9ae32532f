"""Parse a delivery URL into cloud, types, signature, transformation, version and public id.

::

    /<cloud>/<resource type>/<delivery type>/[s--SIG--/][component/…][v<digits>/]<public id>[.ext]

The grammar is ambiguous: a folder may look like a component. A segment is a component when one of its
comma-separated parts is a parameter of the language; the first segment that is none begins the public id, and
``v<digits>`` ends the search (spec 1.6). What stays doubtful is left to the look-up: see
:attr:`DeliveryUrl.doubt`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from media.errors import BadSignature, NotFound, RequestError
from media.memo import memoised
from proxy.dialects.cloudinary.syntax import grammar
from proxy.dialects.cloudinary.syntax.grammar import Component
from proxy.dialects.cloudinary.syntax.public_id import Candidate, candidates_of, decode_again

#: Text in a URL is encoded twice at most by any SDK; a bound keeps ``%252525…`` cheap.
MAX_UNESCAPES = 4
#: Components, and as many folders and segments of a remote address.
MAX_SEGMENTS = 2 * grammar.MAX_COMPONENTS
#: Paths whose parts are remembered, if they have at most this many characters.
REMEMBERED, SMALL = 2048, 512

#: First path segment(s) → (resource type, delivery type, whether the last segment is an SEO suffix).
_SHORT_ROOTS = {
    "iu": ("image", "upload", False),
    "images": ("image", "upload", True),
    "private_images": ("image", "private", True),
    "authenticated_images": ("image", "authenticated", True),
    "files": ("raw", "upload", True),
    "videos": ("video", "upload", True),
}
_RESOURCE_TYPES = ("image", "video", "raw")
#: Types whose source is a remote address or a remote account's name.
_REMOTE_TYPES = frozenset({
    "fetch", "facebook", "twitter", "twitter_name", "gravatar", "youtube", "vimeo", "hulu", "dailymotion",
    "instagram_name", "google_plus", "animoto", "worldstarhiphop",
})  # fmt: skip
_DELIVERY_TYPES = frozenset(
    {"upload", "private", "authenticated", "multi", "sprite", "text", "list", "asset", "url2png"}
)

_SIGNATURE = re.compile(r"s--([A-Za-z0-9_-]{8}|[A-Za-z0-9_-]{32})--")
_SIGNATURE_LIKE = re.compile(r"s--.*--", re.DOTALL)
_VERSION = re.compile(r"v([0-9]{1,16})")
_REMOTE_START = re.compile(r"[a-z][a-z0-9+.-]{1,9}(:|%3A|%253A)", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):/*", re.IGNORECASE)
_TEXT_LAYER = re.compile(r"(^|,)[lu]_text:")
_COLLAPSED = re.compile(r"^(https?:)/(?!/)")
_SLASHES = re.compile(r"([^:])/+")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")
_SEPARATOR = re.compile(r"/+|%2[Ff]")
#: Characters with a meaning in URLs, and the escapes that are already there, stay as they are.
_URL_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class DeliveryUrl:
    """A delivery URL taken apart.

    ``transformation`` is the raw text that is signed and that strict mode compares; ``to_sign`` every text
    a signature may be made over. ``candidates`` come in look-up order; a ``remote`` address of a remote type has none.
    ``doubt``: answer 400 with this sentence if no candidate exists (a folder or a mistyped parameter).
    """

    cloud: str
    resource_type: str
    delivery_type: str
    signature: str | None
    transformation: str
    components: tuple[Component, ...]
    version: str | None
    candidates: tuple[Candidate, ...]
    remote: str | None
    to_sign: tuple[str, ...]
    doubt: str | None

    @property
    def public_id(self) -> str:
        """The id as written, for messages."""
        return self.remote or self.candidates[0].public_id

    @property
    def extension(self) -> str | None:
        """The extension in the URL if it is one of a format, whichever candidate is found."""
        return next((each.extension for each in self.candidates if each.extension), None)


@dataclass(frozen=True, slots=True)
class _Segment:
    raw: str
    text: str
    start: int


@memoised(REMEMBERED, lambda path_raw, *, cloud=None: len(path_raw) <= SMALL)
def parse(path_raw: str, *, cloud: str | None = None) -> DeliveryUrl:
    """Read a path as sent, still percent-encoded, query allowed (it is ignored).

    ``cloud`` is given if the host names it (private CDN); otherwise it is the first segment.
    Raises RequestError: 400 for bad text, BadSignature for a malformed signature, NotFound for an unknown type.
    """
    path = re.split(r"[?#]", path_raw, maxsplit=1)[0]
    segments = _segments(path)
    if cloud is None:
        if not segments:
            raise NotFound("Resource not found")
        cloud, segments = segments[0].text, segments[1:]
    resource_type, delivery_type, has_suffix, segments = _root(segments)
    signature, segments = _signature(segments)
    chain, version, source, doubt = _split_chain(segments, is_remote=delivery_type in _REMOTE_TYPES)
    if not source:
        raise NotFound("Resource not found")
    if delivery_type in _REMOTE_TYPES:
        raw_source = path[source[0].start :]
        remote = restore_remote(raw_source)
    else:
        _check_characters(source)
        source = _drop_suffix(source) if has_suffix else source
        raw_source, remote = "/".join(each.raw for each in source), None
    transformation = "/".join(each.raw for each in chain)
    return DeliveryUrl(
        cloud=cloud,
        resource_type=resource_type,
        delivery_type=delivery_type,
        signature=signature,
        transformation=transformation,
        components=tuple(grammar.parse_component(each.text) for each in chain),
        version=version,
        candidates=candidates_of(raw_source) if remote is None else (),
        remote=remote,
        to_sign=_to_sign(transformation, raw_source),
        doubt=doubt,
    )


def _segments(path: str) -> list[_Segment]:
    """Runs of slashes are one (CDNs collapse them anyway); an encoded slash separates like a plain one."""
    if len(_SEPARATOR.findall(path)) > MAX_SEGMENTS:
        raise RequestError(f"URL has too many segments: at most {MAX_SEGMENTS}")
    segments, start = [], 0
    for match in (*_SEPARATOR.finditer(path), None):
        raw = path[start : match.start()] if match else path[start:]
        if raw:
            segments.append(_Segment(raw, grammar.decode(raw), start))
        start = match.end() if match else start
    for segment in segments:
        if not _TEXT_LAYER.search(segment.text):
            _check_characters([segment])
    return segments


def _check_characters(segments: Sequence[_Segment]) -> None:
    """Control characters and backslashes have no use in ids and parameters, and much in attacks (threats, row 7)."""
    if any(_FORBIDDEN.search(segment.text) for segment in segments):
        raise RequestError("URL must not contain control characters or backslashes")


def _root(segments: list[_Segment]) -> tuple[str, str, bool, list[_Segment]]:
    """Resource type, delivery type and whether a suffix ends the path, and what follows them."""
    first = segments[0].text if segments else ""
    if first in _SHORT_ROOTS:
        return (*_SHORT_ROOTS[first], segments[1:])
    if first not in _RESOURCE_TYPES or len(segments) < 2:
        # The shortest form: /<cloud>/<public id> is image/upload.
        return ("image", "upload", False, segments)
    second = segments[1].text
    if second not in _DELIVERY_TYPES and second not in _REMOTE_TYPES:
        raise NotFound("Resource not found")
    return (first, second, False, segments[2:])


def _signature(segments: list[_Segment]) -> tuple[str | None, list[_Segment]]:
    # Matched whole, never split on "--": a signature may begin or end with a dash (``s----SjmNDA--``).
    if not segments or not _SIGNATURE_LIKE.fullmatch(segments[0].text):
        return None, segments
    match = _SIGNATURE.fullmatch(segments[0].text)
    if match is None:
        raise BadSignature("Invalid signature: it must have 8 or 32 characters of A-Z a-z 0-9 _ -")
    return match.group(1), segments[1:]


_Chain = tuple[list[_Segment], str | None, list[_Segment], str | None]


def _split_chain(segments: list[_Segment], *, is_remote: bool) -> _Chain:
    """Components, version, source segments, doubt. The last segment always belongs to the source."""
    for index, segment in enumerate(segments[:-1]):
        grammar.check_count(index)
        if is_remote and _REMOTE_START.match(segment.raw):
            return segments[:index], None, segments[index:], None
        if _VERSION.fullmatch(segment.text):
            return segments[:index], segment.text[1:], segments[index + 1 :], None
        if not grammar.looks_like_component(segment.text):
            doubt = None if is_remote else _doubt(segment, segments[index + 1 : -1])
            return segments[:index], None, segments[index:], doubt
    return segments[:-1], None, segments[-1:], None


def _doubt(segment: _Segment, following: Sequence[_Segment]) -> str | None:
    """A sentence if ``segment`` may be a mistyped component: by its shape, or because a version comes later."""
    is_before_version = any(_VERSION.fullmatch(each.text) for each in following)
    if is_before_version or grammar.looks_like_parameter(segment.text):
        return f"Invalid transformation parameter: {segment.text}; expected a known key and a value such as w_400"
    return None


def _drop_suffix(source: list[_Segment]) -> list[_Segment]:
    """``shoe/red-shoe.jpg`` → ``shoe.jpg``: the suffix is for search engines, its extension is the format."""
    if len(source) < 2:
        return source
    suffix, dot, extension = source[-1].raw.partition(".")
    if not suffix or "." in extension:
        raise RequestError(f"Invalid URL suffix: {source[-1].text}; it must not contain a dot or a slash")
    last = source[-2]
    return [*source[:-2], _Segment(last.raw + dot + extension, last.text + dot + extension, last.start)]


def restore_remote(raw: str) -> str | None:
    """A remote address out of a path: decoded once (twice if it was encoded whole), its ``//`` restored.

    None if there is no scheme (an account name such as ``facebook/test``).
    """
    text = grammar.decode(raw)
    if re.match(r"[a-z]+%3A", text, re.IGNORECASE):
        text = grammar.decode(text)
    match = _SCHEME.match(text)
    if match is None:
        return None
    if _FORBIDDEN.search(text):
        raise RequestError("a remote URL must not contain control characters or backslashes")
    return quote(f"{match.group(1).lower()}://{text[match.end() :]}", safe=_URL_CHARACTERS)


def _to_sign(transformation: str, source: str) -> tuple[str, ...]:
    """Python, Node and Java sign the text as escaped in the URL, Ruby unescapes it until it stays the same.

    A CDN on the way may have collapsed the slashes of a remote address that was signed with both.
    """
    variants: dict[str, None] = {}
    for spelling in dict.fromkeys([source, _COLLAPSED.sub(r"\1//", source)]):
        text = _SLASHES.sub(r"\1/", "/".join(part for part in (transformation, spelling) if part))
        for _ in range(MAX_UNESCAPES + 1):
            variants[text] = None
            text = decode_again(text)
    return tuple(variants)
