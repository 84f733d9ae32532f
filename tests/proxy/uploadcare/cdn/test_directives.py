"""Every directive with every documented argument: its size, its picture, its refusals."""

import contextlib
import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import BadTransformation, RequestError
from media.language.chain import Output
from media.operations import format_chain, parse_chain
from proxy.dialects.uploadcare.cdn.semantics import compiler
from proxy.dialects.uploadcare.cdn.semantics.compiler import MEANINGS, Compiled, Facts
from proxy.dialects.uploadcare.cdn.syntax.directives import SYNTAX
from proxy.dialects.uploadcare.cdn.syntax.url import parse
from tests.media import golden
from tests.media.pictures import opened
from tests.proxy.uploadcare.cdn import pictures
from tests.proxy.uploadcare.cdn.pictures import FILE, OTHER, PRESETS, ROWS, Row

VECTORS = Path(__file__).parents[3] / "vectors"


def compiled(directives: str, facts: Facts = Facts("jpg")) -> Compiled:  # noqa: B008
    return compiler.compile(parse(f"/{FILE}/{directives}").directives, facts, PRESETS)


def refused() -> list[list[str]]:
    lines = (VECTORS / "uploadcare_refused.tsv").read_text().splitlines()
    return list(csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t"))


def test_every_directive_has_a_row_and_a_refusal() -> None:
    shown = {each.name for row in ROWS for each in parse(f"/{FILE}/{row.path}").directives}
    assert shown >= set(SYNTAX) - {"json", "jsonp", "main_colors", "remove_bg"}
    named = {path.split("/")[1] for path, _ in refused()}
    assert named >= set(SYNTAX) - {"jsonp"}
    assert set(SYNTAX) == set(MEANINGS) | {"preset"}


def test_every_golden_picture_is_of_a_row() -> None:
    assert {path.name for path in pictures.FOLDER.iterdir()} == {row.picture.name for row in ROWS if row.has_picture}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_picture_has_its_exact_size_and_looks_as_it_did(row: Row) -> None:
    result = row.render()
    assert f"{result.width}x{result.height}" == row.size
    if row.has_picture:
        assert golden.differs(opened(result.body), opened(row.picture.read_bytes())) == ""


@pytest.mark.parametrize("row", [row for row in ROWS if row.letters], ids=lambda row: row.name)
def test_a_text_leaves_ink(row: Row) -> None:
    assert golden.differs(opened(row.render().body), opened(pictures.SOURCES[row.source])) != ""


@pytest.mark.parametrize(("path", "named"), refused(), ids=lambda text: text)
def test_a_mistake_is_a_sentence_that_names_it(path: str, named: str) -> None:
    with pytest.raises(BadTransformation) as caught:
        compiled(path)
    assert named in str(caught.value)


def test_a_refusal_names_the_directive() -> None:
    with pytest.raises(BadTransformation, match=r"-/blur/5001/: expected a whole number 0..5000, got '5001'"):
        compiled("-/preview/-/blur/5001/")


@pytest.mark.parametrize(
    ("directives", "facts", "output"),
    [
        ("-/preview/", Facts("jpg"), Output(("auto",), 76)),
        ("-/preview/-/format/jpeg/", Facts("png"), Output(("jpg",), 76)),
        ("-/preview/-/format/jpg/", Facts("png"), Output(("jpg",), 76)),
        ("-/preview/-/format/webp/", Facts("png"), Output(("webp",), 76)),
        ("-/preview/-/format/png/", Facts("jpg"), Output(("png",), 76)),
        ("-/preview/-/format/preserve/", Facts("png"), Output(("png",), 76)),
        ("-/preview/-/format/preserve/", Facts("jpg"), Output(("jpg",), 76)),
        ("-/preview/-/format/preserve/", Facts("tiff"), Output(("auto",), 76)),
        ("-/quality/lightest/", Facts("jpg"), Output(("auto",), 45)),
        ("-/quality/lighter/", Facts("jpg"), Output(("auto",), 60)),
        ("-/quality/normal/", Facts("jpg"), Output(("auto",), 76)),
        ("-/quality/better/", Facts("jpg"), Output(("auto",), 86)),
        ("-/quality/best/", Facts("jpg"), Output(("auto",), 94)),
        ("-/quality/smart/", Facts("jpg"), Output(("auto",), "auto:good")),
        ("-/quality/smart_retina/", Facts("jpg"), Output(("auto",), "auto:eco")),
        ("-/progressive/yes/", Facts("jpg"), Output(("auto",), 76, progressive=True)),
        ("-/progressive/yes/-/progressive/no/", Facts("jpg"), Output(("auto",), 76)),
        ("-/strip_meta/", Facts("jpg"), Output(("auto",), 76)),
        ("-/strip_meta/all/", Facts("jpg"), Output(("auto",), 76)),
        ("-/strip_meta/none/", Facts("jpg"), Output(("auto",), 76, exif="all")),
        ("-/strip_meta/sensitive/", Facts("jpg"), Output(("auto",), 76, exif="shareable")),
        ("-/srgb/fast/", Facts("jpg"), Output(("auto",), 76)),
        ("-/srgb/keep_profile/", Facts("jpg"), Output(("auto",), 76, keep_profile=True)),
        ("-/max_icc_size/0/-/srgb/keep_profile/", Facts("jpg"), Output(("auto",), 76)),
    ],
)
def test_what_is_encoded(directives: str, facts: Facts, output: Output) -> None:
    assert compiled(directives, facts).chain.output == output


@pytest.mark.parametrize("name", ["-/inline/yes/", "-/json/", "-/jsonp/", "-/main_colors/", "-/@clib/a/1.0/b/", ""])
def test_what_only_says_how_to_answer_leaves_the_file_as_it_is(name: str) -> None:
    assert not compiled(name).is_processed


def test_a_removed_background_takes_its_place_and_an_animation_stands_still() -> None:
    removed = [each.operation for each in compiled("-/resize/30x/-/remove_bg/-/flip/", Facts("gif")).chain.steps]
    assert removed == ["page", "scale", "background_removal", "flip"]
    assert [each.operation for each in compiled("-/resize/30x/", Facts("gif")).chain.steps] == ["page", "scale"]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_unrotated_picture_shows_its_pixels_as_they_lie(orientation: int) -> None:
    row = Row("lying", "-/autorotate/no/-/preview/", "60x40", source=f"oriented-{orientation}")
    pictures.add_oriented(row.source, orientation)
    assert golden.differs(opened(row.render().body), opened(pictures.PHOTO)) == ""


def test_a_larger_side_needs_jpeg() -> None:
    assert compiled("-/format/jpeg/-/resize/5000x/").chain.steps
    assert compiled("-/resize/4000x/-/preview/300x300/").chain.steps
    with pytest.raises(BadTransformation, match="at most 3000 pixels, 5000 with -/format/jpeg/, got 5001"):
        compiled("-/format/jpeg/-/resize/5001x/")


def test_a_preset_holds_no_presets() -> None:
    with pytest.raises(BadTransformation, match="no such preset"):
        compiler.compile(parse(f"/{FILE}/-/preset/a/").directives, Facts("jpg"), {"a": "-/preset/a/"})


WORDS = st.sampled_from([
    *SYNTAX, "face", "faces", "image", "self", OTHER, "center", "smart", "50px50p", "10x20", "1:1", "fff", "ff000080",
    "10,20", "50p,50p", "yes", "100", "-5", "20p", "bold", "~s~~", "x", "%25",
])  # fmt: skip
PATHS = st.lists(st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=5), max_size=5)


@given(PATHS)
def test_any_text_is_a_chain_or_a_sentence(runs: list[list[str]]) -> None:
    path = "".join(f"-/{'/'.join(run)}/" for run in runs)
    with contextlib.suppress(RequestError):
        chain = compiled(path).chain
        assert parse_chain(format_chain(chain)) == chain
