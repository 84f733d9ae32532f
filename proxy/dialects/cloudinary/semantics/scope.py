"""Variables while a transformation is read from left to right: what they are worth, as far as that is known."""

import re

from media.errors import BadTransformation
from media.language.chain import Step
from media.language.expression import Expression, Tree, Value
from media.language.folding import fold, is_constant
from media.operations import step
from proxy.dialects.cloudinary.syntax import expression
from proxy.dialects.cloudinary.syntax.grammar import Parameter

_INTERPOLATION = re.compile(r"\$\(([A-Za-z][A-Za-z0-9]*)\)")
_MENTION = re.compile(r"\$([A-Za-z][A-Za-z0-9]*)")

Read = str | float | Expression


class Scope:
    """Grows with every assignment.

    ``constants`` are known now, ``waiting`` only with the picture at hand; ``pictures`` are the steps that lead to
    a picture kept under a name (``$img_current``).
    """

    def __init__(self) -> None:
        self.constants: dict[str, Value] = {}
        self.waiting: set[str] = set()
        self.pictures: dict[str, tuple[Step, ...]] = {}

    def branch(self) -> "Scope":
        """A copy for one way of a condition."""
        copy = Scope()
        copy.constants |= self.constants
        copy.waiting |= self.waiting
        copy.pictures |= self.pictures
        return copy

    def join(self, *branches: "Scope") -> None:
        """After a condition: what any way of it assigned is no longer known."""
        for branch in branches:
            changed = {name for name, value in branch.constants.items() if self.constants.get(name) != value}
            self.waiting |= changed | branch.waiting
        for name in self.waiting:
            self.constants.pop(name, None)

    def assign(self, parameter: Parameter) -> Step:
        """``$width_iw_div_2``: note the value, and the step that gives it if it is needed at run time."""
        name = parameter.key.removeprefix("$")
        tree = self.fold(expression.parse_value(parameter.value)) if parameter.value else ""
        if is_constant(tree):
            self.constants[name] = _value(tree)
            self.waiting.discard(name)
        else:
            self.constants.pop(name, None)
            self.waiting.add(name)
        return step("assign", name=name, value=Expression(tree))

    def fold(self, tree: Tree) -> Tree:
        return fold(tree, self.constants)

    def condition(self, text: str) -> Read:
        return expression.as_value(self.fold(expression.parse(text)))

    def read(self, text: str) -> Read:
        """What a parameter's text is worth: itself, a computed number, or an expression that waits for the picture."""
        if not expression.looks_computed(text):
            return text
        return expression.as_value(self.fold(expression.parse(text)))

    def fill(self, text: str) -> str | Expression:
        """``Hello $(name)`` with its variables put in; a name that nothing assigns is plain text."""
        return self._put(text, _INTERPOLATION, assigned_only=True)

    def mention(self, text: str) -> str | Expression:
        """``10:$v`` or ``$style`` if a text, not arithmetic, is expected."""
        return self._put(text, _MENTION, assigned_only=False)

    def constant(self, text: str, what: str) -> str:
        """Like :meth:`mention`, for what must be known before the picture is. Raises BadTransformation."""
        value = self.mention(text)
        if isinstance(value, Expression):
            raise BadTransformation(f"Invalid {what} in transformation: {text}; it cannot depend on the picture")
        return value

    def _put(self, text: str, pattern: re.Pattern[str], *, assigned_only: bool) -> str | Expression:
        parts: list[Tree] = []
        end = 0
        for match in pattern.finditer(text):
            name = match.group(1)
            if not assigned_only or name in self.constants or name in self.waiting:
                parts += [text[end : match.start()], ("variable", name)]
                end = match.end()
        if not parts:
            return text
        value = expression.as_value(self.fold(("join", *parts, text[end:])))
        return str(value) if isinstance(value, float) else value


def _value(tree: Tree) -> Value:
    if isinstance(tree, str):
        return tree
    return float(tree[1]) if tree[0] == "number" else tree[1:]
