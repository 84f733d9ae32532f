"""Forms as events: each syntax read whole, byte by byte and in odd pieces alike, in linear time."""

import base64
import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import LimitExceeded, RequestError
from proxy.http.collector import MAX_FIELDS, MAX_FILES, Budget, Collector, Source
from proxy.http.syntax.escapes import decoded
from proxy.http.syntax.events import Charge, Syntax
from proxy.http.syntax.json_object import JsonObject
from proxy.http.syntax.multipart import Multipart, parameters
from proxy.http.syntax.urlencoded import Urlencoded
from proxy.http.uploads import Arrival, Upload
from tests.growth import grows_linearly

SOURCES = {"file": Source.DATA_URI, "b64": Source.BASE64, "photo": Source.FILE}
LARGE = ("file", "b64")
BUDGET = Budget(text_bytes=2000, file_bytes=5000)
#: All bytes, and lengths that leave 0, 1 and 2 bytes behind groups of three.
BINARY = bytes(range(256)) * 3
ENCODED = base64.b64encode(BINARY).decode()
MIME_WRAPPED = "\r\n".join(ENCODED[at : at + 76] for at in range(0, len(ENCODED), 76))

Fields = list[tuple[str, Any]]
Make = Callable[[Charge], Syntax]


def multipart(charge: Charge) -> Syntax:
    return Multipart("multipart/form-data; boundary=XX", charge)


def urlencoded(charge: Charge) -> Syntax:
    return Urlencoded(LARGE, charge)


def json_object(charge: Charge) -> Syntax:
    return JsonObject(LARGE, charge)


def read(make: Make, body: bytes, cuts: tuple[int, ...] = ()) -> Fields:
    """The fields of ``body``, fed in pieces that end at ``cuts``; uploads as what arrived."""
    collector = Collector(SOURCES, BUDGET)
    syntax = make(collector.charge)
    starts = [0, *sorted(cuts), len(body)]
    pieces = [body[start:end] for start, end in pairwise(starts)]
    for piece in (*pieces, None):
        if collector.take(syntax, piece):
            collector.go_on()
    return [(name, value.read() if isinstance(value, Upload) else value) for name, value in collector.fields]


def part(disposition: str, body: bytes = b"", head: str = "") -> bytes:
    return b"--XX\r\n" + f"Content-Disposition: form-data; {disposition}\r\n{head}\r\n".encode() + body + b"\r\n"


END = b"--XX--\r\n"
PHOTO = 'name="photo"; filename="a.jpg"'
MULTIPART: dict[str, tuple[bytes, Fields]] = {
    "nothing": (END, []),
    "a text": (part('name="a"', b"b") + END, [("a", "b")]),
    "an empty text": (part('name="a"') + END, [("a", "")]),
    "a repeated name": (part('name="a"', b"1") + part('name="a"', b"2") + END, [("a", "1"), ("a", "2")]),
    "a file": (part(PHOTO, BINARY, "Content-Type: image/jpeg\r\n") + END, [("photo", Arrival(BINARY, "a.jpg"))]),
    "no file chosen": (part('name="photo"; filename=""') + END, []),
    "an empty file": (part(PHOTO) + END, [("photo", Arrival(b"", "a.jpg"))]),
    "almost a delimiter": (part(PHOTO, b"\r\n--X\r\n--Y\r--XX\n--XX") + END, None),  # type: ignore[dict-item]
    "a preamble and an epilogue": (b"hello\r\n" + part('name="a"', b"b") + END + b"bye", [("a", "b")]),
    "padding": (part('name="a"', b"b").replace(b"--XX\r\n", b"--XX \t\r\n") + END, [("a", "b")]),
    "no line end behind the last delimiter": (part('name="a"', b"b") + b"--XX--", [("a", "b")]),
    "Latin-1": (part('name="a"', b"\xe9") + END, [("a", "é")]),
    "UTF-8": (part('name="é"', "ü".encode()) + END, [("é", "ü")]),
    "a lower case header": (part('name="a"', b"b").replace(b"Content-D", b"content-d") + END, [("a", "b")]),
    "a data URI": (part('name="file"', f"data:image/png;base64,{ENCODED}".encode()) + END, [("file", Arrival(BINARY))]),
    "an escaped data URI": (part('name="file"', b"data:,a%41%ff%") + END, [("file", Arrival(b"aA\xff%"))]),
    "an address": (part('name="file"', b"https://a/b") + END, [("file", "https://a/b")]),
    "a short text": (part('name="file"', b"x") + END, [("file", "x")]),
    "bare base64": (part('name="b64"', MIME_WRAPPED.encode()) + END, [("b64", Arrival(BINARY))]),
    "short base64": (part('name="b64"', b"QQ==") + END, [("b64", Arrival(b"A"))]),
    "a file for a text": (part('name="a"; filename="b"', BINARY * 99) + END, [("a", Arrival(b"", "b"))]),
    "a text for a file": (part('name="photo"', b"data:,x") + END, [("photo", "data:,x")]),
}
MULTIPART["almost a delimiter"] = (
    MULTIPART["almost a delimiter"][0], [("photo", Arrival(b"\r\n--X\r\n--Y\r--XX\n--XX", "a.jpg"))]
)  # fmt: skip
ESCAPED = "".join(f"%{each:02X}" for each in ENCODED[:60].encode())
URLENCODED: dict[str, tuple[bytes, Fields]] = {
    "nothing": (b"", []),
    "ampersands": (b"&&&", []),
    "texts": (b"a=1&b=2", [("a", "1"), ("b", "2")]),
    "a name alone": (b"a&b=&c", [("a", ""), ("b", ""), ("c", "")]),
    "a value alone": (b"=x&a=1", [("", "x"), ("a", "1")]),
    "an equals sign in a value": (b"a=b=c", [("a", "b=c")]),
    "escapes": ("a%5B%5D=é+%C3%A9%2B%26&b=%".encode(), [("a[]", "é é+&"), ("b", "%")]),
    "no UTF-8": (b"a=%e9", [("a", "é")]),
    "a data URI": (quote(f"file=data:image/png;base64,{ENCODED}", safe="=").encode(), [("file", Arrival(BINARY))]),
    "a plain data URI": (f"file=data:image/png;base64,{ENCODED.replace('+', '%2b')}&a=1".encode(), None),  # type: ignore[dict-item]
    "an address": (b"file=https%3A%2F%2Fa%2Fb+c%2Bd&a=1", [("file", "https://a/b c+d"), ("a", "1")]),
    "every digit escaped": (f"b64={ESCAPED}".encode(), [("b64", Arrival(BINARY[:45]))]),
}
URLENCODED["a plain data URI"] = (URLENCODED["a plain data URI"][0], [("file", Arrival(BINARY)), ("a", "1")])
JSON: dict[str, tuple[bytes, Fields]] = {
    "nothing": (b"", []),
    "an empty object": (b" {} ", []),
    "values": (b'{"a":"b","n":1,"t":true,"l":[1],"o":{"a":"b"},"z":null,"e":""}',
               [("a", "b"), ("n", 1), ("t", True), ("l", [1]), ("o", {"a": "b"}), ("e", "")]),
    "a data URI": (json.dumps({"a": 1, "file": f"data:image/png;base64,{ENCODED}", "b": 2}).encode(),
                   [("file", Arrival(BINARY)), ("a", 1), ("b", 2)]),
    "spaces": (json.dumps({"file": f"data:;base64,{ENCODED}"}, indent=4).encode(), [("file", Arrival(BINARY))]),
    "PHP's slashes": (json.dumps({"b64": ENCODED}).replace("/", r"\/").encode(), [("b64", Arrival(BINARY))]),
    ".NET's plus signs": (json.dumps({"b64": ENCODED}).replace("+", r"\u002B").encode(), [("b64", Arrival(BINARY))]),
    "line ends": (json.dumps({"b64": MIME_WRAPPED}).encode(), [("b64", Arrival(BINARY))]),
    "an address": (b'{"file":"https://a/b\\u00e9"}', [("file", "https://a/bé")]),
    "a short text": (b'{"file":"x","b64":""}', [("file", "x"), ("b64", "")]),
    "a name in a text": (b'{"a":"\\"file\\":\\"data:,x\\""}', [("a", '"file":"data:,x"')]),
    "both": (json.dumps({"file": "data:,x", "b64": ENCODED}).encode(),
             [("file", Arrival(b"x")), ("b64", Arrival(BINARY))]),
}  # fmt: skip
ROWS = [
    *((multipart, *row) for row in MULTIPART.values()),
    *((urlencoded, *row) for row in URLENCODED.values()),
    *((json_object, *row) for row in JSON.values()),
]


@pytest.mark.parametrize(("make", "body", "expected"), ROWS)
def test_a_form_is_read_alike_however_it_is_cut(make: Make, body: bytes, expected: Fields) -> None:
    assert read(make, body) == expected
    assert read(make, body, tuple(range(len(body)))) == expected
    for step in (2, 3, 7, 64):
        assert read(make, body, tuple(range(0, len(body), step))) == expected


@given(st.sampled_from(ROWS), st.data())
def test_no_cut_changes_a_form(row: tuple[Make, bytes, Fields], data: st.DataObject) -> None:
    make, body, expected = row
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=6))
    assert read(make, body, tuple(cuts)) == expected


REFUSED: dict[str, tuple[Make, bytes, str]] = {
    "no end": (multipart, part('name="a"', b"b"), "ends in the middle"),
    "no end of a head": (multipart, b"--XX\r\nContent-Disposition: form-data", "ends in the middle"),
    "no part": (multipart, b"hello", "ends in the middle"),
    "nothing": (multipart, b"", "ends in the middle"),
    "no name": (multipart, part('filename="a"') + END, "has no name"),
    "no disposition": (multipart, b"--XX\r\n\r\nx\r\n" + END, "has no name"),
    "a delimiter inside": (multipart, part('name="a"', b"\r\n--XXY") + END, "inside of a part"),
    "a long head": (multipart, b"--XX\r\n" + b"A" * 9000, "bytes of headers"),
    "many headers": (multipart, b"--XX\r\n" + b"A: b\r\n" * 3000 + b"\r\n" + END, "bytes of headers"),
    "a data URI without a comma": (multipart, part('name="file"', b"data:image/png;base64") + END, "no comma"),
    "a data URI of letters": (multipart, part('name="file"', b"data:" + b"x" * 2000) + END, "no comma"),
    "half of base64": (multipart, part('name="b64"', b"QUFBQ") + END, "base64"),
    "base64 that goes on": (multipart, part('name="b64"', b"QQ==QQ==") + END, "base64"),
    "no JSON": (json_object, b'{"a":', "not JSON"),
    "a list": (json_object, b"[1]", "expected an object"),
    "an endless text": (json_object, b'{"file":"data:,xxxxxx', "inside of a text"),
    "a broken escape": (json_object, b'{"b64":"AAAAAAAA\\u00zz00000"}', "escapes wrongly"),
    "half a pair": (json_object, b'{"b64":"AAAAAAAA\\ud800"}', "surrogate"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_form_is_a_sentence(name: str) -> None:
    make, body, sentence = REFUSED[name]
    for cuts in ((), tuple(range(len(body)))):
        with pytest.raises(RequestError, match=sentence) as refusal:
            read(make, body, cuts)
        assert not isinstance(refusal.value, LimitExceeded)


TOO_LARGE: dict[str, tuple[Make, bytes]] = {
    "a text": (multipart, part('name="a"', b"x" * 2001) + END),
    "texts": (multipart, part('name="a"', b"x" * 700) * 3 + END),
    "names": (multipart, part(f'name="{"n" * 250}"') * 9 + END),
    "a file": (multipart, part(PHOTO, b"x" * 5001) + END),
    "an address": (multipart, part('name="file"', b"https://" + b"x" * 2001) + END),
    "a data URI": (multipart, part('name="file"', b"data:;base64," + b"A" * 7000) + END),
    "an escaped data URI": (multipart, part('name="file"', b"data:," + b"x" * 2001) + END),
    "base64": (multipart, part('name="b64"', b"A" * 7000) + END),
    "fields": (multipart, part('name="a"') * (MAX_FIELDS + 1) + END),
    "files": (multipart, part(PHOTO, b"x") * (MAX_FILES + 1) + END),
    "pairs": (urlencoded, b"a&" * (MAX_FIELDS + 1)),
    "a pair": (urlencoded, b"a=" + b"%41" * 700),
    "a pair without a value": (urlencoded, b"a" * 2001),
    "values": (json_object, b'{"a":[' + b"[]," * 700 + b"[]]}"),
    "spaces": (json_object, b" " * 2001),
    "a source by another name": (json_object, b'{"fil\\u0065":"' + b"x" * 2001 + b'"}'),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_form_has_budgets(name: str) -> None:
    make, body = TOO_LARGE[name]
    for cuts in ((), tuple(range(0, len(body), 100))):
        with pytest.raises(LimitExceeded, match=r"at most|Maximum is"):
            read(make, body, cuts)


BOUNDARIES = ("", 'boundary=""', "boundary=", "boundary=" + "x" * 71, 'boundary="a\r\nb"', "boundary=é", "Boundary")


@pytest.mark.parametrize("written", BOUNDARIES)
def test_a_boundary_is_seventy_characters_at_most(written: str) -> None:
    with pytest.raises(RequestError, match="names no boundary"):
        Multipart(f"multipart/form-data; {written}", lambda size: None)


ESCAPES = st.lists(st.sampled_from([b"%", b"=", b"4", b"a", b"F", b"\r", b"\n", b"_", b" ", b"\t", b"\xff", b"%41"]))


@given(ESCAPES.map(b"".join))
def test_escapes_are_decoded_as_urllib_decodes_them(written: bytes) -> None:
    assert decoded(written) == unquote_to_bytes(written)


def test_a_thousand_broken_escapes_are_enough() -> None:
    assert decoded(b"%" * 1000) == b"%" * 1000
    with pytest.raises(RequestError, match="percent signs"):
        decoded(b"%" * 1001)


DISPOSITIONS = {
    'form-data; name="a"; filename="b.jpg"': {"name": "a", "filename": "b.jpg"},
    "form-data; name=a; filename=b.jpg": {"name": "a", "filename": "b.jpg"},
    r'form-data; name="a"; filename="say \"x\" \\ C:\dir.jpg"': {"name": "a", "filename": r'say "x" \ C:\dir.jpg'},
    "form-data; name=a; filename*=UTF-8''%e2%82%ac.jpg": {"name": "a", "filename": "€.jpg"},
    'form-data; name="a;b=c"; x=y': {"name": "a;b=c", "x": "y"},
    'form-data; NAME="a"; name="b"': {"name": "a"},
    "form-data": {},
}


@pytest.mark.parametrize("header", DISPOSITIONS)
def test_parameters_of_a_header(header: str) -> None:
    assert parameters(header) == DISPOSITIONS[header]


HOSTILE: list[tuple[Make, bytes, bytes]] = [
    (multipart, part(PHOTO)[:-2], b"\r\n--X"),
    (multipart, part(PHOTO)[:-2], b"\r\n--XX\r\n"),
    (multipart, part(PHOTO)[:-2], b"\r"),
    (multipart, b"--XX\r\n", b'Content-Disposition: ;a="\\'),
    (multipart, b"--XX\r\nContent-Disposition: ", b"; a=" + b"\\" * 10),
    (multipart, b"", b"--X"),
    (urlencoded, b"a=", b"%41"),
    (urlencoded, b"file=", b"%41"),
    (urlencoded, b"b64=", b"%"),
    (urlencoded, b"", b"a=&"),
    (json_object, b"", b'"file":"'),
    (json_object, b'{"file":"data:,', b"\\"),
    (json_object, b'{"b64":"', b"\\u0041"),
    (json_object, b"", b'"file"' + b" " * 15),
]


@pytest.mark.parametrize(("make", "start", "repeated"), HOSTILE)
def test_hostile_forms_take_linear_time(make: Make, start: bytes, repeated: bytes) -> None:
    def work(size: int) -> None:
        collector = Collector(SOURCES, Budget(10**9, 10**9))
        syntax = make(collector.charge)
        body = start + repeated * (size // len(repeated))
        try:
            for at in range(0, len(body), 4096):
                if collector.take(syntax, body[at : at + 4096]):
                    collector.go_on()
            collector.take(syntax, None)
        except RequestError:
            return

    assert grows_linearly(work, 400_000)
