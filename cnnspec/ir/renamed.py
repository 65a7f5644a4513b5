"""How the names of the layers of a model correspond to those of the same model with other names."""

from collections.abc import Mapping

from cnnspec.records import Record


class Renamed(Record):
    """The new names of the layers of a model."""

    names: Mapping[str, str]
    """By the names before."""
    submodels: "Mapping[str, Renamed]"
    """The same of the submodels, by key."""
