"""The order of arguments that calls in Python and bare values are read in: that of Keras."""

import inspect
from typing import Any

import keras
import pytest

from cnnspec.declarations.declaration import Declaration
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.mistakes.positions import MOST, positional
from tests.support.keras_versions import arguments_of, is_since

pytestmark = pytest.mark.usefixtures("newest_keras")


def in_keras(module: str, kind: type[Declaration]) -> tuple[str, ...] | None:
    """The first arguments that the class or function in Keras and the kind both have."""
    found: Any = keras
    for name in (*module.split("."), kind.kind()):
        found = getattr(found, name, None)
    if found is None:
        return None
    names = [name for name in inspect.signature(found).parameters if name != "self"]
    known = kind.arguments()
    end = next((at for at, name in enumerate(names) if name not in known), len(names))
    return tuple(names[: min(end, MOST)])


SINCE = {"Conv1DTranspose": "3.11.0", "Conv2DTranspose": "3.11.0"}
"""Since when the arguments of some kinds have their order."""


def test_positions_are_those_of_keras() -> None:
    wrong = {}
    checked = 0
    for family in ALL_FAMILIES:
        for kind in family.kinds.values():
            names = in_keras(family.namespace, kind)
            if not names or not is_since(SINCE.get(kind.kind(), "3.10.0")):
                continue
            checked += 1
            here = arguments_of(kind)
            ours = tuple(each for each in positional(kind) if each in here)
            if ours[: len(names)] != names[: len(ours)]:
                wrong[kind.kind()] = (ours, names)
    assert wrong == {}
    assert checked > 200
