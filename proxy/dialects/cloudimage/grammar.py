"""A request as it was sent → parameters, and the pairs that belong to the origin. Pure and linear.

::

    /v7/<origin>?<pair>&<pair>?<pair>&ci_eqs=<sealed pairs in base64>

The v7 keys in the query are ours, every other pair is the origin's own; a ``?`` inside the query starts a new list of
pairs (nuxt appends one to an origin that has a query). The last of several equal keys wins.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus, unquote_to_bytes

from media.errors import RequestError
from media.memo import memoised

#: The version prefix of accounts made before November 2021.
VERSION_PREFIX = "/v7"
#: Requests whose parts are remembered, if they have at most this many characters.
REMEMBERED, SMALL = 2048, 512

#: Spellings that mean the same parameter.
SYNONYMS = {
    "width": "w", "height": "h", "bg_colour": "bg_color", "bg_colourise": "bg_colorize", "grey": "gray",
    "pixellate": "pixelate", "colourise": "colorize", "wat_colour": "wat_color",
}  # fmt: skip
KEYS = frozenset({
    "w", "h", "func", "org_if_sml", "fit_enlarge", "gravity", "aspect_ratio", "tl_px", "br_px", "face_margin", "margin",
    "bg_color", "bg_img_fit", "bg_blur", "bg_opacity", "bg_colorize", "bg_gravity", "bg_remove", "trim", "r", "flip",
    "radius", "dpr", "gray", "blur", "pixelate", "bright", "contrast", "saturate", "sharp", "colorize", "duotone",
    "sepia", "invert", "blur_faces", "f", "force_format", "q", "optipress", "force_download", "doc_page", "ci_cache",
    "vh", "ci_info", "ci_url_encoded", "p", "ci_sign", "ci_seal", "ci_eqs", "process",
    "wat", "wat_url", "wat_text", "wat_gravity", "wat_pos", "wat_pad", "wat_scale", "wat_opacity", "wat_font",
    "wat_fontsize", "wat_color",
})  # fmt: skip
#: Several watermarks: ``wat_url[1]``.
_INDEXED = re.compile(r"wat\w{0,16}\[\d{1,2}\]\Z", re.ASCII)

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")

Parameters = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of a query, ours apart from the origin's.

    ``ours``: canonical key → decoded value. ``foreign``: pairs as sent, for the origin's address.
    """

    ours: Parameters
    foreign: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeliveryUrl:
    """A delivery URL taken apart.

    ``origin`` is the path behind the prefix as sent; ``uri_path`` (as sent) is what signatures cover.
    """

    uri_path: str
    query: str
    origin: str
    parameters: Parameters
    foreign: tuple[str, ...]


def parse(raw_path: str, query: str, presets: Mapping[str, str]) -> DeliveryUrl:
    """Read a request's path and query, percent escapes untouched.

    ``presets`` maps the names of ``p=`` to stored queries: what a URL says itself counts more, what is sealed
    most. Raises RequestError for text that is not UTF-8 or holds control characters or backslashes.
    """
    return _parse(raw_path, query, tuple(presets.items()))


@memoised(REMEMBERED, lambda raw_path, query, _: len(raw_path) + len(query) <= SMALL)
def _parse(raw_path: str, query: str, presets: tuple[tuple[str, str], ...]) -> DeliveryUrl:
    uri_path = raw_path.removeprefix(VERSION_PREFIX) if raw_path.startswith(f"{VERSION_PREFIX}/") else raw_path
    check_text(uri_path)
    visible = read_pairs(query)
    sealed = read_pairs(unseal(visible.ours.get("ci_eqs", "")))
    preset = read_pairs(dict(presets).get(visible.ours.get("p", ""), ""))
    return DeliveryUrl(
        uri_path,
        query,
        uri_path.lstrip("/"),
        {**preset.ours, **visible.ours, **sealed.ours},
        visible.foreign + sealed.foreign,
    )


def read_pairs(query: str) -> Pairs:
    ours: dict[str, str] = {}
    foreign: list[str] = []
    for pair in split_pairs(query):
        name, _, text = pair.partition("=")
        key = canonical_key(name)
        if key is None:
            foreign.append(pair)
        else:
            ours[key] = text
    return Pairs({key: _decoded(text) for key, text in ours.items()}, tuple(foreign))


def split_pairs(query: str) -> Iterator[str]:
    """Pairs as sent; empty ones (``?&w=1``) fall away.

    A ``?`` separates in front of one of our keys, and a pair of ours from a pair behind it; elsewhere it belongs to a
    value of the origin's.
    """
    for piece in query.split("&"):
        start, *lists = piece.split("?")
        pair = [start]
        for text in lists:
            if _is_ours(text) or ((not text or "=" in text) and _is_ours(pair[0])):
                yield from filter(None, ["?".join(pair)])
                pair = []
            pair.append(text)
        yield from filter(None, ["?".join(pair)])


def _is_ours(pair: str) -> bool:
    return canonical_key(pair.partition("=")[0]) is not None


def canonical_key(text: str) -> str | None:
    """The one name of our parameter ``text``; None for a key that belongs to the origin."""
    if text in KEYS:
        return text
    # Brackets are all that encoders escape in our keys; unquoting every key of a hostile query would take its time.
    if not text.startswith("wat"):
        return SYNONYMS.get(text)
    key = unquote(text)
    key, bracket, index = key.partition("[") if _INDEXED.match(key) else (key, "", "")
    key = SYNONYMS.get(key, key)
    return key + bracket + index if key in KEYS else None


def is_true(text: str | None) -> bool:
    """Any value but none and 0: ``org_if_sml=11716`` exists in the wild."""
    return text not in (None, "", "0", "false")


def unseal(text: str) -> str:
    """The query inside ``ci_eqs``: base64, URL-safe or standard, padded or not."""
    encoded = text.replace(" ", "+").replace("+", "-").replace("/", "_").rstrip("=")
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise RequestError(f"ci_eqs must be a query string in base64, got {text[:80]!r}.") from error


def check_text(text: str) -> None:
    """Raises RequestError if ``text`` unquotes to something no address is made of."""
    try:
        decoded = unquote_to_bytes(text).decode()
    except UnicodeError as error:
        raise RequestError(f"The address must be UTF-8, got {text[:80]!r}.") from error
    if _FORBIDDEN.search(decoded):
        raise RequestError(f"The address must hold no control characters or backslashes, got {text[:80]!r}.")


def _decoded(text: str) -> str:
    check_text(text)
    return unquote_plus(text)
