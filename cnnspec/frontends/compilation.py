"""Imports the losses, metrics and optimizer of a compiled model.

Anything that a spec cannot express is left out with a note; it does not affect the outputs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnspec.declarations import Family, Problem, Problems, split_call
from cnnspec.document import Call, Train
from cnnspec.expressions import escaped
from cnnspec.frontends.decimals import decimal
from cnnspec.frontends.minimal import shortest
from cnnspec.frontends.models import ReadModel
from cnnspec.frontends.nodes import leaves
from cnnspec.frontends.problems import MALFORMED, UnreadableModel
from cnnspec.frontends.values import OwnClass, plain
from cnnspec.naming import snake_case
from cnnspec.objects import LOSSES, METRICS, OPTIMIZERS

WRAPPERS = ("MeanMetricWrapper", "SumOverBatchSizeMetricWrapper")
"""Keras 2 classes that wrap functions."""
CHOSEN = ("accuracy", "acc", "crossentropy", "ce")
"""Names that Keras 2 stores for functions chosen by shape."""
WITHOUT_EFFECT = ("fn", "is_legacy_optimizer", "jit_compile")
"""Keys that Keras 2 stores in addition to the arguments of losses and optimizers."""


@dataclass(slots=True)
class Compilation:
    """Adds the compilation of a model to its document, and collects notes on what is left out."""

    model: ReadModel
    of_keras_2: bool
    notes: list[str] = field(default_factory=list)

    def add(self, said: Mapping[str, Any]) -> None:
        """Add everything."""
        losses = self.by_output("losses", said.get("loss"), shared=True)
        weights = self.by_output("weights of losses", said.get("loss_weights"), shared=False)
        metrics = self.by_output("metrics", said.get("metrics"), shared=False, several=True)
        for name, output in self.model.document.outputs.items():
            output.loss = self.call(f"the loss of '{name}'", LOSSES, losses.get(name))
            weight = weights.get(name)
            if output.loss is not None and weight not in (None, 1):
                output.loss_weight = weight
            each = metrics.get(name)
            prefix = f"{name}_" if self.of_keras_2 else ""
            found = [
                self.call(f"a metric of '{name}'", METRICS, metric, prefix)
                for metric in (each if isinstance(each, list) else [each])
            ]
            output.metrics = [metric for metric in found if metric is not None]
        if any(each is not None for each in leaves(said.get("weighted_metrics"))):
            self.notes.append(
                "its weighted metrics are left out: metrics in a spec are not weighted"
            )
        optimizer = self.call("its optimizer", OPTIMIZERS, said.get("optimizer"))
        if optimizer is not None:
            self.model.document.train = Train(optimizer=optimizer)

    def by_output(
        self, what: str, said: Any, *, shared: bool, several: bool = False
    ) -> dict[str, Any]:
        """Return the value for each output, by its name in the document.

        A single value belongs to the only output or to all outputs; a list has one value per
        output; a mapping has names of outputs.
        """
        names = list(leaves(self.model.outputs))
        if said is None or said in ([], {}):
            return {}
        if len(names) == 1:
            return {names[0]: _the_only(said, several)}
        if isinstance(said, list) and len(said) == len(names):
            return dict(zip(names, said, strict=True))
        if isinstance(said, Mapping) and not _is_object(said):
            keys = _keys(self.model.outputs)
            if said.keys() <= keys.keys():
                return {keys[key]: value for key, value in said.items()}
        elif shared and not isinstance(said, list):
            return dict.fromkeys(names, said)
        self.notes.append(f"its {what} are left out: they do not match the outputs of the model")
        return {}

    def call(self, what: str, family: Family, said: Any, prefix: str = "") -> Call | None:
        """Return a call of a family; None if there is none, or a spec cannot express it.

        Keras 2 prefixes the names of metrics with the name of the output.
        """
        if said is None:
            return None
        try:
            return self._call(family, said, prefix)
        except (OwnClass, UnreadableModel) as reason:
            self.notes.append(f"{what} is left out: {reason}")
        except Problem as problem:
            self.notes.append(f"{what} is left out: {problem.message}")
        except Problems as found:
            self.notes.append(f"{what} is left out: {found.problems[0].message}")
        return None

    def _call(self, family: Family, said: Any, prefix: str) -> Call:
        if isinstance(said, Mapping) and said.get("class_name") == "LossScaleOptimizer":
            self.notes.append("the loss scaling of its optimizer is left out")
            said = said["config"]["inner_optimizer"]
        kind, given = split_call(_unwrapped(said, prefix), family.noun)
        declaration = family.find(kind)
        known = declaration.arguments()
        arguments = {
            name: decimal(value) if family is OPTIMIZERS else value
            for name, value in given.items()
            if name in known or not (value in (None, False, 0) or name in WITHOUT_EFFECT)
        }
        if isinstance(name := arguments.get("name"), str):
            arguments["name"] = name.removeprefix(prefix)
        if _is_automatic(arguments.get("name"), kind):
            del arguments["name"]
        if arguments.get("reduction") == "auto":  # that of Keras 2, which Keras 3 has by default
            del arguments["reduction"]
        family.check({kind: arguments})
        return Call(kind=kind, arguments=escaped(shortest(declaration, arguments)))


def notes_of_compilation(model: ReadModel, said: Any, *, of_keras_2: bool) -> list[str]:
    """Add the compilation of a model to its document, and return notes on what was left out."""
    if not said:
        return []
    compilation = Compilation(model, of_keras_2)
    try:
        compilation.add(said)
    except MALFORMED:
        compilation.notes.append("the rest of its compilation is left out: it cannot be read")
    return compilation.notes


def _the_only(said: Any, several: bool) -> Any:
    """Unwrap a list or mapping with a single value, or a list of metrics."""
    if isinstance(said, Mapping) and not _is_object(said):
        said = list(said.values())
    if not isinstance(said, list):
        return said
    if several:
        return [item for each in said for item in (each if isinstance(each, list) else [each])]
    return said[0] if len(said) == 1 else said


def _is_object(said: Any) -> bool:
    return isinstance(said, Mapping) and "class_name" in said


def _keys(outputs: Any) -> dict[str, str]:
    """Map all names that Keras may use for outputs to their names in the document."""
    keys = {name: name for name in leaves(outputs)}
    if isinstance(outputs, dict):
        keys |= {key: name for key, name in outputs.items() if isinstance(name, str)}
    return keys


def _unwrapped(said: Any, prefix: str) -> Any:
    """Return a serialized object as a call; Keras stores only the names of functions."""
    if not _is_object(said):
        return said
    kind, config = said["class_name"], said["config"]
    if kind == "function":
        return config
    if kind in WRAPPERS:
        name = config["name"].removeprefix(prefix)
        return name if name in CHOSEN else _unwrapped(config["fn"], prefix)
    # Keras 2 registers its optimizers like classes of a user, each under its own name.
    is_optimizer = kind.startswith("Custom>") and kind.removeprefix("Custom>") in OPTIMIZERS
    return plain({**said, "class_name": kind.removeprefix("Custom>")} if is_optimizer else said)


def _is_automatic(name: Any, kind: str) -> bool:
    """Whether the name of an object is the default of Keras."""
    if not isinstance(name, str):
        return False
    plain_name = re.sub(r"_\d+$", "", name).lower()
    return plain_name in (snake_case(kind), kind.lower())
