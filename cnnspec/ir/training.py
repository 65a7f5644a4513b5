"""The training section of a graph."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from cnnspec.declarations.declaration import Declaration
from cnnspec.records import Record
from cnnspec.syntax.places import Place

if TYPE_CHECKING:
    from cnnspec.objects.data_sources import DataSource


class Phase(Record):
    """A phase of training, with the layers that it unfreezes."""

    epochs: int
    place: Place
    optimizer: Declaration | None = None
    """None to use the optimizer of the whole training."""
    unfreeze: tuple[str, ...] = ()
    """Patterns of layer names to unfreeze from this phase on, as in `fnmatch`."""
    unfreeze_last: int = 0
    """The number of last frozen layers with weights to unfreeze from this phase on."""


class Training(Record):
    """The training of a model: data, length and phases."""

    place: Place
    data: "DataSource | None"
    inputs: dict[str, str]
    """The expression over the columns of the data for each input that has one."""
    targets: dict[str, str]
    """The expression for each output that has one."""
    parameters: dict[str, float]
    """The parameters that expressions may use."""
    folder: Path
    """The folder that relative paths of the data refer to."""
    validation: float | dict[str, str] | None = None
    """The last part of the data, as a fraction, or the columns to use instead of others."""
    batch_size: int = 32
    epochs: int = 1
    seed: int = 0
    callbacks: tuple[Declaration, ...] = ()
    class_weight: Mapping[str, Mapping[int, float]] = MappingProxyType({})
    """For each output: the weight of each class."""
    sample_weight: Mapping[str, str] = MappingProxyType({})
    """For each output: the expression for the weight of each sample."""
    phases: tuple[Phase, ...] = ()

    def total_epochs(self, epochs: int | None = None) -> int:
        """Return the number of epochs in all, or of `epochs` if the caller chooses them."""
        return sum(each.epochs for each in self.phases) or epochs or self.epochs
