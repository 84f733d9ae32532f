"""Client hints and pixel ratios become plain numbers before anything else reads the components.

``dpr_auto`` and ``w_auto`` look at request headers; ``dpr_2.0`` belongs to the resize in its component or in the one
right before (spec 3.10).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from media.integers import is_natural
from media.language.params import number
from proxy.dialects.cloudinary.semantics.actions import has_resize
from proxy.dialects.cloudinary.semantics.arguments import invalid
from proxy.dialects.cloudinary.syntax.grammar import Component, Parameter

MAX_DPR = 10.0
MAX_HINT = 100_000
#: ``w_auto`` is rounded up to a multiple of this many pixels, so that few widths are derived.
WIDTH_STEP = 100


@dataclass(frozen=True, slots=True)
class ClientHints:
    """Request headers ``DPR`` and ``Width`` (in device pixels); None if absent."""

    dpr: float | None = None
    width: int | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> "ClientHints":
        """Both spellings of the hints, ``DPR`` and ``Sec-CH-DPR``; nonsense counts as absent."""
        dpr = _positive(headers.get("sec-ch-dpr") or headers.get("dpr"))
        width = _positive(headers.get("sec-ch-width") or headers.get("width"))
        return cls(dpr, None if width is None else math.ceil(width))


def _positive(text: str | None) -> float | None:
    try:
        value = number(text or "")
    except ValueError:
        return None
    return value if 0 < value < MAX_HINT else None


@dataclass(frozen=True, slots=True)
class Resolved:
    components: tuple[Component, ...]
    vary: tuple[str, ...]


def resolve(components: Sequence[Component], hints: ClientHints) -> Resolved:
    found: list[Component] = []
    vary: dict[str, None] = {}
    literals: dict[str, str] = {}
    for component in components:
        literals |= {each.key: each.value for each in component.assignments}
        text = component.get("dpr")
        text = None if text is None else literals.get(text, text)
        if text == "auto":
            vary["DPR"] = None
        if (component.get("w") or "").partition(":")[0] == "auto":
            vary.update({"Width": None, "DPR": None})
            component = _with_width(component, hints)
        if text is not None:
            component = component.without("dpr")
            ratio = Parameter("dpr", repr(_ratio(text, hints)))
            if not has_resize(component) and found and has_resize(found[-1]) and "dpr" not in found[-1]:
                found[-1] = Component((*found[-1].parameters, ratio))
            component = Component((*component.parameters, ratio))
        found.append(component)
    return Resolved(tuple(found), tuple(vary))


def _ratio(text: str, hints: ClientHints) -> float:
    if text == "auto":
        return float(min(math.ceil(hints.dpr or 1.0), MAX_DPR))
    try:
        ratio = number(text)
    except ValueError as error:
        raise invalid("dpr", text, f"auto or a number up to {MAX_DPR}") from error
    if not 0 < ratio <= MAX_DPR:
        raise invalid("dpr", text, f"auto or a number up to {MAX_DPR}")
    return ratio


def _with_width(component: Component, hints: ClientHints) -> Component:
    """``w_auto[:step[:fallback]]`` as a number, or without a width if neither header nor fallback gives one."""
    _, *options = (component.get("w") or "").split(":")
    numbers = [int(option) for option in options if is_natural(option) and len(option) < 6]
    step, fallback = [*numbers, *(WIDTH_STEP, 0)[len(numbers) :]][:2]
    width = math.ceil(hints.width / max(hints.dpr or 1.0, 1.0)) if hints.width else fallback
    rest = component.without("w")
    if not width or not step:
        return rest
    return Component((*rest.parameters, Parameter("w", str(math.ceil(width / step) * step))))
