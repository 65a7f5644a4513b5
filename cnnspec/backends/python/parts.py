"""Parts that share code: a model, the calls of a block, or the iterations of a repetition."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnspec.backends.python.formulas import Environment
from cnnspec.backends.python.outline import Item, LayerItem
from cnnspec.backends.python.statements import Value
from cnnspec.ir.graph import Ref
from cnnspec.naming import keras_name


@dataclass(eq=False, slots=True)
class Part:
    """A model, a call of a block, or an iteration in it."""

    known: Environment
    prefix: str = ""
    """The common prefix of the names of its layers."""
    number: int = 0
    """The index of the call that it is, or is part of."""
    values: dict[Ref, list[Value]] = field(default_factory=dict)
    """The possible values of each tensor in the code; the last one is the most likely."""
    outer: "Part | None" = None

    def of(self, ref: Ref) -> list[Value]:
        """Return all possible values of a tensor."""
        outer = self.outer.of(ref) if self.outer else []
        return [*outer, *self.values.get(ref, ())]

    def refs(self) -> set[Ref]:
        """Return the tensors that exist so far."""
        return {*self.values, *(self.outer.refs() if self.outer else ())}

    def is_now(self, ref: Ref, value: Value) -> None:
        """Add a possible value of a tensor from here on."""
        self.values.setdefault(ref, []).append(value)

    def was_always(self, ref: Ref, value: Value) -> None:
        """Add a possible value of a tensor from the start."""
        if self.outer is not None:
            self.outer.was_always(ref, value)
        elif value not in self.of(ref):
            self.values.setdefault(ref, []).insert(0, value)

    def inlined(self) -> "Part":
        """Return the same part for the steps of a block in it, which use other names."""
        known = self.known.without_names()
        return Part(known, self.prefix, self.number, self.values, self.outer)

    def local(self, name: str) -> str:
        """Return a Keras name without the prefix of the part."""
        return name.removeprefix(self.prefix)


def place_of(item: Item) -> Any:
    """Return the place of an item in the spec."""
    return item.node.node.place if isinstance(item, LayerItem) else item.call.place


def name_of(item: Item) -> str:
    """Return the name of the call of an item, as a Keras name."""
    return keras_name(item.node.name if isinstance(item, LayerItem) else item.call.scoped)


def said_arguments(item: Item) -> Any:
    """Return the arguments of a step in the spec; None if there is no text."""
    node = place_of(item).node()
    said = node.value if node else None
    if isinstance(said, dict) and len(said) == 1:
        (said,) = said.values()
    return said


def sources(item: Item, count: int) -> Sequence[str | None]:
    """Return the names by which a step refers to its inputs; None for the step above."""
    said = (place_of(item) / "from").value()
    names = said if isinstance(said, list) else [said]
    if len(names) != count:
        return [None] * count
    return [None if each in (None, "previous") else str(each).lstrip("$") for each in names]
