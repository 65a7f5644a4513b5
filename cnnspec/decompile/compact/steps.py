"""Writes lines as the steps of a scope, with names and references only where they are needed."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from cnnspec.decompile.compact.blocks import FoundBlock
from cnnspec.decompile.compact.lines import Line, Value
from cnnspec.decompile.compact.naming import in_scope, is_previous, names_of_referred, referred
from cnnspec.decompile.compact.repetitions import template
from cnnspec.ir.graph import Ref
from cnnspec.language.document import Branches, Step
from cnnspec.naming import OWN, snake_case
from cnnspec.records import replace

Paths = dict[str, str]
"""The paths of layers in a scope, by their Keras names without the prefix of the scope."""


@dataclass(slots=True)
class Writer:
    """Writes the steps of a model and of its blocks."""

    found: Mapping[str, FoundBlock]
    is_numbered: bool
    """Whether steps with names may be unnamed where their number in the scope gives the name."""
    of_blocks: dict[str, Paths] = field(default_factory=dict)
    """The paths of the layers in each block that is written."""

    def block(self, name: str) -> list[Step]:
        """Return the steps of a block; those that it calls must be written already."""
        block = self.found[name]
        prefix = f"{block.prefix}_" if block.prefix is not None else ""
        body = self.body(block.lines, block.start, prefix)
        self.of_blocks[name] = body.paths
        return body.steps(block.lines, block.start)

    def body(
        self, lines: list[Line], above: Value, prefix: str, outside: Collection[str] = ()
    ) -> "_Scope":
        """Return a scope with these lines, whose names have a prefix in Keras.

        `outside` has the names of inputs, and of the layers that are outputs.
        """
        names = names_of_referred(lines, above, outside)
        scope = _Scope(prefix, self.found, names, self.is_numbered)
        scope.referred = {*referred(lines, above, over_by_name=True), *outside}
        for line in (each for each, _ in in_scope(lines, above)):
            scope.owners |= dict.fromkeys(line.layer_names, line)
            if line.is_free:
                continue
            for name in line.names:
                local = scope.local(name)
                scope.paths[local] = local
                for inner, path in self.of_blocks.get(line.kind, {}).items():
                    keras = f"{local}_{inner}" if inner else local
                    scope.paths[keras] = f"{local}/{path}" if path else local
        return scope


@dataclass(slots=True)
class _Scope:
    prefix: str
    found: Mapping[str, FoundBlock]
    given: dict[str, str]
    """The names of unnamed steps that are referred to, by Keras name."""
    is_numbered: bool
    referred: set[str] = field(default_factory=set)
    """The names that others refer to, which are written."""
    owners: dict[str, Line] = field(default_factory=dict)
    """The step in which each layer is."""
    paths: Paths = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)

    def steps(self, lines: list[Line], above: Value) -> list[Step]:
        """Return the steps of lines that follow a value."""
        found = []
        for line in lines:
            found.append(self.step(line, above))
            above = line.handed_on
        return found

    def step(self, line: Line, above: Value) -> Step:
        """Return the step of a line."""
        branches = None
        if line.branches is not None:
            written = [self.steps(each, line.inputs) for each in line.branches]
            branches = Branches(
                named=False, steps={str(at): each for at, each in enumerate(written)}
            )
        arguments = line.arguments
        if line.kind == "shared":
            arguments = {**arguments, "layer": self.path(Ref(arguments["layer"]))}
        elif line.is_block:
            (arguments,) = self.found[line.kind].parameters.written([arguments])
        times = line.times if line.times > 1 else None
        return Step(
            kind=line.kind,
            arguments=arguments,
            name=self.name(line),
            from_=None
            if line.inputs == above
            else [self.reference(ref, above) for ref in line.inputs],
            branches=branches,
            repeat=times if line.depth is None else line.depth,
            frozen=line.frozen,
        )

    def local(self, name: str) -> str:
        """Return a name without the prefix of the scope; empty for the name of the call itself."""
        return "" if f"{name}_" == self.prefix else name.removeprefix(self.prefix)

    def reference(self, ref: Ref, above: Value) -> str:
        """Return the reference of a step to a tensor."""
        if is_previous(ref, above, self.owners.get(ref.node)):
            return "previous"
        return self.path(ref)

    def path(self, ref: Ref) -> str:
        """Return the name of a tensor in this scope."""
        owner = self.owners.get(ref.node)
        if owner is not None and owner.is_free:
            return str(replace(ref, node=self.given[owner.names[-1]]))
        local = self.local(ref.node)
        return str(replace(ref, node=self.paths.get(local, local)))

    def name(self, line: Line) -> str | None:
        """Return the name that a step must have; None if it needs none."""
        if line.is_free:
            return self.given.get(line.names[-1])
        names = tuple(map(self.local, line.names))
        if names == ("",):
            return OWN
        word = line.kind if line.is_block or line.kind == "shared" else snake_case(line.kind)
        count = self.counted[word]
        is_next = names == tuple(f"{word}_{count + turn}" for turn in range(1, line.times + 1))
        is_referred = not self.referred.isdisjoint(line.layer_names)
        if is_next and self.is_numbered and (line.times == 1 or not is_referred):
            self.counted[word] += line.times  # explicit names are counted, too, but not patterns
            if not is_referred:
                return None
        if line.times == 1:
            return names[0]
        found = template(names)
        assert found is not None, "only lines with counted names are joined"
        before, first, after = found
        return f"{before}$({f'index + {first}' if first else 'index'}){after}"
