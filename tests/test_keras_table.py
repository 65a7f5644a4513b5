"""The table of what differs between versions of Keras, against the installed one and its source."""

import inspect
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import keras
import pytest

from cnnspec.backends.keras.objects import keras_class
from cnnspec.declarations import keras_table as table
from cnnspec.declarations.declaration import Declaration
from cnnspec.operations.base import OPERATIONS
from keras_versions.scan import DECLARED, Contents, contents, declared_words
from keras_versions.source import FOLDERS, REQUIRED, KerasSource
from keras_versions.table import committed, compared, text
from tests.support.keras_versions import RUNNING, is_in
from tests.support.paths import ROOT

BY_NAMESPACE = {family.namespace: family for family in DECLARED}
DECLARATIONS = [
    pytest.param(declaration, id=f"{family.namespace}.{kind}")
    for family in DECLARED
    for kind, declaration in family.kinds.items()
]


@pytest.mark.parametrize("declaration", DECLARATIONS)
def test_the_installed_keras_has_what_the_table_says(declaration: type[Declaration]) -> None:
    namespace, kind = declaration.family.namespace, declaration.kind()
    if not is_in(RUNNING, namespace, kind):
        with pytest.raises(AttributeError):
            keras_class(declaration)
        return
    there = arguments_in_keras(keras_class(declaration))
    assert {name for name in declaration.arguments() if name in there} == {
        name
        for name in declaration.arguments()
        if name not in declaration.in_call and is_in(RUNNING, namespace, kind, name)
    }
    of_kind = table.DEFAULTS.get(namespace, {}).get(kind, {})
    current = {
        name: [value for since, value in changes.items() if RUNNING.has((since, None))]
        for name, changes in of_kind.items()
    }
    assert {name: there[name] for name in current} == {
        name: values[-1] for name, values in current.items()
    }


def arguments_in_keras(called: Any) -> dict[str, Any]:
    """The arguments of a class or function with their defaults, those of its parents included."""
    found: dict[str, Any] = {}
    inits = (
        [vars(each).get("__init__") for each in inspect.getmro(called)]
        if inspect.isclass(called)
        else [called]
    )
    for each in (init for init in inits if inspect.isfunction(init)):
        parameters = inspect.signature(each).parameters
        found = {name: one.default for name, one in parameters.items()} | found
        if not any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values()):
            break
    return found


def test_defaults_of_operations_that_differ_are_those_of_operands() -> None:
    """They are tensors or constants of the call, which Keras saves with it."""
    for kind, defaults in table.DEFAULTS[OPERATIONS.namespace].items():
        assert {*defaults} <= {*OPERATIONS.kinds[kind].tensors}


@pytest.mark.parametrize("namespace", sorted({*table.DEFAULTS} - {OPERATIONS.namespace}))
def test_configurations_hold_the_arguments_whose_defaults_differ(namespace: str) -> None:
    for kind, defaults in table.DEFAULTS[namespace].items():
        config = keras_class(BY_NAMESPACE[namespace].kinds[kind])().get_config()
        assert [name for name in defaults if name not in config] == []


def test_the_table_is_as_the_generator_writes_it() -> None:
    path = ROOT / "cnnspec" / "declarations" / "keras_table.py"
    assert path.read_text("utf-8") == text(committed())


@pytest.fixture(scope="module")
def contents_of_source(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """What the generator reads in the source of the installed Keras."""
    wheel = tmp_path_factory.mktemp("wheel") / "keras.whl"
    package = Path(keras.__file__).parent
    with ZipFile(wheel, "w") as archive:
        for folder in FOLDERS:
            for file in (package / "src" / folder).rglob("*.py"):
                archive.write(file, str(file.relative_to(package.parent)))
    return contents(KerasSource(wheel))


@pytest.mark.parametrize("declaration", DECLARATIONS)
def test_the_generator_reads_what_keras_has(
    declaration: type[Declaration], contents_of_source: Contents
) -> None:
    namespace, kind = declaration.family.namespace, declaration.kind()
    read = contents_of_source.kinds.get((namespace, kind))
    assert (read is not None) == is_in(RUNNING, namespace, kind)
    if read is not None:
        there = arguments_in_keras(keras_class(declaration))
        assert sorted(read) == sorted(name for name in declaration.arguments() if name in there)
        assert {name for name, default in read.items() if default == REQUIRED} == {
            name for name in read if there[name] is inspect.Parameter.empty
        }


def test_the_generator_reads_the_words_that_keras_takes(contents_of_source: Contents) -> None:
    lacking = {
        (namespace, word)
        for namespace, words in table.WORDS.items()
        for word, span in words.items()
        if not RUNNING.has(span)
    }
    lacking |= {
        (family.namespace, alias)
        for family in DECLARED
        for alias, kind in family.aliases.items()
        if not is_in(RUNNING, family.namespace, kind)
    }
    assert sorted(declared_words() - contents_of_source.words - ONLY_OF_COMPILE) == sorted(lacking)


ONLY_OF_COMPILE = {("losses", "crossentropy"), ("losses", "ce"), ("metrics", "acc")}
"""Words that `Model.compile` takes, and no function of their family."""


def test_the_generator_finds_first_and_last_versions() -> None:
    found = {
        "1.0.0": Contents(
            {("layers", "A"): {"x": "1", "y": "2"}, ("layers", "B"): {}}, {("layers", "a")}
        ),
        "1.1.0": Contents({("layers", "A"): {"x": "1", "y": "3"}, ("layers", "C"): {}}, set()),
        "1.2.0": Contents({("layers", "A"): {"z": "1", "y": "3"}, ("layers", "C"): {}}, set()),
    }
    assert compared(found) == {
        "RELEASES": ("1.0.0", "1.1.0", "1.2.0"),
        "KINDS": {"layers": {"B": ("1.0.0", "1.0.0"), "C": ("1.1.0", None)}},
        "ARGUMENTS": {"layers": {"A": {"x": ("1.0.0", "1.1.0"), "z": ("1.2.0", None)}}},
        "WORDS": {"layers": {"a": ("1.0.0", "1.0.0")}},
        "DEFAULTS": {"layers": {"A": {"y": {"1.0.0": 2, "1.1.0": 3}}}},
    }


def test_what_comes_back_is_not_guessed() -> None:
    there, gone = Contents({("layers", "A"): {}}), Contents()
    with pytest.raises(ValueError, match="it went and came back"):
        compared({"1.0.0": there, "1.1.0": gone, "1.2.0": there})
