"""Exports a model and compares the result with Keras."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from cnnspec.exporting.formats import ExportProblem
from cnnspec.exporting.names import exported_inputs, rename
from cnnspec.exporting.running import run
from cnnspec.exporting.sample import sample
from cnnspec.exporting.writing import named, write
from cnnspec.failures.raising import whole_traces

NUMBERS = "biuf"
"""The kinds of data types whose values are numbers."""


def export(
    model: Any,
    form: str,
    target: Path,
    *,
    names: Sequence[str] | None = None,
    said: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, float]:
    """Export a Keras model, and return the largest difference from Keras for each output.

    Both models get the same random input. `names` are the names of the outputs; the default are the
    names of their layers. `said` are the names of inputs and layers that differ from those in
    Keras; the exported model has them if its format can.

    Raises:
        ExportProblem: the model cannot be exported or compared.
        OSError: the file cannot be written.

    """
    model = named(model, names)
    with whole_traces():
        inputs, expected = sample(model)
        write(model, form, target)
        rename(form, target, said)
        given = dict(zip(exported_inputs(model, form, said), inputs.values(), strict=True))
        found = run(form, target, given, model)
    if found.keys() != expected.keys():
        raise ExportProblem(
            f"the exported model has the outputs {', '.join(found)}, not {', '.join(expected)}"
        )
    return {name: _difference(name, expected[name], found[name]) for name in expected}


def _difference(name: str, expected: Any, found: Any) -> float:
    """Return the largest absolute difference; NaN if a value is NaN, infinite for other text."""
    if expected.shape != found.shape:
        message = f"the output '{name}' has the shape {found.shape}, but {expected.shape} in Keras"
        raise ExportProblem(message)
    if expected.dtype.kind not in NUMBERS:
        return 0.0 if np.array_equal(expected, found) else float("inf")
    apart = np.abs(expected.astype("float64") - found.astype("float64"))
    return float(apart.max(initial=0.0))
