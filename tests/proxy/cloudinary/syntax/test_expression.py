"""Expressions have the values of tests/vectors/cloudinary_expressions.tsv, and survive JSON."""

import json

import pytest

from media.errors import BadTransformation
from media.geometry import Size
from media.language.expression import Expression, Facts, spell
from media.language.folding import fold, is_constant, literal
from media.language.params import Float, Int, LengthKind, RatioKind
from proxy.dialects.cloudinary.syntax import expression
from tests.proxy.cloudinary.vectors import read_tsv

ROWS = [tuple(row.values()) for row in read_tsv("cloudinary_expressions.tsv")]


def facts_of(text: str) -> Facts:
    given = dict(part.split("=") for part in text.split(",") if part)
    size = Size(int(given.pop("w", "100")), int(given.pop("h", "100")))
    return Facts(
        size,
        size,
        size,
        pages=int(given.pop("pages", "1")),
        tags=tuple(given.pop("tags", "").split(":")),
        context={name[4:]: given.pop(name) for name in list(given) if name.startswith("ctx.")},
        metadata={name[3:]: given.pop(name) for name in list(given) if name.startswith("md.")},
        variables=dict(given),
    )


@pytest.mark.parametrize(("text", "facts", "value"), ROWS, ids=[row[0] + " " + row[1] for row in ROWS])
def test_expression_has_its_value(text: str, facts: str, value: str) -> None:
    assert Expression(expression.parse(text)).evaluate(facts_of(facts)) == pytest.approx(float(value))


@pytest.mark.parametrize("text", [row[0] for row in ROWS])
def test_expression_survives_json(text: str) -> None:
    written = Expression(expression.parse(text))
    assert Expression.from_json(json.loads(json.dumps(written.to_json()))) == written
    assert hash(written) == hash(Expression.from_json(written.to_json()))


@pytest.mark.parametrize("text", ["1_div_0", "$nothing_add_1", "!a!_add_1", "10_pow_1000", "-8_pow_0.5", "1_mod_0"])
def test_expression_without_a_value_is_the_callers_mistake(text: str) -> None:
    with pytest.raises(BadTransformation):
        Expression(expression.parse(text)).evaluate(facts_of(""))


@pytest.mark.parametrize("text", ["", "add_1", "w_add", "w__1", "w_1_2", "!a", "isdef_w", "w_gt", "$"])
def test_malformed_expression_is_refused(text: str) -> None:
    with pytest.raises(BadTransformation, match="Invalid expression"):
        expression.parse(text)


def test_long_expression_is_refused() -> None:
    with pytest.raises(BadTransformation, match="more than"):
        expression.parse("_add_".join(["1"] * 200))


def test_constants_fold_as_far_as_they_go() -> None:
    folded = fold(expression.parse("$a_mul_2_add_iw"), {"a": "3"})
    assert folded == ("add", ("number", "6.0"), ("fact", "initial_width"))
    assert is_constant(fold(expression.parse("$a_mul_2"), {"a": "3"}))


def test_error_in_a_constant_waits_for_its_use() -> None:
    assert fold(("div", "1", "0"), {}) == ("div", "1", "0")


def test_literal_reads_back() -> None:
    for value in ("0.5", 3.5, ("a", "b")):
        assert Expression(literal(value)).evaluate(facts_of("")) == value


def test_computed_numbers_are_rounded_where_whole_ones_are_expected() -> None:
    assert spell(LengthKind(1, 100), 33.4) == "33"
    assert spell(Int(1, 100), 33.6) == "34"
    assert spell(Float(0, 100), 33.25) == "33.25"
    assert spell(RatioKind(), 1.5) == "1.5"
    assert spell(LengthKind(1, 100), "0.5") == "0.5", "a literal fraction stays one"
