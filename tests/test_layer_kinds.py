"""The layer kinds against the installed Keras: each is declared or refused."""

import inspect
from collections import defaultdict

import keras

from cnnspec.backends.keras.objects import keras_class
from cnnspec.layers.base import LAYERS
from cnnspec.layers.families import ELSEWHERE, FAMILIES
from cnnspec.layers.refusals import REFUSALS
from tests.support.keras_versions import kinds_of, words_of


def public_classes() -> list[tuple[str, ...]]:
    """The names of every class of keras.layers; one class may have several."""
    names: dict[type, list[str]] = defaultdict(list)
    for name, found in inspect.getmembers(keras.layers, inspect.isclass):
        names[found].append(name)
    return sorted(map(tuple, names.values()))


def known(names: tuple[str, ...]) -> list[str]:
    """What is said of a class under all its names: each time that it is declared or refused."""
    return [
        *(f"{name} is declared" for name in names if name in LAYERS.kinds),
        *(f"{name} is refused" for name in names if name in REFUSALS),
    ]


def test_every_class_is_either_declared_or_refused() -> None:
    assert {names: known(names) for names in public_classes() if len(known(names)) != 1} == {}


def test_every_declared_or_refused_name_is_one_of_keras() -> None:
    names = (*kinds_of(LAYERS), *words_of(LAYERS), *REFUSALS)
    strange = [name for name in names if not hasattr(keras.layers, name)]
    assert sorted(strange) == sorted(ELSEWHERE)


def test_what_keras_has_elsewhere_is_no_public_layer_of_another_name() -> None:
    public = {found for _, found in inspect.getmembers(keras.layers, inspect.isclass)}
    assert [kind for kind in ELSEWHERE if keras_class(LAYERS.kinds[kind]) in public] == []


def test_every_other_name_of_a_declared_class_is_an_alias() -> None:
    assert words_of(LAYERS) == {
        name: kind
        for names in public_classes()
        for kind in set(names) & LAYERS.kinds.keys()
        for name in names
        if name != kind
    }


def test_every_module_declares_the_words_that_it_is_loaded_for() -> None:
    declared: dict[str, set[str]] = defaultdict(set)
    for kind, declaration in LAYERS.kinds.items():
        module = declaration.__module__.removeprefix("cnnspec.layers.")
        declared[module] |= {kind, *declaration.aliases}
    assert {module: sorted(words) for module, words in FAMILIES.items()} == {
        module: sorted(words) for module, words in declared.items()
    }
