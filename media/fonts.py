"""Fonts beyond those the system knows: a folder of ``.ttf`` and ``.otf`` files, entered once at start."""

from pathlib import Path

import pyvips

SUFFIXES = (".ttf", ".otf", ".ttc")


def register(folder: Path) -> tuple[str, ...]:
    """Make every font file of ``folder`` known by its family name, for this process; returns the files' names.

    Fontconfig keeps a file that libvips has drawn with once.
    """
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    for path in files:
        pyvips.Image.text("a", fontfile=str(path))
    return tuple(path.name for path in files)
