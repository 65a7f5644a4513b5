"""What the code of one function can name: what it takes, and the names of its layers."""

from collections.abc import Sequence
from typing import Any

from cnnspec.backends.python.formulas import Differs, pattern
from cnnspec.backends.python.functions import Tensor
from cnnspec.backends.python.identifiers import Identifiers
from cnnspec.backends.python.literals import quoted
from cnnspec.backends.python.parts import Part
from cnnspec.backends.python.statements import Lane, Value
from cnnspec.ir.graph import Ref


class Scope:
    """The function of a model, which takes nothing, or of a block."""

    def __init__(self, names: Identifiers, made: Sequence[set[str]] = ()) -> None:
        self.names = names
        self.made = made
        """The names of the nodes that each call of the block makes; nothing for a model."""
        self.tensors: list[Tensor] = []
        """What the function takes."""
        self.extras: dict[str, list[Any]] = {}
        """Parameters that the block does not have, with their value in each call."""

    def name(self, names: Sequence[str], parts: Sequence[Part]) -> str:
        """The name of a layer or block, as text or as an f-string."""
        pairs = list(zip(names, parts, strict=True))
        if not all(name.startswith(part.prefix) for name, part in pairs):
            raise Differs
        found = pattern([part.local(name) for name, part in pairs], [part.known for part in parts])
        if self.made:
            return f'f"{{name}}_{found}"'
        return f'f"{found}"' if "{" in found else quoted(found)

    def read(
        self,
        refs: Sequence[Ref],
        parts: Sequence[Part],
        said: str | None = None,
        lane: Lane = (),
    ) -> Value:
        """The value that a tensor of each part is; `said` is the name by which the spec refers to it.

        What has such a name has a variable of its own.
        """
        of_parts = [part.of(ref) for part, ref in zip(parts, refs, strict=True)]
        for value in reversed(of_parts[0]):
            if all(value in each for each in of_parts):
                value.is_named = value.is_named or said is not None
                return value
        for part, ref in zip(parts, refs, strict=True):
            if not self.made or ref.node in self.made[part.number]:
                raise Differs
        name = said or "other"
        value = Value(lane if name in lane[-1:] else (), name)
        self.tensors.append(Tensor(value, name, self.by_call(refs, parts)))
        for part, ref in zip(parts, refs, strict=True):
            part.was_always(ref, value)
        return value

    def differing(self, name: str, values: Sequence[Any], parts: Sequence[Part]) -> str:
        """A parameter for what differs between the calls of a block, and follows from nothing."""
        given = self.by_call(values, parts)
        for identifier, known in self.extras.items():
            if repr(known) == repr(given):  # 1 is not true
                return identifier
        identifier = self.names.free(name)
        self.extras[identifier] = given
        return identifier

    def by_call(self, values: Sequence[Any], parts: Sequence[Part]) -> list[Any]:
        """What is the same in all turns, for each call of a block.

        Raises:
            Differs: it is not the same, or not there in every call.

        """
        found: dict[int, Any] = {}
        for part, value in zip(parts, values, strict=True):
            if found.setdefault(part.number, value) != value:
                raise Differs
        if not self.made or len(found) < len(self.made):
            raise Differs
        return [found[number] for number in range(len(self.made))]
