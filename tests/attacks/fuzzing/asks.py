"""Requests of every API, made up from the routes of DIALECTS and the phrases of their grammars."""

import base64
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random
from urllib.parse import quote, urlencode

from proxy.dialect import Dialect, Path
from proxy.dialects import DIALECTS
from proxy.dialects.cloudinary.signature import sign_request
from tests.attacks.fuzzing.mutations import mutate
from tests.attacks.fuzzing.phrases import say, words_of
from tests.media import pictures

Say = Callable[[str], str]
Fields = dict[str, str]

_PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "QUERY")
#: Percent-encoded wherever they stand, as they would end the head of a request.
BARE = "".join(chr(code) for code in range(0x21, 0x7F))
#: Dialect → folder whose words it speaks.
FOLDERS = {
    "cloudinary": "proxy/dialects/cloudinary/semantics", "cloudinary_api": "proxy/dialects/cloudinary/api",
    "background_remover_server": "proxy/dialects/background_remover",
    "uploadcare": "proxy/dialects/uploadcare/rest", "uploadcare_upload": "proxy/dialects/uploadcare/upload",
    "uploadcare_cdn": "proxy/dialects/uploadcare/cdn",
}  # fmt: skip
#: The places of paths that one phrase fills; all others take a word or a value.
PLACES: Mapping[str, tuple[str, ...]] = {
    "cloud": ("demo",) * 30 + ("nobody", "é"),
    "resource_type": ("image",) * 6 + ("video", "raw", "auto"),
    "type": ("upload",) * 6 + ("private", "authenticated", "fetch", "text"),
    "end": ("/",) * 6 + ("", "//", "///"),
    "uuid": ("01900000-0000-7000-8000-000000000000",) * 6 + ("01900000", "é", "01900000-0000-7000-8000-00000000000G"),
}
#: A picture that the CDN has.
FILE = "01900000-0000-7000-8000-000000000001"
UPLOADCARE = "application/vnd.uploadcare-v0.7+json"
KINDS = (*("image/upload",) * 4, "image/private", "image/fetch", "iu", "raw/upload")
ORIGINS = ("_alias_/hot.jpg", "cloud://demo/hot", "demo/hot.jpg")
ODD_TYPES = ("multipart/form-data", "multipart/form-data; boundary=", "image/jpeg", "text/plain; charset=utf-7", "")
#: The key of Cloudinary's APIs and its secret, and what opens the others: headers of which a request takes a row.
KEY, SECRET, TOKEN, PROJECT = "demo-key", "demo-secret", "demo-token", "demopublickey"
BASIC = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
Headers = tuple[tuple[str, str], ...]
CREDENTIALS: Mapping[str, tuple[Headers, ...]] = {
    "cloudinary_api": ((("Authorization", BASIC),),),
    "remove_bg": ((("X-Api-Key", TOKEN),),),
    "rembg": ((("X-Api-Key", TOKEN),),),
    "cloudimage": ((("X-Client-Key", TOKEN),),),
    "img_processing": ((("X-Api-Key", "test_demo"),), (("X-Api-Key", "live_demo"),)),
    "background_remover": ((("Authorization", TOKEN),),),
    "uploadcare": ((("Authorization", f"Uploadcare.Simple {PROJECT}:project-secret"), ("Accept", UPLOADCARE)),),
}
#: Fields that open an API.
FIELDS: Mapping[str, dict[str, str]] = {"uploadcare_upload": {"UPLOADCARE_PUB_KEY": PROJECT, "pub_key": PROJECT}}
SOURCES = ("file", "files", "file[0]", "bg_image", "image_file", "image_file_b64", "image_url", "url", "image", "data")
HEADERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Range", (
        "bytes=0-9", "bytes={number}-{number}", "bytes=-{number}", "bytes=0-1,{number}-", "{word}={number}",
        "bytes={unicode}",
    )),
    ("Prefer", ("wait=0", "wait={number}", "respond-async, wait={number}", "{text}", "wait={unicode}")),
    ("Accept", (
        "image/avif,image/webp,*/*", "image/{extension};q={number}", "{text}/{text}", "application/json",
        "{unicode}", "*/*;q=0",
    )),
    ("If-None-Match", ("*", '"{text}"', 'W/"{text}"', '"{text}", "{number}"', "{unicode}")),
    ("If-Modified-Since", ("Sat, 29 Oct 1994 19:43:31 GMT", "{text}", "{number}")),
    ("If-Range", ('"{text}"', "{number}")),
    ("DPR", ("{number}",)),
    ("Width", ("{number}",)),
    ("Sec-CH-DPR", ("{number}",)),
    ("Save-Data", ("on", "{text}")),
    ("Origin", ("https://example.com", "null", "{text}")),
    ("X-Forwarded-Host", ("{text}",)),
    ("CDN-Loop", ("cutout", "{text}")),
    ("X-Unique-Upload-Id", ("{text}", "{number}")),
    ("Content-Range", ("bytes 0-{number}/{number}", "{text}")),
    ("Authorization", ("Bearer {text}", "Basic {text}", "{unicode}")),
    ("Cookie", ("__cld_token__=exp={number}~hmac={text}", "{text}")),
    ("Content-Encoding", ("gzip", "{text}")),
    ("Expect", ("100-continue",)),
    ("Cache-Control", ("no-cache",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ask:
    dialect: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def bytes(self, host: str) -> bytes:
        length = [("Content-Length", str(len(self.body)))] if self.body or self.method in ("POST", "PUT") else []
        lines = [("Host", host), ("Connection", "close"), *length, *self.headers]
        head = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in lines)]
        return "\r\n".join([*head, "", ""]).encode("utf-8", "replace") + self.body


def ask(random: Random) -> Ask:
    """A request of one API, nine times of ten by somebody whom it knows."""
    dialect = random.choice(DIALECTS)
    path = random.choice(dialect.paths)
    words = words_of(FOLDERS.get(dialect.name, f"proxy/dialects/{dialect.name}"))
    speak = partial(_spoken, random, words)
    method = random.choice(path.methods) if random.random() < 0.95 else random.choice(METHODS)
    content_type, body = _body(random, speak, words, dialect) if method not in ("GET", "HEAD") else ("", b"")
    headers = [*_credentials(random, dialect), *((("Content-Type", content_type),) if content_type else ())]
    headers += [_header(random, speak) for _ in range(random.choice((0, 0, 1, 2)))]
    return Ask(dialect.name, method, _target(random, speak, words, dialect, path), tuple(headers), body)


def _spoken(random: Random, words: tuple[str, ...], symbol: str) -> str:
    return say(random, symbol, words)


def _target(random: Random, speak: Say, words: tuple[str, ...], dialect: Dialect, path: Path) -> str:
    filled = _PLACE.sub(lambda found: _place(random, speak, dialect, found[1]), path.template)
    asked = _fields(random, speak, words) if random.random() < 0.6 else {}
    query = urlencode(asked | FIELDS.get(dialect.name, {}), errors="replace")
    target = quote(filled, safe=BARE, errors="replace") + ("?" + query if query else "")
    return _gone_wrong(random, target) if random.random() < 0.1 else target


def _place(random: Random, speak: Say, dialect: Dialect, name: str) -> str:
    if name in PLACES:
        return random.choice(PLACES[name])
    if name == "rest" and dialect.name == "cloudinary":
        kind = random.choice(KINDS)
        ending = random.choice(("", ".jpg", "." + speak("extension")))
        return f"{kind}/{speak('chain')}/{random.choice(('', 'v1/', 's--AAAAAAAA--/'))}{speak('id')}{ending}"
    if dialect.name == "uploadcare_cdn":
        return _place_of_cdn(random, speak, name)
    if name == "rest":
        return random.choice((*ORIGINS, speak("id"), speak("address"), speak("value")))
    return random.choice((speak("word"), speak("id"), speak("value"), "hot", speak("text")))


def _place_of_cdn(random: Random, speak: Say, name: str) -> str:
    if name == "file":
        return random.choice((*(FILE,) * 8, FILE.upper(), FILE[:-1] + "0", speak("text")))
    behind = ("", "{number}/", "2/nth/{number}/", "1/archive/zip/{text}", "detect_faces/", "127.0.0.1:1/hot.jpg")
    before = re.sub(r"\{(\w+)\}", lambda found: speak(found[1]), random.choice((*("",) * 8, *behind)))
    return f"{before}{speak('directives')}{random.choice(('', '', '', 'hot.jpg', speak('text')))}"


def _gone_wrong(random: Random, target: str) -> str:
    """Bytes changed anywhere behind the first slash, none of which ends the line."""
    return "/" + quote(mutate(random, target[1:].encode()[:4000]), safe=BARE)


def _fields(random: Random, speak: Say, words: tuple[str, ...]) -> Fields:
    return {
        random.choice(words) if random.random() < 0.9 else speak("value"): speak("value")
        for _ in range(random.choice((0, 1, 2, 3, 6)))
    }


def _body(random: Random, speak: Say, words: tuple[str, ...], dialect: Dialect) -> tuple[str, bytes]:
    fields = _fields(random, speak, words) | FIELDS.get(dialect.name, {})
    if random.random() < 0.6:
        fields[random.choice(SOURCES)] = random.choice(("data:image/png;base64,AAAA", speak("address"), speak("value")))
    if dialect.name == "cloudinary_api" and random.random() < 0.8:
        fields = _signed(random, fields)
    return random.choice((_form, _json, _multipart, _multipart, _anything))(random, fields)


def _signed(random: Random, fields: Fields) -> Fields:
    public = random.choice(({}, {"public_id": "fuzzed"}, {"public_id": "moving"}, {"upload_preset": "open"}))
    stamped = {"timestamp": str(int(time.time())), **fields, **public}
    signature = sign_request({name: value for name, value in stamped.items() if name != "file"}, SECRET, version=2)
    return {**stamped, "api_key": KEY, "signature": signature}


def _form(random: Random, fields: Fields) -> tuple[str, bytes]:
    return "application/x-www-form-urlencoded", urlencode(fields, errors="replace").encode()


def _json(random: Random, fields: Fields) -> tuple[str, bytes]:
    return "application/json", json.dumps({name: _typed(random, text) for name, text in fields.items()}).encode()


def _typed(random: Random, text: str) -> object:
    """The text, or another kind of value."""
    odd = (None, True, 1, -1, 0.5, 10**20, [text], {text: text}, [[text]], {}, [], "\ud800" + text, [1, None, text])
    return text if random.random() < 0.7 else random.choice(odd)


def _multipart(random: Random, fields: Fields) -> tuple[str, bytes]:
    picture = random.choice((pictures.jpeg(), pictures.png(), b"", mutate(random, pictures.jpeg())))
    name = random.choice(SOURCES)
    parts = [f'--X\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n' for key, text in fields.items()]
    head = f'--X\r\nContent-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n\r\n'
    body = "".join(parts).encode("utf-8", "replace") + head.encode() + picture + b"\r\n--X--\r\n"
    return "multipart/form-data; boundary=X", body if random.random() < 0.9 else mutate(random, body)


def _anything(random: Random, fields: Fields) -> tuple[str, bytes]:
    kind, body = random.choice((_form, _json))(random, fields)
    return random.choice((kind, *ODD_TYPES)), mutate(random, body)


def _credentials(random: Random, dialect: Dialect) -> Headers:
    known = CREDENTIALS.get(dialect.name, ())
    return random.choice(known) if known and random.random() < 0.9 else ()


def _header(random: Random, speak: Say) -> tuple[str, str]:
    name, ways = random.choice(HEADERS)
    way = random.choice(ways)
    value = re.sub(r"\{(\w+)\}", lambda found: speak(found[1]), way)
    # A line break or a NUL would be another request.
    return name, re.sub(r"[\r\n\0]", " ", value)
