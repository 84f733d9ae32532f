"""The parameters of ``/api/remove``: text → a complete, checked :class:`Parameters`; and its chain. Pure.

Precedence (rembg's): ``om`` over ``vm`` over ``a`` over the plain cutout. ``dc`` and ``putalpha`` change nothing: edge
colours are always cleaned here, and stay under transparent pixels.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from media.errors import RequestError
from media.integers import is_integer, is_natural
from media.json_text import read_json
from media.language.chain import Chain, Output, Step
from media.language.params import Color, ColorKind
from media.operations import step
from proxy.dialects.rembg.errors import Fault, Invalid

TRUE = ("true", "1", "on", "t", "y", "yes")
FALSE = ("false", "0", "off", "f", "n", "no")
MAX_ERODE = 1000
#: What of ``extras`` is safe to take: prompts and names; never paths, keys or addresses.
SAFE_EXTRAS = ("sam_prompt", "vitmatte_model", "putalpha")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a request asks for, every default filled in.

    ``fine``: alpha matting. The thresholds are None if the client left them to us.
    """

    model: str = ""
    fine: bool = False
    foreground_threshold: int | None = None
    background_threshold: int | None = None
    erode: int | None = None
    only_mask: bool = False
    clean_mask: bool = False
    color: Color | None = None


def parse(texts: Mapping[str, str], place: str) -> Parameters:
    """``texts`` are the parameters wherever they stood; ``place`` is where FastAPI expects most of them.

    Raises Invalid naming every parameter that cannot be read, RequestError for unsafe extras.
    """
    values, faults = {}, []
    for name, (kind, read) in PARAMETERS.items():
        try:
            values[name] = read(texts[name]) if name in texts else None
        except ValueError as error:
            faults.append(Fault(place, name, kind, str(error), texts[name][:200]))
    if faults:
        raise Invalid(*faults)
    _check_extras(texts.get("extras", ""))
    # rembg takes any text that merely contains a session's name; here it must be one.
    return Parameters(
        model=texts.get("model", ""),
        fine=bool(values["a"] or values["vm"]),
        foreground_threshold=values["af"],
        background_threshold=values["ab"],
        erode=values["ae"],
        only_mask=bool(values["om"]),
        clean_mask=bool(values["ppm"]),
        color=values["bgc"],
    )


def chain_of(parameters: Parameters, objects: tuple[str, ...]) -> Chain:
    """``objects`` is what the model keeps, see :mod:`proxy.dialects.rembg.models`."""
    steps = [_removal(parameters, objects)]
    if parameters.clean_mask and not parameters.fine:
        steps.append(step("clean_matte"))
    if parameters.only_mask:
        return Chain((*steps, step("show_matte")), Output(("png",), grayscale=True))
    if parameters.color is not None:
        steps.append(step("lay_on", color=ColorKind().format(parameters.color)))
    return Chain(tuple(steps), Output(("png",)))


def _removal(parameters: Parameters, objects: tuple[str, ...]) -> Step:
    if not parameters.fine:
        return step("background_removal", hints=objects)
    return step(
        "background_removal",
        hints=objects,
        fine_edges=True,
        foreground_threshold=parameters.foreground_threshold,
        background_threshold=parameters.background_threshold,
        erode=parameters.erode,
    )


def _boolean(text: str) -> bool:
    if text.lower() not in (*TRUE, *FALSE):
        raise ValueError("Input should be a valid boolean, unable to interpret input")
    return text.lower() in TRUE


def _integer(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        digits = text.strip().removeprefix("+")
        if not is_integer(digits):
            raise ValueError("Input should be a valid integer, unable to parse string as an integer")
        value = int(digits)
        if not 0 <= value <= most:
            raise ValueError(f"Input should be an integer 0 to {most}")
        return value

    return read


def _color(text: str) -> Color:
    channels = [word.strip() for word in text.split(",")]
    if len(channels) != 4 or not all(is_natural(word) and len(word) < 4 for word in channels):
        raise ValueError("Input should be R,G,B,A with four integers 0 to 255")
    color = Color(*(int(word) for word in channels))
    if max(color.rgba) > 255:
        raise ValueError("Input should be R,G,B,A with four integers 0 to 255")
    return color


#: Parameter → FastAPI's name for the fault, and its reader.
PARAMETERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "a": ("bool_parsing", _boolean),
    "af": ("int_parsing", _integer(255)),
    "ab": ("int_parsing", _integer(255)),
    "ae": ("int_parsing", _integer(MAX_ERODE)),
    "om": ("bool_parsing", _boolean),
    "ppm": ("bool_parsing", _boolean),
    "dc": ("bool_parsing", _boolean),
    "vm": ("bool_parsing", _boolean),
    "bgc": ("value_error", _color),
}


def _check_extras(text: str) -> None:
    """Broken JSON is ignored, as rembg does; what would open files or reach others is refused."""
    try:
        document = read_json(text) if text else {}
    except ValueError:
        return
    unsafe = sorted(set(document) - set(SAFE_EXTRAS)) if isinstance(document, dict) else []
    if unsafe:
        raise RequestError(f"extras may hold {', '.join(SAFE_EXTRAS)}, got {str(unsafe[0])[:60]!r}.")
