"""Phrases of the grammars: rules that name each other, and the real words of tables, vectors and code."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from media.formats.table import EXTENSIONS
from media.operations import OPERATIONS
from media.operations.grading.looks import LOOKS
from media.operations.registry import Operation
from proxy.dialects.cloudinary.semantics.effects import BLENDS, EFFECTS, REFUSED
from proxy.dialects.uploadcare.cdn.syntax.directives import SYNTAX, Syntax

ROOT = Path(__file__).parents[3]
#: Rules nest this deep; below it each takes its first, plainest way.
DEEPEST = 12
_RULE = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"[\w.:-]{1,24}\Z", re.ASCII)

#: Symbol → ways to say it, the plainest first. Braces name a symbol.
RULES: dict[str, Sequence[str]] = {
    "small": ("40", "1", "7", "16", "64", "90", "0.5", "1.0", "2", "3"),
    "number": (
        "{small}", "{small}", "{small}", "0", "-1", "-0", "-40", "100", "1e3", "1e9", "9" * 15, "9" * 40, "NaN",
        "inf", "²", "٣", "１", "0x10", "1..2", "1_0", "+1", " 1", "16383", "16384", "16385", "65535", "2147483648",
        "0.0000001", "{small}.{small}", "{small}p", "{small}:{small}",
    ),
    "unicode": (
        "é", "ß", "漢", "😀", "\u202e", "\u0000", "\r\n", "\\", "\ud7ff", "\ufeff", "a\u0301", "%", "%2F", "%252F",
        "%00", "%C3", "%FF", "%0d%0a", "..", "/", "//", "?", "#", ";", "&", "=", ",", "(", ")", "{", "}", "[", "]",
        "'", '"', "<script>", "$", "!", "~", "|", "*", "`", "İ", "ﬀ",
    ),
    "color": (
        "red", "rgb:ff0000", "rgb:f008", "ff000080", "transparent", "auto", "auto:predominant_gradient:4",
        "rgb:{number}", "predominant", "{unicode}",
    ),
    "text": (
        "hello", "Hello%20world", "$(a)", "%F0%9F%98%80", "{unicode}", "{text}{unicode}", "a" * 300,
        "{text}%252C{text}",
    ),
    "id": (
        "hot", "hot", "hot", "moving", "folder/hot", "folder:hot", "private:hot", "no-such", "{text}", "{unicode}",
        "v1/hot", "..", "fetch:aHR0cDovLzEyNy4wLjAuMS8", "text:{text}",
    ),
    "address": (
        "http://127.0.0.1:1/hot.jpg", "http://localhost/", "http://[::1]/", "http://169.254.169.254/latest",
        "http://2130706433/", "http://0x7f.1/", "file:///etc/passwd", "data:image/png;base64,AAAA", "data:,",
        "gopher://127.0.0.1/", "http://127.0.0.1/{unicode}", "cloud://demo/hot", "s3://bucket/key", "//127.0.0.1/",
        "http:/127.0.0.1/", "{text}",
    ),
    "gravity": (
        "center", "north", "south_east", "auto", "auto:face", "auto:{word}", "face", "faces", "xy_center", "cat",
        "auto:cat_{number}", "{word}",
    ),
    "crop": (
        "fill", "fit", "scale", "crop", "thumb", "pad", "lpad", "mpad", "limit", "mfit", "lfill", "fill_pad", "auto",
        "auto_pad", "imagga_scale", "{word}",
    ),
    "hints": (
        "hints_(cat;dog)", "hints_cat", "fineedges_y", "hints_({word};{word})", "{hints};{hints}", "hints_(({word})",
        "{unicode}",
    ),
    "expression": (
        "w", "iw", "{number}", "{expression}_mul_{expression}", "{expression}_div_{number}", "$a", "!{text}!", "ar",
        "tags", "ctx:!{word}!", "{expression}_pow_{number}", "{expression}_mod_{expression}", "-{expression}",
        "{expression}_to_i",
    ),
    "condition": (
        "w_gt_100", "{expression}_lt_{expression}", "{condition}_and_{condition}", "{condition}_or_{condition}",
        "!{word}!_in_tags", "{expression}_ne_{expression}", "isdef_$a", "{unicode}",
    ),
    "layer": (
        "hot", "{id}", "text:Arial_{number}:{text}", "text:{word}_{number}_{word}:{text}",
        "fetch:aHR0cDovLzEyNy4wLjAuMS8=", "fetch:{text}", "moving", "{layer}:{layer}",
    ),
    "effect": ("blur:{small}",),
    "part": (
        "w_{small}", "w_{number}", "h_{number}", "c_{crop},w_{small},h_{small}", "c_{crop}", "g_{gravity}",
        "e_{effect}", "e_{effect}", "e_{effect}", "co_{color}", "b_{color}", "bo_{number}px_solid_{color}",
        "r_{number}", "r_max", "r_{number}:{number}", "a_{number}", "a_{word}", "o_{number}", "q_{number}",
        "q_auto:{word}", "f_{extension}", "f_auto", "fl_{word}", "x_{number}", "y_{number}", "ar_{number}:{number}",
        "dpr_{number}", "dpr_auto", "pg_{number}", "pg_name:{text}", "z_{number}", "$a_{expression}", "$a_!{text}!",
        "w_{expression}", "if_{condition}", "if_else", "if_end", "d_{id}", "t_{word}", "t_{text}",
        "e_background_removal", "e_background_removal:{hints}", "cs_{word}", "dn_{number}", "fn_{text}",
        "{word}_{number}", "{unicode}", "l_{layer}", "u_{layer}", "fl_layer_apply",
        "fl_layer_apply,g_{gravity},x_{number}",
    ),
    "component": ("{part}", "{part},{part}", "{part},{part}", "{component},{part}", "{real}"),
    "chain": (
        "{component}", "{component}/{component}", "{component}/{chain}",
        "l_{layer}/{chain}/fl_layer_apply,g_{gravity}", "if_{condition}/{chain}/if_else/{chain}/if_end",
        "$a_{expression}/{chain}", "{real}/{chain}", "{real}", "{real}", "e_{effect}", "e_{effect}/w_{small}",
    ),
    "share": ("50p", "{number}", "{number}p", "{number}%", "0", "-{number}p", "{unicode}"),
    "argument": (
        "30x20", "{small}", "{number}", "{word}", "{share}x{share}", "x{share}", "{share}x", "{share},{share}",
        "50px50p", "center", "faces", "{number}:{number}", "ff8800", "ff880080", "{look}", "{text}", "hello~nworld~s",
        "01900000-0000-7000-8000-000000000001", "self", "{share},{share},{share},{share}", "{unicode}", "yes",
    ),
    "directives": (
        "-/resize/30x/", "{directive}", "{directive}{directives}", "{said}", "{said}{directives}", "{said}{directive}",
    ),
    "value": (
        "{small}", "{number}", "{word}", "{word}", "{color}", "{text}", "{address}", "true", "false", "",
        "{value},{value}", "{value}|{value}", "{word}={value}", "{chain}", '{{"a":"{text}"}}', "[{number},{number}]",
        "{unicode}", "{gravity}",
    ),
}  # fmt: skip


def say(random: Random, symbol: str, words: Sequence[str], depth: int = 0) -> str:
    """One way to say ``symbol``; ``words`` are those of the dialect."""
    if symbol == "word":
        return random.choice(words)
    ways = vocabulary()[symbol]
    way = random.choice(ways) if depth < DEEPEST else ways[0]
    filled = _RULE.sub(lambda found: say(random, found[1], words, depth + 1), way)
    return filled.replace("{{", "{").replace("}}", "}")


@cache
def vocabulary() -> Mapping[str, Sequence[str]]:
    """The rules, and what tables and vectors say."""
    effects = [way for name, operation in EFFECTS.items() for way in ways_of_effect(name, OPERATIONS[operation])]
    plain = [f"{name}:{{value}}" for name in (*BLENDS, *REFUSED)]
    directives = [way for row in SYNTAX.values() for way in ways_of_directive(row)]
    return RULES | {
        "directive": ("-/flip/", *directives, "-/{word}/", "-/{word}/{argument}/", "{unicode}/", "-/{text}"),
        "look": tuple(LOOKS),
        "said": tuple(said_directives()),
        "effect": (*RULES["effect"], *effects, *plain),
        "extension": tuple(EXTENSIONS),
        "real": tuple(sorted(set(real_chains()))),
    }


def ways_of_effect(name: str, operation: Operation) -> Iterator[str]:
    """The effect without arguments, with one or all at either end of what they may be, and beyond."""
    ends = [values_of(argument.kind) or ["{value}"] for argument in operation.arguments]
    yield name
    yield f"{name}:{{value}}"
    for place in range(max(map(len, ends), default=0)):
        yield ":".join([name, *(each[place % len(each)] for each in ends)])
        yield ":".join([name, *(each[place % len(each)] for each in ends[:1])])


def ways_of_directive(row: Syntax) -> Iterator[str]:
    """With every number of arguments, and one too many."""
    name = row.text.partition("/")[0]
    for count in range(row.least, row.most + 2):
        yield f"-/{name}/" + "{argument}/" * count


def said_directives() -> Iterator[str]:
    """Of the vectors: what is drawn, and what is refused."""
    vectors = ROOT / "tests/vectors"
    yield from (row["path"] for row in yaml.safe_load((vectors / "uploadcare_pictures.yaml").read_text()))
    lines = (vectors / "uploadcare_refused.tsv").read_text().splitlines()
    yield from (line.partition("\t")[0] for line in lines if line.startswith("-"))


def values_of(kind: Any) -> list[str]:
    """Texts that a kind of argument names: the ends of its range and their neighbours, its choices."""
    held = [getattr(kind, each.name) for each in fields(kind)]
    numbers = [value for value in held if isinstance(value, int | float) and not isinstance(value, bool)]
    choices = [text for value in held if isinstance(value, tuple) for text in value if isinstance(text, str)]
    return [f"{value + step:g}" for value in numbers for step in (-1, 0, 1)] + choices


def real_chains() -> Iterator[str]:
    """Transformations that the vectors hold."""
    for name in ("cloudinary_chains.yaml", "cloudinary_layers.yaml"):
        rows = yaml.safe_load((ROOT / "tests/vectors" / name).read_text())
        yield from (text for text in _texts(rows) if "_" in text and "{" not in text)


def _texts(rows: Any) -> Iterator[str]:
    if isinstance(rows, str):
        yield rows
    elif isinstance(rows, list | dict):
        for each in rows.values() if isinstance(rows, dict) else rows:
            yield from _texts(each)


@cache
def words_of(folder: str) -> tuple[str, ...]:
    """The short texts in the code of a dialect: names of its parameters, and values."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text())))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return tuple(sorted(text for text in texts if _WORD.match(text)))
