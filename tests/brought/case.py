"""A case of data that people bring: a message, or the values that come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from tests.brought.files import Maker

SPARSE = "sparse_categorical_crossentropy"
ONE_HOT = "categorical_crossentropy"
YES_OR_NO = "binary_crossentropy"


@dataclass(frozen=True)
class Says:
    """The error about data that cannot be used."""

    code: str
    message: str
    at: str | None
    """The text of the spec that the message points at."""
    suggestion: str | None = None


@dataclass(frozen=True)
class Gives:
    """The values that come out of data."""

    inputs: Any = None
    targets: Any = None
    validation: Any = None
    """The targets of the validation data."""
    test: Any = None
    classes: tuple[str, ...] = ()
    warnings: tuple[tuple[str, str, str | None], ...] = ()
    """Code, message and suggestion."""


@dataclass(frozen=True)
class Case:
    """Data and a spec that trains on it."""

    make: Maker
    gives: Says | Gives
    data: str = "{csv: data.csv}"
    inputs: str = "x"
    targets: str = "label"
    shape: str = "[1]"
    units: int = 2
    loss: str = SPARSE
    output: str = ""
    """More of the output."""
    train: str = ""
    """More of the `train` section, line by line."""
    layers: str = ""
    """The layers; by default a `Dense` layer."""


def spec_of(case: Case) -> str:
    """The spec of a case."""
    flatten = "" if case.shape.count(",") == 0 else "  - Flatten\n"
    activation = {SPARSE: "softmax", ONE_HOT: "softmax", YES_OR_NO: "sigmoid"}.get(case.loss)
    head = f"{{name: kind, units: {case.units}, activation: {activation or 'linear'}}}"
    layers = case.layers or f"{flatten}  - Dense: {head}"
    more = "".join(f"\n  {line}" for line in case.train.splitlines())
    return f"""cnnspec: 1
name: brought
inputs: {{row: {case.shape}}}
layers:
{layers}
outputs:
  kind: {{loss: {case.loss}{case.output}}}
train:
  data: {case.data}
  inputs: {{row: {case.inputs}}}
  targets: {{kind: {case.targets}}}{more}
"""


NPZ = "{npz: data.npz}"
FOLDER = "{images: {directory: data, size: [2, 2]}}"
PIXELS: Mapping[str, Any] = {"data": FOLDER, "inputs": "image", "shape": "[2, 2, 3]"}
MASKS: Mapping[str, Any] = {
    "data": NPZ,
    "shape": "[2, 3, 1]",
    "layers": "  - Conv2D: {name: kind, filters: 2, kernel_size: 1, activation: softmax}",
}
X = numpy.arange(4.0)
FOUR = "x,label\n1,0\n2,1\n3,0\n4,1\n"
