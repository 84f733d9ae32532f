"""What an ISO media file is: AVIF, HEIC, videos and many others share one structure and differ by their brands.

Structure: ISO/IEC 14496-12, sections 4.2 (boxes) and 4.3 (brands); of picture files ISO/IEC 23008-12, section 10. A
HEIF whose brands name no codec is told by the types of its items.
"""

import itertools
from collections.abc import Iterator

#: Boxes before the brands in the files of the JPEG committee.
SIGNATURES = (b"jP  ", b"JXL ")
#: What the first box of such a file may be, and where its kind stands.
FIRST_KINDS, KIND_PLACE = (b"ftyp", *SIGNATURES), 4
#: Brands that say HEIF and leave open how its pictures are coded.
STRUCTURAL = {"mif1", "mif2", "mif3", "msf1", "miaf", "1pic"}
#: What is no source, in words, by the beginning of one of its brands. The narrower one goes first.
KINDS = {
    "crx": "a Canon raw photograph", "jxl": "a JPEG XL picture", "jpm": "a JPEG 2000 document",
    "mjp2": "a JPEG 2000 video", "qt": "a QuickTime video", "M4A": "an audio file", "M4B": "an audio file",
    **dict.fromkeys(("avci", "avcs", "avc1 item"), "a HEIF with H.264 pictures"),
    **dict.fromkeys(("vvic", "vvis", "vvc1 item"), "a HEIF with H.266 pictures"),
    **dict.fromkeys(("jpeg", "jpgs", "jpeg item"), "a HEIF with JPEG pictures"),
    **dict.fromkeys(("j2ki", "j2is", "j2k1 item"), "a HEIF with JPEG 2000 pictures"),
    "unci item": "a HEIF with uncompressed pictures",
    **dict.fromkeys(("mp4", "iso", "avc1", "av01", "dash", "M4V", "3g", "MSNV", "mmp4", "f4v"), "a video"),
}  # fmt: skip
#: No more of its brands, boxes and items are looked at.
MAX_BRANDS, MAX_BOXES = 64, 4096

#: Kind, first and last place of its content.
Box = tuple[bytes, int, int]


def kinds(body: bytes) -> tuple[str, ...]:
    """The brands, the major one first; behind those of a HEIF the types of its items, as ``av01 item``. Empty for what
    is no ISO media file."""
    named = _brands(body)
    return (*named, *_items(body)) if STRUCTURAL.intersection(named) else named


def described(body: bytes) -> str:
    """What the file is in words, for the message that it is not read; "" for what is no ISO media file."""
    found = kinds(body)
    if not found:
        return ""
    known = (words for start, words in KINDS.items() for kind in found if kind.startswith(start))
    brand = found[0].strip() if found[0].isascii() and found[0].isprintable() else found[0].encode("latin-1").hex()
    return f"{next(known, 'an ISO media file')} (brand {brand})"


def is_whole(body: bytes) -> bool:
    """Whether what a picture lies in is there to its end: of a grid, a reader leaves out the tiles that are not."""
    return all(last <= len(body) for kind, _, last in _boxes(body, 0, len(body)) if kind in (b"meta", b"mdat"))


def is_turned(body: bytes) -> bool:
    """Whether its properties say that a picture is to be turned or mirrored."""
    return any(
        kind in (b"irot", b"imir")
        for meta, end in _contents(body, b"meta", 0, len(body))
        for properties, last in _contents(body, b"iprp", meta + 4, end)
        for first, final in _contents(body, b"ipco", properties, last)
        for kind, _, _ in _boxes(body, first, final)
    )


def with_brand(body: bytes, brand: str) -> bytes:
    """The same file with ``brand`` as its major and its first compatible one, for a reader that knows no other. Nothing
    moves, as places of pictures are counted from the beginning of the file."""
    major, *compatible = _brands(body)
    if not compatible or (major == brand and brand in compatible):
        return body
    _, first, _ = next(_boxes(body, 0, len(body)))
    name = brand.encode("latin-1")
    return body[:first] + name + bytes(4) + name + body[first + 12 :]


def _brands(body: bytes) -> tuple[str, ...]:
    boxes = itertools.islice(_boxes(body, 0, len(body)), 2)
    kind, first, last = next(itertools.dropwhile(lambda box: box[0] in SIGNATURES, boxes), (b"", 0, 0))
    if kind != b"ftyp":
        return ()
    places = itertools.islice(itertools.chain((first,), range(first + 8, min(last, len(body)), 4)), MAX_BRANDS)
    return tuple(body[place : place + 4].decode("latin-1") for place in places)


def _items(body: bytes) -> Iterator[str]:
    for meta, end in _contents(body, b"meta", 0, len(body)):
        for items, last in _contents(body, b"iinf", meta + 4, end):
            # Version and flags, then how many there are, in two bytes or four.
            entries = items + (6 if body[items : items + 1] == b"\0" else 8)
            for item, _ in _contents(body, b"infe", entries, last):
                # The type stands behind the item's number, of four bytes since version 3, and two more.
                place = item + (8 if body[item : item + 1] < b"\3" else 10)
                yield body[place : place + 4].decode("latin-1") + " item"


def _contents(body: bytes, kind: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    return ((first, last) for found, first, last in _boxes(body, start, end) if found == kind)


def _boxes(body: bytes, place: int, end: int) -> Iterator[Box]:
    """The boxes that begin before ``end``; the last one may reach beyond it."""
    for _ in range(MAX_BOXES):
        length, kind, first = int.from_bytes(body[place : place + 4]), body[place + 4 : place + 8], place + 8
        if length == 1:
            length, first = int.from_bytes(body[first : first + 8]), first + 8
        last = place + length if length else end
        if not first <= min(last, end):
            return
        yield kind, first, last
        place = last
