"""Fonts beyond those the system knows: a folder of ``.ttf`` and ``.otf`` files, entered once at start."""

import functools
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyvips

from media.config import ConfigError

SUFFIXES = (".ttf", ".otf", ".ttc")
_LOCK = threading.Lock()


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


def keep(name: str, make: Callable[[], bytes]) -> Path:
    """A font file that lies on disk as long as this process lives: Fontconfig opens it whenever it likes.

    ``make`` gives its bytes where it is not there yet.
    """
    with _LOCK:
        path = Path(_folder().name) / name
        if not path.exists():
            path.write_bytes(make())
    return path


@functools.cache
def _folder() -> "TemporaryDirectory[str]":
    return TemporaryDirectory(prefix="cutout-fonts-")
