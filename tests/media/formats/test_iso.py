"""Which of the many ISO media files a file is: by every brand, major or compatible, or by its items."""

import pytest

from media.errors import SourceError, UnsupportedFormat
from media.formats import iso
from media.formats.source import open_source
from media.formats.table import FORMATS, sniff
from media.language.chain import Output
from tests.media import pictures
from tests.media.rendering import rendered

MANY = 100_000_000
AVIF = bytes(pictures.colours().write_to_buffer(".avif", Q=90))


def ftyp(major: str, *compatible: str) -> bytes:
    content = b"".join(brand.encode("latin-1") for brand in (major, "\0\0\0\0", *compatible))
    return (len(content) + 8).to_bytes(4) + b"ftyp" + content


def branded(body: bytes, major: str, *compatible: str) -> bytes:
    """The file under other brands; the last one is repeated, as nothing may move."""
    length = int.from_bytes(body[:4])
    count = (length - 16) // 4
    other = ftyp(major, *compatible, *[compatible[-1]] * (count - len(compatible)))
    assert len(other) == length, (length, compatible)
    return other + body[length:]


#: brands, the major one first → the format
READ = {
    **{(brand, "mif1", "miaf"): "avif" for brand in ("avif", "avis", "MA1A", "MA1B")},
    **{("mif1", brand): "avif" for brand in ("avif", "avis", "MA1A", "MA1B")},
    **{
        (brand, "mif1"): "heic" for brand in ("heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs")
    },
    **{
        ("msf1", brand): "heic" for brand in ("heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs")
    },
    ("mif1", "avif", "mif1", "miaf", "MA1B"): "avif",
    ("miaf", "avif"): "avif", ("1pic", "avif"): "avif", ("mif2", "avif"): "avif", ("msf1", "avis", "iso8"): "avif",
    ("mif1", "mif1", "heic", "miaf"): "heic", ("mif1", "iso8", "heix"): "heic",
    ("heic", "avif"): "heic", ("avif", "heic"): "avif",
    ("avif",): "avif", ("heic",): "heic",
}  # fmt: skip
#: brands → what the refusal says
REFUSED = {
    **{
        (brand, "isom"): f"a video (brand {brand.strip()})"
        for brand in ("isom", "iso2", "iso6", "mp41", "mp42", "avc1", "dash", "M4V ", "3gp5", "3g2a", "MSNV", "f4v ")
    },
    ("mp42", "av01"): "a video (brand mp42)", ("iso5", "av01", "iso6"): "a video (brand iso5)",
    ("qt  ", "qt  "): "a QuickTime video (brand qt)",
    ("M4A ", "mp42", "isom"): "an audio file (brand M4A)",
    ("crx ", "crx ", "isom"): "a Canon raw photograph (brand crx)",
    ("mif1", "avci", "miaf"): "a HEIF with H.264 pictures (brand mif1)",
    ("avci", "mif1"): "a HEIF with H.264 pictures (brand avci)",
    ("mif1", "jpeg"): "a HEIF with JPEG pictures (brand mif1)",
    ("mif1", "iso8", "vvic"): "a HEIF with H.266 pictures (brand mif1)",
    ("j2ki", "mif1"): "a HEIF with JPEG 2000 pictures (brand j2ki)",
    ("mif1", "miaf"): "an ISO media file (brand mif1)",
    ("new!", "same"): "an ISO media file (brand new!)",
    ("\xff\0\n\x1b", "same"): "an ISO media file (brand ff000a1b)",
}  # fmt: skip
JPEG_2000 = b"\0\0\0\x0cjP  \r\n\x87\n"
OTHERS = {
    "a JPEG 2000 video": JPEG_2000 + ftyp("mjp2", "mjp2"),
    "a JPEG 2000 document": JPEG_2000 + ftyp("jpm ", "jpm "),
    "a JPEG XL picture": b"\0\0\0\x0cJXL \r\n\x87\n" + ftyp("jxl ", "jxl "),
}


@pytest.mark.parametrize("brands", READ, ids=" ".join)
def test_a_brand_tells_the_format(brands: tuple[str, ...]) -> None:
    assert sniff(ftyp(*brands)) is FORMATS[READ[brands]]


@pytest.mark.parametrize("brands", REFUSED, ids=repr)
def test_what_is_no_picture_is_refused_for_what_it_is(brands: tuple[str, ...]) -> None:
    with pytest.raises(UnsupportedFormat) as refusal:
        open_source(ftyp(*brands) + bytes(64), max_pixels=MANY)
    assert str(refusal.value) == f"The bytes are {REFUSED[brands]}, not an image of a supported format."


@pytest.mark.parametrize("what", OTHERS)
def test_what_a_committee_of_pictures_has_else_is_refused_for_what_it_is(what: str) -> None:
    with pytest.raises(UnsupportedFormat, match=what):
        open_source(OTHERS[what] + bytes(64), max_pixels=MANY)


@pytest.mark.parametrize(
    "brands", [brands for brands in READ if READ[brands] == "avif" and len(brands) > 1], ids=" ".join
)
def test_an_avif_is_read_under_every_brand(brands: tuple[str, ...]) -> None:
    source = open_source(branded(AVIF, *brands[:3]), max_pixels=MANY)
    assert (source.info.format, source.info.width, source.info.height) == ("avif", 60, 40)
    assert abs(source.first_frame()[:3] - pictures.colours()).avg() < 6


@pytest.mark.parametrize(
    "brands", [("mif1", "miaf"), ("miaf", "mif1"), ("mif1", "miaf", "av01"), ("msf1", "iso8")], ids=" ".join
)
def test_items_tell_what_brands_leave_open(brands: tuple[str, ...]) -> None:
    assert open_source(branded(AVIF, *brands), max_pixels=MANY).first_frame().width == 60
    other = branded(AVIF, *brands).replace(b"av01", b"hvc1")
    assert sniff(other) is FORMATS["heic"]
    with pytest.raises(UnsupportedFormat, match=r"a HEIF with H\.264 pictures"):
        open_source(branded(AVIF, "mif1", "miaf").replace(b"av01", b"avc1"), max_pixels=MANY)


@pytest.mark.parametrize("brand", [b"jp2 ", b"jpx ", b"jph "])
def test_a_jpeg_2000_is_read_under_every_brand(brand: bytes) -> None:
    body = rendered(pictures.jpeg(), output=Output(("jp2",), 100)).body
    place = len(JPEG_2000) + 8
    assert body[place : place + 4] == b"jp2 "
    assert open_source(body[:place] + brand + body[place + 4 :], max_pixels=MANY).first_frame().width == 60


@pytest.mark.parametrize("length", range(8, len(AVIF), 7))
def test_an_avif_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises((SourceError, UnsupportedFormat)):
        open_source(AVIF[:length], max_pixels=MANY).pixels()


def test_bytes_behind_the_last_box_do_no_harm() -> None:
    for tail in (b"junk", bytes(40), b"\xff\xff\xff\xffsefd" + bytes(9)):
        assert open_source(AVIF + tail, max_pixels=MANY).first_frame().width == 60


BROKEN = {
    "no length": b"\0\0\0\0ftypavif", "shorter than itself": b"\0\0\0\4ftypavif",
    "longer than all": b"\xff\xff\xff\xffftyp",
    "a long length": b"\0\0\0\1ftyp\xff\xff\xff\xff\xff\xff\xff\xffavif", "no brand": ftyp("mif1")[:9],
    "boxes without end": ftyp("mif1", "mif1") + b"\0\0\0\x08free" * 9000,
    "a hollow meta": ftyp("mif1", "mif1") + b"\0\0\0\x0cmeta\0\0\0\0\0\0\0\x08iinf",
    "a hollow item": ftyp("mif1") + b"\0\0\0\x22metaAAAA\0\0\0\x16iinf\0\0\0\0\0\1\0\0\0\x08infe",
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_boxes_are_no_fault_of_ours(kind: str) -> None:
    with pytest.raises((SourceError, UnsupportedFormat)):
        open_source(BROKEN[kind], max_pixels=MANY)


@pytest.mark.parametrize("cut", range(len(AVIF.partition(b"mdat")[0])))
def test_boxes_cut_anywhere_are_no_fault_of_ours(cut: int) -> None:
    body = branded(AVIF, "mif1", "miaf")[:cut]
    assert iso.described(body) or not iso.kinds(body)
