"""Counts in words."""

import pytest

from cnnspec.counts import counted


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (0, "layer", "0 layers"),
        (1, "layer", "1 layer"),
        (2, "frozen weight", "2 frozen weights"),
        (1, "class", "1 class"),
        (10, "class", "10 classes"),
        (1, "axis", "1 axis"),
        (3, "axis", "3 axes"),
        (1234567, "parameter", "1,234,567 parameters"),
    ],
)
def test_a_count_has_its_noun_in_the_right_number(number: int, noun: str, said: str) -> None:
    assert counted(number, noun) == said
