"""What pure functions returned is remembered, within bounds."""

from collections import Counter

import pytest

from media.memo import memoised


def counting(entries: int) -> tuple[Counter[str], object]:
    calls: Counter[str] = Counter()

    @memoised(entries, lambda text: len(text) <= 3)
    def doubled(text: str) -> str:
        calls[text] += 1
        if text == "bad":
            raise ValueError(text)
        return text * 2

    return calls, doubled


@pytest.mark.parametrize(
    ("asked", "computed"),
    [
        (["a", "a", "a"], {"a": 1}),
        (["long", "long"], {"long": 2}),
        (["a", "b", "c", "a"], {"a": 2, "b": 1, "c": 1}),
    ],
    ids=["small", "large", "least recently used"],
)
def test_small_arguments_are_computed_once_while_they_are_remembered(
    asked: list[str], computed: dict[str, int]
) -> None:
    calls, doubled = counting(2)
    assert callable(doubled)
    assert [doubled(text) for text in asked] == [text * 2 for text in asked]
    assert calls == computed


def test_an_error_is_raised_every_time() -> None:
    calls, doubled = counting(2)
    assert callable(doubled)
    for _ in range(2):
        with pytest.raises(ValueError, match="bad"):
            doubled("bad")
    assert calls == {"bad": 2}
