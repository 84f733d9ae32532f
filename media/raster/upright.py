"""A picture as stored → upright, 8-bit sRGB: what every step may rely on."""

import pyvips

from media.geometry import Size

#: Interpretations whose pixels an embedded ICC profile can describe.
PROFILED = ("rgb", "srgb", "cmyk", "rgb16", "b-w", "grey16", "lab")
#: EXIF orientations that turn the picture by a quarter.
QUARTER_TURNS = (5, 6, 7, 8)


def upright_size(header: pyvips.Image) -> Size:
    """The sides after the EXIF orientation is applied."""
    orientation = int(header.get("orientation")) if header.get_typeof("orientation") else 1
    turned = orientation in QUARTER_TURNS
    return Size(header.height, header.width) if turned else Size(header.width, header.height)


def upright(image: pyvips.Image) -> pyvips.Image:
    """Apply the EXIF orientation and convert to 8-bit sRGB (with alpha if there was one)."""
    image = image.autorot()
    if image.get_typeof("icc-profile-data") and image.interpretation in PROFILED:
        try:
            image = image.icc_transform("srgb", embedded=True, intent="perceptual", depth=8)
        except pyvips.Error:
            # A broken or mismatched profile is common in the wild; the pixel values still make a picture.
            image = image.copy()
    if image.interpretation != "srgb":
        image = _in_srgb(image)
    if image.format != "uchar":
        image = image.cast("uchar")
    return image[:4] if image.bands > 4 else image


def _in_srgb(image: pyvips.Image) -> pyvips.Image:
    """libvips reads CMYK without a profile by one of its own, which it leaves behind: no word about the new pixels, and
    a crash of who reads it once the picture it came from is gone."""
    converted = image.colourspace("srgb")
    if image.interpretation == "cmyk":
        converted = converted.copy()
        converted.remove("icc-profile-data")
    return converted
