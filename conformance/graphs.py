"""Compares random graphs with the models built from them, and with their expanded documents."""

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from cnnspec.analysis.gradients import without_gradient
from cnnspec.backends.keras.building import build
from cnnspec.backends.keras.errors import BackendMismatch
from cnnspec.backends.summary.rows import rows
from cnnspec.compiler import Compilation, compile_document, compile_text
from cnnspec.declarations.fields import FLOAT_TYPES
from cnnspec.declarations.keras_versions import CODE
from cnnspec.decompile.flat import written_out
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import SubmodelLayer
from cnnspec.language.document import Document
from cnnspec.language.dump import dumps
from cnnspec.layers.base import Layer
from cnnspec.layers.dtype_rules import compute_dtype
from cnnspec.naming import keras_name
from conformance.comparison import CANNOT_SAY, Comparison, Disagreement
from conformance.documents import Data, random_document
from conformance.failures import (
    fixes_the_batch,
    has_types_of_its_own,
    lacks_gradient,
    may_end_the_process,
    may_fail_in_a_graph,
)
from conformance.saved import loaded_difference
from conformance.steps import Failed, run
from conformance.verdicts import quiet

SMALLER_TRIES = 400
MADE_SMALLER = 4
CLEARED_EVERY = 10


@dataclass(frozen=True)
class Difference:
    """The kinds of differences between two sides."""

    sort: str
    static: str
    keras: str


def compare_graphs(
    first: int, count: int, seed: int, *, trains: bool = False, mixed: bool = False
) -> Comparison:
    """Compare the random graphs with some numbers; with `trains`, they are trained for one step.

    Graphs that are `mixed` have operations between their layers, and are saved and loaded as well.
    """
    result = Comparison()
    for number in range(first, first + count):
        data = random_document(seed, number, is_to_run=trains, mixed=mixed)
        result.compared += 1
        result.trained += trains
        found = difference(data, trains=trains)
        if number % CLEARED_EVERY == 0:
            keras.backend.clear_session(free_memory=False)
        if found is None:
            result.accepted += 1
            continue
        if len(result.found) < MADE_SMALLER:
            data = smallest(data, found, trains=trains)
            found = difference(data, trains=trains) or found
        text = dumps(Document.model_validate(data)).replace("\n", "\n    ")
        subject = f"graph {number}"
        said = Disagreement(subject, found.sort, f"\n    {text}", found.static, found.keras)
        result.found[said] += 1
    keras.backend.clear_session(free_memory=False)
    return result


def difference(data: Data, *, trains: bool = False) -> Difference | None:
    """Compile a document in its three forms, build it, train it if wanted, and compare."""
    try:
        document = Document.model_validate(data)
        compiled = compile_document(document)
        if {each.code for each in compiled.report if each.severity == "error"} == {CODE}:
            return None  # as an input that no output depends on, of an older Keras
        if compiled.checked is None:
            return Difference("a valid document is rejected", errors(compiled), "is not asked")
        checked = compiled.checked
        for form, text in (
            ("dumped", dumps(document)),
            ("written out", dumps(written_out(checked.graph))),
        ):
            again = compile_text(text.encode())
            if again.checked is None:
                return Difference(f"{form}, it is rejected", errors(again), text)
            if facts(again.checked) != facts(checked):
                first, second = differing(facts(again.checked), facts(checked))
                return Difference(f"{form}, it is a different graph", second, first)
    except Exception as error:
        return Difference("the static engine crashes", f"{type(error).__name__}: {error}", "-")
    with quiet():
        try:
            model = build(checked).model
        except BackendMismatch as error:
            return Difference("the backend finds a mismatch", "accepts", str(error))
        except Exception as error:
            if type(error).__name__ in CANNOT_SAY:
                return None
            said = f"{type(error).__name__}: {error}"
            return Difference("Keras rejects it", "accepts", said)
    static, built = expected(checked), of_model(model, checked)
    if static != built:
        return Difference("the model differs", *differing(static, built))
    return step_difference(model, checked) if trains else None


def step_difference(model: Any, checked: CheckedGraph) -> Difference | None:
    """Train a model for one step, and compare the data types of its outputs."""
    if may_end_the_process(checked):
        return None
    with quiet():
        ran = run(model, [each.tensor for each in checked.inputs], terms(checked))
    has_weights = bool(model.trainable_variables)
    if isinstance(ran, Failed):
        if fixes_the_batch(checked) or may_fail_in_a_graph(ran, has_weights=has_weights):
            return None
        if any(without_gradient(checked, tuple(checked.outputs))) and lacks_gradient(ran):
            return None  # which is an error if the outputs have losses
        return Difference("the model does not run", "accepts", str(ran))
    types = tuple(tensor.dtype for tensor in checked.outputs.values())
    if ran.dtypes != types and not has_types_of_its_own(checked):
        return Difference("other types", str(types), str(ran))
    if any(node.is_operation for node in checked.nodes):
        failed = loaded_difference(model, [each.tensor for each in checked.inputs])
        if failed is not None and not may_fail_in_a_graph(failed, has_weights=has_weights):
            return Difference("it is saved", "accepts", str(failed))
    return None


def terms(checked: CheckedGraph) -> Sequence[Any]:
    """Return a vocabulary of the model."""
    found = (getattr(node.layer, "vocabulary", None) for node in checked.nodes)
    return next((each for each in found if each), ())


def errors(compilation: Compilation) -> str:
    """Return the messages of a compilation."""
    return "; ".join(f"{each.code}: {each.message}" for each in compilation.report)


def facts(checked: CheckedGraph) -> dict[str, Any]:
    """Return all properties of a checked graph, in comparable form."""
    found: dict[str, Any] = {
        f"row {position}": row for position, row in enumerate(rows(checked, expand=True))
    }
    return found | {"outputs": checked.outputs, "trainable": checked.trainable_params}


def differing(first: dict[str, Any], second: dict[str, Any]) -> tuple[str, str]:
    """Return the difference between two sets of properties."""
    keys = [key for key in {**first, **second} if first.get(key, "-") != second.get(key, "-")][:3]
    said = [{key: each.get(key) for key in keys} for each in (first, second)]
    return str(said[0]), str(said[1])


def expected(checked: CheckedGraph) -> dict[str, Any]:
    """Return the expected properties of a built model.

    (Keras loses casts, and therefore types, if it calls a submodel on another shape.)
    """
    found: dict[str, Any] = {
        "parameters": checked.params,
        "trainable parameters": checked.trainable_params,
        "output names": [keras_name(each.name) for each in checked.graph.outputs],
        "outputs": [checked.outputs[each.name].shape for each in checked.graph.outputs],
        "layers": sorted(
            {node.keras_name for node in checked.nodes}
            | {keras_name(each.name) for each in checked.inputs}
        ),
    }
    for node in checked.nodes:
        if node.node.shares is None and not isinstance(node.layer, SubmodelLayer):
            found[node.keras_name] = [
                (tensor.shape, stated_type(tensor.dtype, node, checked))
                for tensor in node.outputs.values()
            ]
    return found


def stated_type(dtype: str, node: CheckedNode, checked: CheckedGraph) -> str:
    """Return a data type if Keras states it when it builds a model, else nothing.

    It loses casts in submodels, states floats for the whole numbers and texts that many layers
    return, whole numbers for the floats that layers with such a `dtype` return, and float32 for all
    floats of some operations.
    """
    if node.is_operation:
        return ""
    has_submodels = any(isinstance(node.layer, SubmodelLayer) for node in checked.nodes)
    has_others = any(
        tensor.dtype not in FLOAT_TYPES for node in checked.nodes for tensor in node.inputs
    )
    has_others = has_others or any(
        compute_dtype(node.layer.dtype) not in FLOAT_TYPES
        for node in checked.nodes
        if isinstance(node.layer, Layer)
    )
    return "" if has_submodels or has_others or dtype not in FLOAT_TYPES else dtype


def of_model(model: Any, checked: CheckedGraph) -> dict[str, Any]:
    """Return the same properties of a Keras model."""
    steps = {node.keras_name for node in checked.nodes if node.is_operation}
    found: dict[str, Any] = {
        "parameters": model.count_params(),
        "trainable parameters": sum(math.prod(weight.shape) for weight in model.trainable_weights),
        "output names": list(model.output_names),
        "outputs": [tuple(each.shape) for each in model.outputs],
        "layers": sorted(
            each.name
            for each in model.operations
            if isinstance(each, keras.layers.Layer) or each.name in steps
        ),
    }
    by_name = {each.name: each for each in model.operations}
    for node in checked.nodes:
        if node.node.shares is None and not isinstance(node.layer, SubmodelLayer):
            outputs = keras.tree.flatten(by_name[node.keras_name].output)
            found[node.keras_name] = [
                (tuple(each.shape), stated_type(tensor.dtype, node, checked) and each.dtype)
                for each, tensor in zip(outputs, node.outputs.values(), strict=True)
            ]
    return found


def smallest(data: Data, found: Difference, *, trains: bool = False) -> Data:
    """Return the smallest document found with the same kind of difference."""
    tries, progress = 0, True
    while progress:
        progress, position = False, 0
        while tries < SMALLER_TRIES and position < len(removable := list(paths(data))):
            tries += 1
            candidate = without(data, removable[position])
            other = difference(candidate, trains=trains)
            if other is not None and alike(other, found):
                data, progress = candidate, True
            else:
                position += 1
    return data


def alike(one: Difference, other: Difference) -> bool:
    """Whether two differences are of the same kind, by their first words."""
    starts = [
        (each.sort, each.keras.split(":")[0][:24], each.static.split(":")[0][:24])
        for each in (one, other)
    ]
    return starts[0] == starts[1]


def without(data: Data, path: tuple[Any, ...]) -> Data:
    """Return the same document without the value at a path."""
    shorter = copy.deepcopy(data)
    at: Any = shorter
    for part in path[:-1]:
        at = at[part]
    del at[path[-1]]
    return shorter


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of values that can be removed: large parts first, inputs last."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = sorted(value.items(), key=lambda item: item[0] == "inputs")
    elif isinstance(value, list):
        items = list(enumerate(value))[::-1]
    for key, _ in items:
        if key not in ("cnnspec", "name", "inputs", "layers", "spec") or len(path) > 1:
            yield (*path, key)
    for key, item in items:
        yield from paths(item, (*path, key))
