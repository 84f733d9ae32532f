"""A folder of fonts is entered once, by family name."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from media.operations import step
from media.typography import fonts
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


def test_text_of_many_scripts_is_drawn_where_the_system_has_no_font(tmp_path: Path) -> None:
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    environment = {**os.environ, "FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    result = subprocess.run(
        [sys.executable, "-c", MEASURE], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    shapes = result.stdout.split()
    # Without any font each letter would be the same box.
    assert len(set(shapes)) == len(SCRIPTS) + 1, shapes


SCRIPTS = ("Ä", "Ω", "Ж", "ש", "ع", "ก", "ग")
MEASURE = f"""
from hashlib import sha256
from media.operations import step
from tests.media import pictures
from tests.media.rendering import rendered

def shape(letter, **style):
    drawn = rendered(pictures.jpeg(), step("text", text=letter, size="40", **style)).body
    return sha256(pictures.opened(drawn)[3].write_to_memory()).hexdigest()

empty = {{shape(letter) for letter in ("\\U00012000", "\\U0001D800")}}
for letter in {SCRIPTS!r}:
    assert shape(letter) != shape(letter, weight="bold")
    print(shape(letter))
print("end")
"""
