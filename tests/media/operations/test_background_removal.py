"""How far ahead in a chain a removal is done, row by row."""

import pytest

from media.language.chain import Chain, Step
from media.language.expression import Expression
from media.operations import OPERATIONS, step
from media.operations.background_removal import CUTTING, PIXELWISE, arranged, hoisted
from media.operations.control import assignment
from media.operations.needs import is_paired, needs_of

REMOVAL, FINE = step("background_removal"), step("background_removal", fine_edges="true")
SMALL, TURN, SEPIA, BLUR = step("scale", width="9"), step("rotate", angle="20"), step("sepia"), step("blur")
SEEKING, TRIM = step("fill", width="9", height="9", gravity="auto"), step("trim")
COMPUTED = Step(
    "scale", tuple((name, Expression("9") if name == "width" else value) for name, value in SMALL.arguments)
)
ASSIGNED = assignment("x", Expression("9"))


def on(colour: str) -> Step:
    return step("pad", width="90", height="90", background=colour)


def when(*steps: Step) -> Step:
    return step("when", condition=Expression("1"), steps=steps)


def layer(*steps: Step) -> Step:
    return step("layer", source="cup", steps=steps)


ARRANGED = [
    (
        "what acts on the picture alone is done to the cutout",
        [SMALL, TURN, SEPIA, REMOVAL],
        [REMOVAL, SMALL, TURN, SEPIA],
    ),
    ("so is what comes behind it", [SMALL, REMOVAL, BLUR], [REMOVAL, SMALL, BLUR]),
    ("a blur mixes subject and background", [SMALL, BLUR, SEPIA, REMOVAL], [SMALL, BLUR, REMOVAL, SEPIA]),
    ("a colour behind the picture is part of it", [on("blue"), REMOVAL], [on("blue"), REMOVAL]),
    ("nothing behind it is not", [on("transparent"), REMOVAL], [REMOVAL, on("transparent")]),
    ("a layer is part of it", [layer(), REMOVAL], [layer(), REMOVAL]),
    ("what looks for a place looks at the original", [SEPIA, SEEKING, TURN, REMOVAL], [SEPIA, SEEKING, REMOVAL, TURN]),
    ("so does what looks for an edge", [TRIM, SMALL, REMOVAL], [TRIM, REMOVAL, SMALL]),
    ("sizes are computed first", [COMPUTED, REMOVAL], [COMPUTED, REMOVAL]),
    ("an assignment is no step", [ASSIGNED, SMALL, REMOVAL], [REMOVAL, ASSIGNED, SMALL]),
    ("the same removal twice is one", [REMOVAL, SMALL, REMOVAL, REMOVAL], [REMOVAL, SMALL]),
    ("another one is another", [REMOVAL, SMALL, FINE], [REMOVAL, FINE, SMALL]),
    ("past a condition", [when(SMALL), REMOVAL], [REMOVAL, when(SMALL)]),
    ("not past one that blurs", [when(BLUR), REMOVAL], [when(BLUR), REMOVAL]),
    ("not past another page", [step("page", page="2"), REMOVAL], [step("page", page="2"), REMOVAL]),
]


@pytest.mark.parametrize(("steps", "expected"), [row[1:] for row in ARRANGED], ids=[row[0] for row in ARRANGED])
def test_a_removal_is_done_as_early_as_makes_no_difference(steps: list[Step], expected: list[Step]) -> None:
    assert arranged(tuple(steps)) == tuple(expected)
    assert arranged(tuple(expected)) == tuple(expected)


def test_past_a_place_no_removal_goes_whose_cutout_is_smaller() -> None:
    steps = (ASSIGNED, SMALL, REMOVAL, TURN, REMOVAL)
    assert arranged(steps, of_equal_size=False) == steps
    assert arranged((ASSIGNED, REMOVAL, SMALL), of_equal_size=False) == (REMOVAL, ASSIGNED, SMALL)


#: Where the removal stands that the source's own cutout is for, and whether both go through the steps before it.
HOISTED = [
    ([REMOVAL, BLUR], 0, False),
    ([SEEKING, REMOVAL], 1, True),
    ([TRIM, SEPIA, REMOVAL, BLUR], 2, True),
    ([SMALL, REMOVAL], 1, True),
    ([ASSIGNED, REMOVAL], 1, False),
    ([when(SMALL), REMOVAL], 1, True),
    ([when(SEEKING), REMOVAL], 1, True),
    ([TRIM, when(REMOVAL)], None, False),
    ([BLUR, REMOVAL], None, False),
    ([SEEKING], None, False),
]


@pytest.mark.parametrize(("steps", "place", "paired"), HOISTED)
def test_the_sources_own_cutout_is_for_the_first_removal(steps: list[Step], place: int | None, paired: bool) -> None:
    assert hoisted(tuple(steps)) == place
    assert is_paired(Chain(tuple(steps))) is paired


def test_what_layers_need_is_known_before_anything_is_rendered() -> None:
    inner = step("layer", source="saucer", steps=(FINE,))
    needs = needs_of(Chain((layer(REMOVAL, SMALL, inner), layer(BLUR, REMOVAL), step("layer", steps=(REMOVAL,)))))
    plain, fine = (needs_of(Chain((each,))).cutout for each in (REMOVAL, FINE))
    assert (needs.cutout, needs.layer_cutouts, needs.removes) == (None, (("cup", plain), ("saucer", fine)), True)
    assert not needs_of(Chain((layer(BLUR), SEEKING))).removes


def test_what_is_before_a_removal_looks_at_the_scene_of_the_original() -> None:
    assert needs_of(Chain((SEEKING, REMOVAL))).scene
    assert not needs_of(Chain((REMOVAL, SEEKING))).scene
    assert not needs_of(Chain((BLUR, REMOVAL, SEEKING))).scene


def test_operations_that_act_alone_are_operations() -> None:
    assert not (PIXELWISE | CUTTING) - OPERATIONS.keys()
