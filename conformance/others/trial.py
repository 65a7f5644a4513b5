"""Imports a network in every way there is, builds it again with its weights, and compares the outputs."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

import cnnspec
from cnnspec.analysis.custom_code import packages
from cnnspec.backends.keras.errors import CodeError
from cnnspec.keras_files.problems import UnreadableModel
from conformance.others.networks import Network

UNKNOWN = 64
"""The size of axes of inputs that may have any."""
CLOSE = 1e-5
"""The difference up to which results are equal: other operations may round in another order."""


@dataclass(frozen=True)
class Verdict:
    """What became of a network in one way of importing it."""

    way: str
    """`file` or `from_keras`."""
    kind: str
    """`exact`, `refused`, `wrong`, or `by code` for a file that has no graph."""
    said: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a network."""

    title: str
    verdicts: tuple[Verdict, ...]
    has_lambda: bool = False
    missing: str = ""
    """Why it is not counted: what the package itself cannot do."""

    @property
    def kind(self) -> str:
        """The worst of the verdicts; a file without a graph is none, if from_keras reads the model."""
        kinds = {each.kind for each in self.verdicts}
        return next((kind for kind in ("wrong", "refused") if kind in kinds), "exact")


def tried(network: Network) -> Outcome:
    """Try a network."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    try:
        model = network.make()
        _fill(model)
        _reload(model)
        inputs = _inputs(model)
        expected = keras.tree.flatten(model(inputs, training=False))
    except Exception as error:
        return Outcome(network.title, (), missing=f"cannot make it: {_first_line(error)}")
    has_lambda = any(isinstance(each, keras.layers.Lambda) for each in model._flatten_layers())
    with tempfile.TemporaryDirectory() as folder:
        verdicts = tuple(_verdicts(network, model, inputs, expected, Path(folder)))
    outcome = Outcome(network.title, verdicts, has_lambda)
    unsaved = "" if outcome.kind == "exact" else _cannot_save(model)
    return Outcome(network.title, verdicts, has_lambda, unsaved)


def _cannot_save(model: Any) -> str:
    """Return which layer its own class does not make again from its configuration; empty if each is."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            if unsaved := _cannot_save(layer):
                return unsaved
            continue
        if type(layer).__module__.startswith("keras."):
            continue
        try:
            type(layer).from_config(dict(layer.get_config()))
        except Exception as error:
            kind = f"{type(layer).__module__}:{type(layer).__name__}"
            return f"cannot save its layer {kind}: {_first_line(error)}"
    return ""


def _fill(model: Any) -> None:
    """Give all weights random values, so that results depend on each of them."""
    random = np.random.default_rng(0)
    for weight in model.weights:
        if weight.dtype.startswith("float"):
            values = (
                random.uniform(0.5, 1.5, weight.shape) / max(np.prod(weight.shape[:-1]), 1) ** 0.5
            )
            weight.assign(values.astype(weight.dtype))


def _reload(model: Any) -> None:
    """Save and load the weights, because some layers compute one from another when they are loaded."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "own.weights.h5"
        model.save_weights(file)
        model.load_weights(file)


def _verdicts(
    network: Network, model: Any, inputs: Any, expected: list[Any], folder: Path
) -> Iterator[Verdict]:
    classes = network.classes
    yield _verdict("from_keras", lambda: _from_keras(model, folder, classes), inputs, expected)
    file = folder / "model.keras"
    try:
        model.save(file)
    except Exception as error:
        yield Verdict("file", "by code", f"Keras does not save it: {_first_line(error)}")
        return
    yield _verdict("file", lambda: _from_file(file, classes), inputs, expected)


def _verdict(way: str, make: Any, inputs: Any, expected: list[Any]) -> Verdict:
    try:
        made = make()
    except (UnreadableModel, cnnspec.SpecError, CodeError) as refused:
        said = _first_line(refused)
        by_code = way == "file" and "from_keras" in said
        return Verdict(way, "by code" if by_code else "refused", said)
    except Exception as error:
        return Verdict(way, "wrong", f"{type(error).__name__}: {_first_line(error)}")
    try:
        found = keras.tree.flatten(made(_arranged(made, inputs), training=False))
    except Exception as error:
        return Verdict(way, "wrong", f"it does not run: {_first_line(error)}")
    if len(found) != len(expected):
        return Verdict(way, "wrong", f"it has {len(found)} outputs, not {len(expected)}")
    most = max(map(_difference, found, expected))
    return Verdict(way, "exact" if most <= CLOSE else "wrong", f"{most:.2g}" if most else "")


def _from_keras(model: Any, folder: Path, classes: Mapping[str, str]) -> Any:
    spec = cnnspec.from_keras(model, classes=classes)
    weights = folder / "own.weights.h5"
    model.save_weights(weights)
    return spec.build(weights=weights, allow_code=packages(spec.compile()))


def _from_file(file: Path, classes: Mapping[str, str]) -> Any:
    spec = cnnspec.load(file, classes=classes)
    target = file.with_suffix(".yaml")
    spec.save(target)
    spec = cnnspec.load(target)
    return spec.build(allow_code=packages(spec.compile()))


def _inputs(model: Any) -> Any:
    """Return random inputs in the structure of the inputs of a model."""
    random = np.random.default_rng(1)

    def values(tensor: Any) -> Any:
        shape = [2, *(size or UNKNOWN for size in tensor.shape[1:])]
        if len(shape) == 2 and tensor.shape[1] is None:
            shape[1] = 12
        if tensor.dtype.startswith("float"):
            return random.uniform(0, 1, shape).astype(tensor.dtype)
        if "mask" in tensor.name or tensor.dtype == "bool":
            return np.arange(shape[1])[None].repeat(2, 0) < [[shape[1]], [shape[1] - 3]]
        most = 2 if "segment" in tensor.name else 10
        return random.integers(0, most, shape).astype(tensor.dtype)

    return keras.tree.map_structure(values, model.input)


def _arranged(made: Any, inputs: Any) -> Any:
    """Return the inputs of a model in the order of those of the other one."""
    if not isinstance(inputs, dict):
        return inputs
    named = [inputs[each.name] for each in made.inputs]
    return named if len(named) > 1 else named[0]


def _difference(found: Any, expected: Any) -> float:
    """Return the largest difference, relative to the largest value."""
    ours, theirs = (keras.ops.convert_to_numpy(each) for each in (found, expected))
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return np.inf
    if np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f"):
        return 0.0
    ours, theirs = ours.astype("float64"), theirs.astype("float64")
    most = float(np.abs(ours - theirs).max() / (np.abs(theirs).max() or 1))
    return np.inf if np.isnan(most) else most


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:400] if lines else repr(error)
