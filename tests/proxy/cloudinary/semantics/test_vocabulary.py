"""Texts of one meaning are one chain; what has no meaning is refused by name (tests/vectors/cloudinary_chains.yaml)."""

from dataclasses import replace

import pytest

from media import errors
from media.operations import OPERATIONS, format_chain, format_steps, parse_chain
from proxy.dialects.cloudinary.semantics import vocabulary
from proxy.dialects.cloudinary.semantics.effects import BLENDS, EFFECTS, REFUSED
from proxy.dialects.cloudinary.semantics.vocabulary import ClientHints, Compiled
from proxy.dialects.cloudinary.syntax import grammar
from tests.proxy.cloudinary.vectors import read_yaml

ROWS = read_yaml("cloudinary_chains.yaml")


def compiled(text: str, **options: object) -> Compiled:
    return vocabulary.compile(grammar.parse(text), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("texts", ROWS["same"], ids=lambda texts: texts[0])
def test_equal_meanings_are_equal_chains(texts: list[str]) -> None:
    assert len({format_chain(compiled(text).chain) for text in texts}) == 1


@pytest.mark.parametrize(("text", "error", "says"), ROWS["refused"], ids=[row[0] for row in ROWS["refused"]])
def test_refusal_names_the_value(text: str, error: str, says: str) -> None:
    with pytest.raises(getattr(errors, error)) as caught:
        compiled(text)
    assert says in str(caught.value)


@pytest.mark.parametrize("text", [text for texts in ROWS["same"] for text in texts])
def test_chain_reads_back_from_its_text(text: str) -> None:
    chain = compiled(text).chain
    assert parse_chain(format_chain(chain)) == chain


@pytest.mark.parametrize(
    "text", ["w_10,c_fill/e_sepia", "if_w_gt_10,c_fill", "$a_1,w_10", "l_text:Arial_20:a%252Cb%20c,co_red"]
)
def test_canonical_text_has_one_spelling(text: str) -> None:
    canonical = vocabulary.canonical_text(text)
    assert vocabulary.canonical_text(canonical) == canonical
    assert sorted(map(str, grammar.parse(canonical)[0].parameters)) == sorted(
        map(str, grammar.parse(text)[0].parameters)
    )


def test_chosen_format_wins_over_the_extension() -> None:
    assert compiled("f_webp", extension="jpg").chain.output.candidates == ("webp",)
    assert compiled("w_10", extension="jpg").chain.output.candidates == ("jpg",)
    assert compiled("f_auto", extension="jpg").chain.output.candidates == ("auto",)
    assert compiled("w_10").chain.output.candidates == ()


def test_answer_flags_leave_the_chain_alone() -> None:
    answer = compiled("fl_attachment:my_file%252Ebin.immutable_cache,w_10")
    assert answer.attachment == "my_file.bin"
    assert answer.immutable
    assert answer.chain == compiled("w_10").chain


def test_default_image_is_a_public_id() -> None:
    assert compiled("d_placeholders:avatar.png").default_image == "placeholders/avatar.png"


def test_pixel_ratio_hint_is_rounded_up() -> None:
    answer = compiled("w_100,dpr_auto", hints=ClientHints(dpr=1.5))
    assert answer.chain == compiled("w_200").chain
    assert answer.vary == ("DPR",)


def test_width_hint_is_rounded_up_to_the_step() -> None:
    assert compiled("c_limit,w_auto", hints=ClientHints(width=301)).chain == compiled("c_limit,w_400").chain
    assert compiled("c_limit,w_auto:50:600").chain == compiled("c_limit,w_600").chain
    assert compiled("c_limit,w_auto").chain == compiled("").chain
    assert "Width" in compiled("w_auto").vary


def test_hints_are_read_from_headers() -> None:
    assert ClientHints.from_headers({"dpr": "2.0", "width": "640"}) == ClientHints(2.0, 640)
    assert ClientHints.from_headers({"dpr": "nan", "width": "-1"}) == ClientHints()


def test_named_transformation_acts_before_the_rest_of_its_component() -> None:
    named = {"small": "w_10/q_50", "both": "t_small/f_png"}.get
    assert compiled("t_small,h_20", named=named).chain == compiled("w_10/q_50/h_20").chain
    assert compiled("t_small.both", named=named).chain == compiled("w_10/q_50/w_10/q_50/f_png").chain


NAMED = {"small": "w_10/e_sepia", "large": "w_20/e_blur"}
CONDITIONAL = [
    ("if_1_eq_1,t_small", "w_10/e_sepia"),
    ("if_1_eq_2,t_small", ""),
    ("if_1_eq_2,t_small/if_else,t_large", "w_20/e_blur"),
    ("if_1_eq_2,w_5/if_else,t_large/h_7", "w_20/e_blur/h_7"),
    ("if_1_eq_1/t_small/if_else,t_large/h_7/if_end", "w_10/e_sepia"),
    ("if_1_eq_2/t_small/if_else,t_large/h_7/if_end", "w_20/e_blur/h_7"),
]


@pytest.mark.parametrize(("text", "same"), CONDITIONAL, ids=[row[0] for row in CONDITIONAL])
def test_condition_holds_for_the_whole_definition(text: str, same: str) -> None:
    assert compiled(text, named=NAMED.get).chain == compiled(same).chain


def test_automatic_format_inside_a_condition_holds_either_way() -> None:
    answer = compiled("if_w_gt_10,f_auto,q_80")
    assert answer.chain.output.candidates == ("auto",)
    assert answer.chain.steps[0]["steps"][0].operation == "output"


def test_negotiation_has_no_effect_in_a_named_transformation() -> None:
    assert compiled("t_auto", named=lambda name: "f_auto,dpr_auto,w_10").chain == compiled("w_10").chain


def test_named_transformation_that_names_itself_is_refused() -> None:
    with pytest.raises(errors.BadTransformation):
        compiled("t_loop", named=lambda name: "t_loop")


def test_removal_may_follow_other_steps_unless_the_page_of_2024_counts() -> None:
    assert compiled("w_10/e_background_removal").chain.steps[0].operation == "background_removal"
    for text in ("w_10/e_background_removal", "l_logo,e_background_removal"):
        with pytest.raises(errors.BadTransformation, match="must be in the first component"):
            compiled(text, removal_first=True)


def test_kept_picture_becomes_a_layer_with_the_steps_that_led_to_it() -> None:
    text = "e_sepia/$img_current/e_grayscale/l_$img,w_30/fl_layer_apply,g_north"
    layer = compiled(text, current="image/upload/cat").chain.steps[-1]
    assert layer["source"] == "image/upload/cat"
    assert [each.operation for each in layer["steps"]] == ["sepia", "scale"]


def test_kept_picture_needs_to_know_the_asset() -> None:
    with pytest.raises(errors.UnsupportedOperation, match="picture itself"):
        compiled("$img_current/l_$img")


@pytest.mark.parametrize(("text", "arguments"), ROWS["effects"], ids=[row[0] for row in ROWS["effects"]])
def test_effect_takes_its_arguments_by_place_name_and_qualifier(text: str, arguments: dict[str, str]) -> None:
    [[_, found]] = format_steps(compiled(text).chain.steps)
    assert {name: found.get(name) for name in arguments} == arguments


def test_an_operation_without_a_row_is_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "of_another_dialect", replace(OPERATIONS["negate"], name="of_another_dialect"))
    for name in {*OPERATIONS} - {*EFFECTS, *BLENDS, "background_removal"}:
        for text in (f"e_{name}", f"e_{name}:20", f"e_{name},w_40", f"$a_!{name}!/e_$a"):
            with pytest.raises(errors.BadTransformation, match=f"{name}; there is no such effect"):
                compiled(text)


def test_every_row_of_the_effects_is_an_operation_that_is_not_refused() -> None:
    assert {*EFFECTS.values()} <= {*OPERATIONS}
    assert not {*EFFECTS} & ({*REFUSED} | BLENDS)
