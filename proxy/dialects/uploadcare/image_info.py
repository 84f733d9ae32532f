"""What the header of a picture says, in the vendor's words (which are Pillow's). Pure: an opened source → JSON."""

import re
from datetime import datetime
from typing import Any

from media.formats.source import Source

FORMATS = {"jpg": "JPEG", "jp2": "JPEG2000", "jpc": "JPEG2000", "heic": "HEIF", "tiff": "TIFF", "tif": "TIFF"}
#: libvips' interpretation → Pillow's mode, without and with alpha.
MODES = {
    "b-w": ("L", "LA"), "grey16": ("L", "LA"), "cmyk": ("CMYK", "CMYK"), "lab": ("LAB", "LAB"), "labs": ("LAB", "LAB"),
}  # fmt: skip
RGB = ("RGB", "RGBA")
PALETTE = "palette"
PALETTED = ("gif", "png", "bmp")
DATE, LATITUDE, LONGITUDE = "exif-ifd2-DateTimeOriginal", "exif-ifd3-GPSLatitude", "exif-ifd3-GPSLongitude"
MILLIMETRES_PER_INCH = 25.4
#: libvips' resolution of a file that tells none, in pixels per millimetre.
UNKNOWN_RESOLUTION = 1.0
_RATIONAL = re.compile(r"(\d{1,15})/(\d{1,15})", re.ASCII)


def image_info(source: Source) -> dict[str, Any]:
    """Sides are those of the stored pixels; ``orientation`` says how they are to be turned."""
    header = source.header
    fields = set(header.get_fields())
    return {
        "color_mode": _mode(source, fields),
        "orientation": int(header.get("orientation")) if "orientation" in fields else None,
        "format": pillow_name(source.info.format),
        "sequence": source.info.frames > 1,
        "height": header.height,
        "width": header.width,
        "geo_location": _place(source, fields),
        "datetime_original": _moment(_text(source, DATE)) if DATE in fields else None,
        "dpi": _dpi(header.xres, header.yres),
    }


def pillow_name(format_name: str) -> str:
    return FORMATS.get(format_name, format_name.upper())


def _mode(source: Source, fields: set[str]) -> str:
    if PALETTE in fields and source.info.format in PALETTED:
        return "P"
    return MODES.get(str(source.header.interpretation), RGB)[source.header.hasalpha()]


def _dpi(across: float, down: float) -> list[int] | None:
    if across <= UNKNOWN_RESOLUTION or down <= UNKNOWN_RESOLUTION:
        return None
    return [round(across * MILLIMETRES_PER_INCH), round(down * MILLIMETRES_PER_INCH)]


def _text(source: Source, field: str) -> str:
    """libvips writes "raw (meaning, type, …)"."""
    return str(source.header.get(field)).split(" (", 1)[0].strip()


def _moment(written: str) -> str | None:
    try:
        return datetime.strptime(written, "%Y:%m:%d %H:%M:%S").isoformat()
    except ValueError:
        return None


def _place(source: Source, fields: set[str]) -> dict[str, float] | None:
    if not {LATITUDE, LONGITUDE} <= fields:
        return None
    latitude, longitude = _degrees(_text(source, LATITUDE)), _degrees(_text(source, LONGITUDE))
    if latitude is None or longitude is None:
        return None
    south = f"{LATITUDE}Ref" in fields and _text(source, f"{LATITUDE}Ref").startswith("S")
    west = f"{LONGITUDE}Ref" in fields and _text(source, f"{LONGITUDE}Ref").startswith("W")
    return {"latitude": -latitude if south else latitude, "longitude": -longitude if west else longitude}


def _degrees(written: str) -> float | None:
    """``48/1 51/1 2961/100``: degrees, minutes, seconds."""
    parts = [int(top) / int(bottom) for top, bottom in _RATIONAL.findall(written) if int(bottom)]
    return round(parts[0] + parts[1] / 60 + parts[2] / 3600, 7) if len(parts) == 3 else None
