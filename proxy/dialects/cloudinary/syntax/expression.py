"""Cloudinary's expressions: ``iw_div_2_add_10``, ``w_gt_200_and_!sale!_in_tags`` → trees of media/expression.py.

Tokens are joined by ``_``; ``pow`` binds tighter than ``mul div mod``, these than ``add sub``, these than comparisons,
then ``and``, then ``or`` (spec 2).
"""

import re
from dataclasses import dataclass

from media.errors import BadTransformation
from media.language.expression import Expression, Tree

MAX_TOKENS = 100
BUILTINS = {
    "w": "width", "h": "height", "ar": "ratio", "iw": "initial_width", "ih": "initial_height", "iar": "initial_ratio",
    "ow": "initial_width", "oh": "initial_height", "tar": "trimmed_ratio", "cp": "page", "pc": "pages", "fc": "faces",
    "ils": "illustration", "px": "page_x", "py": "page_y", "du": "duration", "idu": "duration", "tags": "tags",
    "idn": "density", "width": "width", "height": "height",
}  # fmt: skip
#: Looser operators first.
_LEVELS = (
    ("or",),
    ("and",),
    ("eq", "ne", "lt", "gt", "lte", "gte", "in", "nin"),
    ("add", "sub"),
    ("mul", "div", "mod"),
    ("pow",),
)
OPERATORS = frozenset(name for level in _LEVELS for name in level)
#: Operators between numbers; eq, ne and in take any text.
_NUMERIC = frozenset(("lt", "gt", "lte", "gte", *(name for level in _LEVELS[3:] for name in level)))
_KEYWORDS = frozenset({"isdef", "isndef", "to", "i", "f"})
_NUMBER = re.compile(r"[+-]?[\d.]+(:[\d.]+)?", re.ASCII)
_REFERENCES = {"ctx": "context", "md": "metadata"}
_TOKEN = re.compile(
    r"(?P<reference>ctx|md|ref):!(?P<name>[^!]*)!"
    r"|!(?P<text>[^!]*)!"
    r"|\$(?P<variable>[A-Za-z][A-Za-z0-9]*)"
    r"|(?P<word>[^_!$]+)",
)


@dataclass(frozen=True, slots=True)
class _Token:
    """A finished operand (``tree``), or a ``word`` that the parser has to judge."""

    word: str
    tree: Tree | None


def parse(text: str) -> Tree:
    """Raises BadTransformation naming the text. Time grows linearly with it."""
    tokens = _tokens(text)
    _check_words(tokens, text)
    parser = _Parser(tokens, text)
    tree = parser.level(0)
    if parser.position < len(parser.tokens):
        raise _invalid(text, f"{parser.tokens[parser.position].word} cannot stand there")
    return tree


def parse_value(text: str) -> Tree:
    """What a variable is set to: SDKs put a cast behind the whole of it, ``iw_mul_0.5_to_i``."""
    arithmetic, separator, cast = text.rpartition("_to_")
    if cast not in ("i", "f") or not separator:
        return parse(text)
    return (f"to_{cast}", parse(arithmetic))


def _check_words(tokens: list[_Token], text: str) -> None:
    """A word that is misspelt would be compared as a text, and every one of them is greater than 500."""
    names = ["", *(token.word for token in tokens), ""]
    for before, token, after in zip(names, tokens, names[2:], strict=False):
        known = token.tree is not None or token.word in OPERATORS | BUILTINS.keys() | _KEYWORDS
        if not known and {before, after} & _NUMERIC and not _NUMBER.fullmatch(token.word):
            raise _invalid(text, f"{token.word} is no number and no property such as w, ih or $name")


def _invalid(text: str, why: str) -> BadTransformation:
    return BadTransformation(f"Invalid expression in transformation: {text}; {why}")


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position <= len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _invalid(text, "expected operands and operators joined by _")
        tokens.append(_token(match))
        if len(tokens) > MAX_TOKENS:
            raise BadTransformation(
                f"Invalid expression in transformation: more than {MAX_TOKENS} operands and operators"
            )
        position = match.end()
        if position < len(text) and text[position] != "_":
            raise _invalid(text, f"expected _ before {text[position:][:20]}")
        position += 1
    return tokens


def _token(match: re.Match[str]) -> _Token:
    reference, name, text, variable, word = match.group("reference", "name", "text", "variable", "word")
    if reference == "ref":
        return _Token(match.group(), name)
    if reference:
        return _Token(match.group(), (_REFERENCES[reference], name))
    if variable:
        return _Token(match.group(), ("variable", variable))
    if text is not None:
        return _Token(match.group(), ("list", *text.split(":")) if ":" in text else text)
    return _Token(word, None)


class _Parser:
    """Precedence climbing over the tokens; ``position`` is the next one."""

    def __init__(self, tokens: list[_Token], text: str) -> None:
        self.tokens = tokens
        self.text = text
        self.position = 0

    def level(self, depth: int) -> Tree:
        if depth == len(_LEVELS):
            return self._operand()
        tree = self.level(depth + 1)
        while self._peek() in _LEVELS[depth]:
            name = self._next().word
            tree = (name, tree, self.level(depth + 1))
        return tree

    def _peek(self) -> str:
        return self.tokens[self.position].word if self.position < len(self.tokens) else ""

    def _next(self) -> _Token:
        if self.position == len(self.tokens):
            raise _invalid(self.text, "an operand is missing at its end")
        self.position += 1
        return self.tokens[self.position - 1]

    def _operand(self) -> Tree:
        token = self._next()
        if token.tree is not None:
            return self._cast(token.tree)
        if token.word in ("isdef", "isndef"):
            return (token.word, self._name())
        if token.word in OPERATORS:
            raise _invalid(self.text, f"{token.word} has no operand before it")
        if token.word in BUILTINS:
            return self._cast(("fact", BUILTINS[token.word]))
        return self._cast(token.word)

    def _name(self) -> str:
        tree = self._next().tree
        if not isinstance(tree, tuple) or tree[0] != "variable":
            raise _invalid(self.text, "isdef and isndef expect a variable")
        return str(tree[1])

    def _cast(self, tree: Tree) -> Tree:
        """``$x_to_i``: two words behind an operand."""
        following = [token.word for token in self.tokens[self.position : self.position + 2]]
        if following in (["to", "i"], ["to", "f"]):
            self.position += 2
            return (f"to_{following[1]}", tree)
        return tree


def looks_computed(text: str) -> bool:
    """Whether ``text`` reads a variable, a fact or an operator: not a plain value of its parameter."""
    if "$" in text:
        return True
    words = text.split("_")
    return words[0] in BUILTINS or (len(words) > 2 and any(word in OPERATORS for word in words[1:-1]))


def as_value(tree: Tree) -> str | float | Expression:
    """A tree as a value if nothing in it depends on the picture."""
    if isinstance(tree, str):
        return tree
    if tree[0] == "number":
        return float(tree[1])
    if tree[0] == "list":
        return ":".join(tree[1:])
    return Expression(tree)
