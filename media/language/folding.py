"""Folding: what of an expression can be computed before there is a picture.

Constants fold when a transformation is read, what an asset's record knows when it is found; so most expressions leave
no trace in a chain, and what a result depends on is in its key.
"""

from collections.abc import Mapping

from media.errors import BadTransformation
from media.geometry import Size
from media.language.expression import LEAVES, Expression, Facts, Tree, Value

_SIZE = Size(1, 1)
_NOTHING = Facts(_SIZE, _SIZE, _SIZE)


def fold(tree: Tree, constants: Mapping[str, Value]) -> Tree:
    """``tree`` with the variables of ``constants`` put in and everything computed that needs no picture.

    A computed number becomes ``("number", text)``; what would be an error is left for the evaluation to raise.
    """
    if isinstance(tree, str) or tree[0] in ("number", "list"):
        return tree
    if tree[0] == "variable" and tree[1] in constants:
        return literal(constants[tree[1]])
    if tree[0] in ("isdef", "isndef") and tree[1] in constants:
        return ("number", "1" if tree[0] == "isdef" else "0")
    if tree[0] in LEAVES:
        return tree
    folded = (tree[0], *(fold(operand, constants) for operand in tree[1:]))
    if any(not is_constant(operand) for operand in folded[1:]):
        return folded
    try:
        return literal(Expression(folded).evaluate(_NOTHING))
    except BadTransformation:
        return folded


#: Facts that an asset's record knows; inside a layer only those that are not about its own picture.
RECORDED = frozenset({"initial_width", "initial_height", "initial_ratio", "pages", "page", "faces", "tags"})
RECORDED_IN_LAYER = frozenset({"tags"})


def substitute(tree: Tree, facts: Facts, names: frozenset[str]) -> Tree:
    """``tree`` with the facts called ``names``, the context and the metadata put in."""
    if isinstance(tree, str) or tree[0] in ("number", "list"):
        return tree
    if tree[0] in ("context", "metadata") or (tree[0] == "fact" and tree[1] in names):
        return literal(Expression(tree).evaluate(facts))
    if tree[0] in LEAVES:
        return tree
    return (tree[0], *(substitute(operand, facts, names) for operand in tree[1:]))


def is_constant(tree: Tree) -> bool:
    return isinstance(tree, str) or tree[0] in ("number", "list")


def literal(value: Value) -> Tree:
    """The tree of a value that is known already."""
    if isinstance(value, tuple):
        return ("list", *value)
    return value if isinstance(value, str) else ("number", repr(float(value)))
