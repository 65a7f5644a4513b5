"""The structure of lines: everything except the arguments in which calls of a block may differ."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from cnnspec.decompile.compact.lines import Line, Value
from cnnspec.decompile.compact.parameters import MISSING, default_of
from cnnspec.ir.graph import Ref
from cnnspec.naming import OWN


@dataclass(slots=True)
class Body:
    """The steps of a model, a block or a branch, with what they read of each other."""

    lines: list[Line]
    read_later: Collection[str] = ()
    """The names whose tensors are read from elsewhere."""
    is_branch: bool = False
    positions: dict[str, int] = field(default_factory=dict)
    """The position of the step with a name, counted with those in branches."""
    places: dict[str, int] = field(default_factory=dict)
    """The line in which the step with a name is."""
    reaches: list[int] = field(default_factory=list)
    """For each line, the first one that it names; -1 if it names one from elsewhere."""
    inner_reaches: list[int] = field(default_factory=list)
    """The same for the steps in its branches."""
    read_until: list[int] = field(default_factory=list)
    """For each line, the last one that reads its value; their number if it is read from elsewhere."""
    leaks: list[bool] = field(default_factory=list)
    """For each line, whether another one reads a tensor in it that is not its value."""
    free: list[bool] = field(default_factory=list)
    """For each line, whether it is written without names."""

    def __post_init__(self) -> None:
        position = 0
        for place, line in enumerate(self.lines):
            for each in line.inner():
                for name in each.layer_names:
                    self.positions[name], self.places[name] = position, place
                position += 1
        count = len(self.lines)
        self.reaches, self.inner_reaches = list(range(count)), list(range(count))
        self.read_until = [-1] * count
        self.leaks = [False] * count
        self.free = [all(each.is_free for each in line.inner()) for line in self.lines]
        for name in self.read_later:
            if name in self.places:
                self._read(Ref(name), count)
        above: Value = ()
        for place, line in enumerate(self.lines):
            self._reads(line, above, place, self.reaches)
            above = line.handed_on

    def _reads(self, line: Line, above: Value, place: int, reaches: list[int]) -> None:
        for ref in line.inputs:
            self._read(ref, place)
            if line.inputs != above and (ref,) != above:
                reaches[place] = min(reaches[place], self.places.get(ref.node, -1))
        for branch in line.branches or ():
            start = line.inputs
            for each in branch:
                self._reads(each, start, place, self.inner_reaches)
                start = each.handed_on

    def _read(self, ref: Ref, place: int) -> None:
        maker = self.places.get(ref.node)
        if maker is None or maker == place:
            return
        self.read_until[maker] = max(self.read_until[maker], place)
        if all(ref.node != each.node for each in self.lines[maker].value):
            self.leaks[maker] = True

    def form(self, line: Line, above: Value | None, prefix: str | None) -> Any:
        """Return the structure of a line; None if its names do not start with the prefix.

        `above` is None for the first line of a block, which starts from the inputs of the call.
        """
        if (word := _word(line, prefix)) is None:
            return None
        branches = []
        for branch in line.branches or ():
            steps = []
            start: Value = line.inputs
            for each in branch:
                if (form := self.form(each, start, prefix)) is None:
                    return None
                steps.append(form)
                start = each.handed_on
            branches.append(tuple(steps))
        inputs = self._inputs(line, above, prefix)
        is_split = line.branches is not None
        arguments = _signature(line)
        return (line.kind, word, inputs, line.frozen, is_split, tuple(branches), arguments)

    def _inputs(self, line: Line, above: Value | None, prefix: str | None) -> Any:
        if above is None:
            return tuple(line.inputs.index(ref) for ref in line.inputs)
        if line.inputs == above:
            return None
        own = self.positions[line.layer_names[-1]]
        return tuple(self._input(ref, own, above, prefix) for ref in line.inputs)

    def _input(self, ref: Ref, own: int, above: Value, prefix: str | None) -> Any:
        if (ref,) == above:
            return "above"
        if ref.node not in self.positions:
            return "elsewhere"
        name = ref.node.removeprefix(f"{prefix}_") if prefix is not None else None
        return own - self.positions[ref.node], ref.output, name


def _word(line: Line, prefix: str | None) -> Any:
    """Return what two calls of a block must have in common of the name of a step."""
    if line.is_free:
        return ()
    if prefix is None:
        return None
    if line.names == (prefix,):
        return (OWN,)
    if not all(
        name.startswith(f"{prefix}_") and len(name) > len(prefix) + 1 for name in line.names
    ):
        return None
    word = line.names[0][len(prefix) + 1 :]
    return None if word == OWN else (word, line.times)


def _signature(line: Line) -> Any:
    """Return the arguments that either all calls have or none, because nothing can replace them."""
    if line.is_block:
        return frozenset(line.arguments)
    needed = set()
    for key, value in line.arguments.items():
        default = default_of(line.kind, key)
        if value is None or default is None or default is MISSING:
            needed.add((key, value is None))
    return frozenset(needed)
