"""Fonts beyond those the system knows: a folder of ``.ttf`` and ``.otf`` files, entered once at start."""

from pathlib import Path

import pyvips

from media.config import ConfigError

SUFFIXES = (".ttf", ".otf", ".ttc")


def register(folder: str | Path) -> tuple[str, ...]:
    """Make every font file of ``folder`` known by its family name, for this process; returns the files' names.

    "" registers nothing. Raises ConfigError where the folder cannot be read.

    Fontconfig keeps a file that libvips has drawn with once.
    """
    if not folder:
        return ()
    try:
        files = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise ConfigError(f"rendering.font_folder {folder} cannot be read: {error.strerror}.") from error
    for path in files:
        pyvips.Image.text("a", fontfile=str(path))
    return tuple(path.name for path in files)
