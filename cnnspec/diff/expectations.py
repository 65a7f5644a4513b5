"""Compares what two specs say must hold of their models."""

from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.decompile.expected import amount, shape
from cnnspec.diff.changes import Change
from cnnspec.ir.expectations import Expectations, Target
from cnnspec.records import replace

Names = Mapping[str, str]
"""The new names of what has another name in the new model, by the old ones."""


def changes(
    old: Expectations | None, new: Expectations | None, layers: Names, outputs: Names
) -> Iterator[Change]:
    """Yield the expectations that differ; renaming a layer or an output changes none."""
    before = _written(old or Expectations(), layers, outputs)
    after = _written(new or Expectations(), {}, {})
    for what in dict.fromkeys((*before, *after)):
        if before.get(what) != after.get(what):
            yield Change(f"expect.{what}", before.get(what), after.get(what))


def _written(expected: Expectations, layers: Names, outputs: Names) -> dict[str, Any]:
    """Return the expectations as values of a spec, by the keys that lead to them."""
    found: dict[str, Any] = {
        key: amount(each).model_dump() for key, each in expected.totals.items()
    }
    for target, wanted in expected.receptive_field.values():
        found[f"receptive_field.{_renamed(target, layers)}"] = amount(wanted).model_dump()
    for name, sizes in expected.outputs.items():
        found[f"outputs.{outputs.get(name, name)}"] = shape(sizes)
    for target, sizes in expected.layers.values():
        found[f"layers.{_renamed(target, layers)}"] = shape(sizes)
    return found


def _renamed(target: Target, layers: Names) -> Target:
    """Return a target with the new name of the layer or submodel call."""
    if not target.calls:
        return replace(target, node=layers.get(target.node, target.node))
    first, *rest = target.calls
    return replace(target, calls=(layers.get(first, first), *rest))
