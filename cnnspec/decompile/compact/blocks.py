"""Replaces equal runs of steps by calls of a block.

Keras joins the name of a block and the names inside it with `_`. Steps whose names must stay can
therefore be in a block only if their names have a common prefix.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from cnnspec.decompile.compact.block_names import block_name, free_name
from cnnspec.decompile.compact.forms import Body
from cnnspec.decompile.compact.lines import Line
from cnnspec.decompile.compact.parameters import Parameters, joined
from cnnspec.decompile.compact.repetitions import repeat
from cnnspec.decompile.compact.runs import FOLLOW, Run, Units, runs_by_form
from cnnspec.ir.graph import Ref

WORTH = 40
"""The least number of characters that a block must save."""
WORTH_UNNAMED = (90, 150)
"""The same for a block without names, which could be anywhere: a number, and one for all its calls."""
FEW = 4
"""The number of calls that a block without branches should have."""


@dataclass(frozen=True, slots=True)
class FoundBlock:
    """A block: its parameters, and its steps as in its first call."""

    parameters: Parameters
    lines: list[Line]
    prefix: str | None
    """The name of the call that the steps are taken from; None if they have no names."""
    start: tuple[Ref, ...]
    """The inputs of that call."""


@dataclass(slots=True)
class Blocks:
    """The blocks found so far, by name."""

    outputs: Collection[str] = ()
    """The names of the outputs of the model."""
    found: dict[str, FoundBlock] = field(default_factory=dict)
    reserved: frozenset[str] = frozenset()
    """Names that blocks must not have."""
    prefixes: dict[str, list[str]] = field(default_factory=dict)
    """The names of the calls of each block."""

    def call(self, lines: list[Line]) -> None:
        """Replace common parts of lines by calls of blocks."""
        self.repeat(lines)
        while best := self.best(lines):
            self.replace(best)
            self.repeat(lines)
        self.name(lines)

    def repeat(self, lines: list[Line]) -> None:
        """Merge equal lines in a row, in all bodies."""
        for body in self.bodies(lines):
            repeat(body)

    def best(self, lines: list[Line]) -> "_Candidate | None":
        """Return the candidate that saves most; None if none is worth it."""
        bodies = list(self.bodies(lines))
        calls = {name for prefixes in self.prefixes.values() for name in prefixes}
        taken = {name for body in bodies for name in body.places} | calls
        groups = []
        found = runs_by_form(bodies)
        units = Units.of(found)
        for runs in found:
            free = [run for run in runs if not _is_taken(run, taken, calls)]
            if len(free) > 1:
                written = [sum(map(_length, run.lines)) for run in free]
                groups.append((sum(written) - max(written), written, free))
        best: _Candidate | None = None
        for bound, written, runs in sorted(groups, key=lambda each: -each[0]):
            if best is not None and bound <= best.worth:
                break
            if (parameters := joined([run.lines for run in runs])) is None:
                continue
            each = _Candidate(runs, parameters, tuple(written), has_units=units.are_in(runs[0]))
            if each.worth >= each.least and (best is None or each.worth > best.worth):
                best = each
        return best

    def bodies(self, lines: list[Line]) -> Iterator[Body]:
        """Return all lists of lines: those of the model, of blocks, and of branches."""
        yield Body(lines, self.outputs)
        yield from _branches(lines)
        for block in self.found.values():
            yield Body(block.lines, [ref.node for ref in block.lines[-1].value])
            yield from _branches(block.lines)

    def replace(self, best: "_Candidate") -> None:
        """Replace runs by calls of a new block."""
        first = best.runs[0]
        prefixes = [run.prefix for run in best.runs if run.prefix is not None]
        name = f"{len(self.found)}"  # until all blocks are found
        self.prefixes[name] = prefixes
        self.found[name] = FoundBlock(
            best.parameters, best.parameters.lines, first.prefix, first.lines[0].inputs
        )
        calls = [(run, _call(name, run, best.parameters, at)) for at, run in enumerate(best.runs)]
        for run, call in sorted(calls, key=lambda each: -each[0].begin):
            run.body.lines[run.begin : run.end] = [call]

    def in_order(self, lines: list[Line]) -> list[str]:
        """Return the names of the blocks: the first one called first, but after those in it."""
        found: dict[str, None] = {}

        def visit(steps: list[Line]) -> None:
            for each in (inner for line in steps for inner in line.inner()):
                if each.is_block and each.kind not in found:
                    visit(self.found[each.kind].lines)
                    found[each.kind] = None

        visit(lines)
        return list(found)

    def name(self, lines: list[Line]) -> None:
        """Give the blocks their names, which depend on the blocks in them."""
        names: dict[str, str] = {}
        for key in self.in_order(lines):
            block = self.found[key]
            for each in (inner for line in block.lines for inner in line.inner()):
                each.kind = names.get(each.kind, each.kind)
            base = block_name(self.prefixes[key], block.lines)
            names[key] = free_name(base, {*names.values(), *self.reserved})
        for each in (inner for line in lines for inner in line.inner()):
            each.kind = names.get(each.kind, each.kind)
        self.found = {name: self.found[key] for key, name in names.items()}


def _branches(lines: list[Line]) -> Iterator[Body]:
    for line in lines:
        for branch in line.branches or ():
            if branch:
                yield Body(branch, [ref.node for ref in branch[-1].value], is_branch=True)
                yield from _branches(branch)


def _is_taken(run: Run, taken: Collection[str], calls: Collection[str]) -> bool:
    """Whether a call of a block cannot have the name of a run: that of a call, or of another layer."""
    is_own = run.lines[-1].names == (run.prefix,) and run.prefix not in calls
    return run.prefix in taken and not is_own


def _call(name: str, run: Run, parameters: Parameters, at: int) -> Line:
    last = run.lines[-1]
    return replace(
        last,
        kind=name,
        arguments=parameters.arguments(at),
        names=last.names[-1:] if run.prefix is None else (run.prefix,),
        inputs=run.lines[0].inputs,
        frozen=None,
        branches=None,
        depth=None,
        is_block=True,
        is_free=run.prefix is None,
        layer_names=tuple(
            each for line in run.lines for inner in line.inner() for each in inner.layer_names
        ),
    )


@dataclass(frozen=True, slots=True)
class _Candidate:
    runs: list[Run]
    parameters: Parameters
    written: tuple[int, ...]
    """The number of characters of each run."""
    has_units: bool
    """Whether parts of it could be calls of one block as well."""

    @property
    def least(self) -> int:
        """The number of characters that it must save."""
        if self.runs[0].prefix is not None:
            return WORTH
        always, shared = WORTH_UNNAMED
        return always + shared // len(self.runs)

    @property
    def worth(self) -> float:
        """Estimate the number of characters that are saved; less if it begins in an odd place."""
        body = 60 + max(self.written) + 20 * len(self.parameters.named)
        saving = sum(self.written) - body - sum(self.calls())
        count = len(self.runs)
        return saving * self.likeness() * count / (count + 1)

    def likeness(self) -> float:
        """Return how much these steps are what a person would choose as a block, at most 1.

        Not the second half of a unit, a unit and the next, or what two units have in common.
        """
        run = self.runs[0]
        if self.has_units:
            return 0.6
        if run.prefix is not None:
            return 1
        if run.repeats or run.unit >= 2 * len(self.runs):
            return 0.6
        if not any(line.branches for line in run.lines) and len(self.runs) < FEW:
            return 0.6
        repeats = any(line.times > 1 or line.depth is not None for line in run.lines)
        return 0.85 if run.lines[0].kind in FOLLOW or (repeats and len(run.lines) > 1) else 1

    def calls(self) -> Iterator[int]:
        """Yield the number of characters of each call; equal calls in a row are one."""
        above: tuple[int, int, str] | None = None
        given = map(self.parameters.arguments, range(len(self.runs)))
        for run, written in zip(self.runs, self.parameters.written(given), strict=True):
            arguments = str(written)
            if above != (id(run.body), run.begin, arguments):
                yield 20 + len(run.prefix or "") + len(arguments)
            above = (id(run.body), run.end, arguments)


def _length(line: Line) -> int:
    return sum(
        14
        + len(each.kind)
        + len(str(each.arguments))
        + (0 if each.is_free else 8 + len(each.names[0]))
        for each in line.inner()
    )
