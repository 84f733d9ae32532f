"""Studio composites of a few small made-up articles: what is the subject, and what only lies around it."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from worker.training.composites import composite, with_bystander
from worker.training.photographs import read_photographs
from worker.training.samples import WHOLE, Crop, Sample
from worker.training.studio import drawings, pictures
from worker.training.studio.articles import Stock, is_held_out, stock

SIZE = 96
EVERY_DRAWING = drawings.LEARNT + drawings.HELD_OUT


def some_random(seed: int = 3) -> np.random.Generator:
    return np.random.default_rng(seed)


def ring(pen: drawings.Pen, random: np.random.Generator) -> None:
    pen.ring(0.5, 0.5, 0.45, 0.1)


RINGS = Stock((), (), (ring,))


@pytest.fixture
def material(tmp_path: Path) -> Path:
    """Renders, and a photograph of each kind that matters here: whole, cut by the frame, masked by a network."""
    (tmp_path / "renders").mkdir()
    for number in range(24):
        picture = Image.new("RGBA", (32, 32))
        ImageDraw.Draw(picture).ellipse((4, 4, 28, 28), fill=(200, 30, 30, 255))
        picture.save(tmp_path / "renders" / f"render{number}.webp")
    (tmp_path / "train").mkdir()
    rows = [
        ("00000001-ecssd", 8, "ground truth"),
        ("00000002-ecssd", 0, "ground truth"),
        ("00000003-pseudo", 8, "u2netp"),
    ]
    for name, left, _ in rows:
        mask = Image.new("L", (40, 40))
        ImageDraw.Draw(mask).rectangle((left, 8, 30, 30), fill=255)
        mask.save(tmp_path / "train" / f"{name}.mask.png")
        Image.new("RGB", (40, 40), (20, 160, 90)).save(tmp_path / "train" / f"{name}.webp")
    with (tmp_path / "train.tsv").open("w", newline="") as table:
        csv.writer(table, delimiter="\t").writerows(
            [("id", "kind", "mask"), *((name, name.split("-")[1], mask) for name, _, mask in rows)]
        )
    return tmp_path


@pytest.mark.parametrize("drawing", EVERY_DRAWING, ids=lambda drawing: drawing.__name__)
def test_every_drawing_shows_something_and_leaves_something(drawing: drawings.Drawing) -> None:
    shares = [np.mean(np.asarray(drawings.draw(drawing, some_random(seed))) > 127) for seed in range(5)]
    assert 0.001 < min(shares) <= max(shares) < 0.95


def test_held_out_drawings_are_others() -> None:
    assert not set(drawings.LEARNT) & set(drawings.HELD_OUT)


def test_held_out_articles_are_others(material: Path) -> None:
    photographs = read_photographs(material)
    learnt, held_out = (stock(photographs, material / "renders", held_out=which) for which in (False, True))
    assert learnt.renders
    assert held_out.renders
    assert not set(learnt.renders) & set(held_out.renders)
    assert all(is_held_out(render) for render in held_out.renders)


def test_only_whole_objects_with_a_human_mask_are_photographed_articles(material: Path) -> None:
    learnt = stock(read_photographs(material), material / "renders", held_out=False)
    assert [row.name for row in learnt.photographs] == ["00000001-ecssd"]


@pytest.mark.parametrize("seed", range(12))
def test_studio_answers_with_picture_and_opacity_in_range(material: Path, seed: int) -> None:
    sample = pictures.studio(
        stock(read_photographs(material), material / "renders", held_out=False), SIZE, some_random(seed)
    )
    assert (sample.photo.shape, sample.saliency.shape) == ((SIZE, SIZE, 3), (SIZE, SIZE))
    assert 0 <= sample.photo.min() <= sample.photo.max() <= 255
    assert 0 <= sample.saliency.min() <= sample.saliency.max() <= 1
    assert sample.saliency.mean() > 0.005


def test_same_chance_makes_the_same_picture() -> None:
    first, second = (pictures.studio(RINGS, SIZE, some_random()) for _ in range(2))
    assert np.array_equal(first.photo, second.photo)


def test_hole_of_a_ring_is_not_the_subject() -> None:
    scene = pictures.arrange(Stock((), (), (ring,)), SIZE, some_random(1))
    rows, columns = np.nonzero(scene.alpha > 0.5)
    assert scene.alpha[round(rows.mean()), round(columns.mean())] < 0.1


def a_box_on_the_floor() -> pictures.Scene:
    alpha = np.zeros((SIZE, SIZE), np.float32)
    alpha[30:70, 30:66] = 1
    return pictures.Scene(np.full((SIZE, SIZE, 3), 40, np.float32), alpha, 70)


SHADOWS_AND_REFLECTIONS = sorted(
    {effect for effects in pictures.EFFECTS for effect in effects}, key=lambda one: one.__name__
)


@pytest.mark.parametrize("effect", SHADOWS_AND_REFLECTIONS, ids=lambda effect: effect.__name__)
def test_shadow_and_reflection_fall_on_the_paper_outside_the_subject(effect: pictures.Effect) -> None:
    scene, paper = a_box_on_the_floor(), np.full((SIZE, SIZE, 3), 250, np.float32)
    changed = effect(paper, scene, some_random())
    assert (changed <= 250).all()
    assert changed[scene.alpha == 0].min() < 245
    assert scene.alpha[:, 66:].max() == 0, "the answer stays what it was"


def test_one_tone_keeps_the_article_near_its_paper() -> None:
    scene = a_box_on_the_floor()
    for seed in range(20):
        paper, colour = pictures.in_one_tone(np.full((SIZE, SIZE, 3), 240.0), scene.colour, some_random(seed))
        assert abs(paper.mean() - colour.mean()) < 140


def test_held_out_set_is_written_as_photographs_beside_their_truth(tmp_path: Path) -> None:
    pictures.write_held_out(RINGS, tmp_path / "set", count=2, size=SIZE)
    assert sorted(path.name for path in (tmp_path / "set").iterdir()) == ["000.jpg", "000.png", "001.jpg", "001.png"]


@pytest.mark.parametrize("crop", [WHOLE, Crop(0.25, 0.0, 1.0, 0.75, mirrored=True)])
def test_crop_keeps_photograph_and_smaller_map_aligned(crop: Crop) -> None:
    ramp = np.linspace(0, 255, 256).round().astype(np.uint8)[None].repeat(256, 0)
    photo = Image.fromarray(ramp)
    mask = photo.resize((64, 64), Image.Resampling.BOX)
    cut, cut_mask = (np.asarray(crop.cut(picture, 128), float)[:, 8:-8] for picture in (photo, mask))
    assert np.abs(cut - cut_mask).mean() < 0.6, "half a pixel of the map would be 2 grey levels"


def one_person(shade: int) -> Sample:
    """64×64: a person of one shade in the middle of black."""
    mask = np.zeros((64, 64), np.float32)
    mask[8:56, 16:48] = 1
    return Sample(np.repeat(mask[..., None], 3, 2) * shade, mask, 1.0)


def test_bystander_is_seen_but_is_not_the_subject() -> None:
    street = with_bystander(np.full((64, 64, 3), 90, np.float32), one_person(250), some_random(2))
    assert street.max() > 150
    whole = composite(one_person(10), street, some_random(2))
    assert whole.saliency.mean() == pytest.approx(48 * 32 / 64**2, abs=0.08)
