"""Networks of other packages, with random weights and small sizes; nothing is downloaded."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

SOURCES = ("hub", "kimm_models", "segmentation", "unets", "transformers", "attention", "others")
"""Modules of this package, each with the networks of related packages."""


@dataclass(frozen=True)
class Network:
    """A network of a package."""

    package: str
    name: str
    make: Callable[[], Any]
    classes: Mapping[str, str] = field(default_factory=dict)
    """Import paths for what has none in the package, as `--class` gives them."""

    @property
    def title(self) -> str:
        """The name with that of the package."""
        return f"{self.package}: {self.name}"


def all_networks() -> Iterator[Network]:
    """Yield all networks, without importing the packages that they are of."""
    for source in SOURCES:
        yield from import_module(f"conformance.others.{source}").NETWORKS
