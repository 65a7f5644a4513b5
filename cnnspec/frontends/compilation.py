"""Imports the losses, metrics and optimizer of a compiled model.

Anything that a spec cannot express is left out with a note; it does not affect the outputs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family, split_call
from cnnspec.declarations.keras_versions import as_before
from cnnspec.declarations.of_others import OfOthers, paths_in
from cnnspec.declarations.wording import shortest
from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.frontends.decimals import decimal
from cnnspec.frontends.nodes import leaves
from cnnspec.frontends.values import FUNCTION, Find, OwnClass, nowhere, plain
from cnnspec.frontends.whole import ReadModel, Whole
from cnnspec.keras_files.problems import MALFORMED, UnreadableModel
from cnnspec.language.calls import Call
from cnnspec.language.expressions import escaped
from cnnspec.language.train import Train
from cnnspec.naming import snake_case
from cnnspec.objects.families import LOSSES, METRICS, OPTIMIZERS

WRAPPERS = ("MeanMetricWrapper", "SumOverBatchSizeMetricWrapper")
"""Keras 2 classes that wrap functions."""
SCALER = "LossScaleOptimizer"
WITHOUT_EFFECT = ("fn", "is_legacy_optimizer", "jit_compile")
"""Keys that Keras 2 stores in addition to the arguments of losses and optimizers."""


@dataclass(slots=True)
class Compilation:
    """Adds the compilation of a model to its document, and collects notes on what is left out."""

    model: ReadModel
    whole: Whole
    notes: list[str] = field(default_factory=list)

    def add(self, config: Mapping[str, Any]) -> None:
        """Add everything."""
        losses = self.by_output("losses", config.get("loss"), shared=True)
        weights = self.by_output("weights of losses", config.get("loss_weights"), shared=False)
        metrics = self.by_output("metrics", config.get("metrics"), shared=False, several=True)
        for name, output in self.model.document.outputs.items():
            output.loss = self.call(f"the loss of '{name}'", LOSSES, losses.get(name))
            weight = weights.get(name)
            if output.loss is not None and weight not in (None, 1):
                output.loss_weight = weight
            given = metrics.get(name)
            prefix = f"{name}_" if self.whole.of_keras_2 else ""
            calls = [
                self.call(f"a metric of '{name}'", METRICS, metric, prefix)
                for metric in (given if isinstance(given, list) else [given])
            ]
            output.metrics = [metric for metric in calls if metric is not None]
        if any(given is not None for given in leaves(config.get("weighted_metrics"))):
            self.notes.append(
                "its weighted metrics are left out: metrics in a spec are not weighted"
            )
        optimizer = self.call("its optimizer", OPTIMIZERS, config.get("optimizer"))
        if optimizer is not None:
            self.model.document.train = Train(optimizer=optimizer)

    def by_output(
        self, what: str, given: Any, *, shared: bool, several: bool = False
    ) -> dict[str, Any]:
        """Return the value for each output, by its name in the document.

        A single value belongs to the only output or to all outputs; a list has one value per
        output; a mapping has names of outputs.
        """
        names = list(leaves(self.model.outputs))
        if given is None or given in ([], {}):
            return {}
        if len(names) == 1:
            return {names[0]: _the_only(given, several)}
        if isinstance(given, list) and len(given) == len(names):
            return dict(zip(names, given, strict=True))
        if isinstance(given, Mapping) and not _is_object(given):
            keys = _keys(self.model.outputs)
            if given.keys() <= keys.keys():
                return {keys[key]: value for key, value in given.items()}
        elif shared and not isinstance(given, list):
            return dict.fromkeys(names, given)
        self.notes.append(f"its {what} are left out: they do not match the outputs of the model")
        return {}

    def call(
        self, what: str, family: Family[Any], serialized: Any, prefix: str = ""
    ) -> Call | None:
        """Return a call of a family; None if there is none, or a spec cannot express it.

        Keras 2 prefixes the names of metrics with the name of the output.
        """
        if serialized is None:
            return None
        try:
            return self._call(family, serialized, prefix)
        except (OwnClass, UnreadableModel) as reason:
            self.notes.append(f"{what} is left out: {reason}")
        except Problem as problem:
            self.notes.append(f"{what} is left out: {problem.message}")
        except Problems as found:
            self.notes.append(f"{what} is left out: {found.problems[0].message}")
        return None

    def _call(self, family: Family[Any], serialized: Any, prefix: str) -> Call:
        declaration = _checked(family, serialized, prefix, self.whole.path)
        for _, path in paths_in(declaration):
            self.whole.use(path)
        kind, given = split_call(shortest(declaration), family.noun)
        return Call(kind=kind, arguments=escaped(given))


def _checked(
    family: Family[Any], serialized: Any, prefix: str, find: Find = nowhere
) -> Declaration:
    """Return the checked call for a serialized object."""
    if family is OPTIMIZERS and _is_scaler(serialized):
        return _scaled(serialized["config"])
    kind, given = split_call(_unwrapped(serialized, prefix, find), family.noun)
    declaration: type[Declaration] = family.find(kind)
    if issubclass(declaration, OfOthers):
        if _is_automatic(given.get("name"), declaration.kind()):
            del given["name"]
        return declaration.of(_of_others(given), word=kind)
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
    if _is_object(serialized):
        arguments = as_before(declaration, arguments)
    return declaration.of(arguments, word=kind)


def _of_others(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a class of another package without what Keras has by default."""
    usual = {"dtype": "float32", "reduction": "sum_over_batch_size", "name": None}
    return {name: value for name, value in given.items() if value != usual.get(name, value is None)}


def _is_scaler(serialized: Any) -> bool:
    """Whether a serialized optimizer scales the loss for another one; Keras 2 has two classes of it."""
    if not _is_object(serialized):
        return False
    kind = str(serialized["class_name"]).removeprefix("Custom>")
    return kind in (SCALER, f"{SCALER}V3")


def _scaled(config: Mapping[str, Any]) -> Declaration:
    """Return the call of an optimizer that scales the loss.

    Older versions of Keras store the arguments of its base class, which have no effect. In Keras 2 the factor may
    be fixed, which is an argument of the inner optimizer in Keras 3.
    """
    inner = _checked(OPTIMIZERS, config["inner_optimizer"], "")
    if config.get("dynamic") is False:
        return type(inner).of(inner.given | {"loss_scale_factor": config["initial_scale"]})
    declaration = OPTIMIZERS.find(SCALER)
    own = {name: config[name] for name in declaration.arguments() if name in config}
    if _is_automatic(own.get("name"), SCALER):
        del own["name"]
    return declaration.of(own | {"inner_optimizer": inner})


def notes_of_compilation(model: ReadModel, config: Any, whole: Whole) -> list[str]:
    """Add the compilation of a model to its document, and return notes on what was left out."""
    if not config:
        return []
    compilation = Compilation(model, whole)
    try:
        compilation.add(config)
    except MALFORMED:
        compilation.notes.append("the rest of its compilation is left out: it cannot be read")
    return compilation.notes


def _the_only(given: Any, several: bool) -> Any:
    """Unwrap a list or mapping with a single value, or a list of metrics."""
    if isinstance(given, Mapping) and not _is_object(given):
        given = list(given.values())
    if not isinstance(given, list):
        return given
    if several:
        return [item for each in given for item in (each if isinstance(each, list) else [each])]
    return given[0] if len(given) == 1 else given


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping) and "class_name" in value


def _keys(outputs: Any) -> dict[str, str]:
    """Map all names that Keras may use for outputs to their names in the document."""
    keys = {name: name for name in leaves(outputs)}
    if isinstance(outputs, dict):
        keys |= {key: name for key, name in outputs.items() if isinstance(name, str)}
    return keys


def _unwrapped(serialized: Any, prefix: str, find: Find) -> Any:
    """Return a serialized object as a call; Keras stores only the names of functions."""
    if isinstance(serialized, str):
        return find({"class_name": FUNCTION, "config": serialized}) or serialized
    if not _is_object(serialized):
        return serialized
    kind, config = serialized["class_name"], serialized["config"]
    if kind == FUNCTION:
        return find(serialized) or config
    if kind in WRAPPERS:
        name = config["name"].removeprefix(prefix)
        return name if _leaves_the_kind_open(name) else _unwrapped(config["fn"], prefix, find)
    # Keras 2 registers its optimizers like classes of a user, each under its own name.
    is_optimizer = kind.startswith("Custom>") and kind.removeprefix("Custom>") in OPTIMIZERS
    return plain(
        {**serialized, "class_name": kind.removeprefix("Custom>")} if is_optimizer else serialized,
        find,
    )


def _is_automatic(name: Any, kind: str) -> bool:
    """Whether the name of an object is the default of Keras."""
    if not isinstance(name, str):
        return False
    plain_name = re.sub(r"_\d+$", "", name).lower()
    return plain_name in (snake_case(kind), kind.lower())


def _leaves_the_kind_open(word: str) -> bool:
    """Return whether Keras 2 stores this name for a function that the shapes chose."""
    kinds = (*LOSSES.kinds.values(), *METRICS.kinds.values())
    return any(word in each.open_words for each in kinds)
