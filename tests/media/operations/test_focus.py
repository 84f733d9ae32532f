"""Gravity names what to look at; what is not there falls back as documented."""

import numpy as np
import pytest
import pyvips

from media.geometry import Layout, Size, nearest
from media.language.chain import Chain, Step
from media.language.params import Gravity, GravityKind
from media.operations import focus, step
from media.operations.arguments import GRAVITIES
from media.operations.needs import needs_scene
from media.operations.tracking import TrackedScene
from media.scene.scene import Area, Scene
from tests.media import pictures
from tests.media.rendering import rendered

#: Without a scene: gravity → what it comes to (None: nothing).
FALLBACKS = {
    "center": "center", "south_east": "south_east", "auto": "auto", "auto:face": "auto", "face": None, "faces": None,
    "face:center": "center", "faces:auto": "auto", "custom": "center", "none": "center", "cat": None, "dog:cat": None,
    "dog:south": "south", "refrigerator": None,
}  # fmt: skip
FACE: Area = (0.75, 0.1, 0.85, 0.3)
SMALL_FACE: Area = (0.1, 0.1, 0.15, 0.2)
CAT = 8


def a_scene() -> Scene:
    """100×50: a salient square on the left, a cat at the bottom right, two faces at the top."""
    saliency, classes = np.zeros((50, 100), np.uint8), np.zeros((25, 50, 21), np.uint8)
    saliency[10:40, 5:35] = 255
    classes[15:25, 40:50, CAT] = 220
    classes[2, 2, CAT] = 220  # a speck, which is no cat
    return Scene(saliency, classes, (FACE, SMALL_FACE))


SCENE = a_scene()
#: gravity → the middle of what is found, in parts of the sides
FOUND = {
    "face": (0.8, 0.2),
    "faces": (0.475, 0.2),
    "cat": (0.9, 0.8),
    "animal": (0.9, 0.8),
    "dog:cat": (0.9, 0.8),
    "aoi_20_0_40_50": (0.2, 0.25),
    "aoi_0_0_20_20_180_80_20_20": (0.5, 0.5),
}


def marked(left: int, top: int, width: int, height: int) -> bytes:
    """A grey picture of 200×100 with a red patch."""
    pixels = np.full((100, 200, 3), 128, np.uint8)
    pixels[top : top + height, left : left + width] = (220, 20, 20)
    return bytes(pyvips.Image.new_from_array(pixels, interpretation="srgb").write_to_buffer(".png"))


def noise() -> bytes:
    pixels = np.random.default_rng(1).integers(0, 256, (100, 200, 3)).astype(np.uint8)
    return bytes(pyvips.Image.new_from_array(pixels, interpretation="srgb").write_to_buffer(".png"))


def gravity(text: str) -> Gravity:
    return GravityKind(GRAVITIES).parse(text)


@pytest.mark.parametrize("text", FALLBACKS)
def test_without_a_scene_gravity_comes_to(text: str) -> None:
    assert focus.find(gravity(text), TrackedScene(None, Size(200, 100))) == FALLBACKS[text]


@pytest.mark.parametrize("text", FOUND)
def test_scene_shows_where(text: str) -> None:
    found = focus.find(gravity(text), TrackedScene(SCENE, Size(200, 100)))
    assert isinstance(found, tuple)
    assert focus.middle(found) == pytest.approx(FOUND[text], abs=0.01)


#: gravity of a 50×100 window on 200×100 → where its left edge must be
WINDOWS = {
    "auto": 15, "face": 135, "cat": 150, "refrigerator": 15, "refrigerator:east": 150, "ocr_text": 75, "face:west": 135,
    "auto:cat": 150, "auto:cat_10": 15, "auto:cat_avoid": 15, "auto:aoi_100_0_50_100": 100,
}  # fmt: skip


@pytest.mark.parametrize("text", WINDOWS)
def test_window_shows_what_gravity_asks_for(text: str) -> None:
    arranged = Layout(Size(200, 100), Size(50, 100))
    box = focus.window(pictures.colours(200, 100), arranged, gravity(text), 0, 0, TrackedScene(SCENE, Size(200, 100)))
    assert abs(box.left - WINDOWS[text]) <= 2


#: Steps before the picture is cropped to its cat.
WAYS: dict[str, list[Step]] = {
    "nothing": [],
    "a colour effect": [step("contrast")],
    "a smaller size": [step("scale", width="100", height="50")],
    "a cut": [step("crop", width="100", height="100", x="100", y="0")],
    "a mirror": [step("flip", axis="horizontal")],
    "a quarter turn": [step("rotate", angle="90")],
    "a frame of colour": [step("pad", width="400", height="100", background="red")],
}


@pytest.mark.parametrize("way", WAYS)
def test_cat_is_followed_through(way: str) -> None:
    result = rendered(marked(160, 60, 40, 40), *WAYS[way], step("crop", gravity="cat"), scene=SCENE)
    red = pictures.opened(result.body).numpy()[..., :2].mean(axis=(0, 1))
    assert red[0] - red[1] > 80, "the patch where the cat is fills most of the window"


def test_cat_cannot_be_followed_through_a_trim() -> None:
    tracked = TrackedScene(SCENE, Size(200, 100), is_untraceable=True)
    assert tracked.areas("cat") == ()
    assert tracked.salient() is None


#: chain → whether the source's scene must be known
NEEDS_A_SCENE: list[tuple[list[Step], bool]] = [
    ([step("fill", width="9", height="9", gravity="auto")], True),
    ([step("fill", width="9", height="9")], False),
    ([step("background_removal"), step("fill", width="9", height="9", gravity="auto")], False),
    ([step("background_removal"), step("fill", width="9", height="9", gravity="auto:cat")], True),
    ([step("blur_faces")], True),
    ([step("blur_faces", gravity="aoi_1_2_3_4")], False),
    ([step("crop", gravity="custom")], False),
    ([step("layer", source="logo", steps=(step("crop", gravity="face"),))], False),
    ([step("layer", source="logo", gravity="face")], True),
]


@pytest.mark.parametrize(("steps", "expected"), NEEDS_A_SCENE)
def test_chain_has_to_look(steps: list[Step], expected: bool) -> None:
    assert needs_scene(Chain(tuple(steps))) is expected


def test_later_step_follows_the_window_that_was_taken() -> None:
    """The first cut goes by the picture's alpha; the cat at its right end is followed through that window."""
    alpha = np.zeros((100, 200, 1), np.uint8)
    alpha[:, 150:] = 255
    source = pictures.opened(marked(160, 60, 40, 40)).bandjoin(pyvips.Image.new_from_array(alpha))
    body = bytes(source.copy(interpretation="srgb").write_to_buffer(".png"))
    first = step("fill", width="100", height="100", gravity="auto")
    result = rendered(body, first, step("crop", gravity="cat"), scene=SCENE)
    red = pictures.opened(result.body).numpy()[..., :2].mean(axis=(0, 1))
    assert red[0] - red[1] > 80


def test_cut_out_subject_is_the_place_to_look_at() -> None:
    subject = pictures.cut_out(200, 100)
    arranged = Layout(Size(200, 100), Size(60, 100))
    box = focus.window(subject, arranged, focus.AUTO, 0, 0, TrackedScene(SCENE, Size(200, 100)))
    assert abs(box.left + 30 - 0.42 * 200) <= 3


def test_thumbnail_is_cut_closely_around_a_face() -> None:
    tracked = TrackedScene(SCENE, Size(200, 100))
    box = focus.closeup(pictures.colours(200, 100), gravity("face"), 1.0, Size(1, 1).ratio, tracked)
    assert box is not None
    assert (box.width, box.height) == (32, 32), "1.6 times a face of 20×20"
    assert abs(box.left + 16 - 160) <= 1


def test_crop_without_sides_is_what_gravity_finds() -> None:
    result = rendered(pictures.jpeg(200, 100), step("crop", gravity="cat"), scene=SCENE)
    assert abs(result.width - 44) <= 1, "1.1 times a cat of 40×40"
    assert abs(result.height - 44) <= 1


@pytest.mark.parametrize("operation", ["blur_faces", "pixelate_faces"])
def test_only_faces_change(operation: str) -> None:
    source = noise()
    before, after = (
        pictures.opened(rendered(source, *steps, scene=SCENE).body).numpy().astype(int)
        for steps in ([], [step(operation)])
    )
    changed = abs(after - before).max(axis=-1) > 40
    assert changed[12:28, 155:165].mean() > 0.5
    assert not changed[40:].any()


def test_red_eyes_in_a_face_lose_their_red() -> None:
    source = marked(158, 18, 4, 4)
    after = pictures.opened(rendered(source, step("redeye"), scene=SCENE).body)
    assert after(160, 20)[0] < 120
    assert after(20, 20) == pictures.opened(source)(20, 20)


def test_layer_stands_on_the_face_or_is_left_out() -> None:
    plain = rendered(pictures.jpeg()).body

    def layered(gravity: str, scene: Scene | None = None) -> bytes:
        layer = step("layer", source="logo", gravity=gravity, no_overflow="true")
        return rendered(pictures.jpeg(), layer, layers={"logo": pictures.png(6, 6)}, scene=scene).body

    assert layered("face") == plain
    assert layered("face:center") != plain
    assert layered("face", SCENE) not in (plain, layered("face:center"))


def test_window_keeps_inside_whatever_the_offsets() -> None:
    for place in ("north_west", "south_east", "center", "xy_center"):
        result = rendered(pictures.jpeg(), step("fill", width="30", height="30", gravity=place, x="-900", y="0.9"))
        assert (result.width, result.height) == (30, 30)


def test_layer_measured_by_faces_lies_on_every_one_that_was_found() -> None:
    covers = step("scale", width="1.0", height="1.0", relative="true")
    layer = step("layer", source="logo", steps=(covers,), gravity="faces", by_region="true")
    logo = bytes(pyvips.Image.black(4, 4, bands=3).copy(interpretation="srgb").pngsave_buffer())
    body = rendered(marked(0, 0, 1, 1), layer, layers={"logo": logo}, scene=SCENE).body
    rows, columns = np.nonzero(pyvips.Image.new_from_buffer(body, "").numpy()[..., 1] == 0)
    sides = [(nearest((right - left) * 200), nearest((below - top) * 100)) for left, top, right, below in SCENE.faces]
    assert len(rows) == sum(across * down for across, down in sides)
    assert (columns.min(), rows.min(), columns.max(), rows.max()) == (20, 10, 169, 29)
