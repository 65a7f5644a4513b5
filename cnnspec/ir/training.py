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
    validation: "float | dict[str, str] | Path | None" = None
    """The last part of the data, as a fraction, other data, or columns to use instead of others."""
    test: "float | dict[str, str] | Path | None" = None
    """The test data, in the same forms; None for that of the source, if it has some."""
    root: Path | None = None
    """The folder that files named by the data may not lead out of, if any."""
    batch_size: int = 32
    epochs: int = 1
    seed: int = 0
    callbacks: tuple[Declaration, ...] = ()
    class_weight: Mapping[str, Mapping[int | str, float]] = MappingProxyType({})
    """For each output: the weight of each class, by its number or name."""
    sample_weight: Mapping[str, str] = MappingProxyType({})
    """For each output: the expression for the weight of each sample."""
    phases: tuple[Phase, ...] = ()

    def total_epochs(self, epochs: int | None = None) -> int:
        """Return the number of epochs in all, or of `epochs` if the caller chooses them."""
        return epochs or sum(each.epochs for each in self.phases) or self.epochs
