"""The ways in which a call can be written without meaning anything else."""

import json
from collections.abc import Iterator
from typing import Any

from cnnspec.compiler import checked_or_raise, compile_text
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family
from cnnspec.declarations.keras_versions import Keras
from cnnspec.declarations.wording import written
from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.layers.base import LAYERS, Example, Layer
from cnnspec.objects.families import (
    APPLICATIONS,
    CALLBACKS,
    DATA,
    LOSSES,
    METRICS,
    OPTIMIZERS,
    SCHEDULES,
)
from cnnspec.operations.base import OPERATIONS
from tests.support.keras_versions import examples_in_specs, runs_here

ABSENT = object()
"""Stands for an argument that is not given."""
FAMILIES = [family for family in ALL_FAMILIES if family is not APPLICATIONS]

LEAST: dict[str, dict[str, Any]] = {
    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 10},
    "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 10},
    "ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    "InverseTimeDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    "IoU": {"num_classes": 3, "target_class_ids": [0, 2]},
    "LossScaleOptimizer": {"inner_optimizer": {"SGD": {"learning_rate": 0.5}}},
    "MeanIoU": {"num_classes": 3},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0, 2]},
    "OneHotMeanIoU": {"num_classes": 3},
    "PiecewiseConstantDecay": {"boundaries": [10, 20], "values": [0.1, 0.01, 0.001]},
    "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
}
"""The arguments that a kind needs."""
SOURCES: dict[str, dict[str, Any]] = {
    "csv": {"path": "digits.csv"},
    "images": {"directory": "digits", "size": [28, 28]},
    "keras": {"name": "mnist"},
    "npz": {"path": "digits.npz"},
}
"""Those of data sources."""

AS_GIVEN = {
    "axes": "one number for both",
    "axis": "a list of one",
    "brightness_factor": "a number or the two that it stands for",
    "contrast_factor": "the same",
    "fft_length": "null for a power of two",
    "ngrams": "a number or all up to it",
    "frame_step": "null for half a frame",
    "height_factor": "a number or the two that it stands for",
    "hue_factor": "the same",
    "offset": "a list of one",
    "reduction": "null or `none`, `mean` or `sum_over_batch_size`",
    "renorm_clipping": "null for no bounds",
    "saturation_factor": "a number or the two that it stands for",
    "scale": "a list of one",
    "shared_axes": "a list of one",
    "thresholds": "null for 0.5, a list of one",
    "width_factor": "a number or the two that it stands for",
    "mean": "a list of one",
    "variance": "a list of one",
}
"""Arguments that Keras stores as they were given, and then takes for the same; in what forms."""


def calls(family: Family, kind: str) -> list[Declaration]:
    """Calls of a kind: its examples, or the one with the arguments that it needs.

    They are those that the installed Keras can do.
    """
    declaration = family.kinds[kind]
    if issubclass(declaration, Layer):
        return [declaration.of(example.arguments) for example in examples_in_specs(kind).values()]
    least = declaration.of((LEAST | SOURCES).get(kind, {}))
    return [least] if runs_here(least) else []


KINDS = [(family, kind) for family in FAMILIES for kind in family.kinds if calls(family, kind)]
"""The kinds that the installed Keras has."""


def spellings(call: Declaration, name: str) -> list[Any]:
    """The values of an argument that mean what the call means by it, each spelled differently."""
    value = call.given.get(name, getattr(type(call), name, None))
    meant = call.meant(name)
    found = [ABSENT] if call.is_default(name) else []
    for form in (value, None, *forms(value), *forms(meant)):
        if call.means(name, form) and repr(form) not in map(repr, found):
            found.append(form)
    return found


def forms(value: Any) -> Iterator[Any]:
    """A value in other forms, some of which mean something else."""
    if isinstance(value, Declaration):
        yield from forms_of_call(value)
    elif isinstance(value, bool) or value is None:
        yield value
    elif isinstance(value, int | float):
        yield from (value, float(value), *([int(value)] if float(value).is_integer() else []))
        yield from (
            [value],
            [value] * 2,
            [value] * 3,
            [[value] * 2] * 2,
            [-value, value],
            [0, value],
        )
    elif isinstance(value, str):
        yield from (
            value,
            value.upper(),
            value.lower(),
            value.capitalize(),
            {value: {}},
            {value: None},
        )
        yield from {"silu": ["swish"], "hard_silu": ["hard_swish"]}.get(value, [])
    elif isinstance(value, list | tuple) and value and isinstance(value[0], Declaration):
        yield from zip(*map(forms_of_call, value), strict=False)
    elif isinstance(value, list | tuple):
        yield from (list(value), *([value[0], value[-1], value[::-1]] if value else []))


def forms_of_call(call: Declaration) -> Iterator[Any]:
    """A call by all words for its kind, with and without the arguments that it has anyway."""
    names = [*call.given, *(name for name in call.arguments() if name not in call.given)]
    loud = {name: spellings(call, name)[-1] for name in names}
    for word in (call.kind(), *call.aliases):
        yield from (word, {word: None}, {word: {}}, {word: call.given})
    yield {call.kind(): {name: value for name, value in loud.items() if value is not ABSENT}}


def variants(call: Declaration) -> Iterator[dict[str, Any]]:
    """Arguments that make the same call: every argument in each of its spellings."""
    names = [*call.given, *(name for name in call.arguments() if name not in call.given)]
    choices = {name: spellings(call, name) for name in names}
    for turn in range(max(map(len, choices.values()), default=1)):
        arguments: dict[str, Any] = {}
        for name, values in choices.items():
            value = values[turn % len(values)]
            if value is ABSENT:
                continue
            if is_taken(call, arguments | {name: value}):
                arguments[name] = value
            elif name in call.given:
                arguments[name] = call.given[name]
        yield arguments


def is_taken(call: Declaration, arguments: dict[str, Any]) -> bool:
    """Whether a call may give these arguments as well: some say no more, and are refused."""
    try:
        type(call).of(call.given | arguments)
    except Problems:
        return False
    return True


def words(call: Declaration) -> Iterator[Any]:
    """A call, in all spellings."""
    for arguments in variants(call) if not call.is_open else ():  # which takes no arguments
        yield {call.kind(): arguments}
    for word in (call.kind(), *call.aliases):
        if type(call).of(call.given, word=word).meaning() == call.meaning():
            yield {word: call.given} if call.given else word


def words_on_examples(family: Family, kind: str) -> list[list[Any]]:
    """The spellings of each call of a kind; those of an operation that its example takes.

    A list of one size for two axes, say, means one size, but is refused.
    """
    if family is not OPERATIONS:
        return [[*words(call)] for call in calls(family, kind)]
    return [
        [word for word in words(call) if is_for(OPERATIONS.check(word), example)]
        for call, example in zip(calls(family, kind), examples_in_specs(kind).values(), strict=True)
    ]


def is_for(call: Any, example: Example) -> bool:
    """Whether a call takes the inputs of an example."""
    try:
        call.check_count(len(example.shapes))
        call.shape(*example.shapes)
    except Problem:
        return False
    return True


def model(family: Family, written: list[Any], kind: str) -> CheckedGraph:
    """A model with each of some calls of a kind, so written."""
    spec: dict[str, Any] = {"cnnspec": 1, "name": "spelled", "inputs": {"image": [8]}}
    head: dict[str, Any] = {"name": "head", "units": 3}
    output: dict[str, Any] = {"loss": "mse"}
    train: dict[str, Any] = {}
    if family in (LAYERS, OPERATIONS):
        return layers(family, kind, written)
    (call,) = written
    if kind == "CTC":
        spec["inputs"] = {"image": [5, 8]}
    if family is LOSSES:
        output["loss"] = call
    elif family is METRICS:
        output = {"metrics": [call]}  # of labels that no loss restricts
    elif family is OPTIMIZERS:
        train["optimizer"] = call
    elif family is SCHEDULES:
        train["optimizer"] = {"Adam": {"learning_rate": call}}
    elif family is CALLBACKS:
        train |= {"data": {"npz": {"path": "a.npz"}}, "callbacks": [call]}
        train["optimizer"] = {"Adam": {"use_ema": True}}
    elif family is DATA:
        train["data"] = call
    elif kind == "STFT":
        spec["inputs"] = {"image": [8, 1]}
        head = {"name": "head", "filters": 3, "kernel_size": 2, "kernel_initializer": call}
    else:
        head[f"kernel_{family.noun}"] = call
    if family in (CALLBACKS, DATA):
        columns = ("image", "label") if kind == "images" else ("x", "y")
        train |= {"inputs": {"image": columns[0]}, "targets": {"head": columns[1]}}
    spec["layers"] = [{"Conv1D" if "filters" in head else "Dense": head}]
    spec["outputs"] = {"head": output}
    return compiled(spec | ({"train": train} if train else {}))


def layers(family: Family, kind: str, written: list[Any]) -> CheckedGraph:
    """A model with a layer for each example of a kind, called as it is written."""
    inputs, steps, outputs = {}, [], {}
    declaration = family.kinds[kind]
    assert issubclass(declaration, Layer)
    examples = examples_in_specs(kind).values()
    for number, (example, call) in enumerate(zip(examples, written, strict=True)):
        names = []
        for position, (shape, dtype) in enumerate(zip(example.shapes, example.types, strict=True)):
            names.append(f"x{number}_{position}")
            inputs[names[-1]] = {"shape": list(shape[1:]), "dtype": dtype}
        word, arguments = (call, {}) if isinstance(call, str) else next(iter(call.items()))
        name = f"layer{number}"
        steps.append({word: {**(arguments or {}), "name": name, "from": names}})
        several = declaration.of(example.arguments).outputs()
        outputs[f"y{number}"] = {"from": f"{name}/{several[0]}" if several else name}
    spec = {"cnnspec": 1, "name": "spelled", "inputs": inputs, "layers": steps, "outputs": outputs}
    return compiled(spec)


def compiled(spec: dict[str, Any], keras: Keras | None = None) -> CheckedGraph:
    """The model of a spec that is given as data: JSON is YAML."""
    return checked_or_raise(compile_text(json.dumps(spec, default=written).encode(), keras=keras))
