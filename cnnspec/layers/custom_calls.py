"""The arguments of calls of custom layer classes, which only their code names.

A step says them as `call: {padding_mask: from, reverse: true}`: by position or name, in which `from`
is the next tensor of the key `from`. Tensors that are left come first, as one argument.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cnnspec.diagnostics.problems import Problem, shown

TENSOR = "from"
"""What stands for a tensor in `call`."""
Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def call_problems(call: object) -> Iterator[Problem]:
    """Check that `call` maps positions and names to values."""
    if call is None:
        return
    if not isinstance(call, Mapping):
        message = f"'call' must be a mapping of arguments to values, not {shown(call)}"
        yield Problem("wrong-type", message, ("call",))
        return
    positions = sorted(each for key in call if (each := _position(key)) is not None)
    if positions and positions != [*range(positions[0], positions[0] + len(positions))]:
        message = "the positions in 'call' must follow each other"
        yield Problem("wrong-type", message, ("call",))
    for key in call:
        if _position(key) is None and not (isinstance(key, str) and key.isidentifier()):
            message = f"{shown(key)} is neither a position nor the name of an argument"
            yield Problem("wrong-type", message, ("call", key))


def arranged(call: Mapping[str, Any] | None, inputs: Sequence[Any]) -> Arguments:
    """Return the positional and keyword arguments of a call for its tensors.

    Raises:
        Problem: the call takes more tensors than there are, or a position twice or never.

    """
    call = call or {}
    taken = sum(_tensors(value) for value in call.values())
    if taken > len(inputs):
        given = f"{len(inputs)} tensor{'s' * (len(inputs) != 1)}"
        message = f"'call' takes {taken} tensors, but the step gets {given}"
        raise Problem("wrong-input-count", message, "call")
    first = list(inputs[: len(inputs) - taken])
    positions = {at: key for key in call if (at := _position(key)) is not None}
    if positions and min(positions) != (1 if first else 0):
        message = f"'call' starts at position {min(positions)}, but "
        message += "the tensors that it does not take are at 0" if first else "nothing is at 0"
        raise Problem("wrong-input-count", message, "call")
    waiting = iter(inputs[len(first) :])
    made = {key: _filled(value, waiting) for key, value in call.items()}
    positional = [made.pop(positions[at]) for at in sorted(positions)]
    if first:
        positional.insert(0, first[0] if len(first) == 1 else first)
    return tuple(positional), made


def _position(key: object) -> int | None:
    """Return the position that a key is; None if it is a name."""
    if isinstance(key, str):
        return int(key) if key.isascii() and key.isdecimal() else None
    return key if isinstance(key, int) and not isinstance(key, bool) and key >= 0 else None


def _tensors(value: Any) -> int:
    """Count the tensors in a value."""
    if isinstance(value, Mapping):
        return sum(map(_tensors, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_tensors, value))
    return int(isinstance(value, str) and value == TENSOR)


def _filled(value: Any, tensors: Iterator[Any]) -> Any:
    """Replace what stands for tensors by the next ones."""
    if isinstance(value, Mapping):
        return {key: _filled(each, tensors) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(each, tensors) for each in value]
    return next(tensors) if isinstance(value, str) and value == TENSOR else value
