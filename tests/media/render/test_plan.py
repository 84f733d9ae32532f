"""The planner judges sizes and chooses what to decode; no pixel is needed to test it."""

import ast
import inspect
from dataclasses import replace
from types import ModuleType

import pytest

from media.config import Limits
from media.cutout import CutoutOptions
from media.errors import LimitExceeded
from media.formats.source import SourceInfo
from media.geometry import Size
from media.language.chain import Chain, Output, Step
from media.operations import OPERATIONS, format_steps, needs, step
from media.operations.arguments import GRAVITIES
from media.operations.control import output_step
from media.operations.needs import cutout_options, is_paired, sources
from media.render import binding, render
from media.render import plan as plan_module
from media.render.plan import Plan, plan

PHOTO = SourceInfo("jpg", 4000, 3000)
REMOVAL = step("background_removal", hints="cat;dog")


def planned(*steps: Step, info: SourceInfo = PHOTO, limits: Limits | None = None) -> Plan:
    return plan(Chain(steps, Output()), info, limits or Limits())


def layer(source: str, *steps: Step) -> Step:
    return step("layer", source=source, steps=steps)


#: steps → the size the decoder must deliver at least
TARGETS = [
    ((step("fit", width="400", height="400"),), Size(400, 300)),
    ((step("fill", width="400", height="400"),), Size(533, 400)),
    ((step("grayscale"), step("scale", width="0.1")), Size(400, 300)),
    ((REMOVAL, step("fit", width="400")), Size(400, 300)),
    ((step("scale", width="0.5"), step("scale", width="0.5")), Size(2000, 1500)),
    ((step("blur"), step("fit", width="400")), None),
    ((step("crop", width="100"), step("fit", width="50")), None),
    ((step("grayscale"),), None),
    ((), None),
]


@pytest.mark.parametrize(("steps", "target"), TARGETS)
def test_decode_target(steps: tuple[Step, ...], target: Size | None) -> None:
    assert planned(*steps).target == target


def test_size_is_followed_through_the_chain() -> None:
    assert planned(step("fill", width="300", height="200"), step("rotate", angle="90")).size == Size(200, 300)
    assert planned(step("trim"), step("fit", width="30")).size is None


def test_first_removal_asks_for_a_cutout() -> None:
    made = planned(REMOVAL, step("fit", width="30"))
    assert made.cutout == CutoutOptions(hints=("cat", "dog")) == cutout_options(made.chain)
    assert [each.operation for each in made.steps] == ["fit"]
    assert planned(step("fit", width="30")).cutout is None


def test_a_removal_that_is_not_done_on_the_source_asks_for_no_cutout_of_it() -> None:
    for steps in ((step("blur"), REMOVAL), (layer("image/upload/cup", REMOVAL),)):
        assert (planned(*steps).cutout, planned(*steps).steps) == (None, steps)


def test_a_removal_behind_what_looks_at_the_picture_is_done_on_the_source() -> None:
    steps = (step("fill", width="30", height="30", gravity="auto"), REMOVAL)
    assert (planned(*steps).cutout, planned(*steps).steps) == (CutoutOptions(hints=("cat", "dog")), steps)
    assert is_paired(Chain(steps))


def test_too_many_removals_are_refused() -> None:
    with pytest.raises(LimitExceeded, match="8 backgrounds, got 9"):
        planned(*(each for _ in range(9) for each in (step("blur"), REMOVAL)))


def test_sources_are_named_once_and_those_of_nested_layers_too() -> None:
    chain = Chain((layer("b", layer("a")), layer("b"), layer("c")))
    assert sources(chain) == ("b", "a", "c")


def test_the_font_of_a_text_is_a_source() -> None:
    letters = step("text", text="a", font="ours.ttf", font_source="raw:ours.ttf")
    assert sources(Chain((layer("", letters), step("text", text="b")))) == ("raw:ours.ttf",)


def test_too_large_results_are_refused_before_pixels() -> None:
    with pytest.raises(LimitExceeded, match="at most 16384 pixels, got 20000×15000"):
        planned(step("scale", width="20000"))
    with pytest.raises(LimitExceeded, match="at most 1000 pixels are made, got 40×30"):
        planned(step("scale", width="40"), limits=Limits(max_output_pixels=1000))


def test_too_many_steps_are_refused() -> None:
    with pytest.raises(LimitExceeded, match="200 steps, got 201"):
        planned(*[step("grayscale")] * 201)


def test_deep_nesting_is_refused() -> None:
    nested = layer("a")
    for _ in range(4):
        nested = layer("a", nested)
    with pytest.raises(LimitExceeded, match="4 deep"):
        planned(nested)


def test_nested_steps_have_one_text() -> None:
    nested = layer("a", step("fit", width="0.5"), layer("b", step("blur")))
    assert format_steps((nested,)) == format_steps((layer("a", *nested["steps"]),))


def test_all_frames_count_for_the_result() -> None:
    frames = SourceInfo("gif", 400, 300, frames=60, pages=60)
    with pytest.raises(LimitExceeded, match="got 1200×900×60"):
        planned(step("scale", width="1200"), info=frames)


MOVING = SourceInfo("gif", 400, 300, frames=60, pages=60)
TO_WEBP = output_step(Output(("webp",)))
#: format of an animation of 60 frames, steps, output → pages to decode (none: all), how many frames those are
STILLS: list[tuple[str, tuple[Step, ...], Output, tuple[int, ...], int]] = [
    ("gif", (), Output(), (), 60),
    ("gif", (), Output(("jpg",)), (1,), 1),
    ("gif", (), Output(("jpg", "png")), (1,), 1),
    ("gif", (), Output(("avif", "jpg", "png")), (1,), 1),
    ("gif", (), Output(("avif", "webp", "jpg", "png")), (), 60),
    ("gif", (), Output(("png",)), (1,), 1),
    ("gif", (), Output(("png",), animated=True), (), 60),
    ("gif", (), Output(("jpg", "png"), animated=True), (), 60),
    ("gif", (), Output(("jpg",), animated=True), (1,), 1),
    ("gif", (), Output(("pdf",)), (), 60),
    ("gif", (), Output(("eps",)), (1,), 1),
    ("png", (), Output(("png",)), (), 60),
    ("png", (), Output(("jpg", "png")), (), 60),
    ("png", (), Output(("jpg",)), (1,), 1),
    ("webp", (), Output(("gif",)), (), 60),
    ("webp", (), Output(("ico",)), (1,), 1),
    ("gif", (step("page", page="3-5"),), Output(("jpg",)), (3,), 1),
    ("gif", (step("page", page="3-5"),), Output(("webp",)), (3, 4, 5), 3),
    ("gif", (step("page", page="7"),), Output(("webp",)), (7,), 1),
    ("gif", (step("fit", width="9"), TO_WEBP), Output(("jpg",)), (), 60),
    ("gif", (output_step(Output(animated=True)),), Output(("png",)), (), 60),
    ("gif", (output_step(Output(("avif",))),), Output(("jpg",)), (1,), 1),
]


@pytest.mark.parametrize(("name", "steps", "output", "pages", "frames"), STILLS)
def test_one_frame_is_decoded_unless_the_result_may_hold_more(
    name: str, steps: tuple[Step, ...], output: Output, pages: tuple[int, ...], frames: int
) -> None:
    made = plan(Chain(steps, output), replace(MOVING, format=name), Limits())
    assert (made.pages, made.frames) == (pages, frames)
    assert made.facts.pages == 60


def test_only_the_frames_that_are_rendered_count_for_the_limit() -> None:
    wide = step("scale", width="1200")
    assert plan(Chain((wide,), Output(("jpg",))), MOVING, Limits()).size == Size(1200, 900)
    with pytest.raises(LimitExceeded, match="got 1200×900×60"):
        plan(Chain((wide,), Output(("webp",))), MOVING, Limits())


def test_a_layer_is_one_frame_whatever_its_output_could_hold() -> None:
    assert plan(Chain(), MOVING, Limits(), is_still=True).pages == (1,)


@pytest.mark.parametrize("module", [binding, needs, plan_module, render], ids=lambda module: module.__name__)
def test_who_plans_and_renders_asks_an_operation_what_it_is_and_knows_none_by_name(module: ModuleType) -> None:
    texts = {node.value for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Constant)}
    assert texts & ({*OPERATIONS} - {*GRAVITIES}) == set()
