"""Where records lie in the store: names ⇄ keys that sort as the names do.

A name's characters up to ``%`` become ``%XX``. The escape character is smaller than every character that stays
and greater than none that is escaped, so keys sort like names, code point by code point (but for names with a
segment that begins with a dot or is empty, which no key may have). ``!`` ends a name: it never is in one, so that
no record is another's folder and ``a`` comes before ``a-b`` and ``a/b``.

Names too long for a file name or a URL keep their head and end in ``#`` and a hash; their record knows them whole.
"""

import re
from collections.abc import Iterator
from hashlib import sha256

from media.memo import memoised
from media.records.asset import SourceRef

ROOT = "catalog"
ASSETS = f"{ROOT}/assets"
#: What leads from asset ids to records.
POINTERS = f"{ROOT}/ids/"
END = "!.json"
ESCAPES = {code: f"%{code:02X}" for code in (*range(0x26), 0x5C, 0x7F)}
TOKEN = re.compile(r"%(?:[0-9A-F]{2})?|.", re.DOTALL)
ESCAPE = re.compile(r"%([0-9A-F]{2})")

#: A public id's head: all of it, and between two slashes. With the hash and four names it stays below a key's limit.
ID_BYTES = 300
ID_SEGMENT_BYTES = 120
#: Tells the versions of one asset apart.
DIGEST_HEAD = 16
#: Segments of a marker's path before the asset's: root, index, cloud, resource type, term.
MARKER_HEAD = 5
#: Paths of assets that are remembered.
REMEMBERED = 4096
#: A cloud, a resource type, a tag: one segment.
NAME_BYTES = 60


@memoised(REMEMBERED, lambda ref: len(ref.public_id) <= ID_BYTES)
def asset_path(ref: SourceRef) -> str:
    return f"{_type_folder(ref.cloud, ref.resource_type, ref.type)}/{quote_id(ref.public_id)}{END}"


def assets_prefix(cloud: str, resource_type: str, type_: str, public_id_prefix: str) -> str:
    """The prefix of every asset path whose public id begins with ``public_id_prefix``, and perhaps of a few more."""
    *folders, last = public_id_prefix.split("/")
    quoted = "/".join([*(_segment(folder) for folder in folders), _segment(last) if last else ""])
    return f"{_type_folder(cloud, resource_type, type_)}/{_head(quoted)}"


def asset_id_path(asset_id: str) -> str:
    name = quote_name(asset_id)
    return f"{POINTERS}{name[:2]}/{name}{END}"


def term_prefix(index: str, cloud: str, resource_type: str, term: str) -> str:
    """Where the markers of the assets lie that an index (``tags``) has under a term (``red``)."""
    return f"{terms_prefix(index, cloud, resource_type)}{quote_name(term)}/"


def terms_prefix(index: str, cloud: str, resource_type: str) -> str:
    return f"{ROOT}/{index}/{quote_name(cloud)}/{quote_name(resource_type)}/"


def marker_path(index: str, ref: SourceRef, term: str) -> str:
    """The marker that puts an asset under a term; behind the term it reads like the asset's own path."""
    tail = asset_path(ref).removeprefix(resource_prefix(ref.cloud, ref.resource_type))
    return f"{term_prefix(index, ref.cloud, ref.resource_type, term)}{tail}"


def asset_path_of_marker(marker: str, cloud: str, resource_type: str) -> str:
    """The record behind a marker: what follows index, cloud, resource type and term."""
    return resource_prefix(cloud, resource_type) + marker.split("/", MARKER_HEAD)[MARKER_HEAD]


def asset_path_of_any(marker: str) -> str:
    """The same, of a marker of any cloud and resource type."""
    _, _, cloud, resource_type, _, tail = marker.split("/", MARKER_HEAD)
    return f"{ASSETS}/{cloud}/{resource_type}/{tail}"


def resource_prefix(cloud: str, resource_type: str) -> str:
    """The prefix of every asset of a resource type, whatever its delivery type."""
    return f"{ASSETS}/{quote_name(cloud)}/{quote_name(resource_type)}/"


#: Lists of what was derived from the versions of assets.
DERIVED_LISTS = f"{ROOT}/derived/"


def derived_prefix(asset_id: str, source_digest: str) -> str:
    """Where the entries of what was derived from one version of an asset lie."""
    return f"{DERIVED_LISTS}{asset_id[:2]}/{version_name(asset_id, source_digest)}/"


def version_name(asset_id: str, source_digest: str) -> str:
    """An asset's version, as the lists of what was derived from it have it."""
    return f"{asset_id}/{source_digest[:DIGEST_HEAD]}"


def derived_entry_path(asset_id: str, source_digest: str, key: str) -> str:
    return f"{derived_prefix(asset_id, source_digest)}{key}.json"


def read_derived_entry_path(path: str) -> tuple[str, str]:
    """:func:`version_name` and derived key."""
    folder, _, name = path.removeprefix(DERIVED_LISTS).rpartition("/")
    return folder.partition("/")[2], name.removesuffix(".json")


def record_prefix(kind: str) -> str:
    return f"{ROOT}/records/{quote_name(kind)}/"


def record_path(kind: str, name: str) -> str:
    return f"{record_prefix(kind)}{quote_id(name)}{END}"


def quote_id(text: str) -> str:
    """``text`` as key segments; its slashes stay slashes."""
    quoted = "/".join(_segment(segment) for segment in text.split("/"))
    return _shortened(quoted, text, _head(quoted))


def quote_name(text: str) -> str:
    """``text`` as one key segment."""
    quoted = _segment(text).replace("/", "%2F")
    return _shortened(quoted, text, _cut(quoted, NAME_BYTES, NAME_BYTES))


def unquote_id(path: str) -> str | None:
    """The text behind :func:`quote_id`, None if it was too long to be kept in the path."""
    if "#" in path:
        return None
    return "/".join("" if segment == "%" else ESCAPE.sub(_character, segment) for segment in path.split("/"))


def _type_folder(cloud: str, resource_type: str, type_: str) -> str:
    return resource_prefix(cloud, resource_type) + quote_name(type_)


def _segment(text: str) -> str:
    if not text:
        return "%"
    quoted = text.translate(ESCAPES)
    return f"%2E{quoted[1:]}" if quoted.startswith(".") else quoted


def _shortened(quoted: str, text: str, head: str) -> str:
    if head == quoted:
        return quoted
    # "surrogatepass": a URL can name a lone surrogate, which no UTF-8 key can hold; the hash can.
    return f"{head}#{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _head(quoted: str) -> str:
    return _cut(quoted, ID_BYTES, ID_SEGMENT_BYTES)


def _cut(quoted: str, total: int, segment: int) -> str:
    return "".join(_fitting(quoted, total, segment))


def _fitting(quoted: str, total: int, segment: int) -> Iterator[str]:
    used = used_in_segment = 0
    for token in TOKEN.findall(quoted):
        size = len(token.encode("utf-8", "replace"))
        used, used_in_segment = used + size, 0 if token == "/" else used_in_segment + size
        if used > total or used_in_segment > segment or "\ud800" <= token <= "\udfff":
            return
        yield token


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape.group(1), 16))
