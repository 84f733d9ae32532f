"""Reading of single form fields: text → value, or a sentence that names the field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from media.errors import RequestError
from media.integers import read_integer
from media.language.params import Color, ColorKind

TRUE = ("true", "1", "on", "t", "y", "yes")
FALSE = ("false", "0", "off", "f", "n", "no")


@dataclass(frozen=True, slots=True)
class Fields:
    """The texts of a form; a field that is empty counts as left out. Each method raises RequestError."""

    texts: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        return self.texts.get(name, "").strip() or default

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name, default).lower()
        if value not in choices:
            raise RequestError(f"{name} must be {' or '.join(choices)}, got {value[:60]!r}.")
        return value

    def flag(self, name: str) -> bool:
        value = self.text(name, "false").lower()
        if value not in (*TRUE, *FALSE):
            raise RequestError(f"{name} must be true or false, got {value[:60]!r}.")
        return value in TRUE

    def number(self, name: str, least: int, most: int) -> int | None:
        """None if it is left out."""
        value = self.text(name)
        if not value:
            return None
        try:
            return read_integer(value.removeprefix("+"), least, most)
        except ValueError as error:
            raise RequestError(f"{name} must be an integer {least} to {most}, got {value[:60]!r}.") from error

    def color(self, name: str, default: str) -> Color:
        value = self.text(name, default)
        try:
            return ColorKind().parse(value)
        except ValueError as error:
            raise RequestError(f"{name} must be a colour such as #ffffff, got {value[:60]!r}.") from error
