"""``e_name:argument:…``: effect names to operations, positional texts to their arguments.

Most effects are called like their operations, and all take their arguments in Cloudinary's order. What has no row in
EFFECTS is no effect: an operation made for another dialect is not reachable by ``e_``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from media.errors import BadTransformation, Forbidden, RequestError, UnsupportedOperation
from media.language.chain import Step
from media.language.expression import Expression
from media.language.params import Float, Int, LengthKind, is_number, number
from media.operations import OPERATIONS
from media.operations.registry import Argument, Operation
from proxy.dialects.cloudinary.semantics import zoompan
from proxy.dialects.cloudinary.semantics.arguments import Given, build, given, read
from proxy.dialects.cloudinary.semantics.scope import Scope
from proxy.dialects.cloudinary.syntax.expression import looks_computed
from proxy.dialects.cloudinary.syntax.grammar import Component

#: Qualifiers of an effect and the arguments they become.
_QUALIFIERS = {"co": "color", "x": "x", "y": "y", "w": "width", "h": "height", "g": "gravity"}
#: Effects that are understood and refused: what they need, and the error it makes.
REFUSED: dict[str, tuple[type[RequestError], str]] = {
    **dict.fromkeys(
        ("gen_background_replace", "gen_remove", "gen_replace", "gen_recolor", "gen_restore", "gen_fill", "upscale",
         "enhance", "auto_enhance", "extract", "style_transfer"),
        (Forbidden, "needs a generative model"),
    ),
    "embed_clipping_path": (UnsupportedOperation, "needs clipping paths"),
    **dict.fromkeys(("viesus_correct", "lightroom", "adv_redeye"), (Forbidden, "belongs to an add-on")),
    **dict.fromkeys(
        ("fade", "accelerate", "boomerang", "reverse", "deshake", "volume", "transition", "preview",
         "progressbar", "noise"),
        (UnsupportedOperation, "applies to videos and animations only"),
    ),
    **dict.fromkeys(("light", "camera", "swap_image"), (UnsupportedOperation, "applies to 3D models only")),
}  # fmt: skip
#: Effects by name: the operation that each is. ``background_removal`` has a file of its own.
EFFECTS: Mapping[str, str] = {
    **{name: name for name in (
        "art", "assist_colorblind", "auto_brightness", "auto_color", "auto_contrast", "bgremoval", "blackwhite",
        "blue", "blur", "blur_faces", "blur_region", "brightness", "brightness_hsb", "cartoonify", "colorize",
        "contrast", "distort", "dropshadow", "fill_light", "gamma", "gradient_fade", "grayscale", "green", "hue",
        "improve", "loop", "make_transparent", "morphology", "negate", "oil_paint", "opacity_threshold",
        "ordered_dither",
        "outline", "pixelate", "pixelate_faces", "pixelate_region", "recolor", "red", "redeye", "replace_color",
        "saturation", "sepia", "shadow", "sharpen", "shear", "simulate_colorblind", "theme", "tint", "trim",
        "unsharp_mask", "vectorize", "vibrance", "vignette", "zoompan",
    )},
    "dither": "ordered_dither",
}  # fmt: skip
#: Ways a layer meets the picture under it; they qualify the layer's placement.
BLENDS = frozenset({
    "multiply", "screen", "overlay", "mask", "cut_out", "anti_removal", "displace", "style_transfer",
})  # fmt: skip
#: Effects whose arguments are written in a way of their own.
READERS: Mapping[str, Callable[[str, Scope], dict[str, Given]]] = {"zoompan": zoompan.arguments}
#: Effects that live sites ask for far beyond the documented limit (``e_blur:10000``) and get the strongest of.
_UNLIMITED = frozenset({"blur", "blur_region", "blur_faces"})


def compile_effect(value: str, component: Component, scope: Scope) -> list[Step]:
    """The step of ``e_<value>``; none for a blend without a layer to blend."""
    written, _, text = value.partition(":")
    name = scope.constant(written, "effect")
    if name in BLENDS:
        return []
    refuse(name)
    if name not in EFFECTS:
        raise BadTransformation(f"Invalid effect in transformation: {name}; there is no such effect")
    operation = OPERATIONS[EFFECTS[name]]
    qualifiers = {key: name for key, name in _QUALIFIERS.items() if claims(component, key)}
    arguments = READERS.get(name, partial(_positional, operation, name))(text, scope)
    if name in _UNLIMITED:
        arguments = _limited(operation, arguments)
    return [build(operation, {**given(component, qualifiers, scope), **arguments})]


def refuse(name: str) -> None:
    """Raises Forbidden or UnsupportedOperation for an effect that is known and not offered."""
    if name in REFUSED:
        error, reason = REFUSED[name]
        raise error(f"Effect {name} {reason} and is not available here")


def is_unavailable(name: str) -> bool:
    """Whether it is an effect that takes more than there is here: a generative model, an add-on."""
    return name in REFUSED and REFUSED[name][0] is Forbidden


def claims(component: Component, key: str) -> bool:
    """Whether the component's effect uses the qualifier ``key``.

    Beside a crop mode the size is the crop's, and so are the offsets if they say what to cut.
    """
    effect = EFFECTS.get((component.get("e") or "").partition(":")[0])
    if effect is None or key not in _QUALIFIERS:
        return False
    cuts = component.get("c") == "crop" or component.get("g") == "xy_center"
    if (key in ("w", "h", "g") and "c" in component) or (key in ("x", "y") and cuts):
        return False
    return any(argument.name == _QUALIFIERS[key] for argument in OPERATIONS[effect].arguments)


def takes_size(component: Component) -> bool:
    """``e_blur_region,w_400,h_300`` blurs a window and resizes nothing."""
    return claims(component, "w") or claims(component, "h")


def _positional(operation: Operation, effect: str, text: str, scope: Scope) -> dict[str, Given]:
    """Texts to arguments: by name if written ``name_value``, else the next argument that can take it.

    Every part of Cloudinary's lists is optional: a word skips numbers and words it is none of, a number skips words
    (``e_trim:white``, ``e_outline:15``), but never a number that it is too large for.
    """
    own = [argument for argument in operation.arguments if argument.name not in _QUALIFIERS.values()]
    waiting = own or [argument for argument in operation.arguments if argument.name != "gravity"]
    if text and waiting and getattr(waiting[0].kind, "takes_all", False):
        return {waiting[0].name: Given("e", text, scope.mention(text))}
    names = {argument.name for argument in operation.arguments}
    found: dict[str, Given] = {}
    for part in _parts(text):
        name, _, value = part.partition("_")
        # The SDKs write function-type_linear where the reference page has type_linear.
        name = name.replace("-", "_").removeprefix("function_")
        if value and name in names:
            found[name] = read("e", value, scope)
        else:
            index = _index(waiting, part, effect)
            found[waiting[index].name] = read("e", part, scope)
            waiting = waiting[index + 1 :]
    return found


def _limited(operation: Operation, given: Mapping[str, Given]) -> dict[str, Given]:
    highest = {each.name: each.kind.high for each in operation.arguments if isinstance(each.kind, Int)}
    return {
        name: replace(each, value=str(highest[name])) if name in highest and _exceeds(each, highest[name]) else each
        for name, each in given.items()
    }


def _exceeds(given: Given, limit: int) -> bool:
    return not isinstance(given.value, Expression) and is_number(str(given.value)) and number(str(given.value)) > limit


def _parts(text: str) -> list[str]:
    """Split at ``:`` and ``;``; a colour ``rgb:ff0000`` stays whole."""
    parts: list[str] = []
    for part in text.replace(";", ":").split(":"):
        if parts and parts[-1] == "rgb":
            parts[-1] = f"rgb:{part}"
        elif part:
            parts.append(part)
    return parts


def _index(waiting: Sequence[Argument], part: str, effect: str) -> int:
    """Which of ``waiting`` takes ``part``; if none can, the one whose expectation the error should name."""
    is_numeric = is_number(part) or looks_computed(part)
    for index, argument in enumerate(waiting):
        if is_numeric if _is_numeric(argument) else _parses(argument, part):
            return index
    for index, argument in enumerate(waiting):
        if not _is_numeric(argument):
            return index
    raise BadTransformation(f"Invalid effect in transformation: {effect} takes no argument {part}")


def _is_numeric(argument: Argument) -> bool:
    return isinstance(argument.kind, Int | Float | LengthKind)


def _parses(argument: Argument, text: str) -> bool:
    try:
        argument.kind.parse(text)
    except ValueError:
        return False
    return True
