"""What the installed Keras has of what is declared, for tests that go over all kinds."""

from typing import Any

import keras

from cnnspec import Spec, loads
from cnnspec.declarations import keras_table as table
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family
from cnnspec.declarations.keras_versions import (
    CODE,
    Keras,
    asked,
    missing,
    missing_on_inputs,
    of_release,
)
from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.exporting.formats import FORMATS
from cnnspec.layers.base import LAYERS, Example, Layer
from cnnspec.operations.base import OPERATIONS
from cnnspec.operations.families import PREFIX

RUNNING = of_release(keras.__version__)
"""The Keras that the tests run with."""


def in_installed_keras(namespace: str, kind: str, argument: str | None = None) -> bool:
    """Whether the installed Keras has a kind, or an argument of it; `namespace` is its family's."""
    return is_in(RUNNING, namespace, kind, argument)


def is_in(version: Keras, namespace: str, kind: str, argument: str | None = None) -> bool:
    """Whether a version has a kind, or an argument of it."""
    span = table.KINDS.get(namespace, {}).get(kind)
    if span is not None and not version.has(span):
        return False
    span = table.ARGUMENTS.get(namespace, {}).get(kind, {}).get(argument or "")
    return span is None or version.has(span)


UNNAMED_SINCE = {"OrbaxCheckpoint": "3.14.0", "MultiOptimizer": "3.15.0", "OptimizerMap": "3.15.0"}
"""Public classes that no spec can name, with the first version of Keras that has them."""


def is_class_here(name: str) -> bool:
    """Whether the installed Keras has a class that no spec can name."""
    return is_since(UNNAMED_SINCE.get(name, table.RELEASES[0]))


def needs_newer(spec: Spec) -> bool:
    """Whether a spec has something that the installed Keras lacks, which its report says."""
    return CODE in [each.code for each in spec.report]


def is_since(release: str) -> bool:
    """Whether the installed Keras is a release or a later one."""
    return RUNNING.has((release, None))


def kinds_of(family: Family[Any]) -> list[str]:
    """The kinds of a family that the installed Keras has."""
    return [kind for kind in family.kinds if in_installed_keras(family.namespace, kind)]


def words_of(family: Family[Any]) -> dict[str, str]:
    """The aliases of these kinds that the installed Keras has."""
    spans = table.WORDS.get(family.namespace, {})
    kinds = kinds_of(family)
    return {
        word: kind
        for word, kind in family.aliases.items()
        if kind in kinds and (word not in spans or RUNNING.has(spans[word]))
    }


def arguments_of(declaration: type[Declaration]) -> list[str]:
    """The arguments of a kind that the installed Keras has."""
    namespace, kind = declaration.family.namespace, declaration.kind()
    return [name for name in declaration.arguments() if in_installed_keras(namespace, kind, name)]


def defaults_of(declaration: type[Declaration]) -> dict[str, Any]:
    """The defaults of these arguments in the installed Keras."""
    changed = table.DEFAULTS.get(declaration.family.namespace, {}).get(declaration.kind(), {})
    now = {
        name: [value for since, value in values.items() if is_since(since)][-1]
        for name, values in changed.items()
    }
    return {
        name: now[name] if name in now else getattr(declaration, name)
        for name in arguments_of(declaration)
        if hasattr(declaration, name)
    }


def runs_here(call: Declaration, *shapes: Any) -> bool:
    """Whether the installed Keras has what a call needs, on inputs of some shapes if given."""
    if [*missing(call, RUNNING)]:
        return False
    try:
        return not shapes or not [*missing_on_inputs(call, RUNNING, shapes)]
    except (Problem, Problems):  # every Keras refuses these shapes
        return True


def takes(kind: str, arguments: dict[str, Any], *shapes: Any) -> bool:
    """Whether nothing in a call of a layer, which may be wrong, is only in newer versions."""
    there = [in_installed_keras(LAYERS.namespace, kind, name) for name in (None, *arguments)]
    try:
        return all(there) and runs_here(LAYERS.check({kind: arguments}), *shapes)
    except Problems:
        return all(there)


def examples_of(kind: str) -> dict[int, Example]:
    """The examples of a kind of layer or operation that the installed Keras does, by their positions."""
    declaration: Any = (OPERATIONS if kind.startswith(PREFIX) else LAYERS).kinds[kind]
    assert issubclass(declaration, Layer)
    return {
        position: example
        for position, example in enumerate(declaration.examples)
        if runs_here(declaration.of(example.arguments), *example.shapes)
    }


def examples_in_specs(kind: str) -> dict[int, Example]:
    """Those of these examples that a spec can have."""
    return {
        position: example for position, example in examples_of(kind).items() if example.is_for_specs
    }


def first_example(kind: str) -> Example:
    """The first of these examples."""
    return next(iter(examples_of(kind).values()))


def layer_examples() -> dict[str, tuple[str, Example]]:
    """All these examples, by kind and position."""
    return {
        f"{kind}-{position}": (kind, example)
        for kind in LAYERS.kinds
        for position, example in examples_of(kind).items()
    }


def layer_kinds() -> list[str]:
    """The kinds of layers of which the installed Keras does an example."""
    return [kind for kind in LAYERS.kinds if examples_of(kind)]


def export_formats() -> list[str]:
    """The formats to which the installed Keras exports."""
    return [form for form, each in FORMATS.items() if is_since(each.since)]


def sections_run_here(sections: str) -> bool:
    """Whether the installed Keras has what a spec needs, which is written without its head."""
    return not needs_newer(loads(f"cnnspec: 1\n{sections}"))


def each_minor() -> list[Keras]:
    """The first release of each minor version."""
    minors = dict.fromkeys(release.rpartition(".")[0] for release in table.RELEASES)
    return [asked(minor) for minor in minors]
