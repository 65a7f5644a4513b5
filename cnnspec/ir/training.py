"""Training, as a graph holds it."""

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
    """A stage of training, with what is trained in it beside what the spec leaves trainable."""

    epochs: int
    place: Place
    optimizer: Declaration | None = None
    """None for the optimizer of the whole training."""
    unfreeze: tuple[str, ...] = ()
    """Patterns of the layer names that are unfrozen from this phase on, as `fnmatch` reads them."""
    unfreeze_last: int = 0
    """How many of the last frozen layers that have weights are unfrozen from this phase on."""


class Training(Record):
    """How a model is trained: on which data, for how long, in which stages."""

    place: Place
    data: "DataSource | None"
    inputs: dict[str, str]
    """The expression over the columns of the data for each input that has one."""
    targets: dict[str, str]
    """The expression for each output that has one."""
    parameters: dict[str, float]
    """The numbers that expressions know beside the columns."""
    folder: Path
    """Relative paths of the data start here."""
    validation: float | dict[str, str] | None = None
    """The last part of the data, as a fraction; or the columns to use in place of others."""
    batch_size: int = 32
    epochs: int = 1
    seed: int = 0
    callbacks: tuple[Declaration, ...] = ()
    class_weight: Mapping[str, Mapping[int, float]] = MappingProxyType({})
    """By output: the weight of each class."""
    sample_weight: Mapping[str, str] = MappingProxyType({})
    """By output: the expression for the weight of each sample."""
    phases: tuple[Phase, ...] = ()
