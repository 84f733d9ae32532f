"""The text rules of a transformation: components between slashes, parameters between commas.

Nothing is interpreted here: ``c_fill,w_400/e_blur:300`` becomes two components of key–value pairs.
A path is percent-decoded once and then split, so that text may carry commas and slashes encoded twice
(spec 1.6); the reader of a text value decodes it a second time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from media.errors import BadTransformation, RequestError

MAX_COMPONENTS = 100
MAX_PARAMETERS = 64

#: Every key of the language and what an error calls it.
KEYS = {
    "a": "angle", "ac": "audio codec", "af": "audio frequency", "ar": "aspect ratio", "b": "background",
    "bl": "baseline", "bo": "border", "br": "bit rate", "c": "crop", "co": "color", "cs": "color space",
    "d": "default image", "dl": "delay", "dn": "density", "dpr": "dpr", "du": "duration", "e": "effect",
    "eo": "end offset", "f": "format", "fl": "flag", "fn": "custom function", "fps": "frame rate", "g": "gravity",
    "h": "height", "if": "condition", "ki": "keyframe interval", "l": "overlay", "o": "opacity", "p": "prefix",
    "pg": "page", "q": "quality", "r": "radius", "so": "start offset", "sp": "streaming profile",
    "t": "named transformation", "u": "underlay", "vc": "video codec", "vs": "video sampling", "w": "width",
    "x": "x", "y": "y", "z": "zoom",
}  # fmt: skip

#: Two effects in one component are legal (the last one counts), flags add up; all else would contradict itself.
REPEATABLE = frozenset({"e", "fl"})

#: What SDKs leave alone in a value; everything else, the comma and the slash too, is percent-encoded.
_UNESCAPED = "_.-:;!$()=~*@+"

_PARAMETER = re.compile(r"([a-z]{1,3})_(.+)", re.DOTALL)
_VARIABLE = re.compile(r"(\$[A-Za-z][A-Za-z0-9]*)(?:_(.*))?", re.DOTALL)
_LOOKS_LIKE_PARAMETER = re.compile(r"[a-z]{1,3}_.|\$[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A key and its value.

    ``w_400`` → ``("w", "400")``; an assignment ``$width_100`` → ``("$width", "100")``.
    """

    key: str
    value: str

    @property
    def is_assignment(self) -> bool:
        return self.key.startswith("$")

    def __str__(self) -> str:
        return f"{self.key}_{self.value}" if self.value else self.key


@dataclass(frozen=True, slots=True)
class Component:
    parameters: tuple[Parameter, ...]

    def get(self, key: str) -> str | None:
        """The value of ``key``; of several effects the last one counts."""
        # Plain loops: this is asked some eighty times per request, a generator costs three times as much.
        for each in reversed(self.parameters):
            if each.key == key:
                return each.value
        return None

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    @property
    def flags(self) -> tuple[str, ...]:
        """Flag names with their arguments: ``("layer_apply", "attachment:shoe")``."""
        return tuple(flag for each in self.parameters if each.key == "fl" for flag in each.value.split("."))

    @property
    def assignments(self) -> tuple[Parameter, ...]:
        return tuple(each for each in self.parameters if each.is_assignment)

    def without(self, *keys: str) -> "Component":
        return Component(tuple(each for each in self.parameters if each.key not in keys))

    def __str__(self) -> str:
        return ",".join(map(str, self.parameters))


def decode(text: str) -> str:
    """Percent-decode once; RequestError if the bytes are not UTF-8."""
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeError as error:
        raise RequestError("URL must be UTF-8 text, percent-encoded") from error


def split_outside_parentheses(text: str, separator: str) -> list[str]:
    """Split at ``separator``, but not inside ``(…)``. Parentheses that do not pair up are plain characters."""
    depth, start, parts = 0, 0, []
    for match in re.finditer(f"[(){re.escape(separator)}]", text):
        if match.group() != separator:
            depth += 1 if match.group() == "(" else -1
            if depth < 0:
                return text.split(separator)
        elif depth == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    return [*parts, text[start:]] if depth == 0 else text.split(separator)


#: Beside these a path of the file may be named, or not.
CLIPS, UNNAMED_PATH = frozenset({"fl_clip", "fl_clip_evenodd"}), "pg_"


def parse(transformation: str) -> tuple[Component, ...]:
    """A whole transformation as it stands in a URL, an eager list or a named transformation.

    Raises BadTransformation naming the parameter; never takes more than linear time.
    """
    segments = [segment for segment in decode(transformation).split("/") if segment]
    check_count(len(segments))
    return tuple(parse_component(segment) for segment in segments)


def check_count(components: int) -> None:
    if components > MAX_COMPONENTS:
        raise BadTransformation(f"Too many components in transformation: at most {MAX_COMPONENTS}")


def parse_component(segment: str) -> Component:
    """One component from text that is already decoded once."""
    parameters = []
    parts = split_outside_parentheses(segment, ",")
    if len(parts) > MAX_PARAMETERS:
        raise BadTransformation(f"Too many parameters in one component: at most {MAX_PARAMETERS}")
    # The SDK's clip() without a name: the first path of the file.
    unnamed = UNNAMED_PATH if CLIPS & set(parts) else None
    for part in (each for each in parts if each != unnamed):
        parameter = parse_parameter(part)
        if parameter is None:
            raise BadTransformation(_complaint(part, segment))
        parameters.append(parameter)
    _check_conflicts(parameters)
    return Component(tuple(parameters))


def _complaint(part: str, segment: str) -> str:
    if not part:
        return f"Invalid transformation: empty parameter in {segment}"
    return f"Invalid transformation parameter: {part}; expected a known key and a value such as w_400"


def parse_parameter(part: str) -> Parameter | None:
    """None if ``part`` is no parameter of the language."""
    if match := _VARIABLE.fullmatch(part):
        return Parameter(match.group(1), match.group(2) or "")
    match = _PARAMETER.fullmatch(part)
    if match is None or match.group(1) not in KEYS:
        return None
    return Parameter(match.group(1), match.group(2))


def _check_conflicts(parameters: list[Parameter]) -> None:
    seen: dict[str, Parameter] = {}
    for parameter in parameters:
        if parameter.key in seen and parameter.key not in REPEATABLE and not parameter.is_assignment:
            raise BadTransformation(f"Conflicting transformation parameters: {seen[parameter.key]} and {parameter}")
        seen[parameter.key] = parameter


def looks_like_component(segment: str) -> bool:
    """Whether at least one comma-separated part is a parameter: enough to read the segment as a component."""
    return any(parse_parameter(part) for part in split_outside_parentheses(segment, ","))


def looks_like_parameter(segment: str) -> bool:
    """Shaped like a parameter, whether or not its key is known (``ab_cd``): a component or a folder."""
    return bool(_LOOKS_LIKE_PARAMETER.match(segment))


def format_components(components: Iterable[Component]) -> str:
    """Canonical text, escaped for a URL: conditions first, then assignments in their order, then the rest by key.

    ``parse(format_components(parse(text)))`` has the same parameters as ``parse(text)``.
    """
    return "/".join(",".join(_escape(str(each)) for each in _ordered(component)) for component in components)


def _ordered(component: Component) -> list[Parameter]:
    return sorted(component.parameters, key=_rank)


def _escape(text: str) -> str:
    return quote(text, safe=_UNESCAPED)


def _rank(parameter: Parameter) -> tuple[int, str]:
    if parameter.key == "if":
        return (0, "")
    return (1, "") if parameter.is_assignment else (2, parameter.key)
