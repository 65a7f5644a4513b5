"""A small spec with its training and data, for the tests of training; no TensorFlow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy

from cnnspec import CheckedGraph, loads
from cnnspec.ir.training import Training
from cnnspec.objects.data_sources import DataSource
from cnnspec.objects.families import DATA
from cnnspec.records import replace

SPEC = """cnnspec: 1
name: tiny
inputs: {image: [6, 6, 1]}
layers:
  - Conv2D: {filters: 2, kernel_size: 3, activation: relu}
  - BatchNormalization
  - Flatten: {name: flat}
  - Dropout: {rate: 0.3}
  - Dense: {name: zdigit, units: 10, activation: softmax}
  - Dense: {name: aodd, from: flat, units: 1, activation: sigmoid}
outputs:
  zdigit: {loss: sparse_categorical_crossentropy, loss_weight: 3.0, metrics: [accuracy]}
  aodd: {loss: binary_crossentropy, loss_weight: 0.5, metrics: [accuracy]}
"""


@dataclass(frozen=True)
class Source:
    """Stands for the call of a data source."""

    word: str
    given: Mapping[str, Any] = field(default_factory=dict)

    def paths(self) -> tuple[str, ...]:
        found = DATA.find(self.word)
        assert issubclass(found, DataSource)
        return found.paths()


def write_data(folder: Path, rows: int = 64, **more: Any) -> None:
    random = numpy.random.default_rng(0)
    arrays = {
        f"{name}_{part}": values
        for part in ("train", "test")
        for name, values in (
            ("x", random.integers(0, 256, (rows, 6, 6), dtype="uint8")),
            ("y", random.integers(0, 10, rows, dtype="uint8")),
        )
    }
    numpy.savez(folder / "data.npz", **(arrays | more))


def training(checked: CheckedGraph, folder: Path, **changes: Any) -> Training:
    usual = Training(
        place=checked.graph.place / "train",
        data=Source("npz", {"path": "data.npz"}),  # type: ignore[arg-type]
        inputs={"image": "x / 255"},
        targets={"zdigit": "y", "aodd": "y % 2"},
        parameters={"classes": 10},
        folder=folder,
        batch_size=16,
        epochs=3,
    )
    return replace(usual, **changes)


def case(folder: Path, spec: str = SPEC, **changes: Any) -> tuple[CheckedGraph, Training]:
    """A checked spec that says its training, with the data in a folder."""
    if not (folder / "data.npz").exists():
        write_data(folder)
    checked = loads(spec).compile()
    said = training(checked, folder, **changes)
    return replace(checked, graph=replace(checked.graph, training=said)), said
