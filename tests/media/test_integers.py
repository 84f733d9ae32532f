"""What is a whole number, and what only looks like one."""

import pytest

from media.integers import is_integer, is_natural, read_integer

NUMBERS = {"0": 0, "7": 7, "007": 7, "-5": -5, "9" * 15: 10**15 - 1}
NOT_NUMBERS = (
    "", " 1", "1 ", "1\n", "+1", "--1", "-", "1.0", "1e3", "1_000", "0x1", "nan", "²", "٣", "１", "Ⅷ", "½", "1²",
    "9" * 16, "9" * 5000, "\0", "1\0",
)  # fmt: skip


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_ascii_digits_are_a_number(text: str, value: int) -> None:
    assert is_integer(text)
    assert read_integer(text, -10, 10**15) == value
    assert is_natural(text) == (value >= 0)


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_anything_else_is_none_and_refused_in_few_words(text: str) -> None:
    assert not is_integer(text)
    assert not is_natural(text)
    with pytest.raises(ValueError, match=r"must be a whole number 0\.\.9") as refusal:
        read_integer(text, 0, 9)
    assert len(str(refusal.value)) < 200


def test_a_number_outside_its_bounds_is_refused() -> None:
    for text in ("-1", "10"):
        with pytest.raises(ValueError, match=r"whole number 0\.\.9"):
            read_integer(text, 0, 9)
