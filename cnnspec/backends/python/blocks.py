"""Writes the blocks of a graph as functions: one each, or several if calls differ too much."""

from collections.abc import Hashable, Iterator, Mapping, Sequence

from cnnspec.backends.python.formulas import Differs, Environment
from cnnspec.backends.python.functions import Function, Tensor, signature
from cnnspec.backends.python.identifiers import Identifiers
from cnnspec.backends.python.layout import INDENT, lines
from cnnspec.backends.python.literals import with_tuples
from cnnspec.backends.python.matching import Matcher
from cnnspec.backends.python.outline import BlockItem, Item, Uses
from cnnspec.backends.python.parameters import names_in_all, parameters_of
from cnnspec.backends.python.parts import Part
from cnnspec.backends.python.scope import Scope
from cnnspec.backends.python.statements import Statement, Value, all_read
from cnnspec.backends.python.variables import Variables
from cnnspec.ir.graph import BlockCall
from cnnspec.naming import keras_name


class Blocks:
    """The functions for the blocks of a graph, inner blocks first."""

    def __init__(self, uses: Uses, names: Identifiers, classes: Mapping[str, str]) -> None:
        self.uses = uses
        self.names = names
        self.classes = classes
        self.functions: list[Function] = []
        self.of_calls: dict[int, tuple[Function, int]] = {}
        """The function of each call, and the index of the call."""

    def write(self, items: Sequence[Item]) -> None:
        """Write a function for every block, if possible."""
        for calls in _by_definition(items):
            if self.is_written(calls):
                continue
            alike: dict[Hashable, list[BlockItem]] = {}
            for call in calls:
                alike.setdefault(tuple(_form(call)), []).append(call)
            for each in alike.values() if len(alike) > 1 else ():
                self.is_written(each)

    def is_written(self, calls: Sequence[BlockItem]) -> bool:
        """Write one function for some calls, if possible."""
        try:
            function = self.function(calls)
        except Differs:
            return False
        self.functions.append(function)
        for number, each in enumerate(calls):
            self.of_calls[id(each.call)] = function, number
        return True

    def function(self, calls: Sequence[BlockItem]) -> Function:
        """Return the function of some calls.

        Raises:
            Differs: they are too different, or do not return a single tensor.

        """
        block = calls[0].call
        names = self.names.inside()
        own = {name: names.free(name) for name in block.own}
        parts = [_part(each.call, own, number) for number, each in enumerate(calls)]
        made = [{node.name for node in each.nodes()} for each in calls]
        scope = Scope(names, made)
        matcher = Matcher(self.uses, scope, self.classes, self.of_calls)
        _give_inputs(scope, parts, [each.call for each in calls])
        statements = matcher.body(parts, [each.items for each in calls])
        given = [self.uses.given_out(list(each.nodes())) for each in calls]
        if any(len(refs) != 1 for refs in given):
            raise Differs
        result = scope.read([refs[0] for refs in given], parts)
        used = set(names_in_all(statements))
        parameters = parameters_of(block, own, scope.extras, [each.known for each in parts], used)
        names.taken -= set(own.values()) - parameters.used
        read = {result, *all_read(statements)}
        tensors = [each for each in scope.tensors if each.value in read]
        variables = Variables(names)
        _choose(variables, statements, result, tensors)
        takes = [variables.of[each.value] for each in tensors]
        identifier = self.names.free(block.kind)
        head = lines(signature(identifier, takes, parameters.found, block.kind), "", after=":")
        body = variables.returned(statements, result, INDENT)
        return Function(identifier, tensors, parameters.found, [*head, *parameters.lines, *body])


def _part(call: BlockCall, own: Mapping[str, str], number: int) -> Part:
    """Return the part for a call, in which the parameters of the block have names in the code."""
    values = {identifier: with_tuples(call.parameters[name]) for name, identifier in own.items()}
    known = Environment(call.parameters, own, values)
    return Part(known, f"{keras_name(call.scoped)}_", number)


def _give_inputs(scope: Scope, parts: Sequence[Part], calls: Sequence[BlockCall]) -> None:
    """Add the parameters for the tensors that the steps start from."""
    if len({len(each.inputs) for each in calls}) > 1:
        raise Differs
    for position, refs in enumerate(zip(*(each.inputs for each in calls), strict=True)):
        value = Value((), "other" if position else "inputs")
        scope.tensors.append(Tensor(value, None, refs))
        for part, ref in zip(parts, refs, strict=True):
            part.is_now(ref, value)


def _choose(
    variables: Variables,
    statements: Sequence[Statement],
    result: Value,
    tensors: Sequence[Tensor],
) -> None:
    """Choose variables; a parameter is the start of a lane if a lane starts from it."""
    first = tensors[0] if tensors and tensors[0].name is None else None
    starts = [each.value for each in tensors if each is first or each.value.lane]
    for each in tensors:
        if each.value not in starts:
            variables.of[each.value] = variables.names.free(each.value.name)
    variables.choose(statements, (result,), starts)


def _by_definition(items: Sequence[Item]) -> list[list[BlockItem]]:
    """Return the calls of each block, inner blocks first; frozen calls are separate."""
    calls: dict[Hashable, list[BlockItem]] = {}
    inner: dict[Hashable, dict[Hashable, None]] = {}

    def gather(around: Hashable, items: Sequence[Item]) -> None:
        for item in items:
            if isinstance(item, BlockItem):
                key = _definition(item)
                calls.setdefault(key, []).append(item)
                inner.setdefault(around, {})[key] = None
                gather(key, item.items)

    gather(None, items)
    ordered: dict[Hashable, None] = {}

    def visit(key: Hashable) -> None:
        for each in inner.get(key, ()):
            if each not in ordered:
                visit(each)
        ordered[key] = None

    visit(None)
    return [calls[key] for key in ordered if key is not None]


def _definition(item: BlockItem) -> Hashable:
    place = item.call.definition
    file = place.source.name if place.source else None
    return file, place.path, all(node.node.frozen for node in item.nodes())


def _form(item: BlockItem) -> Iterator[Hashable]:
    """Return the structure of the layers of a call; calls that share it can share a function."""
    yield len(item.call.inputs)
    for each in item.items:
        if isinstance(each, BlockItem):
            yield each.path
            yield from _form(each)
        else:
            yield each.path, each.node.kind
