"""The format table: what is read and written, and how.

``magic`` is matched at ``offset`` of the bytes, from their end if it is negative; ISO media files are told by their
``brands`` (:func:`media.formats.iso.kinds`). What libvips cannot read or write by
itself has a codec in :mod:`media.formats.codecs`. Saver options follow the measurements in docs/architecture.md: AVIF
at effort 0 is fifteen times faster than the library's default.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from media.formats import iso
from media.geometry import Size

#: What is decoded or written in one call that ends for nobody costs at most this in our own process: half a second.
LONG = 100
#: To choose a palette costs this for a pixel, and for each of its colours, of which hardly more are looked at.
PALETTE_PRICE, COLOUR_PRICE, MOST_COLOURS = 200, 1700, 800_000


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    mime: str
    extensions: tuple[str, ...]
    #: What a pixel costs to read and to write, measured against one negated (tests/benchmarks/prices.py).
    reading: float = field(kw_only=True)
    writing: float = field(kw_only=True)
    magic: tuple[bytes, ...] = ()
    offset: int = 0
    brands: tuple[str, ...] = ()
    alpha: bool = True
    frames: bool = False
    #: Each page of a document has a size of its own.
    pages_vary: bool = False
    lossy: bool = True
    readable: bool = True
    writable: bool = True
    quality: str | None = "Q"
    #: The format on whose scale the quality is counted, if it is not its own.
    scale: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    #: Kinds of colour spaces that can be written with their profile.
    spaces: tuple[str, ...] = ("rgb",)
    #: A larger picture is scaled down to fit a square of this side; 0 for any size.
    fits: int = 0
    #: Only what was vectorized can be written, traced within a square of this side; 0 for any picture.
    traced: int = 0
    #: The longest side that can be written; 0 for any.
    max_side: int = 0
    #: Beyond this size the next candidate is better; 0 for never.
    max_pixels: int = 0
    #: The most pixels that are written, all frames together; 0 for any.
    max_written: int = 0
    #: Whether its writer keeps all other threads waiting (Pillow's, the tracer), and cannot be stopped: in a child.
    is_written_apart: bool = False
    #: Whether its writer, once begun, ends for nobody: what is LONG to write is written in a child process, too.
    is_unstoppable: bool = False
    #: An animation stands still unless it is asked to move, or its source has this format.
    is_still_unless_asked: bool = False
    interlaces: bool = False
    chroma: bool = False
    palette: bool = False
    #: What a lossless format gives up if loss is asked for, and the format that takes opaque pictures then.
    lossy_options: Mapping[str, object] = field(default_factory=dict)
    lossy_as: str = ""
    #: How everything that is seen is written, and what a pixel of something flat costs then; nothing if that is never
    #: worth a try.
    exact_options: Mapping[str, object] = field(default_factory=dict)
    exact_writing: float = 0
    #: Decoded in a child process (see :mod:`media.formats.isolated`), or if this mark stands before the pixels.
    isolated: bool = True
    isolated_mark: bytes = b""
    #: First and last byte of a span that holds zeros only, if the magic alone is too short to tell.
    zeros: tuple[int, int] = (0, 0)

    def writing_price(self, size: Size, *, frames: int, palette: bool = False) -> float:
        """What it costs to write a picture of ``size``, with as few colours as a ``palette`` holds."""
        most = self.fits or self.traced
        pixels = min(size.pixels, most**2) if most else size.pixels * (frames if self.frames else 1)
        chosen = PALETTE_PRICE * pixels + COLOUR_PRICE * min(pixels, MOST_COLOURS) if palette else 0
        return (self.writing * pixels + chosen) / 1_000_000

    def is_stoppable(self, options: Mapping[str, object]) -> bool:
        """Whether its writer ends at a deadline."""
        return not self.is_unstoppable and not (self.palette and "palette" in options)


FORMATS: dict[str, Format] = {
    row.name: row
    for row in (
        Format(
            "jpg", "image/jpeg", ("jpg", "jpeg", "jpe"), (b"\xff\xd8\xff",), alpha=False,
            options={"optimize_coding": True}, spaces=("rgb", "gray", "cmyk"), max_side=65_500, interlaces=True,
            chroma=True, isolated=False,
            reading=3, writing=4,
        ),
        Format(
            "png", "image/png", ("png",), (b"\x89PNG\r\n\x1a\n",), frames=True, lossy=False, quality=None,
            options={"compression": 6}, spaces=("rgb", "gray"), is_still_unless_asked=True, interlaces=True,
            palette=True, lossy_options={"palette": True}, lossy_as="jpg", isolated=False, isolated_mark=b"acTL",
            exact_options={"compression": 9}, exact_writing=120,
            reading=6, writing=20,
        ),
        Format(
            "webp", "image/webp", ("webp",), (b"WEBP",), offset=8, frames=True, options={"effort": 2},
            max_side=16_383, isolated=False, exact_options={"lossless": True, "effort": 4}, exact_writing=120,
            reading=12, writing=60,
        ),
        Format(
            "avif", "image/avif", ("avif",), brands=("avif", "avis", "MA1A", "MA1B", "av01 item"),
            options={"effort": 0, "compression": "av1"}, max_side=16_384, chroma=True,
            # It takes about ten times as long as WebP.
            max_pixels=4_194_304, is_unstoppable=True,
            reading=20, writing=45,
        ),
        Format(
            "gif", "image/gif", ("gif",), (b"GIF87a", b"GIF89a"), frames=True, lossy=False, quality=None,
            options={"effort": 4}, spaces=(), max_side=65_535, interlaces=True,
            # A pixel of a frame may stay if it differs by no more than this.
            lossy_options={"interframe_maxerror": 8}, is_unstoppable=True,
            reading=6, writing=95,
        ),
        Format(
            "tiff", "image/tiff", ("tiff", "tif"), (b"II*\x00", b"MM\x00*"), lossy=False, quality=None, pages_vary=True,
            options={"compression": "lzw"}, spaces=("rgb", "gray", "cmyk"),
            reading=6, writing=16,
        ),
        Format(
            "heic", "image/heic", ("heic", "heif"), writable=False,
            brands=("heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "hvc1 item"),
            reading=30, writing=0,
        ),
        Format(
            "bmp", "image/bmp", ("bmp", "dib"), (b"BM",), zeros=(6, 10), alpha=False, lossy=False, quality=None,
            spaces=(), max_written=33_554_432,
            reading=2, writing=2,
        ),
        Format(
            "ico", "image/x-icon", ("ico",), (b"\x00\x00\x01\x00",), lossy=False, quality=None, spaces=(), fits=256,
            reading=2, writing=60,
        ),
        # Version 1 has no magic at all: only files with the footer of version 2 (1989) are known.
        Format(
            "tga", "image/x-tga", ("tga",), (b"TRUEVISION-XFILE.\x00",), offset=-18, lossy=False, quality=None,
            spaces=(), max_written=33_554_432, max_side=65_535,
            reading=2, writing=2,
        ),
        Format(
            "jp2", "image/jp2", ("jp2",), brands=("jp2 ", "jpx ", "jph "), spaces=(), scale="jpg",
            max_written=16_777_216, is_written_apart=True,
            reading=22, writing=90,
        ),
        # The bare codestream has no word for alpha.
        Format(
            "jpc", "image/j2c", ("jpc", "j2k", "j2c"), (b"\xff\x4f\xff\x51",), alpha=False, spaces=(), scale="jpg",
            max_written=16_777_216, is_written_apart=True,
            reading=22, writing=90,
        ),
        Format("psd", "image/vnd.adobe.photoshop", ("psd",), (b"8BPS\x00\x01",), writable=False, reading=10, writing=0),
        Format(
            "pdf", "application/pdf", ("pdf",), (b"%PDF-",), frames=True, readable=False, spaces=(), scale="jpg",
            max_side=65_500,
            reading=0, writing=15,
        ),
        Format(
            "eps", "application/postscript", ("eps",), (b"%!PS-Adobe-3.0 EPSF-",), alpha=False, readable=False,
            spaces=(), scale="jpg", max_side=65_500,
            reading=0, writing=10,
        ),
        Format(
            "ps", "application/postscript", ("ps",), (b"%!PS",), alpha=False, frames=True, readable=False,
            spaces=(), scale="jpg", max_side=65_500,
            reading=0, writing=10,
        ),
        # Read nowhere: the SVG of a stranger may hold scripts and addresses.
        Format(
            "svg", "image/svg+xml", ("svg",), (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ',),
            readable=False, quality=None, spaces=(), traced=1000, is_written_apart=True,
            reading=0, writing=1000,
        ),
    )
}  # fmt: skip

EXTENSIONS: dict[str, Format] = {extension: row for row in FORMATS.values() for extension in row.extensions}
BRANDS: dict[str, Format] = {brand: row for row in FORMATS.values() for brand in row.brands}


def sniff(body: bytes) -> Format | None:
    """The format the bytes really have, whatever their name says; None for anything we do not know."""
    # Asked of every answer: the boxes are read only of what begins with one.
    if body.startswith(iso.FIRST_KINDS, iso.KIND_PLACE) and (kinds := iso.kinds(body)):
        return next((BRANDS[kind] for kind in kinds if kind in BRANDS), None)
    for row in FORMATS.values():
        first, last = row.zeros
        if body.startswith(row.magic, row.offset) and not any(body[first:last]):
            return row
    return None
