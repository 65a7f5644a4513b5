"""The function for a block."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnspec.backends.python.layout import Call, Code, Labelled
from cnnspec.backends.python.literals import quoted
from cnnspec.backends.python.statements import Value
from cnnspec.ir.graph import Ref


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor parameter of a function."""

    value: Value
    name: str | None
    """Its name in the block; None for the tensor above the call."""
    refs: Sequence[Ref]
    """The tensor in each call of the block."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Another parameter of a function."""

    identifier: str
    name: str | None
    """Its name in the block; None for one that the block does not have."""
    values: Sequence[Any]
    """Its value in each call of the block."""
    default: Code | None = None
    """Its default; None if every call sets it."""
    left_out: Sequence[bool] = ()
    """The calls that use the default."""

    def is_left_out(self, numbers: Sequence[int]) -> bool:
        """Whether all of some calls use the default."""
        return bool(self.left_out) and all(self.left_out[number] for number in numbers)


@dataclass(frozen=True, slots=True)
class Function:
    """A function, with its arguments in each call of the block."""

    identifier: str
    tensors: Sequence[Tensor]
    parameters: Sequence[Parameter]
    lines: Sequence[str]


def signature(
    identifier: str, variables: Sequence[str], parameters: Sequence[Parameter], block: str
) -> Call:
    """Return the head of a function; the name of a call is the prefix of its layers."""
    said = [
        each.identifier if each.default is None else Labelled(f"{each.identifier}=", each.default)
        for each in parameters
    ]
    return Call(f"def {identifier}", (*variables, *said, Labelled("name=", quoted(block))))
