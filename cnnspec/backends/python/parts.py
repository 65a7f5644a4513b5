"""What becomes one piece of code: a model, the calls of a block, the turns of a repetition."""

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
    """A model, one call of a block, or one turn in it."""

    known: Environment
    prefix: str = ""
    """What the names of all its layers start with."""
    number: int = 0
    """Which of the calls it is, or is in."""
    values: dict[Ref, list[Value]] = field(default_factory=dict)
    """What each tensor may be in the code; the last is the likeliest."""
    outer: "Part | None" = None

    def of(self, ref: Ref) -> list[Value]:
        """All that a tensor may be."""
        outer = self.outer.of(ref) if self.outer else []
        return [*outer, *self.values.get(ref, ())]

    def refs(self) -> set[Ref]:
        """The tensors that there are so far."""
        return {*self.values, *(self.outer.refs() if self.outer else ())}

    def is_now(self, ref: Ref, value: Value) -> None:
        """Remember what a tensor may be from here on."""
        self.values.setdefault(ref, []).append(value)

    def was_always(self, ref: Ref, value: Value) -> None:
        """Remember what a tensor may be, and may have been from the start."""
        if self.outer is not None:
            self.outer.was_always(ref, value)
        elif value not in self.of(ref):
            self.values.setdefault(ref, []).insert(0, value)

    def inlined(self) -> "Part":
        """The same part for the steps of a block in it, which use names of their own."""
        known = self.known.without_names()
        return Part(known, self.prefix, self.number, self.values, self.outer)

    def local(self, name: str) -> str:
        """A name of Keras without what all names of the part start with."""
        return name.removeprefix(self.prefix)


def place_of(item: Item) -> Any:
    """Where an item is said."""
    return item.node.node.place if isinstance(item, LayerItem) else item.call.place


def name_of(item: Item) -> str:
    """The name of an item's call, as Keras would take it."""
    return keras_name(item.node.name if isinstance(item, LayerItem) else item.call.scoped)


def said_arguments(item: Item) -> Any:
    """The arguments of a step, as the spec says them; None where there is no text."""
    node = place_of(item).node()
    said = node.value if node else None
    if isinstance(said, dict) and len(said) == 1:
        (said,) = said.values()
    return said


def sources(item: Item, count: int) -> Sequence[str | None]:
    """The names by which a step refers to what it takes; None for what stands above it."""
    said = (place_of(item) / "from").value()
    names = said if isinstance(said, list) else [said]
    if len(names) != count:
        return [None] * count
    return [None if each in (None, "previous") else str(each).lstrip("$") for each in names]
