"""One small file of every readable format, and of every kind of file that one codec takes apart in its own way."""

import io
from collections.abc import Callable

from PIL import Image

from media.formats.table import FORMATS
from media.language.chain import Output
from tests.media import pictures
from tests.media.formats.heic_writer import heic
from tests.media.formats.photoshop import GREY, PREDICTED, PaintedLayer, document, end_of_group, start_of_group
from tests.media.rendering import rendered


def written(name: str, **output: object) -> bytes:
    return rendered(pictures.png(), output=Output((name,), **output)).body  # type: ignore[arg-type]


def by_pillow(kind: str, mode: str = "RGB", **options: object) -> bytes:
    body = io.BytesIO()
    picture = Image.fromarray(pictures.colours().numpy()).convert(mode)
    picture.save(body, kind, **options)
    return body.getvalue()


def moving(suffix: str) -> bytes:
    return rendered(pictures.animation(".gif"), output=Output((suffix,), animated=True)).body


def layered() -> bytes:
    planes = [plane.numpy() for plane in pictures.colours().bandsplit()]
    mask = ((2, 2, 20, 20), 200, 0)
    sky = PaintedLayer("Sky", (200, 20, 20), (10, 0, 30, 30), opacity=128, mask=mask)
    return document(planes, [start_of_group(), sky, PaintedLayer("Möwe", (9, 9, 9)), end_of_group("Group")])


def deep_grey() -> bytes:
    plane = pictures.colours()[0].numpy()
    return document([plane], [PaintedLayer("Grey", (90,), (0, 0, 9, 9))], mode=GREY, depth=16, packing=PREDICTED)


#: Name → file. The part in front of the space is the row of the format table.
MADE: dict[str, Callable[[], bytes]] = {
    "jpg": pictures.jpeg,
    "jpg progressive": lambda: bytes(pictures.colours().write_to_buffer(".jpg", interlace=True)),
    "jpg cmyk": lambda: by_pillow("JPEG", "CMYK"),
    "png": pictures.png,
    "png palette": lambda: bytes(pictures.cut_out().write_to_buffer(".png", palette=True, interlace=True)),
    "png moving": lambda: moving("png"),
    "webp": lambda: written("webp"),
    "webp moving": lambda: pictures.animation(".webp"),
    "avif": lambda: written("avif"),
    "gif": lambda: pictures.animation(".gif"),
    "tiff": lambda: written("tiff"),
    "tiff pages": lambda: pictures.document((30, 20), (12, 40)),
    "heic": lambda: heic(pictures.colours()),
    "heic alpha": lambda: heic(pictures.cut_out()),
    "bmp": lambda: written("bmp"),
    "bmp palette": lambda: by_pillow("BMP", "P"),
    "ico": lambda: written("ico"),
    "ico bitmaps": lambda: by_pillow("ICO", "RGBA", sizes=[(16, 16), (32, 32)], bitmap_format="bmp"),
    "tga": lambda: written("tga"),
    "tga packed": lambda: by_pillow("TGA", compression="tga_rle"),
    "jp2": lambda: written("jp2"),
    "jpc": lambda: written("jpc"),
    "psd": layered,
    "psd deep": deep_grey,
}


def seeds() -> dict[str, bytes]:
    return {name: make() for name, make in MADE.items()}


def unseeded() -> list[str]:
    """Formats that are read and have no seed."""
    return sorted({name for name, row in FORMATS.items() if row.readable} - {name.split()[0] for name in MADE})
