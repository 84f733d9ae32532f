"""Fonts beyond those the system knows: a folder of ``.ttf`` and ``.otf`` files, entered once at start, and the bundled
ones, entered before the first text: a fresh machine may have none.

Fontconfig keeps a file that libvips has drawn with once.
"""

import functools
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pyvips

from media.config import ConfigError

SUFFIXES = (".ttf", ".otf", ".ttc")
#: Modules of pymupdf_fonts. If Fontconfig has no configuration it takes the first face that has the letters: Noto
#: Sans for Latin, Greek and Cyrillic, FiraGO for Arabic, Hebrew, Devanagari, Georgian and Thai.
BUNDLED = (
    *(f"NotoSans_{style}" for style in ("Regular", "Bold", "Italic", "BoldItalic")),
    *(f"FiraGO_{style}" for style in ("Regular", "Bold", "Italic", "BoldItalic")),
    "NotoSansSymbols2_Regular",
)
_LOCK = threading.Lock()


def register(folder: str | Path) -> tuple[str, ...]:
    """Make every font file of ``folder`` known by its family name, for this process; returns the files' names.

    "" registers nothing. Raises ConfigError if the folder cannot be read.
    """
    if not folder:
        return ()
    try:
        files = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise ConfigError(f"rendering.font_folder {folder} cannot be read: {error.strerror}.") from error
    for path in files:
        _enter(path)
    return tuple(path.name for path in files)


@functools.cache
def register_bundled() -> None:
    """Make the bundled fonts known; fonts of the system are still preferred if they are asked for by name."""
    for name in BUNDLED:
        _enter(keep(f"{name}.ttf", functools.partial(_bundled, name)))


def _bundled(name: str) -> bytes:
    return bytes(import_module(f"pymupdf_fonts.{name}").fontbuffer)


def _enter(path: Path) -> None:
    pyvips.Image.text("a", fontfile=str(path))


def keep(name: str, make: Callable[[], bytes]) -> Path:
    """A font file that lies on disk as long as this process lives: Fontconfig opens it whenever it likes.

    ``make`` gives its bytes if it is not there yet.
    """
    with _LOCK:
        path = Path(_folder().name) / name
        if not path.exists():
            path.write_bytes(make())
    return path


@functools.cache
def _folder() -> "TemporaryDirectory[str]":
    return TemporaryDirectory(prefix="cutout-fonts-")
