"""The format names a URL may carry, as extension or as ``f_``, and which of ours serves them."""

from media.formats.table import FORMATS

#: Names that mean another: ``jpeg`` is delivered as ``jpg``.
_ALIASES = {"jpeg": "jpg", "jpe": "jpg", "tif": "tiff", "heif": "heic"}

#: Names of the language that cut an extension off a public id, served here or not.
EXTENSIONS = frozenset({
    "jpg", "jpeg", "jpe", "png", "webp", "gif", "avif", "heic", "heif", "jxl", "jp2", "jpc", "jxr", "wdp",
    "hdp", "tiff", "tif", "bmp", "ico", "svg", "pdf", "ps", "eps", "ai", "psd", "tga", "djvu", "flif", "arw",
    "cr2", "webm", "mp4", "mov", "ogv", "mp3", "m3u8", "mpd", "glb", "css", "json",
})  # fmt: skip


def writable(name: str) -> str | None:
    """The name in our format table of what ``name`` asks for, or None if we cannot write it."""
    canonical = _ALIASES.get(name.lower(), name.lower())
    return canonical if canonical in FORMATS and FORMATS[canonical].writable else None
