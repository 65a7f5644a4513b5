"""The arguments of the example calls that kinds declare."""

from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.layers.base import Example, Layer


def example_arguments(declaration: type[Declaration]) -> dict[str, Any]:
    """Return the arguments of the example call of a kind."""
    if issubclass(declaration, Layer):
        return dict(examples_for_specs(declaration)[0].arguments)
    return dict(declaration.example)


def examples_for_specs(declaration: type[Layer]) -> list[Example]:
    """Return the examples of a kind that a spec can have with its inputs; all if it can have none."""
    found = [each for each in declaration.examples if each.is_for_specs]
    return found or list(declaration.examples)
