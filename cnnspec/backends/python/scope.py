"""The scope of a function: its parameters, and the names of its layers."""

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
    """The function of a model, which has no parameters, or of a block."""

    def __init__(self, names: Identifiers, made: Sequence[set[str]] = ()) -> None:
        self.names = names
        self.made = made
        """The names of the nodes in each call of the block; empty for a model."""
        self.tensors: list[Tensor] = []
        """The parameters of the function."""
        self.extras: dict[str, list[Any]] = {}
        """Parameters that the block does not have, with their value in each call."""

    def name(self, names: Sequence[str], parts: Sequence[Part]) -> str:
        """Return the name of a layer or block, as text or as an f-string."""
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
        """Return the value of a tensor in each part; `said` is its name in the spec.

        A tensor with such a name has its own variable.
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
        """Return a parameter for a difference between the calls of a block."""
        given = self.by_call(values, parts)
        for identifier, known in self.extras.items():
            if repr(known) == repr(given):  # 1 is not true
                return identifier
        identifier = self.names.free(name)
        self.extras[identifier] = given
        return identifier

    def by_call(self, values: Sequence[Any], parts: Sequence[Part]) -> list[Any]:
        """Return a value that is the same in all iterations, for each call of a block.

        Raises:
            Differs: it differs, or does not exist in every call.

        """
        found: dict[int, Any] = {}
        for part, value in zip(parts, values, strict=True):
            if found.setdefault(part.number, value) != value:
                raise Differs
        if not self.made or len(found) < len(self.made):
            raise Differs
        return [found[number] for number in range(len(self.made))]
