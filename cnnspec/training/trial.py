"""Tries a model: runs it on random data, and trains it for one step if it has losses."""

from collections.abc import Collection
from typing import Any

import keras
import numpy as np

from cnnspec.exporting.sample import SIZES, random_inputs
from cnnspec.failures.raising import explained
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Output
from cnnspec.objects.loss import NUMBERED


class TrialFailed(Exception):
    """A model fails when it runs."""


def try_one_step(model: Any, checked: CheckedGraph, packages: Collection[str] = ()) -> None:
    """Run a model on random data, and train it for one step as `fit` does.

    Of unknown sizes, several are tried. `packages` are those whose code the model may run.

    Raises:
        TrialFailed: it fails on all of them; says where and why.

    """
    sizes = SIZES if any(None in each.shape[1:] for each in model.inputs) else SIZES[:1]
    first: TrialFailed | None = None
    for size in sizes:
        try:
            _try(model, checked, size, packages)
            return
        except TrialFailed as error:
            first = first or error
    assert first is not None
    raise first


def _try(model: Any, checked: CheckedGraph, size: int, packages: Collection[str]) -> None:
    names = [layer.name for layer in model._flatten_layers()]
    given = list(random_inputs(model, size).values())
    inputs = given if len(given) > 1 else given[0]
    failing = {"layers": names, "packages": packages}
    with explained("the model cannot be run", TrialFailed, **failing):  # type: ignore[arg-type]
        outputs = keras.tree.flatten(model(inputs, training=False))
    if not any(each.loss is not None for each in checked.graph.outputs):
        return
    random = np.random.default_rng(0)
    shapes = [tuple(each.shape) for each in outputs]
    pairs = zip(checked.graph.outputs, shapes, strict=True)
    targets = [_target(output, shape, len(given[0]), random) for output, shape in pairs]
    with explained("the model cannot be trained", TrialFailed, **failing):  # type: ignore[arg-type]
        model.train_on_batch(inputs, targets if len(targets) > 1 else targets[0])


def _target(output: Output, shape: tuple[int, ...], batch: int, random: np.random.Generator) -> Any:
    """Return labels for an output of some shape, of a form that its loss takes."""
    if not output.has_target:
        return np.zeros((batch,), "float32")
    classes = shape[-1] if shape else 1
    forms = output.labels_for(classes)
    if forms[0] == "sequences":
        return random.integers(1, max(classes, 2), (batch, 1))
    if forms[0] in NUMBERED:
        return random.integers(0, classes, shape[:-1])
    if forms[0] == "one-hot":
        return np.eye(classes, dtype="float32")[random.integers(0, classes, shape[:-1])]
    if forms[0] == "0 to 1":
        return random.integers(0, 2, shape).astype("float32")
    return random.random(shape).astype("float32")
