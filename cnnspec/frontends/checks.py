"""Checks the layers of a serialized model, and their names."""

from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.frontends.nodes import name_of
from cnnspec.frontends.whole import Whole
from cnnspec.keras_files.configuration import MODELS
from cnnspec.keras_files.problems import HOLDS_ANOTHER, UnreadableModel
from cnnspec.language.expressions import is_pattern
from cnnspec.language.values import name_problem
from cnnspec.layers.base import Layer
from cnnspec.naming import keras_name
from cnnspec.operations.steps import family_of_step


def checked_name(whole: Whole, name: Any, what: str) -> str:
    """Return the name of a layer or input, which is also its name in the spec.

    Raises:
        UnreadableModel: the name is not valid in a spec.

    """
    problem = name_problem(name)
    if problem is None and is_pattern(name):
        problem = ("bad-name", "it would be an expression")
    if problem is not None:
        message = f"invalid name of the {what} {name!r:.60}: {problem[1]}; give it another name"
        raise UnreadableModel(message)
    if keras_name(name) != name:
        note = f"the {what} '{name}' is called '{keras_name(name)}' in the model of the spec"
        whole.notes.append(note)
    return str(name)


def count(whole: Whole, layer: Mapping[str, Any], name: str, most: int) -> None:
    """Count a layer, which must be in only one model; Keras marks repeated ones."""
    whole.layers += 1
    if whole.layers > most:
        raise UnreadableModel(f"it has more than {most} layers")
    if layer.get("shared_object_id") is not None:
        message = (
            f"the layer '{name}' ({layer['class_name']}) is used in several models, which a spec cannot "
            "express; a model around it can be called in all of them instead"
        )
        raise UnreadableModel(message)


def check_inside(layer: Mapping[str, Any]) -> None:
    """Check that the layers that are arguments of a layer are in no other one.

    Raises:
        UnreadableModel: one is.

    """
    for each in _arguments(layer["config"]):
        if each.get("shared_object_id") is not None:
            raise UnreadableModel(
                HOLDS_ANOTHER.format(f"'{layer['config']['name']}'", name_of(each))
            )


def _arguments(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the layers that are arguments of a layer, at any depth."""
    for value in config.values():
        for each in value if isinstance(value, list) else (value,):
            inner = each.get("config") if isinstance(each, Mapping) else None
            if isinstance(inner, Mapping) and {"name", "trainable"} <= inner.keys():
                yield each
                yield from _arguments(inner)


def inner_model(config: Any) -> Mapping[str, Any] | None:
    """Return the model that is an argument of a layer, if there is one."""
    inner = config.get("layer") if isinstance(config, Mapping) else None
    is_model = isinstance(inner, Mapping) and inner.get("class_name") in MODELS
    return inner if is_model else None


def declared_layer(kind: str, arguments: Mapping[str, Any], name: str) -> Layer:
    """Return the checked layer.

    Raises:
        UnreadableModel: its arguments have errors.

    """
    try:
        declared: Layer = family_of_step(kind).check({kind: arguments})
    except Problems as found:
        messages = "; ".join(_message(each) for each in found.problems)
        raise UnreadableModel(f"the layer '{name}' ({kind}): {messages}") from None
    return declared


def _message(problem: Problem) -> str:
    """Return the message of a problem, with its suggestion."""
    said = problem.message or f"its '{problem.at[0]}' is not valid"
    return said if problem.suggestion is None else f"{said} ({problem.suggestion})"
