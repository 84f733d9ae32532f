"""Paths as clients write them → what they address."""

import contextlib
import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import NotFound, RequestError
from proxy.dialects.uploadcare.cdn.semantics import compiler
from proxy.dialects.uploadcare.cdn.semantics.compiler import Facts
from proxy.dialects.uploadcare.cdn.syntax import values
from proxy.dialects.uploadcare.cdn.syntax.url import CdnUrl, Directive, parse, read_directives

VECTORS = Path(__file__).parents[3] / "vectors" / "uploadcare_urls.tsv"
FILE = "c2499162-eb07-4b93-b31e-94a89a47e858"


def seen() -> list[list[str]]:
    lines = VECTORS.read_text().splitlines()
    rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row for row in rows if not row[0].startswith("#")][1:]


@pytest.mark.parametrize(("origin", "path", "found"), seen(), ids=lambda text: text)
def test_a_real_address_is_understood_and_has_a_meaning(origin: str, path: str, found: str) -> None:
    url = parse("/" + path.replace("{u}", FILE))
    assert " ".join([*(each.name for each in url.directives), *filter(None, [url.file_name])]) == found
    if not url.conversion:
        compiler.compile(url.directives, Facts("jpg"), {})


@pytest.mark.parametrize(
    ("path", "query", "url"),
    [
        (f"/{FILE}", "", CdnUrl(FILE)),
        (f"/{FILE.upper()}/", "", CdnUrl(FILE)),
        (f"/{FILE}/photo.jpg", "", CdnUrl(FILE, file_name="photo.jpg")),
        (f"/{FILE}/photo/", "", None),
        (f"/{FILE}/a/b/", "", None),
        (f"/{FILE}/a/b", "", None),
        (f"/{FILE}/-/flip/x/y.jpg", "", CdnUrl(FILE, directives=(Directive("flip", ("x",)),), file_name="y.jpg")),
        (f"/{FILE}/gif2video/", "", CdnUrl(FILE, conversion="gif2video")),
        (f"/{FILE}/detect_faces//", "", CdnUrl(FILE, conversion="detect_faces")),
        (f"/{FILE}/-/preview/gif2video/", "", None),
        (f"/{FILE}/-/detect_faces/", "", None),
        (f"/{FILE}/-/flip/gif2video", "", CdnUrl(FILE, directives=(Directive("flip", ()),), file_name="gif2video")),
        (f"/{FILE}/-/preset/gif2video/", "", CdnUrl(FILE, directives=(Directive("preset", ("gif2video",)),))),
        (f"/{FILE}~3/", "", CdnUrl(FILE, 3)),
        (f"/{FILE}~3", "", CdnUrl(FILE, 3)),
        (f"/{FILE}~3/nth/2/", "", CdnUrl(FILE, 3, 2)),
        (f"/{FILE}~3/nth/2", "", CdnUrl(FILE, 3, 2)),
        (f"/{FILE}~3/nth/0/photo.jpg", "", CdnUrl(FILE, 3, 0, file_name="photo.jpg")),
        (f"/{FILE}~3/nth/1/-/flip/", "", CdnUrl(FILE, 3, 1, directives=(Directive("flip", ()),))),
        (f"/{FILE}~3/archive/zip/", "", CdnUrl(FILE, 3, archive="zip")),
        (f"/{FILE}~3/archive/tar/all.tar", "", CdnUrl(FILE, 3, archive="tar", file_name="all.tar")),
        (f"/{FILE}~3/archive/rar/", "", None),
        (f"/{FILE}~3/archive/", "", None),
        (f"/{FILE}~3/nth/3/", "", None),
        (f"/{FILE}~3/nth/-1/", "", None),
        (f"/{FILE}~3/nth/", "", None),
        (f"/{FILE}~3/-/flip/", "", None),
        (f"/{FILE}~0/", "", None),
        (f"/{FILE}~1001/", "", None),
        ("/https://host/p.jpg", "a=1&b", CdnUrl(source="https://host/p.jpg?a=1&b")),
        ("/HTTP:/host/p.jpg", "", CdnUrl(source="http://host/p.jpg")),
        ("/-/flip/https://h/-/p.jpg", "", CdnUrl(source="https://h/-/p.jpg", directives=(Directive("flip", ()),))),
        ("/-/flip/ftp://host/p.jpg", "", None),
        ("/-/flip/", "", None),
        ("/", "", None),
        (f"/{FILE}/%ff.jpg", "", None),
        (f"/{FILE}/a%00.jpg", "", None),
        (f"/{FILE}/a%2Fb.jpg", "", CdnUrl(FILE, file_name="a/b.jpg")),
    ],
)  # fmt: skip
def test_a_path_is_one_of_the_forms(path: str, query: str, url: CdnUrl | None) -> None:
    if url is None:
        with pytest.raises(RequestError):
            parse(path, query)
    else:
        assert parse(path, query) == url


def test_a_member_that_a_group_cannot_have_is_not_found() -> None:
    with pytest.raises(NotFound, match=r"0..2, got '3'"):
        parse(f"/{FILE}~3/nth/3/")


@pytest.mark.parametrize("text", ["-/resize/300x/", "/-/resize/300x", "resize/300x", "resize/300x/"])
def test_directives_alone_are_read_with_and_without_their_first_dash(text: str) -> None:
    assert read_directives(text) == (Directive("resize", ("300x",)),)


@pytest.mark.parametrize(
    ("written", "text"), [("a~sb~~c~nd", "a/b~c\nd"), ("~~s", "~s"), ("~", "~"), ("~x", "~x"), ("~~~s", "~/")]
)
def test_tildes_escape(written: str, text: str) -> None:
    assert values.text(written) == text


@given(st.text(max_size=200))
def test_any_path_is_an_address_or_a_sentence(text: str) -> None:
    for path in (f"/{text}", f"/{FILE}/{text}", f"/{FILE}~9/{text}"):
        with contextlib.suppress(RequestError):
            assert isinstance(parse(path.encode("utf-8", "replace").decode("latin-1")), CdnUrl)
