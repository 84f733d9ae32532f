"""What an answer costs, counted in thread hops: the numbers are the same on every machine."""

import pytest

from tests.calls import get, watching
from tests.conftest import MakeStage
from tests.pictures import photo

RESIZED = "/demo/image/upload/c_fill,w_40,h_30/f_auto/v7/shoe"
CUT_OUT = "/demo/image/upload/e_background_removal/c_fill,w_40,h_40,g_auto/f_auto/v7/shoe"
#: Record · stored result · load · derive · keep. At 75b7229 a resize took 6 hops, a chain on a stored cutout 7.
FIRST_RENDER_HOPS = 5


@pytest.mark.parametrize("url", [RESIZED, CUT_OUT])
def test_a_first_render_is_handed_to_another_thread_five_times_and_a_hot_answer_once(
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
