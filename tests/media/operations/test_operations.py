"""Every operation: a sentence, one text per meaning, the documented size, the picture someone looked at."""

import pytest

from media.errors import BadTransformation, UnsupportedOperation
from media.language.chain import Chain
from media.operations import OPERATIONS, format_chain, format_steps, parse_chain, parse_steps, step
from media.operations.registry import REQUIRED
from tests.media import golden, pictures
from tests.media.golden import ROWS, Row

PICTORIAL = sorted(name for name, each in OPERATIONS.items() if each.control is None)
#: One cutout twice: where nothing is seen it is black, or green.
HIDDEN_COLOURS = [pictures.png_with_hidden(colour) for colour in ([0, 0, 0], [0, 255, 0])]


def test_every_operation_has_a_row_and_a_golden_picture() -> None:
    assert {row.operation for row in ROWS} == set(PICTORIAL)
    assert {path.name for path in golden.FOLDER.iterdir()} == {row.path.name for row in ROWS if row.has_picture}


def test_rows_have_labels_of_their_own() -> None:
    labels = [row.label for row in ROWS]
    assert sorted(labels) == sorted(set(labels))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_has_a_sentence(name: str) -> None:
    assert OPERATIONS[name].sentence.endswith(".")


@pytest.mark.parametrize("row", [row for row in ROWS if row.size_only], ids=lambda row: row.label)
def test_large_picture_has_the_documented_size(row: Row) -> None:
    result = row.render()
    assert (result.width, result.height) == row.size


@pytest.mark.parametrize("row", [row for row in ROWS if row.has_picture], ids=lambda row: row.label)
def test_picture_has_the_documented_size_and_looks_as_it_did(row: Row) -> None:
    result = row.render()
    assert (result.width, result.height) == row.size
    assert golden.differs(pictures.opened(result.body), pictures.opened(row.path.read_bytes())) == ""


@pytest.mark.parametrize("row", [row for row in ROWS if row.has_letters], ids=lambda row: row.label)
def test_letters_leave_ink_within_the_bound(row: Row) -> None:
    result = pictures.opened(row.render().body)
    assert result.width <= row.size[0]
    assert result.height <= row.size[1]
    assert not result.hasalpha() or result[3].avg() > 5


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label)
def test_steps_have_one_text(row: Row) -> None:
    steps = (row.step(),)
    assert parse_steps(format_steps(steps)) == steps
    assert parse_chain(format_chain(Chain(steps))) == Chain(steps)


def defaulted() -> list[str]:
    return [name for name in PICTORIAL if all(each.default is not REQUIRED for each in OPERATIONS[name].arguments)]


@pytest.mark.parametrize("name", defaulted())
def test_written_defaults_are_the_same_step(name: str) -> None:
    plain = step(name)
    [[_, written]] = format_steps((plain,))
    assert step(name, **written) == plain


@pytest.mark.parametrize("name", sorted(set(PICTORIAL) - {"background_removal", "layer"}))
def test_a_speck_survives_every_operation(name: str) -> None:
    row = next(row for row in ROWS if row.operation == name)
    for source in (pictures.png(1, 1), pictures.jpeg(1, 1)):
        arguments = {**row.arguments, **({"x": "0", "y": "0"} if name == "crop" else {})}
        assert golden.rendered(source, step(name, **arguments)).body


@pytest.mark.parametrize("name", sorted(set(PICTORIAL) - {"background_removal", "layer", "drop_matte"}))
def test_colours_under_no_alpha_are_never_seen(name: str) -> None:
    row = next(row for row in ROWS if row.operation == name)
    first, second = (pictures.opened(golden.rendered(source, row.step()).body) for source in HIDDEN_COLOURS)
    assert golden.differs(first, second) == ""


def test_unknown_names_and_values_are_sentences() -> None:
    with pytest.raises(UnsupportedOperation, match="no operation blurr"):
        step("blurr")
    with pytest.raises(BadTransformation, match=r"blur strength must be 1..2000, got 9999"):
        step("blur", strength="9999")
    with pytest.raises(BadTransformation, match="blur has no parameter radius; it takes strength"):
        step("blur", radius="3")
    with pytest.raises(BadTransformation, match="rotate needs angle"):
        step("rotate")
