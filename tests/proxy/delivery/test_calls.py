"""What an answer costs, counted in functions called and thread hops: the numbers are the same on every machine.

At 75b7229, counted by this file: a hot resize 189 functions (256 with comprehensions) in 730 calls, a hot cutout 182
(246) in 894 calls, in 51 and 48 files; a first resize 6 hops, a first chain on a stored cutout 7.
"""

import pytest

from tests.calls import get, watching
from tests.conftest import MakeStage
from tests.pictures import photo

RESIZED = "/demo/image/upload/c_fill,w_40,h_30/f_auto/v7/shoe"
CUT_OUT = "/demo/image/upload/e_background_removal/c_fill,w_40,h_40,g_auto/f_auto/v7/shoe"
#: Record · stored result · load · derive · keep.
FIRST_RENDER_HOPS = 5
#: Half of what a hot cutout called at 75b7229.
MOST_FUNCTIONS, MOST_CALLS = 91, 447


@pytest.mark.parametrize("url", [RESIZED, CUT_OUT])
def test_a_first_render_takes_five_hops_and_a_hot_answer_one_and_half_the_functions(
    make_stage: MakeStage, url: str
) -> None:
    with watching() as tally, make_stage() as stage:
        stage.upload(photo(), "shoe")
        if url == CUT_OUT:
            assert get(stage, tally, url) == 423
            stage.work()
        assert get(stage, tally, url) == 200
        assert tally.hops == FIRST_RENDER_HOPS
        assert get(stage, tally, url) == 200
        assert tally.hops == 1
        assert tally.functions <= MOST_FUNCTIONS, tally
        assert tally.calls.total() <= MOST_CALLS, tally
