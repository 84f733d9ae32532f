"""``cs_``: the colour space of the result (spec 3.11). Without it a picture is delivered in sRGB, untagged."""

from media.raster.colorspace import CMYK, SOURCE_CMYK, SRGB, UNTAGGED
from proxy.dialects.cloudinary.semantics.arguments import invalid
from proxy.dialects.cloudinary.syntax.sources import file_source_of

COLOR_SPACES = {"srgb": SRGB, "srgb:truecolor": SRGB, "tinysrgb": SRGB, "cmyk": CMYK, "no_cmyk": UNTAGGED,
                "keep_cmyk": SOURCE_CMYK, "copy": SOURCE_CMYK}  # fmt: skip
#: In front of the public id of a profile that was uploaded.
_PROFILE = "icc:"
MEANINGS = {
    "srgb": "sRGB, named in the file by a profile of 480 bytes (also `srgb:truecolor` and `tinysrgb`)",
    "cmyk": "CMYK with its profile, as JPEG or TIFF",
    "no_cmyk": "sRGB, as without it",
    "keep_cmyk": "CMYK with its own profile if the source is CMYK, else sRGB (also `copy`)",
    "icc:<public id>": "that of an uploaded raw file: RGB, GRAY (JPEG, PNG, TIFF) or CMYK (JPEG, TIFF)",
}


def color_space(text: str) -> str:
    """A name for :attr:`media.language.chain.Output.color_space`, or the source of a profile."""
    if text.startswith(_PROFILE):
        return file_source_of(text.removeprefix(_PROFILE))
    if text not in COLOR_SPACES:
        raise invalid("cs", text, f"one of {', '.join(COLOR_SPACES)} or icc:<public id>")
    return COLOR_SPACES[text]
