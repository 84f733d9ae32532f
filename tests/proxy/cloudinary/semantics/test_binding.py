"""Conditions take their branch and expressions their value as the picture comes to each step."""

from dataclasses import replace

import pytest

from media.errors import BadTransformation
from media.geometry import Size
from media.language.chain import Chain, Output, Step
from media.language.expression import Expression, Facts
from media.operations import format_chain, parse_chain, step
from media.render.binding import advance, bind, bind_recorded, chosen_output
from proxy.dialects.cloudinary.semantics import vocabulary
from proxy.dialects.cloudinary.syntax import grammar

LANDSCAPE = Facts(Size(400, 300), Size(400, 300), Size(400, 300))


def chain(text: str) -> Chain:
    return vocabulary.compile(grammar.parse(text)).chain


def bound(text: str, facts: Facts = LANDSCAPE) -> Chain:
    return bind_recorded(chain(text), facts)


SAME = [
    ("w_iw_div_2", "w_200"),
    ("c_crop,h_ih_sub_100,w_iw", "c_crop,h_200,w_400"),
    ("$width_165/w_$width", "w_165"),
    ("$w_200,$h_$w_div_2/c_fill,w_$w,h_$h", "c_fill,w_200,h_100"),
    ("$a_iw_div_4/w_$a/h_$a", "w_100/h_100"),
    ("$efname_!blur!,e_$efname:100", "e_blur:100"),
    ("$v_15,r_10:20:$v", "r_10:20:15"),
    ("$v_w_div_4,r_10:20:$v", "r_10:20:100"),
    ("bo_$x_solid_red,$x_4", "bo_4px_solid_red"),
    ("$fraction_0.5/w_$fraction", "w_0.5"),
    ("e_blur:$b,$b_w", "e_blur:400"),
    ("c_scale,w_iw,dpr_2.0", "c_scale,w_800"),
    ("if_w_gt_200,c_fill,w_80,h_60", "c_fill,w_80,h_60"),
    ("if_w_lt_200,c_fill,w_80,h_60", ""),
    ("if_w_lt_200,w_80/if_else,w_90", "w_90"),
    ("if_w_lt_200/w_80/e_sepia/if_else/w_90/if_end/e_blur", "w_90/e_blur"),
    ("if_w_lt_200/w_80/if_else,w_90/e_blur/if_end", "w_90/e_blur"),
    ("if_w_gt_200/if_h_gt_200/w_80/if_end/e_blur/if_end", "w_80/e_blur"),
    ("if_w_lt_200/w_80/if_else/w_90", "w_90"),
    ("w_100/if_w_eq_100,e_sepia", "w_100/e_sepia"),
    ("w_100/if_iw_eq_400,e_sepia", "w_100/e_sepia"),
    ("$a_1/if_w_gt_200,$a_2/w_$a_mul_10", "w_20"),
    ("$a_1/if_w_lt_200,$a_2/w_$a_mul_10", "w_10"),
    ("if_w_gt_200,q_80/if_else,q_30/w_50", "q_80/w_50"),
    ("if_1_eq_1,w_50/if_else,w_60", "w_50"),
    ("if_w_gt_200/e_background_removal/if_end/w_50", "e_background_removal/w_50"),
    ("$unused_100,w_50", "w_50"),
    ("a_auto_right,c_fill,w_100,h_200", "a_90/c_fill,w_100,h_200"),
    ("a_auto_right,c_fill,w_200,h_100", "c_fill,w_200,h_100"),
    ("$s_!rgb:008000!/c_pad,w_500,h_500,b_$s", "c_pad,w_500,h_500,b_rgb:008000"),
]


@pytest.mark.parametrize(("text", "same"), SAME, ids=[row[0] for row in SAME])
def test_a_bound_chain_equals_the_plain_one(text: str, same: str) -> None:
    assert format_chain(bound(text)) == format_chain(bound(same))


@pytest.mark.parametrize("text", [row[0] for row in SAME])
def test_chain_with_expressions_reads_back_from_its_text(text: str) -> None:
    written = chain(text)
    assert parse_chain(format_chain(written)) == written


def test_tags_and_context_decide() -> None:
    facts = replace(LANDSCAPE, tags=("sale",), context={"kind": "shoes"})
    assert bound("if_!sale!_in_tags,w_10", facts) == chain("w_10")
    assert bound("if_ctx:!kind!_eq_!shoes!,w_10", facts) == chain("w_10")
    assert bound("if_!sale:new!_in_tags,w_10", facts) == Chain()


def test_undefined_variable_is_refused() -> None:
    with pytest.raises(BadTransformation, match=r"\$nothing is not defined"):
        bound("w_$nothing")


def test_bound_value_outside_its_range_is_refused() -> None:
    with pytest.raises(BadTransformation, match=r"blur strength must be 1\.\.2000"):
        bound("e_blur:$s,$s_w_mul_10")


def test_what_only_pixels_can_settle_waits_with_its_variables() -> None:
    rest = bound("$a_iw/e_trim/w_$a").steps
    assert [each.operation for each in rest] == ["trim", "assign", "scale"]
    turn = advance(rest, LANDSCAPE)
    turn = advance(turn.rest, replace(turn.facts, current=Size(10, 10)))
    assert turn.step == step("scale", width="400")


def test_what_the_record_says_is_in_the_chain_and_so_in_its_key() -> None:
    text = "e_trim/if_!sale!_in_tags,e_sepia/w_iw_div_4"
    on_sale, plain = (bound(text, replace(LANDSCAPE, tags=tags)) for tags in (("sale",), ()))
    assert format_chain(on_sale) != format_chain(plain)
    assert advance(on_sale.steps[1:], replace(LANDSCAPE, tags=())).step == step("sepia")


def test_layer_keeps_its_own_sizes() -> None:
    [layer] = bound("l_logo/w_iw_div_2/fl_layer_apply,fl_no_overflow").steps
    assert layer["steps"][0]["width"] == Expression(("div", ("fact", "initial_width"), "2"))


def test_layer_takes_the_variables_its_steps_read() -> None:
    inner = (step("scale", width=Expression(("variable", "size"))),)
    bound = bind(step("layer", source="image/upload/logo", steps=inner), replace(LANDSCAPE, variables={"size": 20.0}))
    assert [each.operation for each in bound["steps"]] == ["assign", "scale"]
    assert advance(bound["steps"], LANDSCAPE).step == step("scale", width="20")


def test_conditional_choice_of_an_output_counts() -> None:
    turn = advance(chain("if_w_gt_200,q_80,f_png").steps, LANDSCAPE)
    assert turn.step is None
    assert chosen_output(Output(quality=30), turn.facts) == Output(candidates=("png",), quality=80)


def test_steps_without_expressions_stay_the_same_object() -> None:
    plain = step("blur", strength="10")
    assert bind(plain, LANDSCAPE) is plain
    assert isinstance(plain, Step)
