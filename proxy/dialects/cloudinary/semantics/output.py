"""``f_``, ``q_``, ``cs_``, flags and the URL's extension → the chain's output, and what concerns only the answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from media.errors import BadTransformation, UnsupportedFormat
from media.formats.table import FORMATS
from media.language.chain import Output, Step
from media.language.params import number
from media.operations.needs import taken
from proxy.dialects.cloudinary.semantics import flags
from proxy.dialects.cloudinary.semantics.arguments import invalid
from proxy.dialects.cloudinary.semantics.colorspaces import color_space
from proxy.dialects.cloudinary.semantics.scope import Scope
from proxy.dialects.cloudinary.syntax.formats import writable
from proxy.dialects.cloudinary.syntax.grammar import KEYS, Component

#: The marker of an output whose format the request headers decide (proxy/negotiation.py).
AUTO = ("auto",)
#: The same, with what every client shows of an animation.
MOVING = (*AUTO, "gif")
_ANIMATED = "auto:animated"
_AUTO_FORMATS = frozenset({"auto", "auto:image", _ANIMATED})
#: ``sensitive`` asks for a little more than the level.
_LEVELS = {"best": "best", "good": "good", "eco": "eco", "low": "low"}
_SENSITIVE = {"best": "best", "good": "best", "eco": "good", "low": "eco"}
#: Our encoders either keep the colour resolution or halve it in both directions.
_CHROMA = {"444": "444", "440": "444", "422": "420", "420": "420", "411": "420", "410": "420"}
_ATTACHMENT_CHARACTERS = frozenset("-_! .")


@dataclass(frozen=True, slots=True)
class Delivery:
    """The output of a chain, and what concerns only the answer.

    ``attachment``: file name for Content-Disposition, empty for the default one, None for inline.
    """

    output: Output = field(default_factory=Output)
    format_is_chosen: bool = False
    attachment: str | None = None
    immutable: bool = False
    wants_info: bool = False
    default_image: str | None = None


def read(delivery: Delivery, component: Component, scope: Scope) -> Delivery:
    """``delivery`` with everything that ``component`` says about the output; later components win."""
    if (name := component.get("f")) is not None:
        delivery = _with_format(delivery, scope.constant(name, "format"))
    if (quality := component.get("q")) is not None:
        delivery = replace(delivery, output=_with_quality(delivery.output, scope.constant(quality, "quality")))
    if (space := component.get("cs")) is not None:
        name = color_space(scope.constant(space, "color space"))
        delivery = replace(delivery, output=replace(delivery.output, color_space=name))
    if (default := component.get("d")) is not None:
        delivery = replace(delivery, default_image=default.replace(":", "/"))
    for flag in component.flags:
        delivery = _with_flag(delivery, flag)
    return delivery


def with_extension(delivery: Delivery, extension: str | None) -> Delivery:
    """The URL's extension chooses the format if no ``f_`` did."""
    return delivery if extension is None or delivery.format_is_chosen else _with_format(delivery, extension)


def check_traced(output: Output, steps: Iterable[Step]) -> None:
    """Raises UnsupportedFormat for an SVG of a picture that no step vectorizes."""
    traced = next((name for name in output.candidates if name in FORMATS and FORMATS[name].traced), None)
    if traced and not any(step.operation == "vectorize" for step in taken(steps)):
        raise UnsupportedFormat(
            f"Invalid image format in transformation: {traced}; it is delivered of a picture that e_vectorize traces"
        )


def is_auto(output: Output) -> bool:
    return output.candidates in (AUTO, MOVING)


def with_auto(delivery: Delivery, chosen: Output) -> Delivery:
    return _with_format(delivery, _ANIMATED if chosen.candidates == MOVING else "auto")


def without_format(delivery: Delivery) -> Delivery:
    return replace(delivery, output=replace(delivery.output, candidates=()))


def _with_format(delivery: Delivery, name: str) -> Delivery:
    if name in _AUTO_FORMATS:
        candidates = MOVING if name == _ANIMATED else AUTO
    elif (known := writable(name)) is not None:
        candidates = (known,)
    else:
        raise UnsupportedFormat(f"Invalid image format in transformation: {name}; it cannot be delivered here")
    return replace(delivery, output=replace(delivery.output, candidates=candidates), format_is_chosen=True)


def _with_quality(output: Output, text: str) -> Output:
    """``80``, ``80:444``, ``auto``, ``auto:low``, ``auto:low:444``, ``auto:good:sensitive``, ``jpegmini:1``."""
    first, *rest = text.split(":")
    if first == "jpegmini":
        return replace(output, quality="auto:good", smallest=True)
    chroma = next((_CHROMA[each] for each in rest if each in _CHROMA), "")
    words = [each for each in rest if each not in _CHROMA and not each.startswith("qmax_")]
    quality = _auto_level(text, words) if first == "auto" else _level(text, first, words)
    return replace(output, quality=quality, chroma=chroma, smallest=first == "auto")


def _auto_level(text: str, words: list[str]) -> str:
    is_sensitive = "sensitive" in words
    levels = [word for word in words if word != "sensitive"] or ["good"]
    if len(levels) > 1 or levels[0] not in _LEVELS:
        raise invalid("q", text, "1..100 or auto[:best|good|eco|low]")
    return "auto:" + (_SENSITIVE if is_sensitive else _LEVELS)[levels[0]]


def _level(text: str, first: str, words: list[str]) -> int:
    try:
        value = number(first)
    except ValueError as error:
        raise invalid("q", text, "1..100 or auto[:best|good|eco|low]") from error
    if words or not 0 < value <= 100:
        raise invalid("q", text, "1..100 or auto[:best|good|eco|low]")
    return max(1, round(value))


def _with_flag(delivery: Delivery, flag: str) -> Delivery:
    name, _, argument = flag.partition(":")
    if name == "attachment":
        return replace(delivery, attachment=_attachment(argument))
    if name in flags.ANSWERS:
        return replace(delivery, **flags.ANSWERS[name])
    if name == "progressive":
        return replace(delivery, output=replace(delivery.output, progressive=argument != "none"))
    if name in flags.OUTPUTS:
        return replace(delivery, output=replace(delivery.output, **flags.OUTPUTS[name]))
    if name not in flags.ELSEWHERE:
        raise BadTransformation(f"Invalid {KEYS['fl']} in transformation: {name}; there is no such flag")
    return delivery


def _attachment(text: str) -> str:
    name = text.replace("%2E", ".").replace("%2e", ".")
    if not all(character.isalnum() or character in _ATTACHMENT_CHARACTERS for character in name):
        raise BadTransformation(
            f"Invalid attachment name in transformation: {text}; expected letters, digits and _ - ! ."
        )
    return name
