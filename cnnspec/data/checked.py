"""Data that fits a model, in its parts."""

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.data.parts import Part
from cnnspec.data.problems import DataWarning


@dataclass(frozen=True, slots=True)
class Data:
    """All parts of the data, which fit the model."""

    train: Part
    validation: Part | None
    test: Part | None
    classes: Mapping[str, tuple[str, ...]]
    """The names of the classes of the outputs that have some."""
    warnings: tuple[DataWarning, ...] = ()
