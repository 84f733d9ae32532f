"""Gravity names what to look at; what nobody can find here falls back as documented."""

import pytest

from media.geometry import Layout, Size
from media.operations import focus, step
from media.operations.arguments import GRAVITIES
from media.params import GravityKind
from tests.media import pictures
from tests.media.rendering import rendered

#: gravity → what it comes to
RESOLVED = {
    "center": "center", "south_east": "south_east", "auto": "auto", "auto:face": "auto",
    "face": "north", "faces": "north", "adv_face": "north", "body:face": "north", "ocr_text": "north",
    "face:center": "center", "faces:auto": "auto", "custom": "center", "custom:face": "center", "none": "center",
    "cat": "auto", "dog:cat": "auto", "dog:south": "south",
}  # fmt: skip


@pytest.mark.parametrize("text", RESOLVED)
def test_gravity_comes_to(text: str) -> None:
    assert focus.resolved(GravityKind(GRAVITIES).parse(text)) == RESOLVED[text]


@pytest.mark.parametrize(
    ("text", "expected"), [("face", True), ("cat", True), ("face:center", False), ("center", False), ("auto", False)]
)
def test_only_a_detector_could_find(text: str, expected: bool) -> None:
    assert focus.is_undetected(GravityKind(GRAVITIES).parse(text)) is expected


def test_cut_out_subject_is_the_place_to_look_at() -> None:
    subject = pictures.cut_out(200, 100)
    box = focus.window(subject, Layout(Size(200, 100), Size(60, 100)), focus.AUTO, 0, 0)
    assert abs(box.left + 30 - 0.42 * 200) <= 3


def test_layer_on_a_face_that_is_not_there_is_left_out() -> None:
    plain = rendered(pictures.jpeg()).body

    def layered(gravity: str) -> bytes:
        layer = step("layer", source="logo", gravity=gravity)
        return rendered(pictures.jpeg(), layer, layers={"logo": pictures.png()}).body

    assert layered("face") == plain
    assert layered("face:center") != plain


def test_window_keeps_inside_whatever_the_offsets() -> None:
    for gravity in ("north_west", "south_east", "center", "xy_center"):
        result = rendered(pictures.jpeg(), step("fill", width="30", height="30", gravity=gravity, x="-900", y="0.9"))
        assert (result.width, result.height) == (30, 30)
