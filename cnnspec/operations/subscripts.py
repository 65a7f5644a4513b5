"""Subscripts of einsum, such as `bij,bjk->bik`, parsed."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.diagnostics.problems import Problem
from cnnspec.records import Record
from cnnspec.shapes import Dim, Shape, text

_TERM = r"[a-zA-Z]*(?:\.\.\.)?[a-zA-Z]*"
_FORM = re.compile(rf"({_TERM}(?:,{_TERM})*)(?:->({_TERM}))?")
REST = "..."


class Equation(Record):
    """Parsed subscripts: the letters of the axes of each operand, of which one may be `...`."""

    inputs: tuple[tuple[str, ...], ...]
    output: tuple[str, ...]


@cache
def equation_of(written: str) -> Equation:
    """Parse subscripts; without an output, it has the letters that occur once, in order.

    Raises:
        Problem: they cannot be parsed, or their letters do not match.

    """
    match = _FORM.fullmatch(written.replace(" ", ""))
    if match is None:
        raise Problem("unknown-value", "")
    inputs = tuple(map(_letters, match[1].split(",")))
    if match[2] is None:
        counted = Counter(letter for term in inputs for letter in term if letter != REST)
        once = sorted(letter for letter, count in counted.items() if count == 1)
        rest = (REST,) if any(REST in term for term in inputs) else ()
        return Equation(inputs, (*rest, *once))
    output = _letters(match[2])
    known = {letter for term in inputs for letter in term}
    if lost := [letter for letter in output if letter not in known]:
        message = f"'{lost[0]}' of the output is in no input of '{written}'"
        raise Problem("conflicting-arguments", message)
    for term in (*inputs, output):
        if twice := [letter for letter, count in Counter(term).items() if count > 1]:
            message = f"'{twice[0]}' occurs twice in one term of '{written}'"
            raise Problem("conflicting-arguments", message)
    if any(REST in term for term in inputs) and REST not in output:
        message = f"'{written}' needs '...' in its output as well"
        raise Problem("conflicting-arguments", message)
    return Equation(inputs, output)


def _letters(term: str) -> tuple[str, ...]:
    before, dots, after = term.partition(REST)
    return (*before, *([REST] if dots else []), *after)


def sizes_of(equation: Equation, shapes: Sequence[Shape], written: str) -> dict[str, Any]:
    """Return the size of each letter, and the shape of `...`.

    Raises:
        Problem: a letter has different sizes, or an operand has other axes.

    """
    found: dict[str, Dim] = {}
    rest: Shape = ()
    for term, shape in zip(equation.inputs, shapes, strict=True):
        more = len(shape) - len(term) + (REST in term)
        if more < 0 or (more and REST not in term):
            message = f"'{''.join(term)}' of '{written}' does not fit an input with the shape {text(shape)}"
            raise Problem("wrong-rank", message, "subscripts")
        place = 0
        for letter in term:
            if letter == REST:
                rest = _merged(rest, shape[place : place + more], written)
                place += more
                continue
            size = shape[place]
            has = found.get(letter)
            if None not in (size, has) and size != has and 1 not in (size, has):
                message = f"'{letter}' of '{written}' is {has} in one input and {size} in another"
                raise Problem("shape-mismatch", message, "subscripts")
            found[letter] = has if size is None or (size == 1 and letter in found) else size
            place += 1
    return {**found, REST: rest}


def _merged(first: Shape, second: Shape, written: str) -> Shape:
    if not first or not second:
        return first or second
    if len(first) != len(second) or any(
        None not in pair and pair[0] != pair[1] for pair in zip(first, second, strict=True)
    ):
        message = f"'...' of '{written}' stands for {text(first)} and {text(second)}"
        raise Problem("shape-mismatch", message, "subscripts")
    return tuple(b if a is None else a for a, b in zip(first, second, strict=True))


def _subscripts(value: Any, _: type[Declaration]) -> str:
    if not isinstance(value, str):
        raise Problem("wrong-type", "")
    equation_of(value)
    return value


Subscripts = Annotated[
    str,
    Checked("subscripts such as 'bij,bjk->bik'", check=_subscripts, schema={"type": "string"}),
]
