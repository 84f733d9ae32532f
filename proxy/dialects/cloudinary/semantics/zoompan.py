"""``e_zoompan:<mode>;maxzoom_2;du_5;fps_10;from_(g_west;zoom_1.5);to_(x_300;y_200;zoom_3)``, each part optional."""

from media.errors import BadTransformation
from proxy.dialects.cloudinary.semantics.arguments import Given, read
from proxy.dialects.cloudinary.semantics.scope import Scope
from proxy.dialects.cloudinary.syntax.grammar import split_outside_parentheses

NAMES = ("mode", "maxzoom", "du", "fps")
VIEWS = ("from", "to")
#: Names inside a view, and what follows its own in those of the arguments.
SEEN = {"g": "gravity", "zoom": "zoom", "x": "x", "y": "y"}


def arguments(text: str, scope: Scope) -> dict[str, Given]:
    """Raises BadTransformation naming the part that is none."""
    found: dict[str, Given] = {}
    for part in _parts(text):
        name, _, value = part.partition("_")
        if name in VIEWS and value.startswith("(") and value.endswith(")"):
            found |= _view(name, value[1:-1], scope)
        elif name in NAMES and value:
            found[name] = read("e", value, scope)
        elif not value:
            found["mode"] = read("e", part, scope)
        else:
            raise _invalid(part)
    return found


def _view(name: str, text: str, scope: Scope) -> dict[str, Given]:
    found = {}
    for part in _parts(text):
        key, _, value = part.partition("_")
        if key not in SEEN or not value:
            raise _invalid(f"{name}_({part})")
        found[f"{name}_{SEEN[key]}"] = read("g" if key == "g" else "e", value, scope)
    return found


def _parts(text: str) -> list[str]:
    """SDKs put a colon or a semicolon between, some one in front, too."""
    pieces = (each for part in split_outside_parentheses(text, ";") for each in split_outside_parentheses(part, ":"))
    return [piece for piece in pieces if piece]


def _invalid(part: str) -> BadTransformation:
    expected = "a mode, maxzoom_, du_, fps_, from_(…) or to_(…) of g_, zoom_, x_ and y_"
    return BadTransformation(f"Invalid zoompan in transformation: {part}; expected {expected}")
