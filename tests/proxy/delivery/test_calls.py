"""What an answer costs, counted in functions called and thread hops: the numbers are the same on every machine.

``before`` was counted by this file at 75b7229 (comprehensions count with the function around them). Hops of a first
render: record · stored result · load · derive · keep; Cloudimage's alias asks for two records.
"""

from dataclasses import dataclass

import pytest

from proxy.dialects.cloudimage.settings import Cloudimage
from tests.calls import get, watching
from tests.conftest import MakeStage
from tests.pictures import photo


@dataclass(frozen=True)
class Row:
    url: str
    first_hops: int
    hot_hops: int
    functions_before: int
    calls_before: int


ROWS = {
    "a resize": Row("/demo/image/upload/c_fill,w_40,h_30/f_auto/v7/shoe", 5, 1, 189, 730),
    "a cutout": Row("/demo/image/upload/e_background_removal/c_fill,w_40,h_40,g_auto/f_auto/v7/shoe", 5, 1, 182, 894),
    "Cloudimage": Row("/v7/_samples_/shoe.jpg?w=40&h=30&force_format=webp,jpeg&radius=5", 6, 2, 140, 585),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_hot_answer_calls_half_of_what_it_called_and_no_render_takes_another_hop(
    make_stage: MakeStage, name: str
) -> None:
    row = ROWS[name]
    with watching() as tally, make_stage(Cloudimage(aliases={"samples": "cloud://demo"})) as stage:
        stage.upload(photo(), "shoe")
        if get(stage, tally, row.url) == 423:
            stage.work()
            assert get(stage, tally, row.url) == 200
        assert tally.hops == row.first_hops
        assert get(stage, tally, row.url) == 200
        assert tally.hops == row.hot_hops
        assert tally.functions <= row.functions_before // 2, tally
        assert tally.calls.total() <= row.calls_before // 2, tally
