"""Exporting a model, and comparing what was exported with Keras."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cnnspec.exporting import ExportProblem
from cnnspec.exporting.running import run
from cnnspec.exporting.sample import sample
from cnnspec.exporting.writing import named, write


def export(
    model: Any, form: str, target: Path, *, names: Sequence[str] | None = None
) -> dict[str, float]:
    """Export a Keras model; by output, the largest difference from what Keras gives.

    Both get the same random input. `names` are those of the outputs; without them, their layers'.

    Raises:
        ExportProblem: it cannot be exported or compared.
        OSError: the file cannot be written.

    """
    model = named(model, names)
    inputs, expected = sample(model)
    write(model, form, target)
    found = run(form, target, inputs)
    if found.keys() != expected.keys():
        raise ExportProblem(f"the outputs became {', '.join(found)}, not {', '.join(expected)}")
    return {name: _difference(name, expected[name], found[name]) for name in expected}


def _difference(name: str, expected: Any, found: Any) -> float:
    """The largest absolute difference; NaN where something is no number."""
    if expected.shape != found.shape:
        message = f"the output '{name}' became {found.shape}, and Keras gives {expected.shape}"
        raise ExportProblem(message)
    apart = np.abs(expected.astype("float64") - found.astype("float64"))
    return float(apart.max(initial=0.0))
