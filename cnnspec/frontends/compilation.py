"""What a model was compiled with: losses, metrics and the optimizer, as far as a spec says them.

What it cannot say is left out and noted; it is nothing that the model computes.
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
"""What Keras 2 wraps functions in."""
CHOSEN = ("accuracy", "acc", "crossentropy", "ce")
"""Names by which Keras 2 keeps that the shapes chose the function."""
WITHOUT_EFFECT = ("fn", "is_legacy_optimizer", "jit_compile")
"""What Keras 2 says of losses and optimizers beside what they are made of."""


@dataclass(slots=True)
class Compilation:
    """Adds what a model was compiled with to its document, and collects what cannot be said."""

    model: ReadModel
    of_keras_2: bool
    notes: list[str] = field(default_factory=list)

    def add(self, said: Mapping[str, Any]) -> None:
        """Add all of it."""
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
            self.notes.append("its weighted metrics are left out: those of a spec are not weighted")
        optimizer = self.call("its optimizer", OPTIMIZERS, said.get("optimizer"))
        if optimizer is not None:
            self.model.document.train = Train(optimizer=optimizer)

    def by_output(
        self, what: str, said: Any, *, shared: bool, several: bool = False
    ) -> dict[str, Any]:
        """What stands for each output, by its name in the document.

        One thing is that of the only output, or of all that share it; a list has one for each; a
        mapping names them.
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
        self.notes.append(
            f"its {what} are left out: they are not given by the outputs of the model"
        )
        return {}

    def call(self, what: str, family: Family, said: Any, prefix: str = "") -> Call | None:
        """A call of a family; None where there is none, or none that a spec can say.

        Keras 2 puts the name of the output in front of those of its metrics.
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
            self.notes.append("its optimizer scaled the loss, which is left out")
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
    """Add what a model was compiled with to its document, and say what was left out."""
    if not said:
        return []
    compilation = Compilation(model, of_keras_2)
    try:
        compilation.add(said)
    except MALFORMED:
        compilation.notes.append("what else it was compiled with is left out: it cannot be read")
    return compilation.notes


def _the_only(said: Any, several: bool) -> Any:
    """What stands for the only output: a list or mapping of one, or of metrics a list of any."""
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
    """The names of outputs in the document, by all by which Keras may know them."""
    keys = {name: name for name in leaves(outputs)}
    if isinstance(outputs, dict):
        keys |= {key: name for key, name in outputs.items() if isinstance(name, str)}
    return keys


def _unwrapped(said: Any, prefix: str) -> Any:
    """A serialized object as a call; functions by their names, which is all that Keras keeps."""
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
    """Whether an object has a name that Keras gives where none is said."""
    if not isinstance(name, str):
        return False
    plain_name = re.sub(r"_\d+$", "", name).lower()
    return plain_name in (snake_case(kind), kind.lower())
