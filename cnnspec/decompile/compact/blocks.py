"""Replaces equal runs of steps by calls of a block; steps with a common prefix form a call.

Keras joins the name of a block and the names inside it with `_`, so only such names survive the
round trip.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from cnnspec.decompile.compact.lines import Line
from cnnspec.decompile.compact.parameters import Parameters, joined
from cnnspec.decompile.compact.repetitions import repeated
from cnnspec.ir.graph import Ref, handed_on

WORTH = 40
"""The least number of characters that a block must save."""


@dataclass(frozen=True, slots=True)
class FoundBlock:
    """A block: its parameters, and its steps as in its first call."""

    parameters: Parameters
    lines: list[Line]
    prefix: str
    """The name of the call that the steps are taken from."""
    start: tuple[Ref, ...]
    """The inputs of that call."""


@dataclass(slots=True)
class Blocks:
    """The blocks found so far, by name."""

    found: dict[str, FoundBlock] = field(default_factory=dict)
    reserved: frozenset[str] = frozenset()
    """Names that blocks must not have."""
    prefixes: set[str] = field(default_factory=set)
    """The names of all calls so far."""

    def called(self, lines: list[Line]) -> list[Line]:
        """Replace common parts of lines by calls of blocks."""
        while best := max(self.candidates(lines), key=lambda each: each.saving, default=None):
            if best.saving < WORTH:
                break
            lines = repeated(self.replaced(lines, best))
        return lines

    def candidates(self, lines: list[Line]) -> "Iterator[_Candidate]":
        """Return candidates for blocks: runs of lines with the same structure."""
        forms: dict[Any, list[_Run]] = {}
        taken = {name for line in lines for name in _layers(line)} | self.prefixes
        for run in _runs(lines):
            if run.prefix not in taken and (form := _form(run)) is not None:
                forms.setdefault(form, []).append(run)
        for runs in forms.values():
            apart = _without_overlap(runs)
            if len(apart) > 1 and (found := joined([run.lines for run in apart])) is not None:
                yield _Candidate(apart, found)

    def replaced(self, lines: list[Line], best: "_Candidate") -> list[Line]:
        """Replace runs by calls of a new block."""
        name = self.free_name([run.prefix for run in best.runs])
        self.prefixes |= {run.prefix for run in best.runs}
        first = best.runs[0]
        self.found[name] = FoundBlock(
            best.parameters, best.parameters.lines, first.prefix, first.lines[0].inputs
        )
        calls = {
            run.begin: replace(
                run.lines[-1],
                kind=name,
                arguments=best.parameters.arguments(at),
                names=(run.prefix,),
                inputs=run.lines[0].inputs,
                frozen=None,
                branches=None,
                is_block=True,
                layer_names=tuple(each for line in run.lines for each in _layers(line)),
            )
            for at, run in enumerate(best.runs)
        }
        inside = {at for run in best.runs for at in range(run.begin, run.begin + len(run.lines))}
        return [
            calls.get(at, line) for at, line in enumerate(lines) if at in calls or at not in inside
        ]

    def free_name(self, prefixes: list[str]) -> str:
        """Return a name for a block, based on the names of its calls."""
        words = [[re.sub(r"\d+[a-z]?$", "", part) for part in each.split("_")] for each in prefixes]
        shared = [word for word in words[0] if word and all(word in other for other in words)]
        base = "_".join(dict.fromkeys(shared)) or "block"
        name, number = base, 1
        while name in self.found or name in self.reserved:
            number += 1
            name = f"{base}_{number}"
        return name


@dataclass(frozen=True, slots=True)
class _Run:
    """Consecutive lines whose names have the same prefix."""

    begin: int
    lines: list[Line]
    prefix: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    runs: list[_Run]
    parameters: Parameters

    @property
    def saving(self) -> int:
        """Estimate the number of characters that are saved."""
        written = [sum(map(_length, run.lines)) for run in self.runs]
        calls = sum(
            30 + len(run.prefix) + len(str(self.parameters.arguments(at)))
            for at, run in enumerate(self.runs)
        )
        body = 60 + max(written) + 20 * len(self.parameters.named)
        return sum(written) - body - calls


def _length(line: Line) -> int:
    return sum(
        20 + len(each.kind) + len(str(each.arguments)) + len(each.names[0]) for each in line.inner()
    )


def _runs(lines: list[Line]) -> Iterator[_Run]:
    """Return the longest runs of lines for every prefix of names."""
    prefixes = [_prefixes(line) for line in lines]
    open_runs: dict[str, int] = {}
    for at, line_prefixes in enumerate([*prefixes, set()]):
        for prefix in set(open_runs) - line_prefixes:
            begin = open_runs.pop(prefix)
            yield _Run(begin, lines[begin:at], prefix)
        for prefix in line_prefixes:
            open_runs.setdefault(prefix, at)


def _prefixes(line: Line) -> set[str]:
    """Return the common prefixes of the names of a line and its branches."""
    if any(each.is_alone for each in line.inner()):
        return set()
    names = [name for each in line.inner() for name in each.names]
    parts = names[0].split("_")
    found = {"_".join(parts[:count]) for count in range(1, len(parts))}
    return {
        each
        for each in found
        if each and all(name.startswith(f"{each}_") and len(name) > len(each) + 1 for name in names)
    }


def _layers(line: Line) -> Iterator[str]:
    for each in line.inner():
        yield from each.layer_names


def _without_overlap(runs: list[_Run]) -> list[_Run]:
    """Choose runs that do not overlap or repeat a name."""
    found: list[_Run] = []
    end = 0
    for run in sorted(runs, key=lambda each: each.begin):
        if run.begin >= end and run.prefix not in {each.prefix for each in found}:
            found.append(run)
            end = run.begin + len(run.lines)
    return found


def _form(run: _Run) -> Any:
    """Return the common structure of two calls of a block, without arguments, or None."""
    if sum(1 for line in run.lines for _ in line.inner()) < 2:
        return None
    made = {ref for line in run.lines for each in line.inner() for ref in each.value}
    above = run.lines[0].inputs
    forms = []
    for line in run.lines:
        if (form := _line_form(line, above, run.prefix, made)) is None:
            return None
        forms.append(form)
        above = handed_on(line.value)
    return tuple(forms)


def _line_form(line: Line, above: tuple[Ref, ...], prefix: str, made: set[Ref]) -> Any:
    inputs: Any = None
    if line.inputs != above:
        if not set(line.inputs) <= made:
            return None
        inputs = tuple(str(ref)[len(prefix) + 1 :] for ref in line.inputs)
    branches = []
    for branch in line.branches or ():
        steps = []
        start = line.inputs
        for each in branch:
            if (form := _line_form(each, start, prefix, made)) is None:
                return None
            steps.append(form)
            start = handed_on(each.value)
        branches.append(tuple(steps))
    names = tuple(name[len(prefix) + 1 :] for name in line.names)
    word = names[0] if len(names) == 1 else (names[0], "repeats")
    is_split = line.branches is not None
    return (line.kind, word, inputs, line.frozen, is_split, tuple(branches))
