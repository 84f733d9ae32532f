"""A font that a client uploaded draws under a name of its own, or is refused."""

import hashlib
import struct
import sys

import numpy as np
import pytest
import pyvips
from pymupdf_fonts import SpaceMono_Bold, SpaceMono_Regular

from media.config import Limits
from media.errors import BadTransformation, NotFound
from media.language.chain import Chain
from media.operations import step
from media.render.plan import plan
from media.render.render import render
from media.typography import typeface
from media.typography.typeface import FontFile
from tests.media import pictures
from tests.media.rendering import files, opened, rendered

FONT = "raw:ours.ttf"
#: The name that a file of digest FONT is entered under, see tests/media/rendering.py.
FAMILY = f"cutout-{hashlib.sha256(SpaceMono_Regular.fontbuffer).hexdigest()[:32]}"
REGULAR, BOLD = SpaceMono_Regular.fontbuffer, SpaceMono_Bold.fontbuffer


def drawn(body: bytes | None, text: str = "iiii", **arguments: str) -> pyvips.Image:
    given = {"font": "ours.ttf", "font_source": FONT, "size": "40", **arguments}
    return pictures.opened(
        rendered(pictures.jpeg(), step("text", text=text, **given), layers={FONT: body} if body else {}).body
    )


def overlapping(body: bytes) -> bytes:
    """Every table the whole file."""
    count = struct.unpack_from(">H", body, 4)[0]
    records = b"".join(
        body[12 + 16 * index : 20 + 16 * index] + struct.pack(">LL", 0, len(body)) for index in range(count)
    )
    return body[:12] + records + body[12 + 16 * count :]


BROKEN = {
    "empty": b"", "a picture": pictures.jpeg(), "half a font": REGULAR[: len(REGULAR) // 2],
    "a header alone": REGULAR[:12], "tables over each other": overlapping(REGULAR),
    "garbled tables": REGULAR[:300] + bytes(len(REGULAR) - 300), "a web font": b"wOF2" + REGULAR[4:],
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_font_is_refused_by_name(kind: str) -> None:
    with pytest.raises(BadTransformation, match=r"the font fonts/ours.ttf cannot be read"):
        typeface.install(FontFile(BROKEN[kind], kind), "fonts/ours.ttf")


def test_letters_are_those_of_the_file() -> None:
    # In a font of one width "iiii" is as wide as "mmmm", but for the letters' own bearings.
    assert abs(drawn(REGULAR, "iiii").width - drawn(REGULAR, "mmmm").width) < 20
    assert drawn(BOLD)[3].avg() > drawn(REGULAR)[3].avg()


def test_fonts_of_one_family_name_do_not_stand_in_for_each_other() -> None:
    first = np.asarray(drawn(REGULAR).numpy())
    drawn(BOLD)
    assert np.array_equal(np.asarray(drawn(REGULAR).numpy()), first)


def test_an_uploaded_font_is_not_known_by_the_name_it_gives_itself() -> None:
    before = np.asarray(drawn(None, font="Space Mono", font_source="").numpy())
    drawn(REGULAR)
    assert np.array_equal(np.asarray(drawn(None, font="Space Mono", font_source="").numpy()), before)


def test_nothing_of_an_uploaded_font_stays_in_the_process() -> None:
    drawn(REGULAR)
    # Known here, it would be drawn, and would stand in for letters that no other font has.
    uploaded, unknown = (
        np.asarray(pyvips.Image.text("iiii", font=f"{family} 40").numpy()) for family in (FAMILY, "no such family")
    )
    assert np.array_equal(uploaded, unknown)


def test_a_missing_font_is_named() -> None:
    with pytest.raises(NotFound, match=r"ours.ttf"):
        drawn(None)


def test_a_huge_font_is_refused() -> None:
    with pytest.raises(BadTransformation, match="at most"):
        typeface.install(FontFile(bytes(typeface.MAX_BYTES + 1), "huge"), "ours.ttf")


def test_a_font_is_hashed_when_it_is_uploaded_and_at_no_text() -> None:
    layers, hashed = files({FONT: REGULAR}), []
    chain = Chain((step("text", text="a", font_source=FONT), step("text", text="b", font_source=FONT)))
    sys.setprofile(lambda frame, event, called: hashed.append(called) if "sha256" in str(called) else None)
    try:
        for source in (opened(pictures.jpeg()), opened(pictures.jpeg())):
            render(plan(chain, source.info, Limits()), source, layers)
    finally:
        sys.setprofile(None)
    assert hashed == []
