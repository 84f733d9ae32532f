"""A folder of fonts is entered once, by family name."""

import shutil
from pathlib import Path

import pytest

from media import fonts
from media.operations import step
from tests.media import pictures
from tests.media.rendering import rendered

SYSTEM_FONTS = sorted(Path("/usr/share/fonts").rglob("*.ttf"))


def test_only_font_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "README.txt").write_text("no font")
    assert fonts.register(tmp_path) == ()


@pytest.mark.skipif(not SYSTEM_FONTS, reason="no font file on this machine to copy")
def test_registered_fonts_draw(tmp_path: Path) -> None:
    shutil.copy(SYSTEM_FONTS[0], tmp_path / "own.ttf")
    assert fonts.register(tmp_path) == ("own.ttf",)
    drawn = pictures.opened(rendered(pictures.jpeg(), step("text", text="Hello", font="own.ttf", size="30")).body)
    assert drawn[3].max() == 255


def test_words_are_never_read_as_markup() -> None:
    plain = rendered(pictures.jpeg(), step("text", text="<span size='900000'>&lt;", size="12"))
    assert plain.height < 30
