"""Memoise pure functions: an LRU cache that clients cannot fill with large values."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def memoised(entries: int, is_small: Callable[..., bool]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """The function with the last ``entries`` results remembered, of arguments that ``is_small`` finds small.

    Arguments are hashable, results frozen. Errors are not remembered.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        remembering: Callable[P, T] = lru_cache(entries)(function)  # type: ignore[assignment]

        @wraps(function)
        def chosen(*args: P.args, **kwargs: P.kwargs) -> T:
            return (remembering if is_small(*args, **kwargs) else function)(*args, **kwargs)

        return chosen

    return decorate
