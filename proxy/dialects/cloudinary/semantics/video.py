"""Components on a video → what film is to be made of it, or which frame is to be shown. Pure.

A frame is a photograph: ``so_`` says which one, all other parameters are those of images. A film has the rows of
:data:`PARAMETERS`; what it has not is refused by name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from media.cutout import CutoutOptions
from media.errors import BadTransformation, UnsupportedOperation
from media.integers import is_natural
from media.language.params import ColorKind
from media.video.order import MODES
from proxy.dialects.cloudinary.semantics.removal import compile_removal, is_removal
from proxy.dialects.cloudinary.syntax.formats import writable
from proxy.dialects.cloudinary.syntax.grammar import KEYS, Component
from proxy.dialects.cloudinary.syntax.sources import source_of

#: Format in a URL → row of :mod:`media.video.formats`.
FILMS = {"mp4": "mp4", "mov": "mov", "webm": "webm", "gif": "gif"}
MAX_SIDE = 4096
MAX_RATE = 120
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Still:
    """A frame at ``seconds`` (None: in the middle), then ``components`` of images."""

    seconds: float | None
    components: tuple[Component, ...]
    extension: str | None


@dataclass(frozen=True, slots=True)
class Film:
    """Fields of a :class:`media.video.order.VideoOrder`; ``underlay`` is what lies beneath (``image/upload/wall``)."""

    format: str = ""
    cutout: CutoutOptions | None = None
    underlay: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


def read_video(components: Sequence[Component], extension: str | None, stored: str = "") -> Still | Film | None:
    """None if the file is asked for as it is; ``stored`` is its own format.

    Raises BadTransformation or UnsupportedOperation naming the parameter.
    """
    if not components and extension in (None, stored):
        return None
    format_name = next((value for each in components if (value := each.get("f")) not in (None, AUTO)), extension)
    is_film = format_name in FILMS or (format_name is None and components)
    if format_name is not None and not is_film and writable(format_name):
        return Still(_moment(components), tuple(_of_image(components)), extension)
    if format_name is not None:
        _format("f", format_name)
    return _film(components, FILMS.get(format_name or ""))


def _moment(components: Sequence[Component]) -> float | None:
    written = next((value for each in components if (value := each.get("so")) is not None), None)
    return None if written in (None, AUTO) else _seconds("so", written or "")


def _of_image(components: Sequence[Component]) -> list[Component]:
    return [rest for each in components if (rest := each.without("so")).parameters]


def _film(components: Sequence[Component], name: str | None) -> Film:
    film, is_layer = Film(), False
    for component in components:
        if is_layer and not _is_end_of_layer(component):
            raise UnsupportedOperation(
                f"Invalid transformation: {component}; what lies beneath is not changed, expected fl_layer_apply"
            )
        is_layer = "u" in component
        film = film if _is_end_of_layer(component) else _with_component(film, component)
    covered = bool(film.underlay or film.fields.get("color"))
    transparent = "webm" if film.cutout is not None and not covered else "mp4"
    return replace(film, format=name or transparent, fields=_checked(film.fields))


def _is_end_of_layer(component: Component) -> bool:
    return component.flags == ("layer_apply",) and len(component.parameters) == 1


def _with_component(film: Film, component: Component) -> Film:
    if is_removal(component):
        removal = dict(compile_removal(component.get("e") or "").arguments)
        film = replace(film, cutout=CutoutOptions(**removal))
    for parameter in component.parameters:
        if parameter.key == "u":
            film = replace(film, underlay=source_of(parameter.value))
        elif parameter.key == "e" and is_removal(component):
            continue
        else:
            film = replace(film, fields={**film.fields, **_read(parameter.key, parameter.value)})
    return film


def _read(key: str, value: str) -> dict[str, Any]:
    reader = PARAMETERS.get(key)
    if reader is None:
        name = KEYS.get(key, key.removeprefix("$"))
        raise UnsupportedOperation(f"Invalid transformation: {key}_{value[:60]}; {name} is not made for videos here")
    return reader(key, value)


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    """``du`` ends where ``eo`` would; a size has a mode."""
    found = dict(fields)
    end = found.pop("end", None)
    if end is not None:
        start = found.get("start", 0.0)
        if end <= start:
            raise BadTransformation(f"Invalid eo in transformation: {end:g}; expected more than so, {start:g}")
        found["duration"] = end - start
    return found


def _seconds(key: str, value: str) -> float:
    whole, dot, part = value.partition(".")
    if not is_natural(whole) or (dot and not is_natural(part)) or len(part) > 6:
        raise BadTransformation(f"Invalid {key} in transformation: {value[:60]}; expected seconds such as 2.5")
    return float(value)


def _time(name: str) -> Callable[[str, str], dict[str, Any]]:
    return lambda key, value: {name: _seconds(key, value)}


def _whole(name: str, most: int) -> Callable[[str, str], dict[str, Any]]:
    def read(key: str, value: str) -> dict[str, Any]:
        if not is_natural(value) or not 1 <= int(value) <= most:
            raise BadTransformation(f"Invalid {key} in transformation: {value[:60]}; expected 1 to {most}")
        return {name: int(value)}

    return read


def _mode(key: str, value: str) -> dict[str, Any]:
    if value not in MODES:
        raise UnsupportedOperation(f"Invalid crop in transformation: {value[:60]}; videos have {', '.join(MODES)}")
    return {"mode": value}


def _color(key: str, value: str) -> dict[str, Any]:
    try:
        return {"color": ColorKind().format(ColorKind().parse(value))}
    except ValueError as error:
        raise BadTransformation(f"Invalid background in transformation: {value[:60]}; expected a colour") from error


def _one_of(words: dict[str, dict[str, Any]]) -> Callable[[str, str], dict[str, Any]]:
    def read(key: str, value: str) -> dict[str, Any]:
        if value not in words:
            expected = ", ".join(f"{key}_{word}" for word in words)
            raise UnsupportedOperation(f"Invalid transformation: {key}_{value[:60]}; videos have {expected}")
        return words[value]

    return read


def _format(key: str, value: str) -> dict[str, Any]:
    if value not in (*FILMS, AUTO):
        raise UnsupportedOperation(f"Invalid format in transformation: {value[:60]}; videos have {', '.join(FILMS)}")
    return {}


PARAMETERS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "so": _time("start"),
    "eo": _time("end"),
    "du": _time("duration"),
    "w": _whole("width", MAX_SIDE),
    "h": _whole("height", MAX_SIDE),
    "c": _mode,
    "g": _one_of({"center": {}}),
    "b": _color,
    "fps": lambda key, value: {"rate": float(_whole("rate", MAX_RATE)(key, value)["rate"])},
    "f": _format,
    "ac": _one_of({"none": {"mute": True}}),
    "e": _one_of({"volume:mute": {"mute": True}}),
    "q": _one_of({"auto": {}}),
    "fl": _one_of({"animated": {}, "layer_apply": {}, "awebp": {}}),
}
