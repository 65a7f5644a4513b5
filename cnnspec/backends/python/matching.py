"""Writes parts of a graph that came from the same steps as common statements.

Differences between the parts become expressions of their parameters or of the loop index; tensors
from outside become parameters.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial

from cnnspec.backends.python.calling import IN_TRAINING, called, says_training, trainable_set
from cnnspec.backends.python.formulas import Differs, formula
from cnnspec.backends.python.functions import Function
from cnnspec.backends.python.layout import Call, Code, Labelled
from cnnspec.backends.python.objects import Objects, import_path
from cnnspec.backends.python.outline import (
    DEEPER,
    BlockItem,
    Item,
    LayerItem,
    Step,
    Uses,
    side_by_side,
    steps,
)
from cnnspec.backends.python.parts import Part, name_of, place_of, said_arguments, sources
from cnnspec.backends.python.repetitions import given_by, starts_of
from cnnspec.backends.python.scope import Scope
from cnnspec.backends.python.statements import Assign, Lane, Loop, Statement, Value
from cnnspec.ir.graph import Ref
from cnnspec.layers.base import Layer
from cnnspec.naming import keras_name
from cnnspec.operations.base import Operation

INDICES = ("index", "index_2", "index_3")
"""Names of loop indices, outermost first."""


class Matcher:
    """Writes the steps of a function: of a model, which is a single part, or of a block."""

    def __init__(
        self,
        uses: Uses,
        scope: Scope,
        classes: Mapping[str, str],
        functions: Mapping[int, tuple[Function, int]],
    ) -> None:
        self.uses = uses
        self.scope = scope
        self.classes = classes
        """The identifiers of imported classes, by import path."""
        self.functions = functions
        """The function of each block call that has one, and the index of the call."""
        self.is_frozen = False
        """Whether an outer model freezes the whole model, so that layers need not be frozen."""
        self.loops = 0
        """The number of loops around the current statements."""

    def body(
        self,
        parts: Sequence[Part],
        items: Sequence[Sequence[Item]],
        depth: int = 1,
        lane: Lane = (),
    ) -> list[Statement]:
        """Return the statements for the items of each part; `depth` is the length of their paths.

        Raises:
            Differs: the parts are too different.

        """
        found: list[Statement] = []
        for path, each in side_by_side([steps(each, depth) for each in items]):
            inner = (*lane, str(path[-2])) if depth > 1 else lane
            found += self.step(parts, each, depth, inner)
        return found

    def step(
        self, parts: Sequence[Part], found: Sequence[Step | None], depth: int, lane: Lane
    ) -> list[Statement]:
        """Return the statements of a step: a loop if it repeats and that is possible."""
        counts = [len(each.turns) if each else 0 for each in found]
        if max(counts) > 1:
            try:
                return [self.loop(parts, found, depth, lane)]
            except Differs:
                pass  # the step is written without a loop
        if len(set(counts)) > 1:
            raise Differs
        return [
            statement
            for turn in range(counts[0])
            for statement in self.turn(
                parts, [each.turns[turn] for each in found if each], depth, lane
            )
        ]

    def loop(
        self, parts: Sequence[Part], found: Sequence[Step | None], depth: int, lane: Lane
    ) -> Loop:
        """Return a repeated step as a loop that carries a tensor from one iteration to the next."""
        if self.loops == len(INDICES):
            raise Differs
        index = INDICES[self.loops]
        times = self.times(parts, found)
        pairs = [(part, each.turns) for part, each in zip(parts, found, strict=True) if each]
        given = [given_by(turns, depth, self.uses) for _, turns in pairs]
        starts = starts_of([turns for _, turns in pairs], given)
        start = self.scope.read(starts, [part for part, _ in pairs])
        carried = Value(lane, "start")
        inner: list[Part] = []
        for (part, turns), first, refs in zip(pairs, starts, given, strict=True):
            for number, taken in zip(range(len(turns)), (first, *refs), strict=False):
                known = part.known.turn(index, number)
                inner.append(Part(known, part.prefix, part.number, {taken: [carried]}, part))
        self.loops += 1
        try:
            body = self.turn(inner, [turn for _, turns in pairs for turn in turns], depth, lane)
        finally:
            self.loops -= 1
        last = self.scope.read([ref for refs in given for ref in refs], inner)
        name = inner[0].local(name_of(pairs[0][1][0][-1]))
        result = Value(lane, re.sub(r"_?\d+$", "", name))
        gives = iter(given)
        for part, each in zip(parts, found, strict=True):
            # without iterations, the input is the result
            refs = (
                next(gives)[-1:] if each else [ref for ref in part.refs() if start in part.of(ref)]
            )
            for ref in refs:
                part.is_now(ref, result)
        return Loop(index, times, start, carried, body, last, result)

    def times(self, parts: Sequence[Part], found: Sequence[Step | None]) -> Code:
        """Return the number of repetitions of a step."""
        counts = [len(each.turns) if each else 0 for each in found]
        step = next(each for each in found if each)
        said = (place_of(step.turns[0][-1]) / "repeat").value()
        try:
            return formula(counts, [part.known for part in parts], said)
        except Differs:
            return self.scope.differing("times", counts, parts)

    def turn(
        self, parts: Sequence[Part], turns: Sequence[Sequence[Item]], depth: int, lane: Lane
    ) -> list[Statement]:
        """Return the statements of one iteration: those of its branches, then its own."""
        finals = [turn[-1] for turn in turns if len(turn[-1].path) == depth]
        layers = [each for each in finals if isinstance(each, LayerItem)]
        blocks = [each for each in finals if isinstance(each, BlockItem)]
        if {len(layers), len(blocks)} not in ({0}, {0, len(turns)}):
            raise Differs
        inner = [turn[:-1] if finals else turn for turn in turns]
        found = self.body(parts, inner, depth + DEEPER, lane)
        if layers:
            found += self.layer(parts, layers, lane)
        if blocks:
            found += self.block(parts, blocks, lane)
        return found

    def layer(
        self, parts: Sequence[Part], items: Sequence[LayerItem], lane: Lane
    ) -> list[Statement]:
        """Return the call of a layer."""
        nodes = [each.node for each in items]
        alike = {(len(each.inputs), tuple(each.outputs), each.node.frozen) for each in nodes}
        if len(alike) > 1 or any(self.uses.is_kept(each) for each in nodes):
            raise Differs
        reads = self.inputs(parts, items, lane)
        objects = self.objects(parts, items)
        making = self.making(objects, parts, items)
        results = self.results(parts, items, lane)
        settings = objects.set_when_built()
        why = IN_TRAINING if says_training(nodes[0]) else ""
        given = objects.operands() if nodes[0].is_operation else ()
        if not settings:
            call = partial(called, nodes[0], making, given=given)
            return [Assign(results, reads, call, why)]
        kept = Value((), f"{parts[0].local(name_of(items[0]))}_layer", is_named=True)
        return [
            Assign((kept,), (), lambda _: making),
            Assign(results, (kept, *reads), lambda read: called(nodes[0], read[0], read[1:]), why),
            *trainable_set(kept, settings),
        ]

    def inputs(
        self, parts: Sequence[Part], items: Sequence[LayerItem], lane: Lane
    ) -> tuple[Value, ...]:
        """Return the inputs of a call."""
        refs = list(zip(*(each.node.node.inputs for each in items), strict=True))
        names = sources(items[0], len(refs))
        return tuple(
            self.scope.read(each, parts, name, lane) for each, name in zip(refs, names, strict=True)
        )

    def results(
        self, parts: Sequence[Part], items: Sequence[LayerItem], lane: Lane
    ) -> tuple[Value | None, ...]:
        """Return the outputs of a call."""
        node, name = items[0].node, parts[0].local(name_of(items[0]))
        results: list[Value | None] = []
        for position, output in enumerate(node.outputs):
            refs = [Ref(each.node.name, output) for each in items]
            if output is not None and not any(ref in self.uses.readers for ref in refs):
                results.append(None)
                continue
            is_first = isinstance(node.layer, Layer) and position == 0
            said = name if is_first else output or name
            if node.is_operation and output is not None:
                said = f"{name}_{output}"
            value = Value(lane, said, is_named=output is not None)
            results.append(value)
            for part, ref in zip(parts, refs, strict=True):
                part.is_now(ref, value)
        return tuple(results)

    def objects(self, parts: Sequence[Part], items: Sequence[LayerItem]) -> Objects:
        """Return the declared calls of the same layer in each part."""
        return Objects(
            [each.node.layer for each in items if isinstance(each.node.layer, Layer)],
            [part.known for part in parts],
            said_arguments(items[0]),
            [self.is_frozen or not each.node.node.frozen for each in items],
            lambda name, values: self.scope.differing(name, values, parts),
        )

    def making(self, objects: Objects, parts: Sequence[Part], items: Sequence[LayerItem]) -> Call:
        """Return the expression that makes a layer."""
        first = items[0].node
        if isinstance(first.layer, Operation):
            return objects.operation(first.layer.kind())
        path = import_path(first.layer) if isinstance(first.layer, Layer) else None
        return objects.layer(
            self.classes[path] if path else f"layers.{first.kind}",
            self.scope.name([each.node.keras_name for each in items], parts),
        )

    def block(
        self, parts: Sequence[Part], items: Sequence[BlockItem], lane: Lane
    ) -> list[Statement]:
        """Return the call of the function of a block, or its steps if it has none."""
        found = [self.functions.get(id(each.call)) for each in items]
        if not any(found):
            inlined = [part.inlined() for part in parts]
            return self.body(inlined, [each.items for each in items], 1, lane)
        function = next(each[0] for each in found if each)
        numbers = [each[1] for each in found if each and each[0] is function]
        if len(numbers) < len(items):
            raise Differs
        names = iter(sources(items[0], len(items[0].call.inputs)))
        reads = tuple(
            self.scope.read(
                [tensor.refs[number] for number in numbers],
                parts,
                next(names, None) if tensor.name is None else tensor.name,
            )
            for tensor in function.tensors
        )
        arguments = self.arguments(parts, items, function, numbers)
        value = Value(lane, parts[0].local(name_of(items[0])))
        for part, item in zip(parts, items, strict=True):
            for ref in self.uses.given_out(list(item.nodes())):
                part.is_now(ref, value)
        return [
            Assign((value,), reads, lambda read: Call(function.identifier, (*read, *arguments)))
        ]

    def arguments(
        self,
        parts: Sequence[Part],
        items: Sequence[BlockItem],
        function: Function,
        numbers: Sequence[int],
    ) -> list[Code]:
        """Return the arguments of a block call; a single required one is positional."""
        required = [each for each in function.parameters if each.default is None]
        found: list[Code] = []
        for each in function.parameters:
            if each.is_left_out(numbers):
                continue
            said = (items[0].call.place / each.name).value() if each.name else None
            values = [each.values[number] for number in numbers]
            try:
                code = formula(values, [part.known for part in parts], said)
            except Differs:
                code = self.scope.differing(each.identifier, values, parts)
            found.append(code if [each] == required else Labelled(f"{each.identifier}=", code))
        names = [keras_name(each.call.scoped) for each in items]
        return [*found, Labelled("name=", self.scope.name(names, parts))]
