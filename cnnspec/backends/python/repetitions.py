"""Checks that a repeated step can be a loop: iterations use only the previous result."""

from collections.abc import Sequence

from cnnspec.backends.python.formulas import Differs
from cnnspec.backends.python.outline import Item, LayerItem, Uses
from cnnspec.ir.graph import Ref

Turns = Sequence[Sequence[Item]]


def given_by(turns: Turns, depth: int, uses: Uses) -> list[Ref]:
    """Return the result of each iteration; `depth` is the length of the path of the step.

    Raises:
        Differs: there is no such tensor, or other results of an iteration are used later.

    """
    given = [_given(turn, depth, uses) for turn in turns]
    nodes = [node for turn in turns for item in turn for node in item.nodes()]
    if uses.given_out(nodes) != given[-1:]:
        raise Differs
    return given


def _given(turn: Sequence[Item], depth: int, uses: Uses) -> Ref:
    final = turn[-1]
    if len(final.path) != depth:
        raise Differs
    if isinstance(final, LayerItem):
        refs = list(final.node.node.value)
    else:
        refs = uses.given_out(list(final.nodes()))
    if len(refs) != 1:
        raise Differs
    return refs[0]


def starts_of(repetitions: Sequence[Turns], given: Sequence[Sequence[Ref]]) -> list[Ref]:
    """Return the input of the first iteration of each repetition.

    Raises:
        Differs: the second iteration does not use the result of the first in its place.

    """
    place = 0
    for turns, refs in zip(repetitions, given, strict=True):
        if len(turns) > 1 and refs[0] in (taken := _taken(turns[1])):
            place = taken.index(refs[0])
            break
    of_first = [_taken(turns[0]) for turns in repetitions]
    if any(place >= len(taken) for taken in of_first):
        raise Differs
    return [taken[place] for taken in of_first]


def _taken(turn: Sequence[Item]) -> list[Ref]:
    """Return the tensors from outside that an iteration uses, in order."""
    nodes = [node for item in turn for node in item.nodes()]
    names = {node.name for node in nodes}
    return [ref for node in nodes for ref in node.node.inputs if ref.node not in names]
